"""Nothing of TokenTUI ever opens a connection: the interpreter itself is asked, and tells of every socket."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.system.inside import foreign, with_watch
from tests.system.terminal import ROOT, terminal

pytestmark = pytest.mark.system

COMMANDS = """
endpoints add "Goods in" --group stock
tokens add erp --reveal
tokens assign erp stock/goods-in
tokens rotate erp
explain GET /api/endpoint/stock/goods-in --from 192.0.2.1
audit
activity verify
export --reveal
scan .
"""

RUN = """
import shlex, sys
from tokentui.cli import main

*places, commands = sys.argv[1:]
for line in commands.strip().splitlines():
    try:
        main([*places, *shlex.split(line)])
    except SystemExit as ended:
        if ended.code not in (None, 0, 1):
            sys.exit(f"{line}: {ended.code}")
"""

CONNECT = """
import socket
with socket.socket() as one:
    one.connect_ex(("127.0.0.1", 9))
"""


def test_no_command_opens_a_connection(tmp_path: Path) -> None:
    places = ["--store", str(tmp_path / "data" / "tokens.json"), "--key-file", str(tmp_path / "config" / "key")]
    watched = {**with_watch(tmp_path / "watch", tmp_path / "sockets"), "HOME": str(tmp_path)}
    command = [sys.executable, "-c", RUN, *places, COMMANDS]
    done = subprocess.run(command, env=watched, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "socket.gethostname" in (tmp_path / "sockets").read_text()
    assert foreign(tmp_path / "sockets") == []


def test_the_terminal_ui_opens_no_connection_whatever_textual_is_told(tmp_path: Path) -> None:
    """With `TEXTUAL=devtools` Textual by itself would connect to a console and send it every key."""
    more = {"TEXTUAL": "devtools,debug", **with_watch(tmp_path / "watch", tmp_path / "sockets")}
    with terminal("--demo", home=tmp_path, more=more) as screen:
        screen.see("20 of 20")
        screen.press("q")
        assert screen.ended() == 0
    assert "socket.__new__" in (tmp_path / "sockets").read_text()
    assert foreign(tmp_path / "sockets") == []


def test_a_connection_would_be_seen(tmp_path: Path) -> None:
    watched = with_watch(tmp_path / "watch", tmp_path / "sockets")
    subprocess.run([sys.executable, "-c", CONNECT], env=dict(watched), cwd=ROOT, check=True)
    assert any("socket.connect" in line for line in foreign(tmp_path / "sockets"))
