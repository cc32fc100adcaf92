"""The canary's own eyes: what they have to see, they see."""

import base64
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.system.canary import Canary

SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": lambda value: value,
    "16 characters of it": lambda value: value[21:37],
    "base64": lambda value: base64.b64encode(value.encode()).decode(),
    "base64 of a line": lambda value: base64.b64encode(f"Bearer {value}\n".encode()).decode(),
    "base64 of 16 characters": lambda value: base64.b64encode(f"a={value[5:21]}".encode()).decode(),
    "hex": lambda value: value.encode().hex(),
    "hex of 16 characters": lambda value: value[3:19].encode().hex().upper(),
    "in an address": lambda value: quote(value, safe=""),
    "in JSON": json.dumps,
    "in small letters": str.lower,
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("value", ["", "a~b/c+d.e-f_g" * 5 + "=="])
def test_a_canary_is_seen_in_whatever_spelling(value: str, spelling: str) -> None:
    canary = Canary()
    canary.look("a text", f"before {SPELLINGS[spelling](canary.adopt(value) if value else canary.value())} behind")
    assert canary.leaks


def test_nothing_else_is_taken_for_a_canary() -> None:
    canary = Canary()
    canary.value()
    canary.look("a text", Path(__file__).read_bytes() + bytes(range(256)))
    canary.nowhere()


def test_a_canary_is_seen_in_files_in_their_names_and_in_arguments_and_environments(tmp_path: Path) -> None:
    canary = Canary()
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / canary.value()).write_text(canary.value())
    canary.look_under(tmp_path)
    assert len(canary.leaks) == 2
    script = "import subprocess, sys; subprocess.run(['sh', '-c', 'read x', sys.argv[0]])"
    with subprocess.Popen(
        [sys.executable, "-c", script, canary.value()], env={"SECRET": canary.value()}, stdin=subprocess.PIPE
    ) as process:
        with canary.watching(process.pid):
            children = Path("/proc", str(process.pid), "task", str(process.pid), "children")
            while not children.read_text():
                pass
        process.communicate(b"\n")
    assert {leak.split(" in ")[0] for leak in canary.leaks[2:]} == {"value 2", "value 3"}
