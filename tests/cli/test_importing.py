"""`tokentui import`: what it prints, and that a refused file changes nothing."""

from pathlib import Path

import pytest

from tests.cli.conftest import Shell

API = """\
openapi: 3.0.0
info: {title: Pets, version: "1"}
paths:
  /pets:
    get: {tags: [pets], summary: All pets, responses: {}}
  /pets/{id}:
    get: {tags: [pets], responses: {}}
    delete: {tags: [pets], responses: {}}
  bad:
    get: {responses: {}}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "api.yaml"
    path.write_text(API)
    return path


def test_json_counts_and_names_what_was_skipped(shell: Shell, file: Path) -> None:
    report = shell.json("import", str(file))
    assert {**report["endpoints"], "skipped": None} == {"added": 2, "changed": 0, "unchanged": 0, "skipped": None}
    assert [each["subject"] for each in report["endpoints"]["skipped"]] == ["bad"]
    assert shell.json("import", str(file), "--format", "openapi")["endpoints"]["unchanged"] == 2


def test_prints_its_sums_on_stderr(shell: Shell, file: Path) -> None:
    result = shell.run("import", str(file))
    assert result.stdout == ""
    assert result.stderr.endswith("2 added, 0 changed, 0 unchanged, 1 skipped.\n")


def test_new_endpoints_want_tokens_unless_said(shell: Shell, file: Path) -> None:
    shell.done("import", str(file))
    assert {each["authentication"] for each in shell.json("endpoints", "list")} == {"token"}


@pytest.mark.parametrize(("said", "kind"), [("none", "none"), ("internal", "internal"), ("as-declared", "none")])
def test_authentication_can_be_said(shell: Shell, file: Path, said: str, kind: str) -> None:
    shell.done("import", str(file), "--authentication", said)
    assert {each["authentication"] for each in shell.json("endpoints", "list")} == {kind}


def test_dry_run_prints_what_would_be_done_and_makes_no_file(shell: Shell, file: Path) -> None:
    lines = shell.done("import", str(file), "--dry-run").splitlines()
    assert [line.split()[:3] for line in lines[1:]] == [
        ["add", "pets/all-pets", "GET"],
        ["add", "pets/pets-id", "GET,DELETE"],
    ]
    planned = shell.json("import", str(file), "--dry-run")["endpoints"]
    assert planned["would_add"][0] == {
        "endpoint": "pets/all-pets",
        "path": "/pets",
        "gained": ["GET"],
        "lost": [],
        "cut_off": [],
    }
    assert not shell.store.parent.exists()
    assert not shell.key.parent.exists()


def test_tells_what_a_changed_file_cuts_off(shell: Shell, file: Path) -> None:
    shell.done("import", str(file))
    shell.done("tokens", "add", "erp")
    shell.done("tokens", "assign", "erp", "pets/pets-id")
    file.write_text(API.replace("    delete: {tags: [pets], responses: {}}\n", ""))
    assert "change  pets/pets-id  -DELETE  /pets/{id}" in shell.done("import", str(file), "--dry-run")
    assert "pets/pets-id: -DELETE; this cuts off erp\n" in shell.run("import", str(file)).stderr


@pytest.mark.parametrize("content", ["", "hello", "{}", "openapi: 3.0.0\npaths: 3"])
def test_a_file_that_is_no_api_changes_nothing(shell: Shell, file: Path, content: str) -> None:
    file.write_text(content)
    assert "api.yaml" in shell.refused(2, "import", str(file))
    assert not shell.store.parent.exists()


def test_a_file_that_is_not_there_changes_nothing(stocked: Shell) -> None:
    assert "no such file" in stocked.refused(2, "import", "no-such.yaml")


def test_without_the_key_nothing_is_imported(stocked: Shell, file: Path) -> None:
    stocked.key.unlink()
    before = stocked.store.read_bytes()
    assert stocked.run("import", str(file), "--authentication", "none").exit_code == 5
    assert stocked.store.read_bytes() == before
    stocked.done("import", str(file), "--dry-run")
