"""Time as the user lives it: nobody sets it, and it goes on while the machine sleeps or the program stands still."""

import time
from collections.abc import Callable

from textual.message_pump import MessagePump
from textual.timer import Timer

#: Linux does not count sleep in CLOCK_MONOTONIC; elsewhere that is the one that does.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

#: How often to look at the clock, in seconds: the timers of the event loop stand still while the machine sleeps.
LOOK_AGAIN = 1.0


def seconds() -> float:
    """Seconds since some moment in the past."""
    return time.clock_gettime(_CLOCK)


class Deadline:
    """Calls `reached` once its time has come, from the message loop of `pump`; to set it again begins anew."""

    def __init__(self, pump: MessagePump, reached: Callable[[], object]) -> None:
        self._pump = pump
        self._reached = reached
        self._end: float | None = None
        self._timer: Timer | None = None

    @property
    def over(self) -> bool:
        """Whether its time has come, and nobody was told yet."""
        return self._end is not None and seconds() >= self._end

    def set(self, after: float) -> None:
        """Let its time come so many seconds from now."""
        self._end = seconds() + after
        if self._timer is None:
            self._wait()

    def clear(self) -> None:
        """Let it never come."""
        self._end = None
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _wait(self) -> None:
        assert self._end is not None
        self._timer = self._pump.set_timer(max(0.01, min(LOOK_AGAIN, self._end - seconds())), self._look)

    def _look(self) -> None:
        self._timer = None
        if self.over:
            self._end = None
            self._reached()
        elif self._end is not None:
            self._wait()
