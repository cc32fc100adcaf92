"""A session that was left alone shows the lock at the first key, and no secret: stopped, or detached in tmux."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from signal import SIGCONT
from time import monotonic

import pytest

from tests.system.terminal import NOT_INHERITED, PATIENCE, ROOT, terminal

pytestmark = pytest.mark.system

#: The program, whose clock goes on by an hour once a file is there; `look` is how often it looks at that by itself.
_PROGRAM = """
import runpy, sys
from pathlib import Path
from tokentui.tui import elapsed
seconds, later = elapsed.seconds, Path(sys.argv.pop(1))
elapsed.seconds = lambda: seconds() + 3600 * later.exists()
elapsed.LOOK_AGAIN = float(sys.argv.pop(1))
runpy.run_module("tokentui", run_name="__main__", alter_sys=True)
"""
NEVER, SOON = "100000", "0.1"
VALUE = re.compile(r"\b[A-Za-z0-9]{64}\b")


def program(later: Path, look: str) -> list[str]:
    """The command of a program that looks at a clock of the test's."""
    return [sys.executable, "-c", _PROGRAM, str(later), look]


def shows_nothing(text: str) -> bool:
    """Whether there is the lock, and neither a value nor a name."""
    return "Locked" in text and "bank-import" not in text and VALUE.search(text) is None


@pytest.mark.parametrize("key", ["d", "j", "enter", "c", "escape", "ctrl+s"])
def test_after_a_stop_the_first_key_locks_and_does_nothing_else(tmp_path: Path, key: str) -> None:
    later = tmp_path / "later"
    with terminal("--demo", home=tmp_path, command=program(later, NEVER)) as screen:
        screen.see("20 of 20")
        screen.press("2")
        screen.see("37 of 37", "bank-import")
        screen.press("v")
        screen.until(lambda: VALUE.search(screen.text))
        screen.stop()
        later.touch()
        screen.press(key)
        screen.signal(SIGCONT)
        screen.see("Locked", "Since", "The key has no passphrase")
        assert shows_nothing(screen.text)
        screen.press("enter")
        screen.see("37 of 37", "bank-import")
        screen.miss("It hides itself")
        assert VALUE.search(screen.text) is None
        assert "● on" in screen.row("bank-import")
        later.unlink()
        screen.press("q")
        assert screen.ended() == 0


class Tmux:
    """A server of its own with stock settings, and one session that nobody is attached to."""

    def __init__(self, socket: Path, command: list[str], home: Path) -> None:
        self._socket = socket
        environ = {name: value for name, value in os.environ.items() if not name.startswith(NOT_INHERITED)}
        environ |= {"HOME": str(home), "PYTHONPATH": str(ROOT), "SHELL": "/bin/sh"}
        new = [*self._tmux, "-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", *command]
        subprocess.run(new, env=environ, check=True)

    @property
    def _tmux(self) -> list[str]:
        return ["tmux", "-S", str(self._socket)]

    def press(self, key: str) -> None:
        subprocess.run([*self._tmux, "send-keys", key], check=True)

    @property
    def text(self) -> str:
        """What somebody would see who attaches now."""
        return subprocess.run([*self._tmux, "capture-pane", "-p"], check=True, capture_output=True, text=True).stdout

    def until(self, condition: Callable[[], object]) -> None:
        end = monotonic() + PATIENCE
        while not condition():
            assert monotonic() < end, f"waited {PATIENCE} s in vain; there is:\n{self.text}"

    def close(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], check=False, capture_output=True)


@pytest.fixture
def later(tmp_path: Path) -> Path:
    """The clock goes on by an hour when this is there."""
    return tmp_path / "later"


@pytest.fixture
def detached(tmp_path: Path, later: Path) -> Iterator[Tmux]:
    if shutil.which("tmux") is None:
        pytest.skip("there is no tmux here")
    tmux = Tmux(tmp_path / "tmux", [*program(later, SOON), "--demo"], tmp_path)
    try:
        yield tmux
    finally:
        tmux.close()


def test_a_session_that_is_detached_in_tmux_locks_itself_and_shows_no_secret(detached: Tmux, later: Path) -> None:
    detached.until(lambda: "20 of 20" in detached.text)
    detached.press("2")
    detached.until(lambda: "bank-import" in detached.text)
    detached.press("v")
    detached.until(lambda: VALUE.search(detached.text))
    later.touch()
    detached.until(lambda: shows_nothing(detached.text))
    detached.press("d")
    detached.until(lambda: "The key has no passphrase" in detached.text)
    assert shows_nothing(detached.text)
    detached.press("Enter")
    detached.until(lambda: "bank-import" in detached.text)
    assert VALUE.search(detached.text) is None
