"""A store in memory: for tests, and for looking around where nothing is to be kept."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tokentui.domain.activity import RecordChange
from tokentui.domain.actors import Note
from tokentui.domain.errors import ReadOnly, StoreError
from tokentui.store.file_format import meta_of, new_tables
from tokentui.store.memory_requests import MemoryRequests
from tokentui.store.snapshot import Snapshot
from tokentui.store.tables import Tables
from tokentui.store.trail_lines import addition, content_of, head_of
from tokentui.store.trail_view import TrailView
from tokentui.store.transaction import Changes, DocumentTransaction


@dataclass(slots=True)
class Memory:
    """What several `MemoryStore`s have in common, as several connections have a database."""

    tables: Tables = field(default_factory=new_tables)
    #: How often something was saved.
    saves: int = 0
    requests: MemoryRequests = field(default_factory=MemoryRequests)
    trail: bytes = b""
    #: The hash of the line in the trail that tells of the last change.
    committed: str | None = None
    changing: threading.Lock = field(default_factory=threading.Lock)


class MemoryStore:
    """A `Store` that is gone with the process."""

    location = "memory"
    awaited = ""

    def __init__(self, memory: Memory | None = None, *, read_only: bool = False, lock_timeout: float = 5.0) -> None:
        self._memory = memory or Memory()
        self._lock_timeout = lock_timeout
        self.read_only = read_only

    @property
    def requests(self) -> MemoryRequests:
        return self._memory.requests

    def stamp(self) -> tuple[int, ...]:
        return (self._memory.saves,)

    def take_notice(self) -> None:
        return None

    def reader(self) -> Snapshot:
        return Snapshot(self._memory.tables, self._memory.requests)

    @contextmanager
    def change(self, note: Note) -> Iterator[DocumentTransaction]:
        if self.read_only:
            raise ReadOnly("The store was opened read-only.")
        if not self._memory.changing.acquire(timeout=self._lock_timeout):
            raise StoreError("The store is being changed by somebody else. Try again.")
        try:
            transaction = DocumentTransaction(self.reader(), self._memory.tables)
            yield transaction
            if transaction.documents() or transaction.new_key or transaction.note_alone:
                key_id = transaction.new_key or transaction.reader.key_id
                transaction.check_seals(key_id)
                self._tell(note, transaction.planned)
                meta = {**meta_of(self._memory.tables), "key_id": key_id}
                self._save({**transaction.documents(), "meta": {"1": meta}})
            transaction.settle()
        finally:
            self._memory.changing.release()

    def _tell(self, note: Note, changes: tuple[RecordChange, ...]) -> None:
        memory = self._memory
        backwards = reversed(memory.trail.split(b"\n"))
        line, memory.committed = addition(
            backwards, memory.committed, head_of(note, self.location), content_of(note, changes)
        )
        memory.trail += line

    def activity(self) -> TrailView:
        return TrailView(self._memory.trail, self.location, self._memory.committed)

    def _save(self, changes: Changes) -> None:
        tables = self._memory.tables.copy()
        for name, documents in changes.items():
            tables[name] = tables[name].changed(documents)
        self._memory.tables = tables
        self._memory.saves += 1
