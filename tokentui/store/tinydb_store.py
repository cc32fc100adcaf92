"""The store that lives in one TinyDB file."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tinydb import TinyDB
from tinydb.table import Table

from tokentui.domain.errors import ReadOnly, SealError, StoreError
from tokentui.store.codec import TABLES, Document
from tokentui.store.file_format import is_newer, meta_of
from tokentui.store.protocol import Notice, Stamp
from tokentui.store.request_log import RequestLog
from tokentui.store.safe_storage import LOCK_TIMEOUT, SafeStorage, Saved
from tokentui.store.snapshot import Snapshot
from tokentui.store.tables import Tables
from tokentui.store.transaction import Changes, DocumentTransaction

if TYPE_CHECKING:
    from tokentui.domain.actors import Note
    from tokentui.store.trail import TrailFile
    from tokentui.store.trail_view import TrailView

#: How often the trail is read again where the store was saved while one was looking.
_LOOKS = 3


class _RecordTable(Table):
    """A TinyDB table whose documents are found by our own ids."""

    document_id_class = str  # type: ignore[assignment]  # TinyDB's stub says int, its code takes any class

    def keep(self, documents: Mapping[str, Document | None]) -> None:
        """Put, replace and remove (None) documents, all in one write.

        TinyDB's `update` changes documents in place, which readers hold; and every call of its own converts all ids
        of the table twice, which at 10,000 documents takes as long as writing the file.
        """
        assert isinstance(self.storage, SafeStorage)
        tables = self.storage.read()
        tables[self.name] = tables[self.name].changed(documents)
        self.storage.write(tables)
        self.clear_cache()


class _Database(TinyDB):
    table_class = _RecordTable


class TinyDBStore:
    """A `Store` in the file `path`. Reading makes no file; the first change does, in a folder of mode 0700.

    `key_id` names the key that values are sealed with. It is asked only when records are added or values replaced:
    a store that holds no value yet is marked with it, and a store that is marked with another refuses the change.
    """

    def __init__(
        self,
        path: Path,
        *,
        key_id: Callable[[], str] | None = None,
        read_only: bool = False,
        lock_timeout: float = LOCK_TIMEOUT,
    ) -> None:
        self._database = _Database(path, lock_timeout=lock_timeout, storage=SafeStorage)
        storage = self._database.storage
        assert isinstance(storage, SafeStorage)
        self._storage = storage
        self._key_id = key_id
        self._read_only = read_only
        #: The trail as it was read last, beside its stamp.
        self._viewed: tuple[Stamp, TrailView] | None = None

    @property
    def location(self) -> str:
        return str(self._storage.path)

    @property
    def read_only(self) -> bool:
        """Whether it was opened to be looked at only, or was written by a newer TokenTUI."""
        return self._read_only or is_newer(self._tables())

    @property
    def exists(self) -> bool:
        """Whether there is a store file yet; raises `StoreError` where it has gone."""
        there = bool(self._storage.stamp())
        if not there:
            self.check_not_gone()
        return there

    def check_not_gone(self) -> None:
        """Raise `StoreError` where there is no store file and what lies beside it tells that there was one."""
        from tokentui.store.gone import gone
        from tokentui.store.lock_holder import holder_of

        trouble = gone(self._storage.path)
        # Who saves it for the first time right now holds the lock, or has saved it meanwhile.
        if trouble and holder_of(Path(f"{self._storage.path}.lock")) is None and not self._storage.stamp():
            raise trouble

    @property
    def key_id(self) -> str | None:
        """Which key this store's values are sealed with; None where it was never said."""
        return meta_of(self._tables()).get("key_id")

    @property
    def holds_values(self) -> bool:
        """Whether there is any sealed value in it."""
        return _holds_values(self._tables())

    @cached_property
    def _trail(self) -> "TrailFile":
        """Loaded when it is first asked for: who only lists does not wait for it."""
        from tokentui.store.trail import TrailFile

        return TrailFile(self._storage.path)

    def _tables(self) -> Tables:
        return self._storage.load().tables

    @property
    def requests(self) -> RequestLog:
        """The requests seen, in a file of their own beside the store."""
        return self._storage.requests

    def stamp(self) -> Stamp:
        return self._storage.stamp()

    @property
    def awaited(self) -> str:
        return self._storage.awaited

    def take_notice(self) -> Notice | None:
        return self._storage.notices.take()

    def reader(self) -> Snapshot:
        saved = self._storage.load()
        if not saved.stamp:
            self.check_not_gone()
        return saved.snapshot

    @contextmanager
    def change(self, note: "Note") -> Iterator[DocumentTransaction]:
        if self._read_only:
            raise ReadOnly("The store was opened read-only. Start without --read-only to change it.")
        with self._storage.locked(note) as saved:
            if not saved.stamp:
                self._check_first()
            _check_whole(saved.tables)
            yield from self._changing(saved, note, self._key_id)

    def _check_first(self) -> None:
        """Raise `StoreError` where a change would begin a store anew in the place of one that has gone."""
        from tokentui.store.gone import gone

        if trouble := gone(self._storage.path):
            raise trouble

    @contextmanager
    def change_anew(self, note: "Note", trail: bytes = b"") -> Iterator[DocumentTransaction]:
        """As `change`, of a store that is gone or damaged, as if it held nothing: what is damaged is kept beside.

        The trail goes on, with a line that tells that a new store begins; `trail` is one to go on with where there is
        none. The key is not asked for, since what it is asked by is damaged: whoever brings values back says by
        `mark` what they were sealed with.
        """
        if self._read_only:
            raise ReadOnly("The store was opened read-only. Start without --read-only to change it.")
        with self._storage.locked_anew(note) as saved:
            self._trail.begin_with(trail)
            yield from self._changing(saved, note, key_id=None)

    def drop_generations(self, note: "Note") -> int:
        """Take all generations away, and return how many; raises `StoreError`."""
        from tokentui.store.generations import Generations

        generations = Generations(self._storage.path)
        with self._storage.locked(note):
            try:
                return generations.drop()
            except OSError as error:
                raise StoreError(
                    f"The generations in {generations.folder} cannot be taken away: {error.strerror or error}."
                ) from error

    def _changing(
        self, saved: Saved, note: "Note", key_id: Callable[[], str] | None
    ) -> Iterator[DocumentTransaction]:
        transaction = DocumentTransaction(saved.snapshot, saved.tables)
        yield transaction
        line = self._write(transaction, note, key_id)
        try:
            is_saved = self._storage.save()
        except StoreError:
            if line and not saved.stamp:  # else the line would tell of a store that has gone
                self._trail.take_back(note, line, self._storage.patience_left)
            raise
        if is_saved:
            transaction.settle()
            self._confirm()

    def _confirm(self) -> None:
        """Sync what is in place already; where that fails it must not read as "nothing was saved"."""
        try:
            self._storage.confirm()
        except StoreError as error:
            self._storage.notices.put(Notice(str(error), grave=True))

    def _write(self, transaction: DocumentTransaction, note: "Note", key_id: Callable[[], str] | None) -> str:
        """Write the trail, then the tables, which know the line of the trail that tells of them: its hash."""
        documents = transaction.documents()
        if not documents and transaction.new_key is None and not transaction.note_alone:
            return ""
        tables = self._storage.read()
        meta = {**meta_of(tables), **self._mark(transaction, tables, key_id)}
        transaction.check_seals(meta.get("key_id") or None)
        meta["trail"] = self._trail.append(note, transaction.planned, meta.get("trail"), self._storage.patience_left)
        changes: Changes = {**documents, "meta": {"1": meta}}
        for name, changed in changes.items():
            table = self._database.table(name, cache_size=0)
            assert isinstance(table, _RecordTable)
            table.keep(changed)
        return str(meta["trail"])

    def _mark(self, transaction: DocumentTransaction, tables: Tables, key_id: Callable[[], str] | None) -> Document:
        """The mark that tables without values get; raises `SealError` where they are marked with another key."""
        if transaction.new_key is not None:
            return {"key_id": transaction.new_key}
        if key_id is None or not transaction.adds:
            return {}
        marked, ours = meta_of(tables).get("key_id"), key_id()
        if marked not in (None, ours):
            raise wrong_key(self.location)
        return {} if marked == ours or _holds_values(tables) else {"key_id": ours}

    def activity(self) -> "TrailView":
        """The trail; a line that was written after the store was looked at is read too."""
        view = self._activity()
        for _ in range(_LOOKS):
            if view.holds_committed:
                break
            view = self._activity()
        return view

    def _activity(self) -> "TrailView":
        # The trail first: its lines come before the store is saved, so each that was saved is among those read.
        from tokentui.store.trail_view import TrailView

        stamp = self._trail.stamp()
        kept = self._viewed
        if kept is None or kept[0] != stamp:
            kept = (stamp, TrailView(self._trail.read(), self._storage.path.name))
        view = kept[1].as_of(self._committed())
        self._viewed = (stamp, view)
        return view

    def _committed(self) -> str | None:
        """The line that the store was saved with last; where it has gone, one that is none, so that all count."""
        saved = self._storage.load()
        if not saved.stamp:
            from tokentui.store.gone import gone
            from tokentui.store.trail_lines import NOTHING

            return NOTHING if gone(self._storage.path) else None
        found = meta_of(saved.tables).get("trail")
        return found if isinstance(found, str) else None

    def close(self) -> None:
        self._database.close()


def _holds_values(tables: Tables) -> bool:
    return bool(tables["tokens"]) or any(each["primaries"] for each in tables["endpoints"].values())


def _check_whole(tables: Tables) -> None:
    """Raise `StoreError` where a table is damaged: with each save an older copy goes, and it may be the sound one."""
    for name in TABLES.values():
        tables[name]


def wrong_key(store: str) -> SealError:
    """The refusal of a key that is not the one which the store at this location is marked with."""
    return SealError(
        f"Wrong key: the store {store} was sealed with another key. Nothing was changed. "
        "Name the right key file with --key-file."
    )
