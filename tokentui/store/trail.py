"""The activity trail of a file store, `activity.jsonl` beside it: every change is written there before it is saved.

If the line cannot be written, the change is refused. If the change is then not saved (a crash, a full disk), the next
one tells so in a line of its own. Nothing in the file is ever changed: what a crash left stays, and is told.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from tokentui.domain.activity import RecordChange
from tokentui.domain.actors import Note
from tokentui.domain.errors import StoreError
from tokentui.store.lock import Held, hold
from tokentui.store.private_files import (
    closed_unless_kept,
    make_new,
    open_or_make,
    open_regular,
    owner_beside,
    sync_folder,
)
from tokentui.store.protocol import Stamp
from tokentui.store.trail_lines import addition, content_of, head_of, taking_back

FILE_NAME = "activity.jsonl"
_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class TrailFile:
    """The trail of the store file `store`; several stores in one folder share it."""

    store: Path

    @property
    def path(self) -> Path:
        return self.store.with_name(FILE_NAME)

    def stamp(self) -> Stamp:
        """Differs as soon as something was appended; `()` where there is no trail yet. Raises `StoreError`."""
        try:
            status = os.stat(self.path, follow_symlinks=False)
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise StoreError(f"The activity trail {self.path} cannot be reached: {_why(error)}.") from error
        return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)

    def read(self) -> bytes:
        """All of it; nothing where there is none yet. Raises `StoreError`."""
        try:
            with open(open_regular(self.path, os.O_RDONLY), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise StoreError(f"The activity trail {self.path} cannot be read: {_why(error)}.") from error

    def begin_with(self, content: bytes) -> None:
        """Put the lines of a trail from elsewhere in place, where there is none yet; raises `StoreError`."""
        if not content or self.stamp():
            return
        try:
            make_new(self.path, (content,), owner_beside(self.store))
        except FileExistsError:
            pass
        except OSError as error:
            raise StoreError(f"Nothing was changed: {self.path} cannot be made: {_why(error)}.") from error

    def append(self, note: Note, changes: tuple[RecordChange, ...], committed: str | None, patience: float) -> str:
        """Tell of a change that is about to be saved; gives the hash to save with it, `committed` the next time.

        The line is on the disk when this returns. Another store's line in the same trail is waited for as long as
        `patience` says, in seconds. Raises `StoreError`, and then the change must not be saved.
        """
        hash = ""
        try:
            with self._alone(patience) as descriptor:
                head, content = head_of(note, self.store.name), content_of(note, changes)
                line, hash = addition(_backwards(descriptor), committed, head, content)
                _append(descriptor, line)
            return hash
        except Held:
            raise StoreError(
                f"Nothing was changed: the activity trail {self.path} is locked by another process. Try again."
            ) from None
        except OSError as error:
            if hash and committed is None:
                self.take_back(note, hash, patience)
            raise StoreError(
                f"Nothing was changed: the activity trail {self.path} cannot be written: {_why(error)}."
            ) from error

    def take_back(self, note: Note, hash: str, patience: float) -> None:
        """Tell of the first change of a store that it never came: there is no next one as yet that could tell it.

        Without that, the trail would tell of a store that has gone. Where it cannot be told, it is not.
        """
        with suppress(Held, OSError), self._alone(patience) as descriptor:
            _append(descriptor, taking_back(_backwards(descriptor), head_of(note, self.store.name), hash))

    @contextmanager
    def _alone(self, patience: float) -> Iterator[int]:
        """The open file, which nobody else appends to meanwhile."""
        descriptor = self._open_to_write()
        try:
            hold(descriptor, monotonic() + patience)
            yield descriptor
        finally:
            os.close(descriptor)

    def _open_to_write(self) -> int:
        descriptor, made = open_or_make(self.path, self.store, os.O_APPEND)
        if made:
            with closed_unless_kept(descriptor) as kept:
                sync_folder(self.path.parent)
                kept()
        return descriptor


def _why(error: OSError) -> str:
    return error.strerror or str(error)


def _append(descriptor: int, content: bytes) -> None:
    _write_all(descriptor, content)
    os.fsync(descriptor)


def _write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def _backwards(descriptor: int) -> Iterator[bytes]:
    """What stands between the newlines of a file, from its end; first what is behind the last, if only nothing."""
    end, rest = os.fstat(descriptor).st_size, b""
    while end:
        begin = max(0, end - _BLOCK)
        first, *others = (os.pread(descriptor, end - begin, begin) + rest).split(b"\n")
        yield from reversed(others)
        end, rest = begin, first
    yield rest
