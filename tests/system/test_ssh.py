"""Over a real SSH connection: the screen, the keys, and a value on its way to the clipboard of whoever sits there."""

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system import ssh
from tests.system.ssh import Host, clipboard_of, far_command, logged_in, sshd
from tests.system.terminal import ROOT, Terminal

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(ssh.SSHD is None or ssh.SSH is None, reason="OpenSSH's sshd or ssh is not installed"),
]

needs_tmux = pytest.mark.skipif(ssh.TMUX is None, reason="tmux is not installed")


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with sshd(tmp_path_factory.mktemp("sshd")) as host:
        yield host


@pytest.fixture
def places(tmp_path: Path) -> list[str]:
    """Options that name a store and a key of this test alone."""
    return ["--store", str(tmp_path / "data" / "tokens.json"), "--key-file", str(tmp_path / "config" / "key")]


def command_line(places: list[str], *command: str) -> str:
    """What a command on this store prints."""
    whole = [sys.executable, "-m", "tokentui", *places, *command]
    return subprocess.run(whole, capture_output=True, check=True, cwd=ROOT, text=True).stdout


@pytest.fixture
def value(places: list[str]) -> str:
    """The value of the one token of the store, `till`."""
    command_line(places, "tokens", "add", "till")
    value: str = json.loads(command_line(places, "tokens", "show", "till", "--reveal", "--json"))["value"]
    return value


class Tmux:
    """A tmux server of a test alone, on the other side of a connection; `settings` is its whole configuration."""

    def __init__(self, folder: Path, settings: str) -> None:
        self._folder = folder
        (folder / "conf").write_text(settings)

    def command(self, *arguments: str) -> list[str]:
        # The path of a socket may have 107 characters: fewer than pytest's folders for tests with long names.
        return ["tmux", "-u", "-S", str(self._folder / "socket"), "-f", str(self._folder / "conf"), *arguments]

    def says(self, *arguments: str) -> str:
        """What a command to the server prints, also where it fails."""
        done = subprocess.run(self.command(*arguments), capture_output=True, text=True, check=False)
        return done.stdout + done.stderr


def show_the_token(screen: Terminal) -> None:
    """Wait for the first list, and go to the other one."""
    screen.see("0 endpoints · 1 token")
    screen.press("2")
    screen.see("till")


@pytest.fixture
def short_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="tokentui-") as folder:
        yield Path(folder)


@pytest.fixture
def tmux(request: pytest.FixtureRequest, short_folder: Path) -> Iterator[Tmux]:
    """tmux with the settings that the test is run with."""
    server = Tmux(short_folder, getattr(request, "param", ""))
    yield server
    server.says("kill-server")


def test_the_ui_opens_and_c_sends_the_value_to_the_terminal_of_the_client(
    host: Host, places: list[str], tmp_path: Path, value: str
) -> None:
    with logged_in(host, tmp_path, far_command(tmp_path, *places)) as screen:
        show_the_token(screen)
        screen.press("c")
        screen.see("Sent the token of till to the terminal.")
        assert clipboard_of(screen) == [value]
        screen.press("q")
        assert screen.ended() == 0
        assert "Perhaps on the terminal's clipboard still: the token of till." in screen.text
        assert value.encode() not in screen.written


@needs_tmux
@pytest.mark.parametrize(
    "tmux",
    ["", "set -g set-clipboard on", "set -g allow-passthrough on", "set -g set-clipboard off"],
    ids=["stock", "set-clipboard-on", "allow-passthrough-on", "set-clipboard-off"],
    indirect=True,
)
def test_in_tmux_the_value_arrives_at_the_client_and_tmux_keeps_none_of_it(
    host: Host, tmux: Tmux, places: list[str], tmp_path: Path, value: str
) -> None:
    with logged_in(host, tmp_path, tmux.command("new-session", *far_command(tmp_path, *places))) as screen:
        show_the_token(screen)
        screen.press("c")
        screen.see("Sent the token of till to the terminal through tmux.")
        screen.until(lambda: clipboard_of(screen))
        assert clipboard_of(screen) == [value]
        assert tmux.says("list-buffers") == ""
        assert tmux.says("show-buffer") == "no buffers\n"
        assert value not in tmux.says("capture-pane", "-p", "-S", "-")
        screen.press("X")
        screen.until(lambda: clipboard_of(screen) == [value, " "])
        assert tmux.says("list-buffers") == ""


