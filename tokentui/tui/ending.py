"""The end that comes from outside: SIGTERM, SIGHUP, or a line that dropped without any signal.

The loop cannot see to it: while the far end has stopped reading, it stands still in the middle of drawing, and what a
dropped terminal says to a reader that nobody tells is "nothing", as fast as it can be asked. So a thread of its own
hears of it. It gives the terminal back first, which takes every value off the screen and lets the loop go on, drawing
into the void; then it asks for the ordinary way out, on which what is being saved is finished; and where that takes
too long it ends the process. A save is in place whole or not at all, so nothing is torn by it.
"""

import os
import select
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

from tokentui.tui.terminal_given_back import OwnTerminal

#: How long the ordinary way out may take, in seconds: a dropped line leaves no process behind for more than three.
GRACE_SECONDS = 2.2

_SIGNALS = (signal.SIGHUP, signal.SIGTERM)
#: What `poll` says of a terminal whose other end has gone.
_GONE = select.POLLHUP | select.POLLERR


class Ending:
    """Waits for the end from outside, from `begin` on, and sees that it comes."""

    def __init__(self, leave: Callable[[int], object], last: Callable[[], object] = lambda: None) -> None:
        """`leave` begins the ordinary way out with an exit code, from any thread; `last` comes before a hard end."""
        self._leave = leave
        self._last = last
        self._terminal = OwnTerminal()
        #: The exit code of an end that has begun, as a shell tells it: 128 and the signal.
        self.code = 0

    def begin(self) -> None:
        """Hear signals from now on; for the main thread, before anything is drawn."""
        heard, tell = os.pipe()
        os.set_blocking(tell, False)
        signal.set_wakeup_fd(tell, warn_on_full_buffer=False)  # a byte for each signal, whatever the loop does
        for number in _SIGNALS:
            signal.signal(number, self._note)
        threading.Thread(target=self._wait, args=(heard,), name="ending", daemon=True).start()

    def has_begun(self) -> bool:
        """Whether it is on its way."""
        return self.code != 0

    def drawing_is_over(self) -> None:
        """The terminal has been given back already, in the ordinary way."""
        self._terminal.is_drawn_on = False

    def _note(self, number: int, _: FrameType | None) -> None:
        """Before the handler of SIGCONT, which often comes with it and would draw again."""
        self.code = self.code or 128 + number

    def _wait(self, heard: int) -> None:
        """Until the first signal of ours, or until the terminal has gone without one."""
        poll = select.poll()
        poll.register(heard, select.POLLIN)
        poll.register(self._terminal.descriptor, 0)  # no more than that it has gone
        while True:
            for descriptor, event in poll.poll():
                if descriptor == heard:
                    number = next((each for each in os.read(heard, 256) if each in _SIGNALS), None)
                    if number is not None:
                        self._end(number)
                elif event & _GONE:
                    self._end(signal.SIGHUP)
                else:  # this system cannot say: then signals alone do
                    poll.unregister(descriptor)

    def _end(self, number: int) -> NoReturn:
        limit = time.monotonic() + GRACE_SECONDS
        self.code = self.code or 128 + number
        self._terminal.give_back(number)
        self._leave(self.code)
        time.sleep(max(0.0, limit - time.monotonic()))
        try:
            self._last()
        finally:
            os._exit(self.code)
