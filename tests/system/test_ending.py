"""The end from outside: the process is gone in time, no acknowledged change is lost, the terminal as it was found."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.store.holding import held_by_somebody
from tests.system.terminal import ROOT, TOKENTUI, Terminal, terminal

pytestmark = pytest.mark.system

#: How long a process may live on after a dropped line, in seconds.
LIMIT = 3.0
#: What that may cost of the processor, in seconds: a reader that spins takes all of them.
BUSY = 1.0

WAYS: dict[str, tuple[Callable[[Terminal], None], int]] = {
    "SIGTERM": (lambda screen: screen.signal(signal.SIGTERM), 143),
    "SIGHUP": (lambda screen: screen.signal(signal.SIGHUP), 129),
    "a dropped line": (lambda screen: screen.hang_up(), 129),
}
ways = pytest.mark.parametrize("way", WAYS)
with_and_without_terminal = pytest.mark.parametrize("way", ["SIGTERM", "a dropped line"])


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "data" / "tokens.json"


@pytest.fixture
def places(tmp_path: Path, store: Path) -> list[str]:
    """Options that name a store and a key of this test alone; there is one token."""
    options = ["--store", str(store), "--key-file", str(tmp_path / "config" / "key")]
    run(options, "tokens", "add", "till")
    return options


def run(places: list[str], *command: str) -> str:
    whole = [*TOKENTUI, *places, *command]
    return subprocess.run(whole, capture_output=True, check=True, cwd=ROOT, text=True).stdout


def tokens(places: list[str]) -> dict[str, bool]:
    """The tokens of the store as the command line reads it, and whether they are enabled."""
    return {each["name"]: each["enabled"] for each in json.loads(run(places, "tokens", "list", "--json"))}


def end(screen: Terminal, way: str, before: list[object]) -> float:
    """Let it end this way, and assert what goes for all of them; how long it took."""
    do, code = WAYS[way]
    busy, begin = screen.cpu_seconds(), time.monotonic()
    do(screen)
    most = busy
    while time.monotonic() < begin + LIMIT and screen.is_alive():
        most = max(most, screen.cpu_seconds())
        time.sleep(0.01)
    assert screen.gone(0.1) == code
    took = time.monotonic() - begin
    assert most - busy < BUSY
    if way != "a dropped line":
        screen.read_what_is_left()
        screen.left_clean()
        assert screen.mode() == before
    return took


def freeze(screen: Terminal) -> None:
    """Make it draw without reading what it draws, until all queues are full and it stands still."""
    still = 0
    for number in range(2000):
        screen.resize(80 + number % 40, 24 + number % 20, drawn=False)
        before = screen.cpu_seconds()
        time.sleep(0.03)
        still = still + 1 if screen.cpu_seconds() == before else 0
        if still == 20:
            return
    raise AssertionError("it never stands still")


@ways
def test_ends_at_once_and_the_terminal_is_as_it_was_found(tmp_path: Path, way: str) -> None:
    with terminal("--demo", home=tmp_path, more={"TMPDIR": str(tmp_path)}) as screen:
        before = screen.mode()
        screen.see("20 of 20", "Catalogue search")
        end(screen, way, before)
    assert list(tmp_path.iterdir()) == []


@ways
def test_ends_also_where_the_client_froze_while_drawing(tmp_path: Path, way: str) -> None:
    with terminal("--demo", home=tmp_path, more={"TMPDIR": str(tmp_path)}) as screen:
        before = screen.mode()
        screen.see("20 of 20", "Catalogue search")
        freeze(screen)
        end(screen, way, before)
    assert list(tmp_path.iterdir()) == []


@with_and_without_terminal
def test_a_form_is_dropped(places: list[str], tmp_path: Path, way: str) -> None:
    with terminal(*places, home=tmp_path) as screen:
        before = screen.mode()
        screen.press("2")
        screen.see("1 of 1")
        screen.press("a")
        screen.see("Add endpoint token")
        screen.press("nightly")
        screen.see("nightly")
        end(screen, way, before)
    assert tokens(places) == {"till": True}


@with_and_without_terminal
def test_a_revealed_value_is_off_the_screen(places: list[str], tmp_path: Path, way: str) -> None:
    (value,) = (each["value"] for each in json.loads(run(places, "tokens", "list", "--json", "--reveal")))
    with terminal(*places, home=tmp_path) as screen:
        before = screen.mode()
        screen.press("2")
        screen.see("1 of 1")
        screen.press("v")
        screen.until(lambda: value[:32] in screen.text.replace("\n", ""))
        shown = len(screen.written)
        end(screen, way, before)
        assert value.encode() not in screen.written[shown:]


@with_and_without_terminal
def test_a_save_that_waits_for_somebody_else_is_finished_where_that_is_soon(
    places: list[str], store: Path, tmp_path: Path, way: str
) -> None:
    with terminal(*places, home=tmp_path) as screen:
        before = screen.mode()
        screen.press("2")
        screen.see("1 of 1")
        with held_by_somebody(store):
            screen.press("e")
            screen.see("… off")
            WAYS[way][0](screen)
            time.sleep(0.5)
        assert screen.gone(LIMIT) == WAYS[way][1]
        if way != "a dropped line":
            assert screen.mode() == before
    assert tokens(places) == {"till": False}


@with_and_without_terminal
def test_a_save_that_waits_for_ever_has_not_begun(places: list[str], store: Path, tmp_path: Path, way: str) -> None:
    with held_by_somebody(store), terminal(*places, home=tmp_path) as screen:
        before = screen.mode()
        screen.press("2")
        screen.see("1 of 1")
        screen.press("e")
        screen.see("… off")
        held = store.read_bytes()
        end(screen, way, before)
        assert store.read_bytes() == held
    assert tokens(places) == {"till": True}


@pytest.mark.parametrize(("seconds", "done"), [(0.3, {False}), (30.0, {False, True})])
@with_and_without_terminal
def test_a_disk_that_is_slow_leaves_the_old_or_the_new(
    places: list[str], tmp_path: Path, way: str, seconds: float, done: set[bool]
) -> None:
    slow = tmp_path / "slow"
    slow.mkdir()
    (slow / "sitecustomize.py").write_text(
        "import os, time\n"
        "real = os.fsync\n"
        f"def fsync(descriptor):\n    time.sleep({seconds})\n    real(descriptor)\n"
        "os.fsync = fsync\n"
    )
    with terminal(*places, home=tmp_path, more={"PYTHONPATH": f"{slow}:{ROOT}"}) as screen:
        before = screen.mode()
        screen.press("2")
        screen.see("1 of 1")
        screen.press("e")
        screen.see("… off")
        end(screen, way, before)
    assert tokens(places)["till"] in done


def test_a_line_that_drops_without_a_signal_ends_it_too(tmp_path: Path) -> None:
    """As under `setsid`: the terminal is not the session's own, and nobody is told when it goes."""
    master, slave = os.openpty()
    environ = {**os.environ, "TERM": "xterm-256color", "HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [*TOKENTUI, "--demo"], stdin=slave, stdout=slave, stderr=slave, env=environ, cwd=ROOT, start_new_session=True
    ) as process:
        os.close(slave)
        written = b""
        while b"Catalogue search" not in written:
            written += os.read(master, 65536)
        os.close(master)
        try:
            assert process.wait(LIMIT) == 129
        finally:
            process.kill()


