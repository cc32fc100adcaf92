"""The tables of a store file, each parsed when it is first asked for.

A store file is one JSON object, as TinyDB writes it, with each table on a line of its own. So a list of endpoints
does not wait for the parsing of the tokens, and a change writes the lines of untouched tables as they stand.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

Table = dict[str, Any]
#: Id → document, to be looked at only.
Documents = Mapping[str, Mapping[str, Any]]
JsonText = bytes | memoryview
#: Makes the table out of its JSON text; raises `StoreError` where it is damaged.
ParseTable = Callable[[str, JsonText], Table]

#: A table's name, with its quotation marks and colon, is not longer.
_LONGEST_NAME = 64

_FIRST, _BETWEEN, _LAST = b"{", b",\n", b"}"


class Tables(dict[str, Table]):
    """Name → table. A table that nobody asked for yet is kept as its line of JSON."""

    def __init__(
        self,
        parsed: dict[str, Table],
        unparsed: Mapping[str, JsonText] | None = None,
        parse: ParseTable | None = None,
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
        parts: list[JsonText] = [_FIRST]
        for name, line in sorted(lines.items(), key=_meta_last):
            parts += (b'"%s":' % name.encode(), line, _BETWEEN)  # not formatted into one: a line may be 50 MB
        parts[-1] = _LAST
        return b"".join(parts)


class OverTables:
    """Something that reads the tables of records; each is parsed when it is first looked at."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    @property
    def _endpoints(self) -> Documents:
        return self._tables["endpoints"]

    @property
    def _tokens(self) -> Documents:
        return self._tables["tokens"]

    @property
    def _assignments(self) -> Documents:
        return self._tables["assignments"]

    @property
    def _acknowledgements(self) -> Documents:
        return self._tables["acknowledgements"]


def _meta_last(line: tuple[str, JsonText]) -> bool:
    return line[0] == "meta"


def split(content: bytes) -> dict[str, memoryview] | None:
    """Table name → its JSON text, where the content has a table a line as `dump` writes it; else None.

    Nothing is copied: a store may be large, and most of it is not wanted yet.
    """
    if not (content.startswith(_FIRST) and content.endswith(_LAST)):
        return None
    lines = {}
    begin, text = len(_FIRST), memoryview(content)
    while begin < len(content):
        end = content.find(_BETWEEN[-1:], begin)
        following = len(content) if end < 0 else end + 1
        line = text[begin : following - (len(_LAST) if end < 0 else len(_BETWEEN))]
        if end >= 0 and content[end - 1 : end + 1] != _BETWEEN:
            return None
        name, colon, _ = bytes(line[:_LONGEST_NAME]).partition(b":")
        table = line[len(name) + 1 :]
        if not (colon and name[:1] == name[-1:] == b'"' and bytes(table[:1]) == b"{" and bytes(table[-1:]) == b"}"):
            return None
        lines[name[1:-1].decode("ascii", "replace")] = table
        begin = following
    return lines
