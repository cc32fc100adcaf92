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

#: What tells the verifier to end: a service manager, ctrl+c, a terminal that goes.
ENDS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
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
        """Its exit code, when it has ended: one that can be heard no more, and lives, is of no use, and is killed."""
        os.kill(self.pid, signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def begin(work: Work, not_its: Iterable[Closes], at_end: signal.Handlers = signal.SIG_DFL) -> Child:
    """A child at `work`, with what is not its own closed there: else who waits for an end of it waits in vain.

    `at_end` is what it does at a signal to end, unless `work` minds it. Raises `OSError` where there can be no more.
    """
    (ours, its), shared = socket.socketpair(), mmap(-1, COUNT_BYTES)
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):  # one that is closed is no reason to begin none
            stream.flush()
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)  # else one that comes now is taken for ours, and lost
    try:
        pid = os.fork()
        if pid == 0:
            _become(work, Channel(its, shared), (ours, *not_its), at_end)
    except OSError:
        ours.close()
        raise
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)
        its.close()
    return Child(pid, Channel(ours, shared))


def _become(work: Work, channel: Channel, not_its: Iterable[Closes], at_end: signal.Handlers) -> NoReturn:
    """The child, whose way never leads back to what its parent was about."""
    try:
        for other in not_its:
            other.close()
        for number in ENDS:
            signal.signal(number, at_end)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)
        work(channel)
    finally:
        os._exit(1)


def how_ended(code: int) -> str:
    """An exit code of `Child.ended`, for people."""
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"


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
        if not worked or monotonic() - child.born < _SHORT_LIFE:
            self.longer()
        else:
            self._seconds = self._until = 0.0

    def longer(self) -> None:
        """Longer than the last one."""
        self._seconds = min(max(2 * self._seconds, 0.1), _LONGEST_PAUSE)
        self._until = monotonic() + self._seconds
