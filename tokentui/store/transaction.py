"""A change to documents: collects records, and checks the `rev` of each against what the store holds."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tokentui.domain.errors import Conflict, StoreError
from tokentui.domain.records import Endpoint, EndpointToken, Record, Secret
from tokentui.store.codec import TABLES, Document, document_of, record_of
from tokentui.store.protocol import RecordT, Replaced
from tokentui.store.snapshot import Snapshot

if TYPE_CHECKING:
    from tokentui.domain.activity import RecordChange

#: By table and id, the documents to keep; None where one is to go.
Changes = dict[str, dict[str, Document | None]]


class DocumentTransaction:
    """A `Transaction` on tables of documents that nobody else changes until it is over."""

    def __init__(self, reader: Snapshot, tables: Mapping[str, Mapping[str, Any]]) -> None:
        self.reader = reader
        self._tables = tables
        self._changes: dict[tuple[str, str], Replaced] = {}
        #: The key that the store will be marked with where it is another one.
        self.new_key: str | None = None
        self._saved = False
        self.note_alone = False

    @property
    def replaced(self) -> tuple[Replaced, ...]:
        return tuple(self._changes.values()) if self._saved else ()

    @property
    def planned(self) -> "tuple[RecordChange, ...]":
        """What is about to be saved, as the activity trail tells it."""
        from tokentui.domain.activity import record_change

        return tuple(record_change(each.before, each.after, self._name_of) for each in self._changes.values())

    def _name_of(self, id: str) -> str:
        """What people call an endpoint or a token, as it will be."""
        for table, naming in (("tokens", "{name}"), ("endpoints", "{group}/{slug}")):
            change = self._changes.get((table, id))
            if change is not None and change.after is not None:
                return naming.format_map(document_of(change.after))
            document = self._tables[table].get(id)
            if document is not None:
                return naming.format_map(document)
        return id

    @property
    def adds(self) -> bool:
        """Whether the store will hold an endpoint, a token or a value that it did not hold before."""
        return any(_digests(each.after) - _digests(each.before) or _is_new(each) for each in self._changes.values())

    def mark(self, key_id: str) -> None:
        self.new_key = key_id

    def check_seals(self, key_id: str | None) -> None:
        """Raise `Conflict` where a new value was sealed with another key than the store is marked with, if it is."""
        if key_id is None:
            return
        for change in self._changes.values():
            before = _digests(change.before)
            if any(
                each.sealed_by not in ("", key_id) and each.digest not in before for each in _secrets(change.after)
            ):
                raise Conflict("The key of the store was replaced meanwhile. Nothing was changed; do it again.")

    def put(self, record: RecordT) -> RecordT:
        table, before = self._current(record)
        after = replace(record, rev=record.rev + 1)
        self._changes[table, record.id] = Replaced(before, after)
        return after

    def bring_back(self, record: RecordT, above: int) -> RecordT:
        table, before = self._standing(record)
        after = replace(record, rev=max(record.rev, above, 0 if before is None else before.rev) + 1)
        self._changes[table, record.id] = Replaced(before, after)
        return after

    def remove(self, record: Record) -> None:
        table, before = self._current(record)
        if before is None:
            raise Conflict("Somebody else removed this meanwhile.")
        self._changes[table, record.id] = Replaced(before, None)

    def _current(self, record: Record) -> tuple[str, Record | None]:
        """The record as it was saved, after a look at `rev`."""
        table, standing = self._standing(record)
        if record.rev != (0 if standing is None else standing.rev):
            raise Conflict("Somebody else changed this meanwhile. Look at it again, then repeat the change.")
        return table, standing

    def _standing(self, record: Record) -> tuple[str, Record | None]:
        """Its table, and the record as it was saved; a record is changed once in a transaction."""
        table = TABLES[type(record)]
        if (table, record.id) in self._changes:
            raise StoreError("A record can be changed only once in one change.")
        document = self._tables[table].get(record.id)
        return table, None if document is None else record_of(table, record.id, document)

    def documents(self) -> Changes:
        """What is to be kept and what is to go."""
        documents: Changes = {}
        for (table, id), change in self._changes.items():
            documents.setdefault(table, {})[id] = None if change.after is None else document_of(change.after)
        return documents

    def settle(self) -> None:
        """Say that it is saved: from now on `replaced` tells what it did."""
        self._saved = True


def _is_new(change: Replaced) -> bool:
    return change.before is None and isinstance(change.after, Endpoint | EndpointToken)


def _digests(record: Record | None) -> set[str]:
    return {secret.digest for secret in _secrets(record)}


def _secrets(record: Record | None) -> tuple[Secret, ...]:
    match record:
        case Endpoint():
            return tuple(record.primaries.values())
        case EndpointToken():
            return (record.secret,) if record.previous is None else (record.secret, record.previous)
        case _:
            return ()
