"""Giving the terminal back from outside of the loop, also while a frame is stuck half written in it."""

import os
import signal
import termios
import threading
import time
from contextlib import suppress

#: What is turned on by drawing, turned off: first what a half written sequence could swallow. No mode that is off
#: already minds.
RESTORED = (
    "\x18"  # whatever sequence is half written is none
    "\x1b[?2026l"  # what was drawn is shown
    "\x1b[?2004l"  # a paste is typed again
    "\x1b[?7h"  # lines wrap
    "\x1b[?2048l"  # no report of the window's size
    "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"  # no mouse
    "\x1b[?1004l"  # no report of the focus
    "\x1b[<u"  # keys as they were
    "\x1b[0m"
    "\x1b[?1049l"  # the other screen, as it was left
    "\x1b[?25h"  # with its cursor
)

#: How long to try to write that, in seconds: who reads again gets it, who has stopped reading does without.
_TRY_SECONDS = 0.3
#: What a terminal sends when its window gets the focus: read, it does nothing.
_FOCUSED = b"\x1b[I"
#: How Textual calls the threads that read and write the terminal.
_THREADS = "textual-"


class OwnTerminal:
    """The terminal on stdin, as it is found now."""

    def __init__(self) -> None:
        self.descriptor = os.dup(0)  # stays open when stdin is turned elsewhere
        self._modes = termios.tcgetattr(self.descriptor)
        #: Whether there is anything to be put right on it.
        self.is_drawn_on = True

    def give_back(self, number: int) -> None:
        """Cut the process off from its terminal, and leave that as it was found.

        `number` is a signal that has a handler: a write that is stuck comes back by it.
        """
        self._cut_off()
        if self.is_drawn_on and self._is_ours:
            self._write(RESTORED.encode(), number)
            with suppress(termios.error):
                termios.tcsetattr(self.descriptor, termios.TCSANOW, self._modes)
        else:
            _interrupt(number)

    def _cut_off(self) -> None:
        """What is drawn goes nowhere from now on, and no key comes: not even the end of all keys, which is no end."""
        nothing, more = os.pipe()  # the other end stays open
        os.write(more, _FOCUSED)  # a reader that was told of keys a moment ago would wait for ever for them
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 0)
        for output in (1, 2):
            os.dup2(nowhere, output, inheritable=True)

    @property
    def _is_ours(self) -> bool:
        """Whether this process is the one that has it, and not a shell that was returned to."""
        try:
            return os.tcgetpgrp(self.descriptor) == os.getpgrp()
        except OSError:  # it has gone, or no shell shares it with us
            return True

    def _write(self, text: bytes, number: int) -> None:
        """Without waiting: by a descriptor of its own, since the shell behind shares the one that there is."""
        try:
            own = os.open(os.ttyname(self.descriptor), os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
        except OSError:
            return
        limit = time.monotonic() + _TRY_SECONDS
        while text and time.monotonic() < limit:
            _interrupt(number)
            try:
                text = text[os.write(own, text) :]
            except BlockingIOError:
                with suppress(termios.error):
                    termios.tcflush(own, termios.TCOFLUSH)  # nobody reads, and what waits is of the frame
                time.sleep(0.01)
            except OSError:
                break
        os.close(own)


def _interrupt(number: int) -> None:
    """Let the threads that hold the terminal see that it is another now."""
    for thread in threading.enumerate():
        if thread.name.startswith(_THREADS) and thread.ident is not None:
            with suppress(ProcessLookupError):
                signal.pthread_kill(thread.ident, number)
