"""A rekey that is killed at any moment has not begun, or is finished by the next use: every value opens."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import tokentui

SEED = 20_260_601


def search(folder: Path, kills: int, seed: int) -> dict[str, Any]:
    """Kill so many rekeys, and check what each leaves behind."""
    command = [sys.executable, "-m", "tests.system.killing_rekeys", str(folder), str(kills), str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(tokentui.__file__).parents[1])
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["unreadable"] == []
    assert found["lost"] == []
    assert found["begun"] > kills / 20, "too few were killed in the midst: it shows little"
    return found


@pytest.mark.system
def test_after_each_of_forty_killed_rekeys_every_value_opens(tmp_path: Path) -> None:
    search(tmp_path, 40, SEED)


@pytest.mark.slow
@pytest.mark.system
@pytest.mark.timeout(1200)
def test_after_each_of_a_thousand_killed_rekeys_every_value_opens(tmp_path: Path) -> None:
    assert search(tmp_path, 1000, SEED + 1)["saved"] > 0
