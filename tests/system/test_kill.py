"""A writer that is killed at any moment loses nothing that it has acknowledged, and hinders nobody after it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import tokentui

SEED = 20_250_601


def search(folder: Path, kills: int, seed: int, tokens: int = 0) -> dict[str, Any]:
    """Kill so many writers of a store of so many tokens, and check what each leaves behind."""
    numbers = map(str, (kills, seed, tokens))
    command = [sys.executable, "-m", "tests.system.killing", str(folder), *numbers]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(tokentui.__file__).parents[1])
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["unreadable"] == []
    assert found["missing"] == []
    assert found["broken"] == []
    assert found["acknowledged"] >= kills
    assert found["died_writing"] > kills / 20, "too few were killed while they wrote: the search shows little"
    return found


@pytest.mark.system
@pytest.mark.parametrize(("tokens", "kills"), [(50, 100), (500, 75), (5_000, 25)])
def test_two_hundred_killed_writers_lose_nothing_that_they_acknowledged(
    tmp_path: Path, tokens: int, kills: int
) -> None:
    search(tmp_path, kills, SEED, tokens)


@pytest.mark.slow
@pytest.mark.system
@pytest.mark.timeout(2400)
@pytest.mark.parametrize("tokens", [50, 500, 5_000])
def test_fifteen_hundred_killed_writers_of_small_and_large_stores_lose_nothing(tmp_path: Path, tokens: int) -> None:
    search(tmp_path, 500, SEED + 2, tokens)


@pytest.mark.slow
@pytest.mark.system
@pytest.mark.timeout(1200)
def test_five_thousand_killed_writers_lose_nothing_that_they_acknowledged(tmp_path: Path) -> None:
    search(tmp_path, 5000, SEED + 1)
