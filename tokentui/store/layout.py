"""How a store file is laid out: one JSON object, as TinyDB writes it, with each table on a line of its own.

So tables are told apart without being parsed, and a change writes the lines of untouched tables as they stand.
"""

import re
from collections.abc import Iterable, Iterator
from io import BufferedIOBase
from itertools import islice, pairwise

JsonText = bytes | memoryview

_FIRST, _BETWEEN, _LAST = b"{", b",\n", b"}"
#: A file with more lines than this has not a table a line.
_MOST_LINES = 64
#: How much is looked at in one go, in bytes.
_BLOCK = 1 << 18

#: A table's name at the beginning of its line; one that needs escapes may be written in several ways.
_NAME = re.compile(rb'"([ !#-\[\]-~]{1,64})":(?=\{)')
#: Where a document of a table may end and the next one begin.
_NEXT = re.compile(rb'\},"[^"\\]+":\{')


def lines_of(file: BufferedIOBase) -> list[bytes]:
    """The content of a file by lines, each in memory of its own: it goes when its table is parsed.

    A file of more lines than a store has tables comes in one.
    """
    ends = list(islice(_line_ends(file), _MOST_LINES + 1))
    file.seek(0)
    lines = [file.read(end - begin) for begin, end in pairwise([0, *ends])] if len(ends) <= _MOST_LINES else []
    return [*lines, file.read()]


def _line_ends(file: BufferedIOBase) -> Iterator[int]:
    block, begin = bytearray(_BLOCK), 0
    while size := file.readinto(block):
        end = block.find(b"\n", 0, size) + 1
        while end:
            yield begin + end
            end = block.find(b"\n", end, size) + 1
        begin += size


def split(lines: list[bytes]) -> list[tuple[str, memoryview]] | None:
    """The names of the tables and their JSON texts, where each has a line as `joined` writes it; else None."""
    tables = []
    for number, line in enumerate(lines):
        end = _BETWEEN if number < len(lines) - 1 else _LAST
        name = _NAME.match(line, 0 if number else len(_FIRST))
        if not (name and line.endswith(b"}" + end) and (number or line.startswith(_FIRST))):
            return None
        tables.append((name[1].decode(), memoryview(line)[name.end() : -len(end)]))
    return tables


def joined(tables: Iterable[tuple[bytes, Iterable[JsonText]]]) -> Iterator[JsonText]:
    """The content of a store file of these tables, of each its name and its text in parts."""
    before = _FIRST
    for name, parts in tables:
        yield before + name + b":"
        yield from parts
        before = _BETWEEN
    yield _LAST


def pieces(text: memoryview) -> Iterator[tuple[bytes, int]]:
    """The JSON text of a table, cut into objects of a handy size, and where the members of each begin.

    It is cut by looks. A piece that was cut inside a string or a document is no JSON, since what comes before it is
    whole: where all pieces can be parsed, they are the table.
    """
    begin, end = 1, len(text) - 1
    while begin < end:
        following = _NEXT.search(text, begin + _BLOCK, end)
        stop = following.start() + 1 if following else end
        yield b"".join((b"{", text[begin:stop], b"}")), begin
        begin = stop + 1


def quotes(text: bytes) -> int:
    """How many quotation marks stand around strings, be they keys or values, in a JSON text."""
    plain = text.replace(rb"\\", b"") if b"\\" in text else text
    return plain.count(b'"') - plain.count(rb"\"")
