"""First list painted, in a real pseudo-terminal: the whole program against a bare Textual app with an empty table."""

import os
import py_compile
import select
import statistics
import struct
import sys
import termios
import time
from fcntl import ioctl
from pathlib import Path
from pty import fork

import pytest

import tokentui
from tests.benchmarks.large_store import large_store

pytestmark = pytest.mark.benchmark

BARE = """
from textual.app import App
from textual.widgets import DataTable
class Bare(App):
    def compose(self): yield DataTable()
    def on_mount(self): self.query_one(DataTable).add_columns('Name', 'Ready')
Bare().run()
"""
ROUNDS = 11


def painted(command: list[str], marker: bytes) -> float:
    """Seconds from the start of `command` until `marker` was sent to a terminal of 120×40."""
    begin = time.perf_counter()
    pid, terminal = fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLUMNS="120", LINES="40")
        os.execv(command[0], command)
    ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    sent = b""
    try:
        while marker not in sent:
            assert select.select([terminal], [], [], 30)[0], "nothing came for 30 s"
            sent += os.read(terminal, 1 << 16)
        return time.perf_counter() - begin
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(terminal)


def compiled() -> None:
    """As an installation leaves it: with byte code for our modules, too."""
    for module in Path(tokentui.__file__).parent.rglob("*.py"):
        py_compile.compile(str(module), quiet=2)


@pytest.mark.parametrize(("tokens", "endpoints", "budget"), [(10_000, 500, 1.6), (100_000, 500, 4.0)])
def test_the_first_list_is_painted_within_its_budget(
    tmp_path: Path, tokens: int, endpoints: int, budget: float, capsys: pytest.CaptureFixture[str]
) -> None:
    compiled()
    store, key = large_store(tmp_path, tokens, endpoints)
    bare = [sys.executable, "-c", BARE]
    ours = [sys.executable, "-m", "tokentui", "--store", str(store), "--key-file", str(key)]
    times = [(painted(bare, b"Ready"), painted(ours, b"Endpoint 00001")) for _ in range(ROUNDS)]
    ratio = statistics.median(our / its for its, our in times)
    best = min(our for _, our in times) / min(its for its, _ in times)
    with capsys.disabled():
        print(
            f"\nfirst list, {tokens:,} tokens: bare {statistics.median(its for its, _ in times):.3f} s, "
            f"ours {statistics.median(our for _, our in times):.3f} s, "
            f"ratio {ratio:.2f} (of the best runs {best:.2f}), budget {budget}"
        )
    assert min(ratio, best) <= budget