def test_an_interrupt_from_outside_leaves_the_terminal_as_it_was_found(tmp_path: Path) -> None:
    with terminal("--demo", home=tmp_path) as screen:
        before = screen.mode()
        screen.see("20 of 20", "Catalogue search")
        screen.press("\x03")
        screen.see("q leads back")
        screen.signal(signal.SIGINT)
        assert screen.ended() in (0, 130)
        assert screen.mode() == before
        screen.left_clean()


class Rounds:
    """Lines that drop at random moments of forms and saves, over one store."""

    def __init__(self, places: list[str], home: Path, seed: int) -> None:
        self._places = places
        self._home = home
        self._chance = random.Random(seed)
        self.acknowledged: set[str] = set()

    def drop(self, number: int) -> None:
        """Add tokens by their form until the line drops in the middle of one; assert that nobody lives on."""
        with terminal(*self._places, home=self._home) as screen:
            screen.press("2")
            screen.see("bank-import" if number < 0 else " of ", "till")
            for each in range(self._chance.randrange(3)):
                self._add(screen, f"app-{number}-{each}")
            screen.press("a")
            screen.see("Add endpoint token")
            screen.press(f"app-{number}-last", *["enter"][: self._chance.randrange(2)])
            time.sleep(self._chance.random() * 0.15)
            screen.read_what_is_left() if self._chance.random() < 0.3 else None
            self._keep(screen, f"app-{number}-last")
            screen.hang_up()
            assert screen.gone(LIMIT) == 129

    def _add(self, screen: Terminal, name: str) -> None:
        screen.press("a")
        screen.see("Add endpoint token")
        screen.press(name, "enter")
        screen.see(f"Added {name}.")
        self._keep(screen, name)

    def _keep(self, screen: Terminal, name: str) -> None:
        if f"Added {name}." in screen.text:
            self.acknowledged.add(name)


