"""Many processes at one store, from the very first change on: nothing is lost, nobody is refused."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import tokentui

PROCESSES = 8

DRIVER = """
import sys
from tokentui.cli import main

places, hand, count = sys.argv[1:5], sys.argv[5], int(sys.argv[6])
for number in range(count):
    try:
        main([*places, "tokens", "add", f"app-{hand}-{number}"])
    except SystemExit as ended:
        if ended.code:
            sys.exit(ended.code)
"""


def work(tmp_path: Path, each: int) -> None:
    """Let many processes add so many tokens each at once, and look that all are there."""
    places = ["--store", str(tmp_path / "data" / "tokens.json"), "--key-file", str(tmp_path / "config" / "key")]
    root = Path(tokentui.__file__).parents[1]
    hands = [
        subprocess.Popen(
            [sys.executable, "-c", DRIVER, *places, str(hand), str(each)], stderr=subprocess.PIPE, cwd=root
        )
        for hand in range(PROCESSES)
    ]
    talk = [hand.communicate(timeout=500)[1].decode() for hand in hands]
    assert [hand.returncode for hand in hands] == [0] * PROCESSES, talk
    command = [sys.executable, "-m", "tokentui", *places, "tokens", "list", "--json", "--reveal"]
    listed = json.loads(subprocess.run(command, capture_output=True, check=True, cwd=root).stdout)
    assert {token["name"] for token in listed} == {
        f"app-{hand}-{n}" for hand in range(PROCESSES) for n in range(each)
    }
    assert len({token["value"] for token in listed}) == PROCESSES * each
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == [
        "activity.jsonl",
        "tokens.json",
        "tokens.json.generations",
        "tokens.json.lock",
    ]


@pytest.mark.system
def test_eight_processes_that_add_fifty_tokens_each_leave_four_hundred(tmp_path: Path) -> None:
    work(tmp_path, 50)


@pytest.mark.slow
@pytest.mark.system
@pytest.mark.timeout(600)
@pytest.mark.parametrize("run", range(5))
def test_eight_processes_that_add_two_hundred_tokens_each_leave_sixteen_hundred(tmp_path: Path, run: int) -> None:
    """A writer that gives up after 5 s of waiting would be seen here."""
    work(tmp_path, 200)
