"""Ctrl+Z and `fg`: back to the shell and here again, where there is a shell, and drawn anew."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path
from types import FrameType


class Suspending:
    """Stands between the system and Textual, which takes every SIGCONT for the end of a rest that it has begun.

    SIGCONT comes also after a SIGSTOP, and with the SIGHUP of a line that dropped. To begin drawing a second time
    would mean a second thread at the keys, and a terminal whose changed modes are taken for those that were found.
    """

    def __init__(self, *, ends: Callable[[], bool], draw_anew: Callable[[], object]) -> None:
        """`ends`: whether the end has begun; `draw_anew`, called in the loop, leaves the terminal and enters it."""
        self._ends = ends
        self._draw_anew = draw_anew
        self._suspended = False
        self._loop: asyncio.AbstractEventLoop

    def begin(self) -> None:
        """Step in; for the main thread, in the loop, when Textual has begun to draw."""
        self._loop = asyncio.get_running_loop()
        for number, ours in ((signal.SIGTSTP, self._rest), (signal.SIGCONT, self._go_on)):
            theirs = signal.getsignal(number)
            if callable(theirs):
                signal.signal(number, ours(theirs))

    def _rest(self, theirs: Callable[[int, FrameType | None], object]) -> Callable[[int, FrameType | None], None]:
        def rest(number: int, frame: FrameType | None) -> None:
            self._suspended = True
            theirs(number, frame)

        return rest

    def _go_on(self, theirs: Callable[[int, FrameType | None], object]) -> Callable[[int, FrameType | None], None]:
        def go_on(number: int, frame: FrameType | None) -> None:
            if self._ends():
                return
            if self._suspended:
                self._suspended = False
                theirs(number, frame)
            else:
                self._loop.call_soon_threadsafe(self._draw_anew)  # it may be waiting, and is woken by that

        return go_on


def suspend() -> None:
    """Let all that were started as one job rest, as the terminal's own Ctrl+Z would: a script around us too."""
    os.killpg(os.getpgrp(), signal.SIGTSTP)


def may_suspend() -> bool:
    """Whether a shell is there to bring us back: not where the session is for us alone (`ssh -t host tokentui`).

    POSIX calls that an orphaned process group: the first process of the job has no parent in the session.
    """
    first = os.getpgrp()
    parent = os.getppid() if first == os.getpid() else _parent_of(first)
    try:
        return first != os.getsid(0) and os.getsid(parent) == os.getsid(0)
    except OSError:  # there is none
        return False


def _parent_of(process: int) -> int:
    """Where this cannot be known, the process itself: above a script there is a shell, most likely."""
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return process
