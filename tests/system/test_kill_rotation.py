"""A rotation of many tokens that is killed at any moment has rotated all of them or none."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import tokentui

SEED = 20_260_314


def search(folder: Path, kills: int, seed: int) -> int:
    """Kill so many rotations, and check what each leaves behind; how many were killed in the midst of saving."""
    command = [sys.executable, "-m", "tests.system.killing_rotations", str(folder), str(kills), str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(tokentui.__file__).parents[1])
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["unreadable"] == []
    assert found["torn"] == []
    assert found["lost"] == []
    assert found["trail"] == []
    return int(found["died_writing"]) + int(found["came"])


@pytest.mark.system
def test_forty_killed_rotations_have_rotated_all_tokens_or_none(tmp_path: Path) -> None:
    search(tmp_path, 40, SEED)


@pytest.mark.slow
@pytest.mark.system
@pytest.mark.timeout(600)
def test_two_hundred_killed_rotations_have_rotated_all_tokens_or_none(tmp_path: Path) -> None:
    assert search(tmp_path, 200, SEED + 1) > 1, "too few were killed while they saved: it shows little"
