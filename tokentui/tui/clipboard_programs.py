"""The programs that reach a clipboard: given a text by their input, ended with all they started when they hang."""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress

from tokentui.tui import local_clipboard

#: How long a program may take, in seconds.
TIMEOUT = 2.0

#: No exit codes: the program could not be started, or did not end in time.
NOT_STARTED, HUNG = -256, -257


def load_into_tmux(text: str, environ: Mapping[str, str]) -> tuple[bool, str]:
    """Hand a text to the terminal through tmux (3.2 or newer); whether it went, and which buffer may hold it still.

    It is one command to the tmux server, which so deletes the buffer also where we are killed meanwhile.
    """
    name = f"tokentui-{secrets.token_hex(8)}"
    environ = {**os.environ, **environ}
    delete = ("delete-buffer", "-b", name)
    code = run(("tmux", "load-buffer", "-b", name, "-w", "-", ";", *delete), text, environ)
    if code == 0:
        return True, ""
    unknown = code == HUNG and run(("tmux", *delete), "", environ) == HUNG
    return False, name if unknown else ""


def copy_locally(text: str) -> tuple[bool, bool]:
    """Put a text on the desktop's clipboard; whether it was read back, and whether else it may be there still."""
    code = run(_local("copy"), text)
    known = (local_clipboard.DONE, local_clipboard.UNKNOWN, NOT_STARTED, HUNG)  # what hung was ended with all it held
    return code == local_clipboard.DONE, code not in known


def clear_locally(digest: str) -> int:
    """Clear the desktop's clipboard where it holds the text of this digest; an exit code of `local_clipboard`."""
    return run(_local("clear"), digest)


def clear_locally_later(digest: str, seconds: float) -> "subprocess.Popen[bytes] | None":
    """As `clear_locally`, after so many seconds, whatever becomes of us; the program that waits, if there is one."""
    try:
        child = subprocess.Popen(
            (*_local("clear"), str(seconds)),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )
        assert child.stdin is not None
        with child.stdin:
            child.stdin.write(digest.encode())
    except OSError:
        return None
    return child


def _local(deed: str) -> tuple[str, ...]:
    return (sys.executable, "-P", local_clipboard.__file__, deed)


def run(command: Sequence[str], given: str, environ: Mapping[str, str] | None = None) -> int:
    """The exit code of a program that is given a text; `NOT_STARTED` or `HUNG` where it has none."""
    try:
        child = subprocess.Popen(
            command,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return NOT_STARTED
    with child:
        try:
            child.communicate(given.encode(), timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            with suppress(OSError):  # it has ended in the very moment
                os.killpg(child.pid, signal.SIGKILL)  # with it the clipboard program, which holds the value
            return HUNG
    return child.returncode
