"""Faults that are real: closed folders and files for a user who is not root, and a disk with no room."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.store.faulty_machine import FAULTS

ROOT = Path(__file__).parents[2]
NO_ROOM = ("No space left on device", "File too large")
CAUSES = {
    "read-only folder": ("Nothing was saved: ", ("Permission denied: {store}",)),
    "closed folder": ("The store {store} cannot be reached: ", ("Permission denied",)),
    "closed store": ("The store {store} cannot be read: ", ("Permission denied",)),
    "closed lock": ("The store {store} cannot be locked: ", ("Permission denied",)),
    "closed trail": ("Nothing was changed: the activity trail {trail} cannot be written: ", ("Permission denied",)),
    "no room for the store": ("Nothing was saved: ", NO_ROOM),
    "no room for the trail": ("Nothing was changed: the activity trail {trail} cannot be written: ", NO_ROOM),
    "full disk": ("Nothing was ", NO_ROOM),
}


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that anybody may come into: those of pytest are root's alone."""
    with TemporaryDirectory(dir="/tmp") as open_:
        os.chmod(open_, 0o755)
        (Path(open_) / "home").mkdir()
        yield Path(open_) / "home"


def namespace() -> list[str]:
    """Where a disk can be mounted for one process alone, the command that lets it."""
    command = ["unshare", "--mount"]
    possible = shutil.which("unshare") and subprocess.run([*command, "true"], capture_output=True).returncode == 0
    return command if possible else []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_leaves_the_store_as_it_was_is_told_with_its_cause_and_hinders_no_later_change(
    folder: Path, fault: str
) -> None:
    before = namespace() if fault == "full disk" else []
    command = [*before, sys.executable, "-m", "tests.store.faulty_machine", fault, str(folder)]
    environ = {**os.environ, "XDG_CONFIG_HOME": str(folder), "HOME": str(folder)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environ)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["codes"] == [0, 5, 0], told
    assert told["same"]
    assert not [name for name in told["left"] if name.endswith(".tmp")]
    assert told["user"] != 0
    where, causes = CAUSES[fault]
    said, store = told["said"].removeprefix("tokentui: "), folder / "data" / "tokens.json"
    assert said.startswith(where.format(store=store, trail=store.with_name("activity.jsonl")))
    assert any(cause.format(store=store) in said for cause in causes), said
    assert said.count("\n") == 1
