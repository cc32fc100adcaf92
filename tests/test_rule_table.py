"""The table of rules names tests that stand."""

import re
from pathlib import Path

HERE = Path(__file__).parent


def test_every_test_that_the_table_of_rules_names_stands() -> None:
    table = (HERE / "README.md").read_text("utf-8")
    named = set(re.findall(r"`(test_\w+)`", table))
    standing = set()
    for module in HERE.rglob("*.py"):
        standing.update(re.findall(r"def (test_\w+)", module.read_text("utf-8")))
    assert len(named) > 100
    assert named <= standing, sorted(named - standing)
