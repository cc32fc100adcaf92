"""The one way to the clipboard: says what it did, and never claims more.

Inside tmux, tmux is asked to hand the value on; it keeps it in no buffer. Over SSH the terminal is asked (OSC 52),
which nobody answers: "sent to the terminal". Else pyperclip does it, and "copied" is what could be read back. Each
program is ended after two seconds, since one without a display can hang for ever. The value goes through a program's
standard input, never through its arguments or environment.
"""

import base64
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from tokentui.tui import clipboard_programs as programs
from tokentui.tui.local_clipboard import digest
from tokentui.tui.workplace import over_ssh

#: What helps where nobody can know whether the value has arrived.
REVEALS = "v reveals it."

#: Characters of a sequence that all terminals known to take it take whole; mosh 1.4 cuts what is longer.
LONGEST = 16_000

#: Characters of one string that GNU screen hands on; it drops what is longer.
SCREENFUL = 240


class Way(Enum):
    """How a text has gone to a clipboard."""

    #: By a program of the desktop, and it was read back.
    LOCAL = "local"
    #: By tmux, to the terminal that the last key came from.
    TMUX = "tmux"
    #: By a control sequence, which the terminal may take or not.
    TERMINAL = "terminal"


@dataclass(frozen=True, slots=True)
class Placed:
    """What was put on a clipboard, for people, and by what it is known again; never the text itself."""

    what: str
    way: Way
    digest: str


#: Takes note of what was placed, and says what becomes of it, if anything is to be said.
Keeper = Callable[[Placed], str]

Write = Callable[[str], None]


def forget(placed: Placed) -> str:
    """The keeper of who never clears anything."""
    return ""


def copy(
    value: str,
    what: str,
    write: Write,
    environ: Mapping[str, str] = os.environ,
    keep: Keeper = forget,
    otherwise: str = REVEALS,
) -> str:
    """Put `value` on the clipboard and say how; it may take seconds.

    `write` sends a sequence to the terminal, `what` names the value, `otherwise` is for who finds it has not arrived.
    """
    way, trouble = place(value, write, environ)
    told = [_told(way, what, otherwise), keep(Placed(what, way, digest(value))), trouble]
    if way is not Way.LOCAL and len(osc52(value)) > LONGEST:
        told.append("It is long, and some terminals cut it: compare what you paste.")
    return " ".join(filter(None, told))


def _told(way: Way, what: str, otherwise: str) -> str:
    match way:
        case Way.LOCAL:
            return f"Copied {what}."
        case Way.TMUX:
            return f"Sent {what} to the terminal through tmux. Not in the clipboard? {otherwise}"
        case Way.TERMINAL:
            return f"Sent {what} to the terminal. Not in the clipboard? {otherwise}"


def place(text: str, write: Write, environ: Mapping[str, str]) -> tuple[Way, str]:
    """Put a text on the clipboard by the first way that works; which one it was, and what went wrong on the way."""
    trouble = ""
    if environ.get("TMUX"):
        sent, left = programs.load_into_tmux(text, environ)
        trouble = f"It may be in tmux's buffer {left} still." if left else ""
        if sent:
            return Way.TMUX, trouble
    if not over_ssh(environ):
        copied, stays = programs.copy_locally(text)
        if copied:
            return Way.LOCAL, trouble
        if stays:
            trouble = f"{trouble} It may be on the desktop's clipboard still.".strip()
    write(wrapped(osc52(text), environ))
    return Way.TERMINAL, trouble


def clear_terminal(way: Way, write: Write, environ: Mapping[str, str]) -> str:
    """Take off the terminal's clipboard whatever it holds; what was done about it, as nobody knows more."""
    if way is Way.TMUX and programs.load_into_tmux(" ", environ)[0]:  # it hands on no empty text
        return "Sent a blank to the terminal's clipboard through tmux."
    write(wrapped(osc52(""), environ))
    return "Asked the terminal to clear its clipboard."


def osc52(value: str) -> str:
    """The sequence that asks a terminal to take `value` into its clipboard (xterm, "Operating System Commands")."""
    return f"\x1b]52;c;{base64.b64encode(value.encode()).decode()}\a"


def wrapped(sequence: str, environ: Mapping[str, str]) -> str:
    """A sequence for the terminal around tmux or GNU screen, where that is what this runs in.

    Unwrapped, screen drops it; and tmux drops it, or keeps a copy in its buffers. tmux hands on what is wrapped where
    it is older than 3.3 or has `allow-passthrough on`.
    """
    inside = environ.get("TERM", "").startswith(("tmux", "screen"))
    if inside and environ.get("TMUX"):
        return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    if inside and environ.get("STY"):
        parts = (sequence[start : start + SCREENFUL] for start in range(0, len(sequence), SCREENFUL))
        return "".join(f"\x1bP{part}\x1b\\" for part in parts)
    return sequence
