"""Which terminals the UI opens in, what the others are told, and windows that are too small for anything."""

from pathlib import Path

import pytest

from tests.system.terminal import TOKENTUI, terminal

pytestmark = pytest.mark.system


@pytest.mark.parametrize("name", ["", "dumb", "unknown", "vt52", "no-such-terminal", "x\x1b[31m"])
def test_a_terminal_that_cannot_draw_is_pointed_at_the_command_line(tmp_path: Path, name: str) -> None:
    with terminal(home=tmp_path, more={"TERM": name}, columns=200) as screen:
        assert screen.ended() == 2
        said = screen.written.decode().split("\r\n")
        assert len(said) == 2
        assert "TERM" in said[0]
        assert "tokentui tokens list" in said[0]
        assert "\x1b" not in said[0]


def test_no_terminal_type_at_all_is_told_too(tmp_path: Path) -> None:
    with terminal(home=tmp_path, command=("env", "-u", "TERM", *TOKENTUI), columns=200) as screen:
        assert screen.ended() == 2
        assert screen.written.count(b"\n") == 1
        assert b"tokentui tokens list" in screen.written


@pytest.mark.parametrize("elsewhere", ["</dev/null", ">out", "2>err", "<&-", ">&-"])
def test_a_stream_that_leads_elsewhere_is_told_too(tmp_path: Path, elsewhere: str) -> None:
    command = ("sh", "-c", f'cd "{tmp_path}" && "$@" {elsewhere}', "sh", *TOKENTUI)
    with terminal("--store", str(tmp_path / "tokens.json"), home=tmp_path, command=command) as screen:
        assert screen.ended() == 2
        assert b"\x1b" not in screen.written
    assert not (tmp_path / "tokens.json").exists()


@pytest.mark.parametrize(
    "name", ["xterm", "xterm-256color", "screen", "tmux-256color", "linux", "xterm-kitty", "vt220"]
)
def test_a_terminal_that_can_draw_is_drawn_on_also_where_the_system_does_not_know_it(
    tmp_path: Path, name: str
) -> None:
    with terminal("--demo", home=tmp_path, more={"TERM": name}) as screen:
        screen.see("20 of 20", "Catalogue search", "? Help")
        screen.press("q")
        assert screen.ended() == 0


@pytest.mark.parametrize(("columns", "lines"), [(20, 5), (3, 2), (1, 1)])
def test_a_window_that_is_too_small_for_anything_breaks_nothing(tmp_path: Path, columns: int, lines: int) -> None:
    with terminal("--demo", home=tmp_path, columns=columns, lines=lines) as screen:
        screen.until(lambda: screen.written.count(b"\x1b[?2004h") or "Token" in screen.text)
        for keys in ("1", "2", "a", "\x1b", "v", "\x1b", "/", "x", "\x1b", "?", "\x1b", "4", "5", "1", "\r"):
            screen.press(keys)
            screen.read_what_is_left()
        screen.press("\x1b")
        screen.resize(80, 24)
        screen.see("? Help")
        screen.resize(columns, lines)
        screen.read_what_is_left()
        screen.resize(120, 40)
        screen.see(" endpoints · ", " tokens")
