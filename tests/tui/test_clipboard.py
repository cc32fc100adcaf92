"""The clipboard: what is done with a value, what is claimed, and where the value never is."""

import base64
import os
import subprocess
from pathlib import Path

import pytest
from textual.drivers.headless_driver import HeadlessDriver

from tests.tui.conftest import Open
from tests.tui.driving import wait_for
from tokentui.services.tokens import reveal_token
from tokentui.tui import clipboard, clipboard_programs
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen

VALUE = "V" * 64
SSH = {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}


def nowhere(sequence: str) -> None:
    raise AssertionError("nothing is to be sent to the terminal")


@pytest.fixture
def hanging(program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clipboard program that never ends; the path of the file with its process id."""
    program.write_text(f'#!/bin/sh\necho $$ >"{tmp_path}/pid"\nexec sleep 600\n')
    monkeypatch.setattr(clipboard_programs, "TIMEOUT", 1.0)
    return tmp_path / "pid"


def ended(pid: str) -> bool:
    """Whether a process is gone, or waits only to be noticed by its parent."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1].startswith("Z")
    except FileNotFoundError:
        return True


def test_without_ssh_the_value_goes_to_the_clipboard_program_by_its_input_alone(
    program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[object] = []
    real = subprocess.Popen

    def popen(*args: object, **more: object) -> object:
        called.extend([args, more])
        return real(*args, **more)  # type: ignore[call-overload]  # passed on as it came

    monkeypatch.setattr(subprocess, "Popen", popen)
    assert clipboard.copy(VALUE, "the token of x", nowhere, {}) == "Copied the token of x."
    assert (tmp_path / "taken").read_text() == VALUE
    assert VALUE not in (tmp_path / "called").read_text()
    assert called
    assert VALUE not in repr(called)
    assert VALUE not in os.environ.values()


def test_without_a_clipboard_the_terminal_is_asked_and_no_more_is_claimed() -> None:
    sent: list[str] = []
    told = clipboard.copy(VALUE, "the token of x", sent.append, {})
    assert sent == [clipboard.osc52(VALUE)]
    assert told == "Sent the token of x to the terminal. Not in the clipboard? v reveals it."


def test_what_cannot_be_read_back_is_not_called_copied(program: Path) -> None:
    program.write_text("#!/bin/sh\n[ $3 = -o ] || cat >/dev/null\n")
    sent: list[str] = []
    told = clipboard.copy(VALUE, "x", sent.append, {})
    assert sent == [clipboard.osc52(VALUE)]
    assert told.startswith("Sent x to the terminal.")


@pytest.mark.parametrize("reading", ['cat "$taken"; echo', "printf '\\377'", "exit 1", "kill $PPID"])
def test_what_reads_back_differently_is_taken_off_again(program: Path, tmp_path: Path, reading: str) -> None:
    taken = tmp_path / "taken"
    program.write_text(f'#!/bin/sh\ntaken="{taken}"\nif [ "$3" = -o ]; then {reading}; else cat >"$taken"; fi\n')
    sent: list[str] = []
    told = clipboard.copy(VALUE, "x", sent.append, {})
    assert told.startswith("Sent x to the terminal.")
    assert sent == [clipboard.osc52(VALUE)]
    assert VALUE not in taken.read_text() or "It may be on the desktop's clipboard still." in told


def test_what_cannot_be_taken_off_again_is_told(program: Path, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    program.write_text(
        f'#!/bin/sh\n[ "$3" = -o ] && {{ cat "{taken}"; echo; exit; }}\n[ -e "{taken}" ] || cat >"{taken}"\n'
    )
    told = clipboard.copy(VALUE, "x", lambda sequence: None, {})
    assert taken.read_text() == VALUE
    assert "It may be on the desktop's clipboard still." in told


def test_a_clipboard_that_takes_the_value_as_an_argument_is_given_none(
    program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.rename(program.with_name("qdbus"))
    program.with_name("klipper").symlink_to("qdbus")
    monkeypatch.setenv("PATH", str(program.parent))
    sent: list[str] = []
    clipboard.copy(VALUE, "x", sent.append, {})
    assert sent == [clipboard.osc52(VALUE)]
    assert not (tmp_path / "called").exists()


@pytest.fixture
def tmux(program: Path, tmp_path: Path) -> Path:
    """A tmux that keeps what it is given in `taken`, and how it was called in `called`."""
    tmux = program.with_name("tmux")
    tmux.write_text(f'#!/bin/sh\necho "$*" >>"{tmp_path}/called"\ncat >"{tmp_path}/taken"\n')
    tmux.chmod(0o755)
    return tmux


IN_TMUX = {"TMUX": "/tmp/tmux-0/default,1,0", "TERM": "tmux-256color"}


def test_in_tmux_the_value_goes_to_tmux_by_its_input_alone_and_out_of_its_buffers_again(
    tmux: Path, tmp_path: Path
) -> None:
    for environ in (IN_TMUX, IN_TMUX | SSH):
        told = clipboard.copy(VALUE, "x", nowhere, environ)
        assert told == "Sent x to the terminal through tmux. Not in the clipboard? v reveals it."
        assert (tmp_path / "taken").read_text() == VALUE
    calls = [line.split() for line in (tmp_path / "called").read_text().splitlines()]
    names = [call[2] for call in calls]
    assert calls == [["load-buffer", "-b", name, "-w", "-", ";", "delete-buffer", "-b", name] for name in names]
    assert len(set(names)) == 2


def test_a_tmux_that_is_too_old_or_gone_is_passed_over_for_the_next_way(tmux: Path, tmp_path: Path) -> None:
    tmux.write_text("#!/bin/sh\necho usage: load-buffer >&2\nexit 1\n")
    sent: list[str] = []
    assert clipboard.copy(VALUE, "x", sent.append, IN_TMUX | SSH).startswith("Sent x to the terminal. ")
    assert sent == [clipboard.wrapped(clipboard.osc52(VALUE), IN_TMUX)]
    assert clipboard.copy(VALUE, "x", nowhere, IN_TMUX) == "Copied x."


def test_a_tmux_that_hangs_is_ended_and_its_buffer_named(
    tmux: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmux.write_text(f'#!/bin/sh\necho "$*" >>"{tmp_path}/called"\nexec sleep 600\n')
    monkeypatch.setattr(clipboard_programs, "TIMEOUT", 0.5)
    sent: list[str] = []
    told = clipboard.copy(VALUE, "x", sent.append, IN_TMUX | SSH)
    assert sent
    name = (tmp_path / "called").read_text().split()[2]
    assert told.endswith(f"It may be in tmux's buffer {name} still.")


def test_the_sequence_is_wrapped_for_what_would_drop_it_or_keep_a_copy() -> None:
    sequence = clipboard.osc52(VALUE)
    assert clipboard.wrapped(sequence, {"TERM": "xterm-256color"}) == sequence
    assert clipboard.wrapped(sequence, {"TERM": "xterm", "STY": "1.x", "TMUX": "left over"}) == sequence
    assert clipboard.wrapped("\x1b]52;c;QQ==\a", IN_TMUX) == "\x1bPtmux;\x1b\x1b]52;c;QQ==\a\x1b\\"
    screenfuls = clipboard.wrapped(clipboard.osc52(VALUE * 9), {"TERM": "screen", "STY": "1.x"}).split("\x1b\\")
    assert max(map(len, screenfuls)) < 256
    assert "".join(part.removeprefix("\x1bP") for part in screenfuls) == clipboard.osc52(VALUE * 9)


def test_what_is_too_long_for_some_terminals_is_told() -> None:
    assert "some terminals cut it" not in clipboard.copy("V" * 4096, "x", lambda sequence: None, SSH)
    assert "some terminals cut it" in clipboard.copy("V" * 13_000, "x", lambda sequence: None, SSH)


def test_over_ssh_the_terminal_is_asked_whatever_programs_there_are(program: Path, tmp_path: Path) -> None:
    sent: list[str] = []
    told = clipboard.copy(VALUE, "x", sent.append, SSH)
    assert sent == [clipboard.osc52(VALUE)]
    assert "Copied" not in told
    assert not (tmp_path / "called").exists()


def test_the_sequence_for_the_terminal_is_osc_52() -> None:
    assert clipboard.osc52(VALUE) == f"\x1b]52;c;{base64.b64encode(VALUE.encode()).decode()}\x07"


async def test_a_clipboard_program_that_hangs_is_ended_with_all_it_holds(hanging: Path) -> None:
    sent: list[str] = []
    told = clipboard.copy(VALUE, "x", sent.append, {})
    assert told.startswith("Sent x to the terminal.")
    assert sent
    await wait_for(lambda: ended(hanging.read_text().strip()))


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All that is written to the terminal."""
    sent: list[str] = []
    monkeypatch.setattr(HeadlessDriver, "write", lambda self, data: sent.append(data))
    return sent


async def test_c_over_ssh_writes_the_sequence_and_the_message_holds_no_value(
    open_ui: Open, written: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", SSH["SSH_CONNECTION"])
    async with open_ui() as ui:
        await ui.press("2")
        await ui.at(EndpointTokensScreen)
        await ui.go("crm")
        await ui.press("c")
        await ui.told("Sent the token of crm to the terminal.")
        value = reveal_token(ui.desk, ui.desk.reader().token_by_name("crm"))
        assert clipboard.osc52(value) in written
        assert value not in ui.text
        assert value not in "".join(written)


async def test_c_copies_the_token_under_the_cursor(open_ui: Open, program: Path, tmp_path: Path) -> None:
    async with open_ui() as ui:
        await ui.press("2")
        await ui.at(EndpointTokensScreen)
        await ui.go("crm")
        await ui.press("c")
        await ui.told("Copied the token of crm.")
        assert (tmp_path / "taken").read_text() == reveal_token(ui.desk, ui.desk.reader().token_by_name("crm"))


async def test_keys_work_while_a_clipboard_program_hangs(open_ui: Open, hanging: Path) -> None:
    async with open_ui() as ui:
        await ui.press("2")
        await ui.at(EndpointTokensScreen)
        await ui.press("c")
        await ui.until(hanging.exists)
        await ui.press("j")
        assert ui.cursor_line.startswith("› bi-dashboard")
        assert ui.message == ""
        await ui.told("Sent the token of bank-import")


def test_a_program_that_ends_while_it_is_given_up_does_no_harm(
    hanging: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill = os.killpg

    def too_late(group: int, signal: int) -> None:
        kill(group, signal)
        raise ProcessLookupError

    monkeypatch.setattr(os, "killpg", too_late)
    sent: list[str] = []
    clipboard.copy("x" * 64, "the token", sent.append, os.environ)
    assert sent == [clipboard.osc52("x" * 64)]
    assert hanging.exists()


async def test_the_page_may_be_left_before_the_clipboard_has_answered(open_ui: Open, hanging: Path) -> None:
    async with open_ui() as ui:
        await ui.go("Returns")
        await ui.press("enter")
        await ui.see("chatbot")
        await ui.press("c")
        await ui.until(hanging.exists)
        await ui.press("q")
        await ui.until(lambda: ended(hanging.read_text().strip()))
        await ui.press("j")
        await ui.until(lambda: ui.cursor_line.startswith("› Sales orders"))


async def test_quitting_does_not_stumble_over_a_clipboard_that_hangs(open_ui: Open, hanging: Path) -> None:
    async with open_ui() as ui:
        await ui.press("2")
        await ui.at(EndpointTokensScreen)
        await ui.press("c")
        await ui.until(hanging.exists)
        await ui.press("q")
        await ui.until(lambda: not ui.app.is_running)
    assert ui.app.return_code == 0


def test_a_module_in_the_working_folder_is_never_run_with_the_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyperclip.py").write_text("def copy(value): open('stolen', 'w').write(value)")
    monkeypatch.chdir(tmp_path)
    clipboard.copy("SECRET", "x", lambda sequence: None, {})
    assert not (tmp_path / "stolen").exists()
