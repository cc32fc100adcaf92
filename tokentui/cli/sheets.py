"""One record a paragraph, one field a line: how `show` prints what JSON would hold."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from tokentui.cli.output import one_line, time_text

_MARGIN = 16


def token_sheet(*shapes: Mapping[str, Any]) -> Iterator[str]:
    """Lines for endpoint tokens, from their JSON shapes."""
    for number, shape in enumerate(shapes):
        yield from [""] if number else []
        for field, content in shape.items():
            if field == "assignments":
                yield from _field(field, [f"{each['endpoint']} {','.join(each['slots'])}" for each in content])
            else:
                yield from _field(field, content)


def endpoint_sheet(*shapes: Mapping[str, Any]) -> Iterator[str]:
    """Lines for endpoints, from their JSON shapes."""
    for number, shape in enumerate(shapes):
        yield from [""] if number else []
        for field, content in shape.items():
            if field == "primary":
                yield from _field(field, [f"{slot} {value}" for slot, value in content.items()])
            elif field in ("methods", "slots", "ip_filter"):
                yield from _field(field, ",".join(content))
            else:
                yield from _field(field, content)


def _field(name: str, content: object) -> Iterator[str]:
    lines = content if isinstance(content, list) else [_text(content)]
    for number, line in enumerate(lines or ["-"]):
        yield f"{'' if number else name:<{_MARGIN}}{one_line(line)}"


def _text(content: object) -> str:
    match content:
        case bool():
            return "yes" if content else "no"
        case None:
            return ""
        case datetime():
            return time_text(content)
    return str(content)
