"""A table of very many documents: it is kept as its JSON text, which takes a third of the memory of parsed ones.

A document is parsed when somebody looks at it.
"""

from abc import abstractmethod
from collections.abc import ItemsView, Iterable, Iterator
from copy import copy
from typing import Self

import orjson

from tokentui.store.codec import Document
from tokentui.store.layout import JsonText
from tokentui.store.tables import NO_TEXT, Documents, Piece, Table, TableChanges

#: How many texts are put together, to be parsed or written in one go.
_TOGETHER = 500
#: A place in a text is one number: where it begins, and in its lower bits how long it is.
_LENGTH_BITS = 32
_LENGTH = (1 << _LENGTH_BITS) - 1


class PackedTable(Table):
    """A table as the members of its JSON object: each by what it is found by, as its place in the text of the table.

    Those that were changed have a text of their own. All of it is kept in dicts and sets, so that it can be copied.
    """

    def __init__(self, text: memoryview = NO_TEXT) -> None:
        self._text = text
        self._as_read = bool(text)
        self._members: dict[str, int | bytes] = {}

    @classmethod
    def of(cls, pieces: Iterable[Piece], text: memoryview = NO_TEXT) -> Self:
        table, amount = cls(text), 0
        for documents, begin in pieces:
            table._put(documents, begin)
            amount += len(documents)
        table._gather()
        if len(table) != amount:
            raise ValueError("A document is in two of the pieces.")
        return table

    def changed(self, documents: TableChanges) -> Self:
        table = copy(self)
        for name, kept in dict(vars(self)).items():
            if isinstance(kept, dict | set):
                setattr(table, name, kept.copy())
        table._as_read = False
        table._change(documents)
        return table

    @abstractmethod
    def _put(self, documents: Documents, begin: int | None = None) -> None:
        """Take in documents, whose text begins at a place in the table's text; only while the table is being made."""

    def _gather(self) -> None:
        """Bring together what did not stand together; when all is taken in."""

    @abstractmethod
    def _change(self, documents: TableChanges) -> None:
        """Put, replace and take out documents; only while the table is being made."""

    def _keep(self, key: str, documents: Documents, begin: int | None) -> int | None:
        """Keep what is found by `key`, and tell where the text of what follows begins."""
        members = members_of(documents)
        self._members[key] = members if begin is None else begin << _LENGTH_BITS | len(members)
        return after(members, begin)

    def _text_at(self, place: int | bytes) -> JsonText:
        if isinstance(place, bytes):
            return place
        begin = place >> _LENGTH_BITS
        return self._text[begin : begin + (place & _LENGTH)]

    def _parsed(self, key: str) -> dict[str, Document]:
        """What is found by `key`; raises `KeyError` where that is nothing."""
        return object_of(self._text_at(self._members[key]))

    def _batches(self) -> Iterator[tuple[list[str], bytes]]:
        """All members: some keys at a time, and the text of what is found by them."""
        keys, places = [*self._members], [*self._members.values()]
        for first in range(0, len(keys), _TOGETHER):
            some = slice(first, first + _TOGETHER)
            yield keys[some], b",".join(map(self._text_at, places[some]))

    def json(self) -> Iterator[JsonText]:
        if self._as_read:
            yield self._text
            return
        before = b"{"
        for _, text in self._batches():
            yield before + text
            before = b","
        yield b"}" if self._members else b"{}"

    def items(self) -> ItemsView[str, Document]:
        return _Items(self)

    def _each(self) -> Iterator[tuple[str, Document]]:
        for _, text in self._batches():
            yield from object_of(text).items()


class _Items(ItemsView[str, Document]):
    _mapping: PackedTable

    def __iter__(self) -> Iterator[tuple[str, Document]]:
        return self._mapping._each()


def members_of(documents: Documents) -> bytes:
    """The text of the documents inside an object."""
    return orjson.dumps(documents)[1:-1]


def after(members: bytes, begin: int | None) -> int | None:
    """Where the text of what follows these members begins, if theirs stands at a place."""
    return None if begin is None else begin + len(members) + len(b",")


def object_of(members: JsonText) -> dict[str, Document]:
    """The documents that the text of members holds."""
    documents: dict[str, Document] = orjson.loads(b"".join((b"{", members, b"}")))
    return documents
