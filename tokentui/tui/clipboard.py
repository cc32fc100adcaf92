"""The one way to the clipboard: says what it did, and never claims more.

Over SSH the terminal is asked (OSC 52), which nobody answers: "sent to the terminal". Else pyperclip does it, in a
process of its own that is ended after two seconds, since a clipboard program without a display can hang for ever. The
value goes through the child's standard input, never through its arguments or environment.
"""

import base64
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress

from tokentui.tui.workplace import over_ssh

#: How long the clipboard program may take, in seconds.
TIMEOUT = 2.0

_CHILD = "import sys, pyperclip; pyperclip.copy(sys.stdin.read())"


def copy(value: str, what: str, write: Callable[[str], None], environ: Mapping[str, str] = os.environ) -> str:
    """Put `value` on the clipboard and say how; `write` sends a sequence to the terminal, `what` names the value."""
    if not over_ssh(environ) and _copy_locally(value):
        return f"Copied {what}."
    write(osc52(value))
    return f"Sent {what} to the terminal. Not in the clipboard? v reveals it."


def osc52(value: str) -> str:
    """The sequence that asks a terminal to take `value` into its clipboard (xterm, "Operating System Commands")."""
    return f"\x1b]52;c;{base64.b64encode(value.encode()).decode()}\a"


def _copy_locally(value: str) -> bool:
    try:
        child = subprocess.Popen(
            [sys.executable, "-P", "-c", _CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    with child:
        try:
            child.communicate(value.encode(), timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            with suppress(OSError):  # it has ended in the very moment
                os.killpg(child.pid, signal.SIGKILL)  # with it the clipboard program, which holds the value
    return child.returncode == 0
