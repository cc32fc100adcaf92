"""A TinyDB storage that loses nothing: one lock, an atomic replace, and a refusal of any file that is not ours.

TinyDB's own `JSONStorage` writes in place and knows no lock; killed at the wrong moment it leaves half a file. Here
a save is: lock file beside the store → read again under the lock → temporary file in the same folder → fsync →
`os.replace` → fsync of the folder.
"""

import os
import stat
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from tinydb import Storage

from tokentui.domain.errors import ReadOnly, StoreError
from tokentui.store.file_format import is_newer, new_tables, parse
from tokentui.store.layout import JsonText, lines_of
from tokentui.store.notices import Notices
from tokentui.store.private_files import (
    make_private_folder,
    owner_beside,
    sweep,
    sync_folder,
    temporary_beside,
    write_parts,
)
from tokentui.store.protocol import Notice, Requests, Stamp
from tokentui.store.request_log import RequestLog
from tokentui.store.snapshot import Snapshot
from tokentui.store.tables import Tables

if TYPE_CHECKING:
    from tokentui.domain.actors import Note
    from tokentui.store.lock import StoreLock

#: How long a change waits for the changes of others, in seconds.
LOCK_TIMEOUT = 5.0


@dataclass(frozen=True)
class Saved:
    """What a store file held while it had this stamp."""

    stamp: Stamp
    tables: Tables
    #: Those that were seen beside it: as they are when they are asked for, be it later.
    requests: Requests

    @cached_property
    def snapshot(self) -> Snapshot:
        """The one view of it, which keeps what it has found out."""
        return Snapshot(self.tables, self.requests)


