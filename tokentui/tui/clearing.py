"""What of ours is on a clipboard still, and how it comes off: by itself, by a key, or told on leaving.

Where it can be read back, a program of its own waits for the time to come, and clears what is unchanged: also where
the screen, the UI or the line has gone meanwhile. Where nobody can it stays, unless the settings say `blind`.
"""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

from tokentui.services.settings import ClipboardRule
from tokentui.tui import clipboard_programs as programs
from tokentui.tui import local_clipboard
from tokentui.tui.clipboard import Placed, Way, Write, clear_terminal
from tokentui.tui.workplace import NOTHING_COPIED

if TYPE_CHECKING:
    import subprocess

#: Tells in the message line, where that is free: a text and its kind.
Mention = Callable[[str, str], object]

CLEARED = "Cleared the clipboard."
CHANGED = "The clipboard holds something else by now: left as it is."
NOT_CLEARED = "The clipboard cannot be read, so it is not cleared."
#: Whoever has left has no key to clear it with.
_REPLACE = "Copy something else to replace it."


@dataclass
class Clearing:
    """Keeps note of what was placed; what clears may take seconds.

    To place, to keep note and to clear are for one thread; `in_turn` does in that one what another has noticed.
    """

    rule: ClipboardRule
    write: Write
    mention: Mention
    environ: Mapping[str, str]
    in_turn: Callable[[Callable[[], None]], object] = lambda deed: deed()
    _local: Placed | None = field(default=None, init=False)
    _waiting: "subprocess.Popen[bytes] | None" = field(default=None, init=False)
    _terminal: Placed | None = field(default=None, init=False)
    _timer: threading.Timer | None = field(default=None, init=False)
    #: When what waits will be cleared, by the monotonic clock.
    _due: float = field(default=0.0, init=False)

    @property
    def holds(self) -> bool:
        """Whether something may be on a clipboard."""
        return self._local is not None or self._terminal is not None

    # ------------------------------------------------------------------ by itself

    def keep(self, placed: Placed) -> str:
        """Take note of what was placed, and say when it will be cleared, if it will."""
        waits = self._keep_local(placed) if placed.way is Way.LOCAL else self._keep_at_terminal(placed)
        self._due = monotonic() + self.rule.seconds
        return f"It is cleared in {self.rule.seconds} s." if waits else ""

    def _keep_local(self, placed: Placed) -> bool:
        self._stop_waiting()
        self._local = placed
        if self.rule.clear == "never":
            return False
        self._waiting = waiting = programs.clear_locally_later(placed.digest, self.rule.seconds)
        if waiting is not None:
            threading.Thread(target=self._see_off, args=(waiting, placed), daemon=True).start()
        return waiting is not None

    def _see_off(self, waiting: "subprocess.Popen[bytes]", placed: Placed) -> None:
        """Tell how it ended, unless it was told to end: something else is there, or it is cleared."""
        code = waiting.wait()
        self._in_turn(lambda: self._seen_off(waiting, code, placed))

    def _in_turn(self, deed: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the application has closed, and nobody is told any more
            self.in_turn(deed)

    def _seen_off(self, waiting: "subprocess.Popen[bytes]", code: int, placed: Placed) -> None:
        if self._waiting is not waiting:
            return
        self._waiting = None
        if code == local_clipboard.DONE:
            self.mention(CLEARED, "done")
        elif code != local_clipboard.CHANGED:
            self.mention(NOT_CLEARED, "warning")
            return
        self._gone(placed)

    def _keep_at_terminal(self, placed: Placed) -> bool:
        self._stop_timer()
        self._terminal = placed
        if self.rule.clear != "blind":
            return False
        self._timer = threading.Timer(self.rule.seconds, lambda: self._in_turn(lambda: self._clear_blindly(placed)))
        self._timer.daemon = True
        self._timer.start()
        return True

    def _clear_blindly(self, placed: Placed) -> None:
        if self._terminal is placed:
            told = self._clear_terminal(placed)
            self.mention(told, "done")

    # ------------------------------------------------------------------ by a key, or on leaving

    def clear(self) -> tuple[str, str]:
        """Clear what was placed now; what was done, and its kind for the message line.

        Locally only what is unchanged; at the terminal whatever is there, since that is what was asked for.
        """
        told, kind = "", "done"
        if self._local is not None:
            told, kind = self._clear_local(self._local)
        if self._terminal is not None:
            told = f"{told} {self._clear_terminal(self._terminal)}".strip()
        return (told, kind) if told else (NOTHING_COPIED, "warning")

    def part(self) -> str:
        """Clear on leaving what would be cleared blindly later, when nobody is there to do so; says what was done."""
        placed = self._terminal if self.rule.clear == "blind" else None
        return self._clear_terminal(placed) if placed is not None else ""

    @property
    def left(self) -> str:
        """What stays behind on leaving: what can be read back is cleared when it is due."""
        told = []
        if self._local is not None:
            left = max(0, round(self._due - monotonic()))
            end = f", and is cleared in {left} s" if self._waiting is not None else " still"
            told.append(f"On the clipboard{end}: {self._local.what}.")
        if self._terminal is not None:
            told.append(f"Perhaps on the terminal's clipboard still: {self._terminal.what}. {_REPLACE}")
        return " ".join(told)

    def close(self) -> None:
        """Tell nothing more. What waits to clear what can be read back goes on waiting."""
        self._stop_timer()
        self._waiting = None

    def _clear_local(self, placed: Placed) -> tuple[str, str]:
        self._stop_waiting()
        code = programs.clear_locally(placed.digest)
        if code not in (local_clipboard.DONE, local_clipboard.CHANGED):
            return NOT_CLEARED, "warning"
        self._gone(placed)
        return CLEARED if code == local_clipboard.DONE else CHANGED, "done"

    def _clear_terminal(self, placed: Placed) -> str:
        self._stop_timer()
        self._gone(placed)
        return clear_terminal(placed.way, self.write, self.environ)

    def _gone(self, placed: Placed) -> None:
        if self._local is placed:
            self._local = None
        if self._terminal is placed:
            self._terminal = None

    def _stop_waiting(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.terminate()

    def _stop_timer(self) -> None:
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
