"""The tables of records, and what lists ask about all tokens and assignments: found out once.

It is taken over when a change makes another table. All of it is in dicts and sets, as a `PackedTable` wants it.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import groupby
from typing import Self

from tokentui.domain.names import name_key
from tokentui.store.codec import Document
from tokentui.store.packed import PackedTable, after, members_of, object_of
from tokentui.store.tables import NO_TEXT, Documents, Piece, PlainTable, Table, TableChanges


class TokenTable(PackedTable):
    """The endpoint tokens."""

    def __init__(self, text: memoryview = NO_TEXT) -> None:
        super().__init__(text)
        #: The ids of those that are switched off, and of those on the shelf.
        self.disabled: set[str] = set()
        self.inactive: set[str] = set()

    def __getitem__(self, id: str) -> Document:
        return self._parsed(id)[id]

    def __contains__(self, id: object) -> bool:
        return id in self._members

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def _each(self) -> Iterator[tuple[str, Document]]:
        """Under the table's own ids: copies of 100,000 of them are 10 MB."""
        for ids, text in self._batches():
            yield from zip(ids, object_of(text).values(), strict=True)

    def among(self, ids: Iterable[str]) -> Self:
        """The table of those that have one of these ids, made without a look at the others."""
        return self.of([Piece({id: self[id] for id in ids if id in self})])

    @cached_property
    def texts(self) -> dict[str, str]:
        """Id → name, newline, description, as `name_key`: to filter by, and to sort by name."""
        return _named(self)

    @cached_property
    def by_name(self) -> list[str]:
        """All ids, by name ignoring case."""
        return sorted(self._members, key=self.texts.__getitem__)

    @cached_property
    def generated_at(self) -> dict[str, str]:
        """Id → when the value was generated."""
        return {id: _generated_at(document) for id, document in self.items()}

    @cached_property
    def holders(self) -> dict[str, str]:
        """Digest of a value, be it the current one or the one before the last rotation → id."""
        return _holders(self.items())

    def _put(self, documents: Documents, begin: int | None = None) -> None:
        for id, document in documents.items():
            begin = self._keep(id, {id: document}, begin)
        self.disabled.update(id for id, document in documents.items() if not document["enabled"])
        self.inactive.update(id for id, document in documents.items() if not document["active"])

    def _change(self, documents: TableChanges) -> None:
        before = {id: self[id] for id in documents if id in self}
        after = {id: document for id, document in documents.items() if document is not None}
        for id in before.keys() - after.keys():
            del self._members[id]
        self.disabled.difference_update(before)
        self.inactive.difference_update(before)
        self._put(after)
        self._change_facts(before, after)
        self._change_holders(before, after)

    def _change_facts(self, before: Documents, after: Documents) -> None:
        """Bring those up to date that somebody has asked for."""
        for name, fact in _FACTS.items():
            if name in vars(self):
                facts: dict[str, str] = vars(self)[name]
                for id in before:
                    del facts[id]
                facts.update((id, fact(document)) for id, document in after.items())
        if _named(before) != _named(after):
            vars(self).pop("by_name", None)

    def _change_holders(self, before: Documents, after: Documents) -> None:
        """Where a value has gone, the holders are looked for anew: another token may have the same."""
        if "holders" in vars(self):
            holders = _holders(after.items())
            if _holders(before.items()).keys() <= holders.keys():
                self.holders.update(holders)
            else:
                del self.holders


def _text(document: Document) -> str:
    return name_key(f"{document['name']}\n{document['description']}")


def _generated_at(document: Document) -> str:
    moment: str = document["secret"]["generated_at"]
    return moment


def _named(documents: Documents) -> dict[str, str]:
    return {id: _text(document) for id, document in documents.items()}


#: What is found out about each document when somebody asks for it.
_FACTS = {"texts": _text, "generated_at": _generated_at}


def _holders(documents: Iterable[tuple[str, Document]]) -> dict[str, str]:
    holders = {}
    for id, document in documents:
        holders[document["secret"]["digest"]] = id
        if document.get("previous"):
            holders[document["previous"]["digest"]] = id
    return holders


class AssignmentTable(PackedTable):
    """The assignments, found by token."""

    def __init__(self, text: memoryview = NO_TEXT) -> None:
        super().__init__(text)
        #: Token id → ids of the endpoints it is mapped to.
        self.endpoints_of: dict[str, tuple[str, ...]] = {}
        #: Each endpoint id once, however many assignments name it.
        self._endpoint_ids: dict[str, str] = {}
        #: Token id → texts that do not stand beside its others, while the table is being made.
        self._apart: dict[str, list[bytes]] = {}

    def of_token(self, token_id: str) -> dict[str, Document]:
        """All assignments of an endpoint token."""
        return self._parsed(token_id) if token_id in self._members else {}

    def __getitem__(self, id: str) -> Document:
        return self.of_token(id.partition(".")[0])[id]

    def __iter__(self) -> Iterator[str]:
        return (id for id, _ in self.items())

    def __len__(self) -> int:
        return sum(map(len, self.endpoints_of.values()))

    def _put(self, documents: Documents, begin: int | None = None) -> None:
        for token_id, items in groupby(documents.items(), _token_id):
            mapped = dict(items)
            if token_id in self._members:
                members = members_of(mapped)
                self._apart.setdefault(token_id, []).append(members)
                begin = after(members, begin)
            else:
                self._note_ends(token_id, mapped)
                begin = self._keep(token_id, mapped, begin)

    def _gather(self) -> None:
        for token_id, texts in self._apart.items():
            mapped = object_of(b",".join((self._text_at(self._members[token_id]), *texts)))
            self._note_ends(token_id, mapped)
            self._keep(token_id, mapped, None)
        self._apart.clear()

    def _change(self, documents: TableChanges) -> None:
        changes: dict[str, dict[str, Document | None]] = {}
        for id, document in documents.items():
            changes.setdefault(_token_id((id, document)), {})[id] = document
        for token_id, changed in changes.items():
            together = {**self.of_token(token_id), **changed}
            mapped = {id: document for id, document in together.items() if document is not None}
            if mapped:
                self._keep(token_id, mapped, None)
                self._note_ends(token_id, mapped)
            else:
                self._members.pop(token_id, None)
                self.endpoints_of.pop(token_id, None)

    def _note_ends(self, token_id: str, mapped: Documents) -> None:
        begin = len(token_id) + len(".")
        ids = [id[begin:] for id in mapped]
        self.endpoints_of[token_id] = tuple(map(self._endpoint_ids.setdefault, ids, ids))


def _token_id(item: tuple[str, object]) -> str:
    return item[0].partition(".")[0]


#: How tables are kept of which there may be very many documents.
PACKED: Mapping[str, type[Table]] = {"tokens": TokenTable, "assignments": AssignmentTable}


def table_of(name: str, pieces: Iterable[Piece] = (), text: memoryview = NO_TEXT) -> Table:
    """The table `name` of all the pieces of its JSON text; raises `ValueError` where two hold the same document."""
    return PACKED.get(name, PlainTable).of(pieces, text)