class SafeStorage(Storage):
    """The tables of one store file. `load` and `stamp` need no lock; TinyDB writes inside `locked()` only."""

    def __init__(self, path: Path, *, lock_timeout: float = LOCK_TIMEOUT, requests_file: Path | None = None) -> None:
        #: The file itself: to replace a symbolic link would leave the file behind it as it was.
        self.path = Path(os.path.realpath(path))
        self.requests = RequestLog(self.path, requests_file)
        self.notices = Notices()
        self._lock_timeout = lock_timeout
        self._loading = threading.Lock()
        self._cached: Saved | None = None
        #: Waiting for another process' lock means asking again and again; threads of this one wait here.
        self._changing = threading.Lock()
        #: How long the change that is under way may still wait for others, in seconds.
        self.patience_left = 0.0
        self._saved = Tables({})
        self._working: Tables | None = None
        #: Where the file that is replaced is kept, if it is damaged.
        self._aside: Path | None = None
        self._seen = False

    # ------------------------------------------------------------------ reading

    def stamp(self) -> Stamp:
        """Device, inode, size and time of the file; `()` where there is none yet. Raises `StoreError`."""
        status = self._status()
        return () if status is None else _stamp_of(status)

    def _status(self) -> os.stat_result | None:
        try:
            status = os.stat(self.path)
        except FileNotFoundError:
            if self._seen:
                raise StoreError(f"The store {self.path} has gone. Put it back.") from None
            return None
        except OSError as error:
            raise StoreError(f"The store {self.path} cannot be reached: {_why(error)}.") from error
        if not stat.S_ISREG(status.st_mode):  # to open a named pipe would wait for ever
            raise StoreError(f"The store {self.path} is not a regular file.")
        self._seen = True
        return status

    def load(self) -> Saved:
        """What is saved, which nobody may change; parsed again only where the file is another."""
        with self._loading:
            stamp = self.stamp()
            if self._cached is None or self._cached.stamp != stamp:
                self._cached = None  # before the next one comes: large stores are not to be in memory twice
                self._cached = self._load_file() if stamp else Saved((), new_tables(), self.requests)
            return self._cached

    def _load_file(self) -> Saved:
        try:
            with open(self.path, "rb") as file:
                status = os.fstat(file.fileno())
                lines = lines_of(file)
        except OSError as error:
            raise StoreError(f"The store {self.path} cannot be read: {_why(error)}.") from error
        return Saved(_stamp_of(status), parse(self.path, lines), self.requests)

    # ------------------------------------------------------------------ writing

    @contextmanager
    def locked(self, note: "Note | None" = None) -> Iterator[Saved]:
        """Hold the store alone; gives what is saved. What TinyDB writes meanwhile is kept by `save`, or dropped.

        The note tells those who wait for it what is being done.
        """
        with self._alone(note):
            saved = self.load()
            self._saved = self._working = saved.tables
            if is_newer(saved.tables):
                raise ReadOnly(f"The store {self.path} was written by a newer TokenTUI: it can be looked at only.")
            yield saved

    @contextmanager
    def locked_anew(self, note: "Note") -> Iterator[Saved]:
        """As `locked`, where the file is damaged or gone: as if nothing were saved. The file is kept beside."""
        from tokentui.store.damaged import aside_of

        with self._alone(note):
            self._saved = self._working = tables = new_tables()
            self._aside = aside_of(self.path, note.at)
            yield Saved((), tables, self.requests)

    @contextmanager
    def _alone(self, note: "Note | None") -> Iterator[None]:
        self.stamp()  # where the store has gone, no folder is made for it again
        until = monotonic() + self._lock_timeout
        if not self._changing.acquire(timeout=self._lock_timeout):
            raise StoreError(f"The store {self.path} is being changed already. Try again.")
        try:
            with self._lock_file(until, note):
                self.patience_left = max(0.0, until - monotonic())
                yield
        finally:
            self._saved, self._working, self._aside = Tables({}), None, None
            self._changing.release()

    @contextmanager
    def _lock_file(self, until: float, note: "Note | None") -> Iterator[None]:
        from tokentui.store.lock import Held

        with ExitStack() as held:
            try:
                make_private_folder(self.path.parent)
                held.enter_context(self._lock.held(until, note))
            except Held as error:
                raise StoreError(
                    f"The store {self.path} is locked by {error.text}; waited {self._lock_timeout:g} s. Try again."
                ) from None
            except OSError as error:
                raise StoreError(f"The store {self.path} cannot be locked: {_why(error)}.") from error
            yield

    @property
    def awaited(self) -> str:
        """For whom a change waits at this moment, in words; empty where none waits."""
        return self._lock.awaited if "_lock" in vars(self) else ""

    @cached_property
    def _lock(self) -> "StoreLock":
        """Loaded by the first change: who only looks does without."""
        from tokentui.store.lock import StoreLock

        return StoreLock(self.path)

    def read(self) -> Tables:  # type: ignore[override]  # TinyDB's own tables are dicts
        """All tables as TinyDB has made them inside `locked()`; else as they are saved."""
        return (self.load().tables if self._working is None else self._working).copy()

    def write(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        """Take the tables that `save` will keep."""
        if self._working is None:
            raise StoreError("The store is written inside a change only.")
        assert isinstance(data, Tables)  # what `read` gave, and TinyDB gives back
        self._working = data

    def save(self) -> bool:
        """Put what was written in place, inside `locked()`; False where nothing was. Raises `StoreError`."""
        tables = self._working
        if tables is None or tables is self._saved:
            return False
        temporary = temporary_beside(self.path)
        try:
            sweep(self.path)
            stamp = self._write_later(temporary, tables.dump())
            with self._keeping_replaced() if self._aside is None else self._keeping_aside(self._aside):
                os.replace(temporary, self.path)
        except OSError as error:
            raise StoreError(f"Nothing was saved: {_why(error)}: {self.path}.") from error
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
        self._seen, self._cached = True, Saved(stamp, tables, self.requests)
        return True

    @contextmanager
    def _keeping_replaced(self) -> Iterator[None]:
        """Keep the file that is replaced inside. Where that cannot be, the change is not lost for it: it is told."""
        from tokentui.store.generations import Generations

        generations, kept, trouble = Generations(self.path), None, ""
        try:
            kept = generations.keep()
        except OSError as error:
            trouble = f"What was replaced could not be kept: {_why(error)}: {generations.folder}."
        try:
            yield
        except BaseException:
            generations.forget(kept)
            raise
        generations.prune()
        self.notices.lasting(trouble)

    @contextmanager
    def _keeping_aside(self, aside: Path) -> Iterator[None]:
        """Keep the damaged file that is replaced inside; raises `OSError` where that cannot be."""
        from tokentui.store.damaged import kept_aside

        with kept_aside(self.path, aside) as kept:
            yield
        if kept:
            self.notices.put(Notice(f"The damaged file is kept as {aside}."))

    def _write_later(self, temporary: Path, content: Iterator[JsonText]) -> Stamp:
        """Write the file with a later time than the one it replaces, whatever the clock and its grain.

        Inodes and sizes come again, so without it a store that was saved twice might look as it did before.
        """
        replaced = self._status()
        write_parts(temporary, content, replaced or owner_beside(self.path))
        status = os.stat(temporary)
        if replaced is not None and status.st_mtime_ns <= replaced.st_mtime_ns:
            later = replaced.st_mtime_ns + 1
            os.utime(temporary, ns=(later, later))
            status = os.stat(temporary)
        return _stamp_of(status)

    def confirm(self) -> None:
        """Make what was saved survive a power cut; raises `StoreError`, and then it is in place all the same."""
        folder = self.path.parent
        try:
            sync_folder(folder)
        except OSError as error:
            raise StoreError(f"Saved, but not confirmed durable: {_why(error)}: the folder {folder}.") from error


def _stamp_of(status: os.stat_result) -> Stamp:
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def _why(error: OSError) -> str:
    return error.strerror or str(error)
