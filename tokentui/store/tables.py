"""The tables of a store, each parsed when it is first asked for: a list of endpoints does not wait for the tokens."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from threading import Lock
from typing import NamedTuple, Self

import orjson

from tokentui.store.codec import Document
from tokentui.store.layout import JsonText, joined

#: Id → document, to be looked at only.
Documents = Mapping[str, Document]
#: Id → document that is put, or replaces the one before; None where one is taken out.
TableChanges = Mapping[str, Document | None]
NO_TEXT = memoryview(b"")


class Piece(NamedTuple):
    """Documents of a table, and where their text begins in that of the table, if it stands there as we write it."""

    documents: Documents
    begin: int | None = None


class Table(Mapping[str, Document]):
    """Id → document. A table stays as it is once it is made; a change makes another."""

    __slots__ = ()

    @classmethod
    @abstractmethod
    def of(cls, pieces: Iterable[Piece], text: memoryview = NO_TEXT) -> Self:
        """The table of all the pieces of a JSON text; raises `ValueError` where two hold the same document."""

    @abstractmethod
    def changed(self, documents: TableChanges) -> Self:
        """The table after these changes."""

    @abstractmethod
    def json(self) -> Iterator[JsonText]:
        """Its JSON text, in parts."""


class PlainTable(dict[str, Document], Table):
    """A table of few documents."""

    @classmethod
    def of(cls, pieces: Iterable[Piece], text: memoryview = NO_TEXT) -> Self:
        return cls(item for piece in pieces for item in piece.documents.items())

    def changed(self, documents: TableChanges) -> Self:
        together = {**self, **documents}
        return type(self)((id, document) for id, document in together.items() if document is not None)

    def json(self) -> Iterator[JsonText]:
        yield orjson.dumps(self)


class Unparsed:
    """A table that nobody asked for yet: its JSON text, until it is parsed, once, for whoever asks."""

    def __init__(self, text: memoryview, parse: Callable[[memoryview], Table]) -> None:
        """`parse` raises `StoreError` where the text is damaged."""
        self._text: memoryview | None = text
        self._parse = parse
        self._parsed: Table | None = None
        self._parsing = Lock()

    def table(self) -> Table:
        with self._parsing:
            if self._parsed is None:
                assert self._text is not None
                self._parsed, self._text = self._parse(self._text), None
            return self._parsed

    def json(self) -> Iterator[JsonText]:
        with self._parsing:
            text, table = self._text, self._parsed
        yield from (text,) if text is not None else table.json() if table is not None else ()


class Tables(dict[str, Table]):
    """Name → table."""

    def __init__(self, parsed: Mapping[str, Table], unparsed: Mapping[str, Unparsed] | None = None) -> None:
        super().__init__(parsed)
        self._unparsed = unparsed or {}

    def __missing__(self, name: str) -> Table:
        table = self[name] = self._unparsed[name].table()
        return table

    def copy(self) -> "Tables":
        """The same tables, of which single ones may be replaced without touching this one."""
        parsed = dict(self)
        return Tables(parsed, {name: table for name, table in self._unparsed.items() if name not in parsed})

    def dump(self) -> Iterator[JsonText]:
        """The content of a store file, in parts; `meta` last: it is always read, so a cut is always found."""
        tables: dict[str, Table | Unparsed] = {**self._unparsed, **self}
        names = sorted(tables, key=lambda name: name == "meta")
        return joined((orjson.dumps(name), tables[name].json()) for name in names)
