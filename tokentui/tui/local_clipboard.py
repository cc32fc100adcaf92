"""The desktop's clipboard, as a program of its own: it can be ended when it hangs, and outlives who started it.

    python -P local_clipboard.py copy              puts stdin there; 0 once it has been read back
    python -P local_clipboard.py clear SECONDS     waits, then clears it if it still holds what stdin is the digest of

The value, and later its digest, come by stdin alone. It is run by its path: nothing of ours is loaded with it.
"""

import hashlib
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from time import monotonic, sleep

#: How it ends.
DONE, UNKNOWN, CHANGED = 0, 4, 3
#: It could not be read back, and may be there all the same.
STAYS = 5

#: What is raised where a clipboard program fails; `PyperclipException` is the first of them.
FAULTS = (RuntimeError, OSError, UnicodeError)

#: How long one look or one change may take, in seconds.
TIMEOUT = 2

#: How long a clipboard program that goes on in the background may take until others see what it holds, in seconds.
SETTLING = 0.5


def digest(text: str) -> str:
    """By what a text is known again without being kept."""
    return hashlib.sha256(text.encode()).hexdigest()


def _give_up(*_: object) -> None:
    """The program that hangs goes too: it may hold the value."""
    os.killpg(0, signal.SIGKILL)


def _holds(paste: Callable[[], str], wanted: str) -> bool:
    """Whether the clipboard comes to hold the text of this digest."""
    end = monotonic() + SETTLING
    while digest(paste()) != wanted:
        if monotonic() > end:
            return False
        sleep(0.02)
    return True


def _copy(copy: Callable[[str], None], paste: Callable[[], str], text: str) -> int:
    copy(text)
    with suppress(*FAULTS):
        if _holds(paste, digest(text)):
            return DONE
    return _take_off(copy, paste, text)


def _take_off(copy: Callable[[str], None], paste: Callable[[], str], text: str) -> int:
    """What cannot be read back could not be cleared later: nobody would know it there."""
    with suppress(*FAULTS):
        copy("")
        if text not in paste():
            return UNKNOWN
    return STAYS


def _clear(copy: Callable[[str], None], paste: Callable[[], str], wanted: str) -> int:
    if digest(paste()) != wanted:
        return CHANGED
    copy("")
    return DONE if digest(paste()) != wanted else UNKNOWN


def main(deed: str, seconds: str = "0") -> int:
    """Do what the arguments say; the exit code."""
    given = sys.stdin.read()
    sleep(float(seconds))
    if os.getpgrp() == os.getpid():  # a group of its own: what hangs in it can be ended
        signal.signal(signal.SIGALRM, _give_up)
        signal.alarm(TIMEOUT)
    import pyperclip

    copy, paste = pyperclip.determine_clipboard()
    if "klipper" in getattr(copy, "__name__", ""):  # it is given the value as an argument, which everybody can read
        return UNKNOWN
    try:
        return (_copy if deed == "copy" else _clear)(copy, paste, given)
    except FAULTS:
        return UNKNOWN


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