@pytest.mark.parametrize("rounds", [6, pytest.param(50, marks=[pytest.mark.slow, pytest.mark.timeout(600)])])
def test_a_line_that_drops_again_and_again_leaves_no_orphan_and_loses_nothing(
    places: list[str], tmp_path: Path, rounds: int
) -> None:
    many = Rounds(places, tmp_path, seed=rounds)
    for number in range(rounds):
        many.drop(number)
        assert many.acknowledged <= set(tokens(places))
    assert many.acknowledged


#: What bash turns on for its prompt.
SHELLS_OWN = (b"?2004h",)
SHELL = ("bash", "--norc", "--noprofile", "-i")


@pytest.fixture
def program() -> str:
    return f"{sys.executable} -m tokentui --demo\r"


def test_ctrl_z_leads_to_the_shell_and_fg_back_again(tmp_path: Path, program: str) -> None:
    with terminal(home=tmp_path, command=SHELL, more={"PS1": "READY> "}) as screen:
        screen.see("READY>")
        screen.press(program)
        screen.see("20 of 20", "Catalogue search")
        for _ in range(2):
            screen.press("\x1a")
            screen.see("Stopped")
            screen.left_clean(*SHELLS_OWN)
            drawn = len(screen.written)
            screen.press("fg\r")
            screen.until(lambda drawn=drawn: b"Catalogue search" in screen.written[drawn:])  # type: ignore[misc]  # bound now
        screen.press("j")
        screen.until(lambda: screen.cursor_line.startswith("› Credit notes"))
        screen.press("q")
        screen.until(lambda: screen.written.endswith(b"READY> "))
        screen.left_clean(*SHELLS_OWN)
        screen.press("echo it was $?\r")
        screen.see("it was 0")


def test_what_is_suspended_ends_too_and_leaves_the_shell_alone(tmp_path: Path, program: str) -> None:
    with terminal(home=tmp_path, command=SHELL, more={"PS1": "READY> ", "TMPDIR": str(tmp_path)}) as screen:
        screen.see("READY>")
        screen.press(program)
        screen.see("20 of 20", "Catalogue search")
        screen.press("\x1a")
        screen.see("Stopped")
        before, drawn = screen.mode(), len(screen.written)
        screen.press("kill %1\r")
        screen.until(lambda: not list(tmp_path.glob("tokentui-demo-*")))
        screen.press("\r")
        screen.see("Exit 143")
        screen.until(lambda: screen.written.endswith(b"READY> "))
        assert b"Catalogue search" not in screen.written[drawn:]
        assert screen.mode() == before


def test_without_a_shell_behind_it_ctrl_z_says_so(tmp_path: Path) -> None:
    with terminal("--demo", home=tmp_path) as screen:
        screen.see("20 of 20", "Catalogue search")
        screen.press("\x1a")
        screen.see("There is no shell to go back to")
        screen.press("q")
        assert screen.ended() == 0


def test_a_stop_that_nobody_asked_for_is_survived(tmp_path: Path) -> None:
    with terminal("--demo", home=tmp_path) as screen:
        before = screen.mode()
        screen.see("20 of 20", "Catalogue search")
        for _ in range(2):
            drawn = len(screen.written)
            screen.signal(signal.SIGSTOP)
            screen.signal(signal.SIGCONT)
            screen.until(lambda drawn=drawn: b"Catalogue search" in screen.written[drawn:])  # type: ignore[misc]  # bound now
        screen.press("q")
        assert screen.ended() == 0
        assert screen.mode() == before
        screen.left_clean()
