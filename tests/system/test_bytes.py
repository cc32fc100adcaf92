"""What goes over the line: a session over SSH in a real terminal, counted by the byte."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.system.terminal import TOKENTUI, Terminal, terminal

pytestmark = pytest.mark.system

SSH = {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22", "COLORTERM": ""}
#: Columns, lines, and what the first frame may cost there, with 256 colours.
SIZES = [(80, 24, 40_000), (120, 40, 50_000)]
KEY, MINUTE = 1_500, 1_000
#: Long enough for whatever is periodic to have happened: the eye on the store, a cursor that blinks.
WATCHED = 6.0

#: How to come to a screen from the first one, and what is to be seen when one is there.
SCREENS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "endpoints": ((), ("20 of 20",)),
    "endpoint tokens": (("2",), ("37 of 37", "bank-import")),
    "data viewer": (("3",), ("Data viewer  ", "Outcome", "allowed")),
    "data viewer, followed": (("3", "f"), ("following",)),
    "audit": (("4",), ("31 of 31", "endpoint-open")),
    "activity": (("5",), ("Activity  ", "When")),
    "endpoint's tokens": (("j", "\r"), ("Primary tokens", "Secondary tokens")),
    "a form": (("2", "a"), ("Add endpoint token",)),
    "an endpoint's description": (("\r", "\x1b[B", *["\t"] * 9), ("Description",)),
    "a filter": (("2", "/"), ("/ type to filter",)),
    "the palette": ((":",), ("Search for commands",)),
}


def quiet(*screens: Terminal) -> None:
    """Until nothing was written to any for a second: the amounts and the findings have come."""
    limit = time.monotonic() + 20.0
    while sum(written_in(1.0, *screens)):
        assert time.monotonic() < limit, "it is never quiet"


def written_in(seconds: float, *screens: Terminal) -> list[int]:
    """Bytes that come to each within this time."""
    before, end = [len(screen.written) for screen in screens], time.monotonic() + seconds
    while time.monotonic() < end:
        for screen in screens:
            screen.read_what_is_left()
    return [len(screen.written) - earlier for screen, earlier in zip(screens, before, strict=True)]


@contextmanager
def every_screen(folder: Path) -> Iterator[list[Terminal]]:
    """A terminal at each of `SCREENS`, all side by side."""
    with ExitStack() as opened:
        screens = []
        for number in range(len(SCREENS)):
            home = folder / str(number)
            home.mkdir()
            screens.append(opened.enter_context(terminal("--demo", home=home, more=SSH, columns=120, lines=40)))
        for screen, (keys, seen) in zip(screens, SCREENS.values(), strict=True):
            screen.see("20 of 20", "findings")
            for key in keys:
                screen.press(key)
                screen.read_what_is_left()
            screen.see(*seen)
        quiet(*screens)
        yield screens


@pytest.mark.parametrize(("columns", "lines", "budget"), SIZES)
def test_the_first_frame_and_a_cursor_key_stay_within_their_budgets(
    tmp_path: Path, columns: int, lines: int, budget: int
) -> None:
    with terminal("--demo", home=tmp_path, more=SSH, columns=columns, lines=lines) as screen:
        screen.see("20 of 20", "findings")
        quiet(screen)
        assert len(screen.written) <= budget
        assert b"\x1b[38;5;" in screen.written or b";48;5;" in screen.written
        assert b"38;2;" not in screen.written
        for place in ("endpoints", "endpoint tokens", "activity"):
            keys, seen = SCREENS[place]
            screen.press(*keys)
            screen.see(*seen)
            quiet(screen)
            for key in "jjjkj":
                before = len(screen.written)
                screen.press(key)
                screen.until(lambda before=before: len(screen.written) > before)  # type: ignore[misc]  # bound now
                screen.read_what_is_left()
                assert len(screen.written) - before <= KEY, place


def test_nothing_goes_over_the_line_while_nobody_does_anything(tmp_path: Path) -> None:
    with every_screen(tmp_path) as screens:
        amounts = dict(zip(SCREENS, written_in(WATCHED, *screens), strict=True))
        assert max(amounts.values()) <= MINUTE * WATCHED / 60, amounts
        for tracking in (b"?1000h", b"?1002h", b"?1003h"):
            assert not any(b"\x1b[" + tracking in screen.written for screen in screens)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_minute_idle_stays_within_its_budget(tmp_path: Path) -> None:
    with every_screen(tmp_path) as screens:
        amounts = dict(zip(SCREENS, written_in(60.0, *screens), strict=True))
        assert max(amounts.values()) <= MINUTE, amounts


def test_over_ssh_the_mouse_is_heard_where_the_settings_ask_for_it(tmp_path: Path) -> None:
    settings = tmp_path / ".config" / "tokentui" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text("mouse = true\n")
    places = ("--store", str(tmp_path / "tokens.json"), "--key-file", str(tmp_path / "key"))
    with terminal(*places, home=tmp_path, more=SSH) as screen:
        screen.see("No endpoints here yet.")
        assert b"\x1b[?1000h" in screen.written


def test_colours_are_those_that_the_terminal_says_it_has(tmp_path: Path) -> None:
    """256 unless `COLORTERM` says more; a terminal that says less gets its 16."""
    for name, colours, wanted in (
        ("xterm-256color", "", b"8;5;"),
        ("xterm-256color", "truecolor", b"8;2;"),
        ("screen", "", b"\x1b[9"),
    ):
        more = {**SSH, "TERM": name, "COLORTERM": colours}
        with terminal("--demo", home=tmp_path, more=more, command=TOKENTUI) as screen:
            screen.see("20 of 20")
            for kind in (b"8;5;", b"8;2;"):
                assert (kind in screen.written) is (kind == wanted), (name, colours)
