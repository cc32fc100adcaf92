"""A real terminal: the program in a pseudo-terminal, its screen drawn by pyte."""

import os
import sys
import termios
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from signal import SIGKILL, SIGSTOP
from time import monotonic, sleep

import pexpect
import pyte

ROOT = Path(__file__).parents[2]
#: How long a screen may take to come, in seconds.
PATIENCE = 20.0
#: How long what is no longer needed may live on after its line, in seconds.
MERCY = 2.0
#: What the session that the tests are run in may say about itself, by the beginnings of the names.
NOT_INHERITED = (
    "SSH_",
    "XDG_",
    "COLUMNS",
    "LINES",
    "TMUX",
    "DISPLAY",
    "WAYLAND_",
    "TOKENTUI_",
    "NO_COLOR",
    "COLORTERM",
)


class Terminal:
    """Keys in, screen out; what was written is kept."""

    def __init__(self, command: list[str], home: Path, more: Mapping[str, str], columns: int, lines: int) -> None:
        environ = {name: value for name, value in os.environ.items() if not name.startswith(NOT_INHERITED)}
        environ |= {"TERM": "xterm-256color", "HOME": str(home), "PYTHONPATH": str(ROOT), **more}
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self.written = b""
        self._text: str | None = None
        self._child = pexpect.spawn(
            command[0], command[1:], env=environ, dimensions=(lines, columns), timeout=PATIENCE
        )
        self._child.delaybeforesend = 0.01  # a quick typist; pexpect's own 50 ms are for prompts of passwords

    @property
    def text(self) -> str:
        """The screen as it is now."""
        if self._text is None:
            self._text = "\n".join(line.rstrip() for line in self._screen.display)
        return self._text

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @property
    def cursor_line(self) -> str:
        """The line that the cursor of a list stands on."""
        return next((line for line in self.lines if line.startswith("›")), "")

    @property
    def cells(self) -> list[list[pyte.screens.Char]]:
        """The screen as it is now, each cell with its colours and attributes."""
        return [[self._screen.buffer[y][x] for x in range(self._screen.columns)] for y in range(self._screen.lines)]

    def row(self, text: str) -> str:
        """The first line that holds this text; empty where none does."""
        return next((line for line in self.lines if text in line), "")

    def highlighted(self, text: str) -> bool:
        """Whether this text is on the screen with its colours the other way round, as what has the focus is."""
        for y, line in enumerate(self._screen.display):
            x = line.find(text)
            if x >= 0:
                return bool(self._screen.buffer[y][x].reverse)
        return False

    def press(self, *keys: str) -> None:
        """Send keys as they are; see `KEYS` for those without a letter."""
        for key in keys:
            self._child.send(KEYS.get(key, key))

    def until(self, condition: Callable[[], object]) -> None:
        """Read what the program writes until a condition holds."""
        end = monotonic() + PATIENCE
        while not condition():
            assert monotonic() < end, f"waited {PATIENCE} s in vain; there is:\n{self.text}"
            self._read()

    def see(self, *texts: str) -> None:
        """Wait until all of this is on the screen."""
        self.until(lambda: all(text in self.text for text in texts))

    def miss(self, *texts: str) -> None:
        """Wait until none of this is on the screen."""
        self.until(lambda: not any(text in self.text for text in texts))

    def go(self, name: str) -> None:
        """Put the cursor on the row whose line begins with this, from the first row down."""
        self.press("home")
        for _ in range(50):
            self._read()
            if self.cursor_line[2:].startswith(name):
                return
            self.press("j")
        raise AssertionError(f"the cursor did not come to {name!r}:\n{self.text}")

    def resize(self, columns: int, lines: int, *, drawn: bool = True) -> None:
        """Give the window another size, as its user does; `drawn`: somebody looks at it."""
        if drawn:
            self._screen.resize(lines, columns)
            self._text = None
        self._child.setwinsize(lines, columns)

    def ended(self) -> int:
        """Wait until the program has ended; its exit code."""
        end = monotonic() + PATIENCE
        while self._child.isalive():
            assert monotonic() < end, f"it does not end; there is:\n{self.text}"
            self._read()
        self._read()
        return self._code()

    def is_alive(self) -> bool:
        return bool(self._child.isalive())

    def gone(self, within: float) -> int:
        """Wait, without reading, until the program has ended; its exit code."""
        end = monotonic() + within
        while self._child.isalive():
            assert monotonic() < end, f"still there after {within} s"
            sleep(0.01)
        return self._code()

    def _code(self) -> int:
        code = self._child.exitstatus
        assert code is not None, f"ended by signal {self._child.signalstatus}"
        return int(code)

    @property
    def runs(self) -> bool:
        """Whether the program has not ended yet."""
        return bool(self._child.isalive())

    @property
    def pid(self) -> int:
        return int(self._child.pid)

    def signal(self, number: int) -> None:
        """Send the program a signal."""
        os.kill(self.pid, number)

    def stop(self) -> None:
        """Stop the program, and wait until each of its threads stands still."""
        self.signal(SIGSTOP)
        end = monotonic() + PATIENCE
        while any(
            stat.read_text().rpartition(") ")[2][0] != "T" for stat in Path(f"/proc/{self.pid}/task").glob("*/stat")
        ):
            assert monotonic() < end, "it does not stop"
            sleep(0.005)

    def write(self, keys: bytes) -> None:
        """Send all of it in one piece, as a slow line delivers it."""
        assert os.write(self._child.child_fd, keys) == len(keys)

    def hang_up(self) -> None:
        """Drop the line: the far end of the terminal is gone."""
        if not self._child.closed:
            inner = self._child.ptyproc
            inner.fileobj.close()
            inner.fd = self._child.child_fd = -1
            inner.closed = self._child.closed = True

    def read_what_is_left(self) -> None:
        """Take in what is on its way, without waiting for more than a pause."""
        self._read()

    def mode(self) -> list[object]:
        """How the terminal treats what is typed: echo, lines, signals."""
        return list(termios.tcgetattr(self._child.child_fd)[:4])

    def left_clean(self, *besides: bytes) -> None:
        """Assert that what the program has turned on in the terminal is off again, `besides` what a shell has on."""
        for on, off in ((on, off) for on, off in MODES.items() if on not in besides):
            written = self.written
            assert written.rfind(b"\x1b[" + off) >= written.rfind(b"\x1b[" + on), f"{on!r} is still on"

    def cpu_seconds(self) -> float:
        """How long the program has kept the processor busy."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """End the program, if it has not ended: drop the line, and kill what lives on."""
        self.hang_up()
        end = monotonic() + MERCY
        while self._child.isalive():
            if monotonic() > end:
                os.kill(self.pid, SIGKILL)
            sleep(0.005)

    def drain(self) -> None:
        """Take in all that was written before the program in the terminal ended."""
        self._child.wait()
        self._read()

    def _read(self) -> None:
        """Take in what is written until there is a pause: never a screen that is half drawn."""
        while not self._child.closed:
            try:
                some = self._child.read_nonblocking(65536, timeout=0.05)
            except (pexpect.TIMEOUT, pexpect.EOF):
                return
            self.written += some
            self._stream.feed(some)
            self._text = None


#: What is turned on in a terminal by what, and off by what: its other screen, no cursor, the mouse, brackets around
#: what is pasted, no wrapping, reports of the focus, keys as sequences, drawing out of sight.
MODES = {
    b"?1049h": b"?1049l",
    b"?25l": b"?25h",
    b"?1000h": b"?1000l",
    b"?1003h": b"?1003l",
    b"?1006h": b"?1006l",
    b"?2004h": b"?2004l",
    b"?7l": b"?7h",
    b"?1004h": b"?1004l",
    b">": b"<u",
    b"?2026h": b"?2026l",
}

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "space": " ",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "ctrl+p": "\x10",
    "ctrl+s": "\x13",
}


#: What starts the program.
TOKENTUI = (sys.executable, "-m", "tokentui")


@contextmanager
def terminal(
    *arguments: str,
    home: Path,
    more: Mapping[str, str] | None = None,
    columns: int = 80,
    lines: int = 24,
    command: Sequence[str] = TOKENTUI,
) -> Iterator[Terminal]:
    """`tokentui`, or another command, with these arguments in a terminal of this size, ended whatever happens."""
    opened = Terminal([*command, *arguments], home, more or {}, columns, lines)
    try:
        yield opened
    finally:
        opened.close()
