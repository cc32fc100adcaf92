"""A store of examples whose clock stands still, the desk at it, and the application over the desk."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, Protocol

import pytest
from textual import _wait
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.message import Message
from textual.message_pump import MessagePump
from textual.timer import Timer

from tests.tui.driving import SMALL, Ui, opened
from tokentui.services.demo import fill
from tokentui.services.desk import Desk
from tokentui.services.settings import Settings
from tokentui.store.tinydb_store import TinyDBStore
from tokentui.store.vault import KeyVault
from tokentui.tui import elapsed
from tokentui.tui.app import TokenTuiApp
from tokentui.tui.screens import page_screen

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
KEY = bytes(range(32))
#: Timers from this on, in seconds, are the hourglass's.
LONG = 5.0


def desk_at(store: Path, seed: int = 1, *, read_only: bool = False) -> Desk:
    """A desk whose clock stands still and whose dice always fall alike."""
    return Desk(
        TinyDBStore(store, read_only=read_only),
        KeyVault(lambda: KEY),
        clock=lambda: NOW,
        random=Random(seed).randbytes,
    )


@pytest.fixture(autouse=True)
def _local_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither over SSH, in tmux nor in a graphical session, in a terminal that shows all, whatever tests run in."""
    session = ("SSH_CONNECTION", "SSH_TTY", "TMUX", "STY", "DISPLAY", "WAYLAND_DISPLAY")
    for name in (*session, "NO_COLOR", "LC_ALL", "LC_CTYPE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("LANG", "C.UTF-8")):
        monkeypatch.setenv(name, value)


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The admin's clock shows UTC, wherever the tests are run."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(autouse=True)
def _quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual waits 60 ms after each key for the process to be idle; the tests wait for what they want to see."""
    monkeypatch.setattr(_wait, "SLEEP_GRANULARITY", 0.004)
    monkeypatch.setattr(_wait, "SLEEP_IDLE", 0.002)


@pytest.fixture(autouse=True)
def _quick_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The findings are counted half a second after the last key; the tests press none meanwhile."""
    monkeypatch.setattr(page_screen, "QUIET_SECONDS", 0.01)


@pytest.fixture(autouse=True, scope="session")
def _styles_parsed_once() -> Iterator[None]:
    """Each application parses the same style sheets, which takes longer than most keys: what came of them is kept."""
    parse, known = Stylesheet._parse_rules, dict[tuple[object, ...], list[RuleSet]]()

    def parse_or_remember(self: Stylesheet, *what: Any, **more: Any) -> list[RuleSet]:
        key = (frozenset(self._variables.items()), *what, *sorted(more.items()))
        if key not in known:
            known[key] = parse(self, *what, **more)
        return known[key]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Stylesheet, "_parse_rules", parse_or_remember)
        yield


@pytest.fixture(scope="session")
def demo_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a store with the demo's content, by their names."""
    folder = tmp_path_factory.mktemp("demo")
    fill(desk_at(folder / "tokens.json", seed=0))
    return {name: (folder / name).read_bytes() for name in ("tokens.json", "activity.jsonl", "requests.sqlite")}


@pytest.fixture
def empty_store(tmp_path: Path) -> Path:
    """Where a store may be made."""
    return tmp_path / "data" / "tokens.json"


@pytest.fixture
def store(empty_store: Path, demo_files: dict[str, bytes]) -> Path:
    """A store with the demo's content, of this test alone."""
    empty_store.parent.mkdir(mode=0o700)
    for name, content in demo_files.items():
        file = empty_store.with_name(name)
        file.touch(mode=0o600)
        file.write_bytes(content)
    return empty_store


@pytest.fixture
def desk(store: Path) -> Desk:
    return desk_at(store)


@pytest.fixture
def other_desk(store: Path) -> Desk:
    """Somebody else at the same store."""
    return desk_at(store, seed=2)


class Open(Protocol):
    """Opens an application over a desk, or over the demo's; `seen` gets every message that is sent in it."""

    def __call__(
        self,
        desk: Desk | None = None,
        *,
        size: tuple[int, int] = SMALL,
        settings: Settings | None = None,
        settings_file: Path | None = None,
        seen: Callable[[Message], None] | None = None,
    ) -> AbstractAsyncContextManager[Ui]: ...


@pytest.fixture
def open_ui(request: pytest.FixtureRequest) -> Open:
    """`async with open_ui() as ui`: the application over the demo's desk, or over another one."""

    def open_(
        desk: Desk | None = None,
        *,
        size: tuple[int, int] = SMALL,
        settings: Settings | None = None,
        settings_file: Path | None = None,
        seen: Callable[[Message], None] | None = None,
    ) -> AbstractAsyncContextManager[Ui]:
        at = desk or request.getfixturevalue("desk")
        app = TokenTuiApp(at, settings=settings, settings_file=settings_file, demo=True)
        return opened(app, size, seen)

    return open_


class Hourglass:
    """The application's long timers: each runs out when a test says so, and never by itself."""

    def __init__(self) -> None:
        #: What the clock of `elapsed` shows.
        self.passed = 0.0
        self._running: list[tuple[float, MessagePump, Callable[[], object]]] = []

    def turn(self, pump: MessagePump, delay: float, callback: Callable[[], object]) -> None:
        self._running.append((delay, pump, callback))

    def let_pass(self, seconds: float) -> None:
        """What was set to run out within this time does so now; the clock goes on by it."""
        self.passed += seconds
        due = [one for one in self._running if one[0] <= seconds]
        self._running = [one for one in self._running if one[0] > seconds]
        for _, pump, callback in due:
            pump.call_later(callback)


@pytest.fixture
def hourglass(monkeypatch: pytest.MonkeyPatch) -> Hourglass:
    """Time for what hides or fades by itself after a while."""
    glass = Hourglass()
    set_timer = MessagePump.set_timer

    def set_or_keep(
        self: MessagePump,
        delay: float,
        callback: Callable[[], object] | None = None,
        *,
        name: str | None = None,
        pause: bool = False,
    ) -> Timer:
        if delay >= LONG and callback is not None:
            glass.turn(self, delay, callback)
            pause = True
        return set_timer(self, delay, callback, name=name, pause=pause)

    monkeypatch.setattr(MessagePump, "set_timer", set_or_keep)
    monkeypatch.setattr(elapsed, "seconds", lambda: glass.passed)
    monkeypatch.setattr(elapsed, "LOOK_AGAIN", 0.02)
    return glass


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What came into the clipboard."""
    found: list[str] = []

    def copy(value: str, what: str, *_: object) -> str:
        found.append(value)
        return f"Copied {what}."

    monkeypatch.setattr("tokentui.tui.clipboard.copy", copy)
    return found


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clipboard program that keeps what it is given in `taken`, and how it was called in `called`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    xclip = folder / "xclip"
    given = f'cat >"{tmp_path}/new"; mv "{tmp_path}/new" "{tmp_path}/taken"'
    xclip.write_text(
        f'#!/bin/sh\necho "$0 $*" >>"{tmp_path}/called"\n[ "$3" = -o ] && exec cat "{tmp_path}/taken"\n{given}\n'
    )
    xclip.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("DISPLAY", ":99")
    return xclip


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder for the files of new values."""
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path / "home"
