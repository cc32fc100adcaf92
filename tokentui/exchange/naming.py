"""How an endpoint that comes from an OpenAPI description is called and described."""

import re
from collections.abc import Iterable

from tokentui.domain.errors import InvalidName
from tokentui.domain.names import DESCRIPTION_LIMIT, check_name
from tokentui.domain.slug import FALLBACK, slugify
from tokentui.exchange.path_items import PathItem
from tokentui.exchange.wording import one_line

#: The longest summary that is taken for a name; a longer one is a description.
_LONGEST_SUMMARY = 100
#: The longest path that is shown whole in a name.
_LONGEST_PATH = 200
#: How much of a description is looked at to find its first paragraph.
_LOOK = 4 * DESCRIPTION_LIMIT
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")


def endpoint_name(item: PathItem) -> str:
    """The summary of the path's only operation, or else the template as it is in the file."""
    operation = item.only_operation
    summary = operation.said.text("summary") if operation else ""
    name = one_line(summary, 2 * _LONGEST_SUMMARY)
    name = name if name.endswith("..") else name.removesuffix(".").rstrip()
    return name if _can_be_name(name) else one_line(item.template, _LONGEST_PATH)


def _can_be_name(name: str) -> bool:
    try:
        check_name(name, limit=_LONGEST_SUMMARY)
    except InvalidName:
        return False
    return True


def endpoint_group(item: PathItem, title: str) -> str:
    """The first tag of the first operation that has one, else the first literal segment, else the API's title."""
    return next((slugify(text) for text in _group_names(item, title) if _has_slug(text)), FALLBACK)


def _group_names(item: PathItem, title: str) -> Iterable[str]:
    for operation in item.operations:
        yield from operation.tags
    yield from (segment for segment in item.template.split("/") if "{" not in segment and "}" not in segment)
    yield title


def _has_slug(text: str) -> bool:
    """Whether the text has a letter or digit that a slug can keep, so that `slugify` does not make one up."""
    return slugify(f"x{text[:1000]}") != "x"


def endpoint_description(item: PathItem) -> str:
    """The first paragraph of the path's description or summary, or of its only operation's description."""
    operation = item.only_operation
    texts = (
        item.said.text("description"),
        item.said.text("summary"),
        operation.said.text("description") if operation else "",
    )
    return next((found for found in map(_first_paragraph, texts) if found), "")


def _first_paragraph(text: str) -> str:
    paragraph = _BLANK_LINE.split(text[:_LOOK].strip(), maxsplit=1)[0]
    return one_line(paragraph, DESCRIPTION_LIMIT)
