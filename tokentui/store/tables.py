"""The tables of a store file, each parsed when it is first asked for.

A store file is one JSON object, as TinyDB writes it, with each table on a line of its own. So a list of endpoints
does not wait for the parsing of the tokens, and a change writes the lines of untouched tables as they stand.
"""

from collections.abc import Callable
from typing import Any

import orjson

Table = dict[str, Any]
#: Makes the table out of its JSON text; raises `StoreError` where it is damaged.
ParseTable = Callable[[str, bytes], Table]

_FIRST, _BETWEEN, _LAST = b"{", b",\n", b"}"


class Tables(dict[str, Table]):
    """Name → table. A table that nobody asked for yet is kept as its line of JSON."""

    def __init__(
        self, parsed: dict[str, Table], unparsed: dict[str, bytes] | None = None, parse: ParseTable | None = None
    ) -> None:
        super().__init__(parsed)
        self._unparsed = dict(unparsed or {})
        self._parse = parse

    def __missing__(self, name: str) -> Table:
        line = self._unparsed.get(name)
        if line is None or self._parse is None:
            return self._parsed_meanwhile(name)
        self[name] = table = self._parse(name, line)
        self._unparsed.pop(name, None)  # after the table is there: a copy made in between has one or both
        return table

    def _parsed_meanwhile(self, name: str) -> Table:
        """The table, where another thread was faster; raises `KeyError` where there is none."""
        table = self.get(name)
        if table is None:
            raise KeyError(name)
        return table

    def copy(self) -> "Tables":
        """The same tables, of which single ones may be replaced without touching this one."""
        unparsed = dict(self._unparsed)  # first: a table that is parsed meanwhile is then in both
        return Tables(self, unparsed, self._parse)

    def dump(self) -> bytes:
        """The content of a store file, a table a line; `meta` last: it is always read, so a cut is always found."""
        lines = {**self._unparsed, **{name: orjson.dumps(table) for name, table in self.items()}}
        parts = [_FIRST]
        for name, line in sorted(lines.items(), key=_meta_last):
            parts += (b'"%s":' % name.encode(), line, _BETWEEN)  # not formatted into one: a line may be 50 MB
        parts[-1] = _LAST
        return b"".join(parts)


def _meta_last(line: tuple[str, bytes]) -> bool:
    return line[0] == "meta"


def split(content: bytes) -> dict[str, bytes] | None:
    """Table name → its JSON text, where the content has a table a line as `dump` writes it; else None."""
    if not (content.startswith(_FIRST) and content.endswith(_LAST)):
        return None
    lines = {}
    for line in content[len(_FIRST) : -len(_LAST)].split(_BETWEEN):
        name, colon, table = line.partition(b":")
        if not (colon and name[:1] == name[-1:] == b'"' and table[:1] == b"{" and table[-1:] == b"}"):
            return None
        lines[name[1:-1].decode("ascii", "replace")] = table
    return lines
