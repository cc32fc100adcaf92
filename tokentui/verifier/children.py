"""Processes of the verifier's own: how one begins, knows its parent by a channel, and is replaced when it ends."""

import os
import signal
import socket
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from mmap import mmap
from time import monotonic
from typing import NoReturn, Protocol

from tokentui.verifier.frames import COUNT_BYTES, Channel

#: What tells the verifier to end.
ENDS = (signal.SIGTERM, signal.SIGINT)
#: Where a child lives shorter than this, in seconds, the next one begins after a pause, which grows to the longest.
_SHORT_LIFE = 2.0
_LONGEST_PAUSE = 5.0

Work = Callable[[Channel], NoReturn]


class Closes(Protocol):
    """What can be closed."""

    def close(self) -> None: ...


@dataclass
class Child:
    """A process, and our end of the channel to it."""

    pid: int
    channel: Channel
    born: float = field(default_factory=monotonic)

    def ended(self) -> int:
        """Wait until it has ended; its exit code."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def begin(work: Work, not_its: Iterable[Closes]) -> Child:
    """A child at `work`, with what is not its own closed there: else who waits for an end of it waits in vain."""
    (ours, its), shared = socket.socketpair(), mmap(-1, COUNT_BYTES)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # a log that cannot be written is no reason to begin none
            stream.flush()
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)  # else one that comes now is taken for ours, and lost
    pid = os.fork()
    if pid == 0:
        ours.close()
        for other in not_its:
            other.close()
        for number in ENDS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)
        work(Channel(its, shared))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)
    its.close()
    return Child(pid, Channel(ours, shared))


class Pause:
    """How long to wait before a child is replaced: not at all, or longer and longer where they do not live long."""

    def __init__(self) -> None:
        self._seconds, self._until = 0.0, 0.0

    @property
    def over(self) -> bool:
        """Whether the next one may begin."""
        return monotonic() >= self._until

    def after(self, child: Child, worked: bool = True) -> None:
        """A child has ended; whether it `worked` at all."""
        short = not worked or monotonic() - child.born < _SHORT_LIFE
        self._seconds = min(max(2 * self._seconds, 0.1), _LONGEST_PAUSE) if short else 0.0
        self._until = monotonic() + self._seconds
