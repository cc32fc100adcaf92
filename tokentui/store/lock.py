"""The lock beside a store file: one change at a time, and who waits is told for whom.

It is a kernel lock (`flock`), so that a killed process leaves none behind; the file itself stays, since two processes
that each lock a file of that name would otherwise both be alone.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

from tokentui.domain.actors import Note
from tokentui.store.lock_holder import SOMEBODY, clear_holder, read_holder, write_holder
from tokentui.store.private_files import closed_unless_kept, open_or_make

#: How often one asks for a lock that is held, in seconds.
_STEP = 0.01
#: How often one asks who has so little time left: before newcomers do, or of many hands one may never be next.
_HURRIED_STEP, _LITTLE = 0.001, 3.5


class Held(Exception):
    """Others held the lock all the time; `text` names the one that does."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class StoreLock:
    """The lock of the store file `store`."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._path = store.with_name(f"{store.name}.lock")
        #: For whom a change waits at this moment, and for how long, in words; empty where none waits.
        self.awaited = ""
        #: When it began to wait and when it gives up, of the monotonic clock.
        self._waiting = (0.0, 0.0)

    @contextmanager
    def held(self, until: float, note: Note | None = None) -> Iterator[None]:
        """Hold the lock, for what the note says; raises `Held` where others held it until then, and `OSError`."""
        self._waiting = (monotonic(), until)
        descriptor = self._take(until)
        try:
            write_holder(descriptor, note)
            yield
        finally:
            clear_holder(descriptor)
            with suppress(OSError):  # it is closed all the same, and nothing was written that anybody misses
                os.close(descriptor)

    def _take(self, until: float) -> int:
        try:
            while True:
                descriptor = self._open()
                if self._locked(descriptor, until):
                    return descriptor
        finally:
            self.awaited = ""

    def _open(self) -> int:
        """The lock file, made where it is not there; root leaves it to whom the store belongs."""
        return open_or_make(self._path, self._store)[0]

    def _locked(self, descriptor: int, until: float) -> bool:
        """Whether the open file is locked, and still the one that others would lock; else it is closed."""
        with closed_unless_kept(descriptor) as kept, suppress(FileNotFoundError):
            hold(descriptor, until, self._look)
            if os.path.samestat(os.fstat(descriptor), os.stat(self._path, follow_symlinks=False)):
                kept()
                return True
        return False

    def _look(self, descriptor: int) -> str:
        holder, (begun, until) = read_holder(descriptor), self._waiting
        name = SOMEBODY if holder is None else holder.name
        self.awaited = f"{name}, {monotonic() - begun:.0f} of {until - begun:.0f} s"
        return SOMEBODY if holder is None else holder.text


def hold(descriptor: int, until: float, look: Callable[[int], str] = lambda descriptor: SOMEBODY) -> None:
    """Lock an open file, which ends with its closing; `look` says who holds it, each time that somebody does.

    Raises `Held` where others have held it until then (of the monotonic clock), and `OSError`.
    """
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            who = look(descriptor)
            if monotonic() > until:
                raise Held(who) from None
            sleep(_HURRIED_STEP if until - monotonic() < _LITTLE else _STEP)
        else:
            return
