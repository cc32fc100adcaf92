"""No object of Python's holds a value once it is hidden: looked for in processes that have run no other test.

To look through all that a process holds takes as long as it has lived, and others' screens show the same values.
"""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(400)
@pytest.mark.parametrize("which", ["once_it_is_hidden", "not once_it_is_hidden"])
def test_no_object_holds_a_value_that_nobody_is_shown(which: str) -> None:
    cases = "tests/tui/values_in_memory.py"
    command = [sys.executable, "-m", "pytest", "-n", "0", "-q", "-p", "no:cacheprovider", cases, "-k", which]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
