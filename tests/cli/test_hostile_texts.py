"""A name or description that would steer the terminal: refused on its way in, and shown harmlessly where it is in."""

import json
import re
import sys
from pathlib import Path

import pexpect
import pytest

from tests.cli.conftest import Shell

#: Writes to the clipboard, erases the screen, names the window, by C0 and by C1, and turns the text around.
STEERING = "\x1b]52;c;QUFB\x07 \x1b[2J \x9b2J \x9d0;x\x9c \x7f \u202eabc"
#: What a terminal obeys, in UTF-8: all controls but tab, newline and the carriage return that a terminal adds.
OBEYED = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]")


@pytest.fixture
def hostile(shell: Shell) -> Shell:
    """A shell at a store that somebody has written such texts into, past every check."""
    shell.done("endpoints", "add", "ENDPOINT", "--group", "g", "--authentication", "token", "--description", "TEXT")
    shell.done("tokens", "add", "TOKEN", "--description", "TEXT")
    shell.done("tokens", "assign", "TOKEN", "g/endpoint")
    for file in (shell.store, shell.store.with_name("activity.jsonl")):
        content = file.read_text()
        for name in ("ENDPOINT", "TOKEN", "TEXT"):
            content = content.replace(f'"{name}"', json.dumps(f"{name}{STEERING}"))
        file.write_text(content)
    return shell


COMMANDS = [
    ("tokens", "list"),
    ("tokens", "list", "--json"),
    ("tokens", "show", f"TOKEN{STEERING}"),
    ("endpoints", "list"),
    ("endpoints", "show", "g/endpoint"),
    ("endpoints", "show", f"{STEERING}/x"),
    ("activity", "list"),
    ("activity", "list", "--json"),
    ("audit",),
    ("explain", "GET", f"/{STEERING}"),
    ("tokens", "disable", f"TOKEN{STEERING}"),
    ("tokens", "show", f"NONE{STEERING}"),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_command_prints_what_a_terminal_would_obey(hostile: Shell, words: tuple[str, ...]) -> None:
    result = hostile.run(*words)
    assert result.exit_code in (0, 1, 2, 3), result.output
    assert result.stdout_bytes or result.stderr_bytes
    assert not OBEYED.search(result.stdout_bytes)
    assert not OBEYED.search(result.stderr_bytes)


def test_json_says_it_all_the_same(hostile: Shell) -> None:
    (token,) = hostile.json("tokens", "list")
    assert token["name"] == f"TOKEN{STEERING}"


def test_an_export_is_printed_harmlessly_on_a_terminal_and_byte_for_byte_elsewhere(hostile: Shell) -> None:
    places = ["--store", str(hostile.store), "--key-file", str(hostile.key)]
    shown, _ = pexpect.run(
        f"{sys.executable} -m tokentui {' '.join(places)} export --format csv", withexitstatus=True, timeout=30
    )
    assert b"TOKEN" in shown
    assert not OBEYED.search(shown)
    assert STEERING.split()[0].encode() in hostile.run("export", "--format", "csv").stdout_bytes


@pytest.mark.parametrize("ending", ["json", "yaml"])
def test_an_import_that_holds_such_texts_is_told_harmlessly_and_brings_none_in(
    shell: Shell, tmp_path: Path, ending: str
) -> None:
    api = {
        "openapi": "3.1.0",
        "info": {"title": STEERING, "version": "1"},
        "paths": {
            "/pets": {"get": {"summary": f"Pets {STEERING}", "description": STEERING, "tags": [STEERING]}},
            "/bad\x1b[2J": {"get": {"operationId": STEERING}},
        },
    }
    file = tmp_path / f"api.{ending}"
    file.write_text(json.dumps(api))
    for more in (("--dry-run",), ()):
        result = shell.run("import", str(file), *more)
        assert result.exit_code in (0, 2), result.output
        assert result.output
        assert not OBEYED.search(result.stdout_bytes)
        assert not OBEYED.search(result.stderr_bytes)
    if shell.store.exists():
        for endpoint in shell.json("endpoints", "list"):
            assert not OBEYED.search(f"{endpoint['name']}{endpoint['description']}{endpoint['path']}".encode())


def test_a_file_with_such_a_name_is_scanned_and_named_harmlessly(shell: Shell, tmp_path: Path) -> None:
    shell.done("tokens", "add", "erp")
    value = shell.run("tokens", "show", "erp", "--reveal").stdout
    found = re.search(r"[A-Za-z0-9]{64}", value)
    assert found is not None
    (tmp_path / "\x1b]52;c;QUFB\x07.txt").write_text(found[0])
    result = shell.run("scan", str(tmp_path / "\x1b]52;c;QUFB\x07.txt"))
    assert result.exit_code == 1, result.output
    assert "erp" in result.stdout
    assert not OBEYED.search(result.stdout_bytes + result.stderr_bytes)
