"""What a process that stays has of memory.

glibc gives each thread memory of its own, and keeps what one has let go of from the others. A large store is read by
whichever thread sees first that it has changed, so in the end each would have room for one.
"""

import sys
from contextlib import suppress

#: See mallopt(3).
_M_ARENA_MAX = -8


def share_memory() -> None:
    """Let all threads have theirs in one place, which they seldom wait for; where there is no glibc, nothing."""
    if sys.platform != "linux":
        return
    import ctypes

    with suppress(AttributeError, OSError):  # another C library
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
