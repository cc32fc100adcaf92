"""What is printed: JSON in one go, aligned columns, one line for one thing; talk goes to stderr."""

import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import click
import orjson

from tokentui.domain.masking import masked

#: What a terminal would obey: control characters but tab and newline, and marks that turn the direction of a text.
#: The first 32 have pictures of their own in Unicode.
_OBEYED = {
    **{code: 0x2400 + code for code in range(0x20) if code not in (0x09, 0x0A)},
    **dict.fromkeys((*range(0x7F, 0xA0), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD),
}
#: Those of them that JSON lets stand, in UTF-8.
_OBEYED_BYTES = rb"\x7f|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]|\xe2\x81[\xa6-\xa9]"
_JSON = orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS | orjson.OPT_APPEND_NEWLINE
_BETWEEN_COLUMNS = "  "


def print_json(content: object) -> None:
    """Data on stdout: UTF-8 whatever the locale, times in UTC to the second (RFC 3339)."""
    click.echo(_escaped(orjson.dumps(content, option=_JSON)), nl=False)


def print_json_line(content: object) -> None:
    """As `print_json`, on one line, at once: whoever reads them one by one waits for it."""
    click.echo(_escaped(orjson.dumps(content, option=_JSON & ~orjson.OPT_INDENT_2)), nl=False)


def _escaped(json: bytes) -> bytes:
    """The same with all of `_OBEYED` escaped, as JSON has the first 32 of them (RFC 8259 §7)."""
    if json.isascii() and b"\x7f" not in json:
        return json
    return re.sub(_OBEYED_BYTES, lambda found: b"\\u%04x" % ord(found[0].decode()), json)


def harmless(text: str) -> str:
    """The text with nothing in it that a terminal would obey instead of showing it."""
    return text if text.isascii() and text.isprintable() else text.translate(_OBEYED)


def print_lines(lines: Iterable[str]) -> None:
    """Data on stdout, written in one go; nothing at all where there are no lines."""
    text = harmless("".join(f"{line}\n" for line in lines))
    if text:
        click.echo(text.encode(sys.stdout.encoding, "replace"), nl=False)


def print_content(content: bytes) -> None:
    """A file's content on stdout, byte for byte; on a terminal, which only shows it, nothing in it is obeyed."""
    click.echo(harmless(content.decode()).encode() if sys.stdout.isatty() else content, nl=False)


def talk(line: str) -> None:
    """A line for the user, on stderr; what looks like a token value in it was typed by mistake."""
    click.echo(harmless(masked(line)), err=True)


def columns(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of aligned columns under their heads; no line where there is no row."""
    cells = [head, *rows]
    return Columns([0] * len(head)).lines(cells) if len(cells) > 1 else []


class Columns:
    """Columns of lines that are printed one after the other: as wide as the widest text so far, and as `least`."""

    def __init__(self, least: Sequence[int]) -> None:
        self._widths = tuple(least)

    def lines(self, rows: Iterable[Sequence[str]]) -> list[str]:
        """The rows as lines, aligned with those before."""
        cells = [tuple(map(one_line, row)) for row in rows]
        for row in cells:
            self._widths = tuple(map(max, self._widths, map(width, row)))
        return [_BETWEEN_COLUMNS.join(map(_padded, row, self._widths)).rstrip() for row in cells]


def one_line(text: str) -> str:
    """The text on one line, white space collapsed; a dash where there is none."""
    return " ".join(text.split()) or "-"


def width(text: str) -> int:
    """How many cells of a terminal the text takes."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def _cells(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _padded(text: str, cells: int) -> str:
    return text + " " * (cells - width(text))


def time_text(time: datetime | None) -> str:
    """A time in UTC to the second, as in JSON; a dash where there is none."""
    return "-" if time is None else time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def listed(things: Iterable[str]) -> str:
    """`a, b and c`."""
    *first, last = things
    return f"{', '.join(first)} and {last}" if first else last


def counted(count: int, thing: str) -> str:
    """`1 token`, `3 tokens`."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