@needs_tmux
@pytest.mark.parametrize(
    ("tmux", "arrives"),
    [("", False), ("set -g set-clipboard on", False), ("set -g allow-passthrough on", True)],
    ids=["stock", "set-clipboard-on", "allow-passthrough-on"],
    indirect=["tmux"],
)
def test_in_a_tmux_that_does_not_answer_the_fallback_is_told_and_nothing_kept(
    host: Host, tmux: Tmux, places: list[str], tmp_path: Path, value: str, arrives: bool
) -> None:
    command = far_command(tmp_path, *places)
    without = ["env", f"TMUX={tmp_path}/gone,1,0", *command]
    with logged_in(host, tmp_path, tmux.command("new-session", *without)) as screen:
        show_the_token(screen)
        screen.press("c")
        screen.see("Sent the token of till to the terminal. Not in the clipboard? v reveals it.")
        screen.press("v")
        screen.see(value[:40])
        assert clipboard_of(screen) == [value] * arrives
        assert tmux.says("list-buffers") == ""


@needs_tmux
def test_who_detaches_finds_the_ui_as_it_was_when_he_attaches_again(
    host: Host, tmux: Tmux, places: list[str], tmp_path: Path, value: str
) -> None:
    with logged_in(host, tmp_path, tmux.command("new-session", *far_command(tmp_path, *places))) as screen:
        show_the_token(screen)
        screen.press("\x02", "d")
        assert screen.ended() == 0
        assert "[detached" in screen.text
    with logged_in(host, tmp_path, tmux.command("attach-session"), columns=120, lines=40) as screen:
        screen.see("› till")
        screen.until(lambda: screen.lines[-2].endswith("? Help"))
        screen.press("c")
        screen.until(lambda: clipboard_of(screen) == [value])
        screen.press("q")
        assert screen.ended() == 0


@needs_tmux
def test_who_loses_the_line_in_tmux_finds_the_form_as_it_was_when_he_attaches_again(
    host: Host, tmux: Tmux, places: list[str], tmp_path: Path
) -> None:
    with logged_in(host, tmp_path, tmux.command("new-session", *far_command(tmp_path, *places))) as screen:
        screen.see("0 endpoints · 0 tokens")
        screen.press("2", "a")
        screen.see("Add endpoint token")
        screen.press("half a na")
        screen.until(lambda: "half a na" in screen.row(" Name "))
        screen.signal(signal.SIGKILL)
        screen.drain()
    with logged_in(host, tmp_path, tmux.command("attach-session")) as screen:
        screen.until(lambda: "half a na" in screen.row(" Name "))
        screen.press("me", "enter")
        screen.see("Added half a name.")


@pytest.fixture
def gnu_screen(short_folder: Path) -> Iterator[list[str]]:
    """The beginning of a command that runs in GNU screen, which is ended with the test."""
    screen = ["env", f"SCREENDIR={short_folder}", "screen", "-c", "/dev/null", "-U"]
    yield screen
    subprocess.run([*screen, "-X", "quit"], capture_output=True, check=False)


@pytest.mark.skipif(ssh.SCREEN is None, reason="GNU screen is not installed")
@pytest.mark.parametrize("length", [64, 4000])
def test_in_gnu_screen_the_value_arrives_at_the_client(
    host: Host, places: list[str], gnu_screen: list[str], tmp_path: Path, length: int
) -> None:
    value = "Ab3-" * (length // 4)
    command = [sys.executable, "-m", "tokentui", *places, "tokens", "add", "till", "--value-file", "-"]
    subprocess.run(command, input=value, text=True, check=True, cwd=ROOT)
    with logged_in(host, tmp_path, [*gnu_screen, *far_command(tmp_path, *places)]) as screen:
        show_the_token(screen)
        screen.press("c")
        screen.see("Sent the token of till to the terminal.")
        screen.until(lambda: clipboard_of(screen))
        assert clipboard_of(screen) == [value]
        screen.press("q")
        screen.ended()
