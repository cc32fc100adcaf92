"""No core dump, and no look into the memory: a process that holds keys and values leaves them nowhere when it dies.

Called before a key is read. It costs `ctypes`, which a list without a key does not pay.
"""

import resource
import sys

_PR_SET_DUMPABLE = 4


def forbid_core_dumps() -> None:
    """Neither a core file nor a core handler gets this memory, and no other process of the same user may read it.

    RLIMIT_CORE alone does not stop a handler that the kernel pipes dumps to (core(5)); PR_SET_DUMPABLE does, and
    forbids ptrace too (prctl(2)). It is Linux only; elsewhere the limit has to do.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        _not_dumpable()


def _not_dumpable() -> None:
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
