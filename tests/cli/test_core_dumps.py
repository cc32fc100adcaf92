"""A process that holds keys leaves no core dump, and nobody but root looks into its memory: seen from outside."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

ROOT = Path(__file__).parents[2]
#: What a process does once it has opened the desk as commands do: says so, and waits.
_AT_THE_DESK = """
import ctypes, os, resource, sys
from pathlib import Path
from tokentui.cli import actor, core_dumps, master_key
from tokentui.cli.compose import Office
from tokentui.services import desk
from tokentui.store import vault
most = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (most, most))
if os.geteuid() == 0:  # nothing is closed to root
    os.setuid(65534)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE, as with every user's process
office = Office(Path("tokens.json"), Path("key"))
if sys.argv[1] == "desk":
    office.desk
print("ready", flush=True)
sys.stdin.read()
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc and prctl are Linux's")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where the process works, and would leave its core; also somebody else than us can."""
    with TemporaryDirectory(prefix="tokentui-test-") as name:
        folder = Path(name)
        folder.chmod(0o777)
        yield folder


@contextmanager
def process(folder: Path, what: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is ready, ended whatever happens."""
    command = [sys.executable, "-c", _AT_THE_DESK, what]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=folder, env=environ) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n"
            yield child
        finally:
            child.kill()


def limits(pid: int) -> list[str]:
    """The soft and the hard limit of a core file, as the kernel tells them."""
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()
    return next(line for line in lines if line.startswith("Max core file size")).split()[4:6]


def is_dumpable(pid: int) -> bool:
    """Whether the memory belongs to the process's user: of what must not be dumped it belongs to root (proc(5))."""
    real = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("Uid:"))
    return Path(f"/proc/{pid}/mem").stat().st_uid == int(real.split()[1])


def cores(folder: Path, child: subprocess.Popen[bytes], how: signal.Signals) -> list[str]:
    """What is left of a process that dies by this signal."""
    child.send_signal(how)
    assert child.wait() == -how
    return [file.name for file in folder.iterdir() if file.name.startswith("core")]


def test_at_the_desk_there_is_no_core_file_and_the_memory_is_closed_to_its_own_user(folder: Path) -> None:
    with process(folder, "desk") as child:
        assert limits(child.pid) == ["0", "0"]
        assert not is_dumpable(child.pid)


def test_before_that_nothing_is_closed_and_nothing_is_paid_for(folder: Path) -> None:
    with process(folder, "list") as child:
        assert is_dumpable(child.pid)


@pytest.mark.parametrize("how", [signal.SIGSEGV, signal.SIGABRT])
def test_a_process_that_dies_at_the_desk_leaves_no_core(folder: Path, how: signal.Signals) -> None:
    with process(folder, "desk") as child:
        assert cores(folder, child, how) == []


def test_a_list_does_not_load_what_it_takes(tmp_path: Path) -> None:
    code = "import sys; from tokentui.cli.program import main; sys.argv[1:] = ['tokens', 'list']\n"
    code += "try: main()\nfinally: print('ctypes' in sys.modules, file=sys.stderr)"
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "TOKENTUI_STORE": str(tmp_path / "tokens.json")}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, check=False)
    assert done.stderr.endswith(b"False\n")
