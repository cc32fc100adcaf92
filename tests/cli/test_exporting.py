"""`tokentui export`: what is printed, what is written, and what never is."""

import csv
import json
import os
from io import StringIO
from pathlib import Path

import pytest

from tests.cli.conftest import Shell


def revealed(shell: Shell, *names: str) -> list[str]:
    shown = shell.json("tokens", "show", *names, "--reveal")
    return [each["value"] for each in (shown if isinstance(shown, list) else [shown])]


@pytest.fixture
def other(tmp_path: Path) -> Shell:
    """A shell at a second store, with a key of its own, where nothing is yet."""
    return Shell(tmp_path / "other" / "tokens.json", tmp_path / "other-config" / "key")


@pytest.mark.parametrize("reveal", [(), ("--reveal",)])
def test_json_goes_round_through_an_empty_store_byte_for_byte(
    stocked: Shell, other: Shell, tmp_path: Path, reveal: tuple[str, ...]
) -> None:
    content = stocked.done("export", *reveal)
    (tmp_path / "export.json").write_text(content)
    report = other.json("import", str(tmp_path / "export.json"))
    assert [report[kind]["added"] for kind in ("endpoints", "tokens", "assignments")] == [2, 3, 1]
    assert other.done("export", "--format", "json", *reveal) == content
    again = other.json("import", str(tmp_path / "export.json"), "--format", "json")
    assert [report["unchanged"] for report in again.values()] == [2, 3, 1, 0]


def test_values_are_in_it_with_reveal_alone(stocked: Shell) -> None:
    values = revealed(stocked, "erp", "crm", "old")
    primary = stocked.json("endpoints", "show", "stock/goods-in", "--reveal")["primary"]["GET"]
    for format in ("json", "csv"):
        plain, full = (
            stocked.done("export", "--format", format),
            stocked.done("export", "--format", format, "--reveal"),
        )
        assert not any(value in plain for value in values)
        assert all(value in full for value in values)
        assert (primary in full) is (format == "json")
        assert primary not in plain


def test_without_reveal_the_key_is_not_needed(stocked: Shell) -> None:
    stocked.key.unlink()
    assert json.loads(stocked.done("export"))["tokens"]
    assert stocked.done("export", "--format", "csv").count("\n") > 3
    assert stocked.run("export", "--reveal").exit_code == 5
    assert stocked.run("export", "--format", "haproxy-map").exit_code == 5


def test_csv_has_a_row_for_each_assignment_and_no_cell_that_is_a_formula(stocked: Shell) -> None:
    stocked.done("tokens", "add", "=cmd|' /C calc'!A0", "--description", "@SUM(A1)")
    rows = list(csv.DictReader(StringIO(stocked.done("export", "--format", "csv"))))
    assert [(row["name"], row["enabled"], row["active"], row["endpoint"], row["slots"]) for row in rows] == [
        ("'=cmd|' /C calc'!A0", "yes", "yes", "", ""),
        ("crm", "no", "yes", "", ""),
        ("erp", "yes", "yes", "stock/goods-in", "POST,GET"),
        ("old", "yes", "no", "", ""),
    ]
    assert rows[0]["description"] == "'@SUM(A1)"
    assert rows[2]["description"] == "the erp\nprogram"


def test_csv_taken_in_where_it_comes_from_changes_nothing(stocked: Shell, tmp_path: Path) -> None:
    stocked.done("tokens", "add", "=1+1")
    (tmp_path / "tokens.csv").write_text(stocked.done("export", "--format", "csv", "--reveal"))
    report = stocked.json("import", str(tmp_path / "tokens.csv"))
    assert report == {
        "endpoints": {"added": 0, "changed": 0, "unchanged": 0, "skipped": []},
        "tokens": {"added": 0, "changed": 0, "unchanged": 4, "skipped": []},
        "assignments": {"added": 0, "changed": 0, "unchanged": 1, "skipped": []},
    }


def test_a_file_is_for_its_owner_alone_and_never_replaced_unasked(
    stocked: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "export.json"
    umask = os.umask(0)
    try:
        result = stocked.run("export", "--output", str(file))
    finally:
        os.umask(umask)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", f"Written to {file}.\n")
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_text("mine")
    file.chmod(0o644)
    assert "--force replaces it" in stocked.refused(4, "export", "--output", str(file))
    assert file.read_text() == "mine"
    stocked.done("export", "--output", str(file), "--force")
    assert file.read_text() == stocked.done("export")
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(each.name for each in tmp_path.iterdir()) == ["config", "data", "export.json"]


def test_a_link_is_not_followed(stocked: Shell, tmp_path: Path) -> None:
    (tmp_path / "target").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    stocked.refused(4, "export", "--output", str(tmp_path / "link"))
    stocked.done("export", "--output", str(tmp_path / "link"), "--force")
    assert (tmp_path / "target").read_text() == "mine"
    assert not (tmp_path / "link").is_symlink()


def test_what_cannot_be_written_is_told(stocked: Shell, tmp_path: Path) -> None:
    assert "cannot be written: No such file" in stocked.refused(2, "export", "--output", str(tmp_path / "no" / "x"))
    assert "cannot be written" in stocked.refused(2, "export", "--force", "--output", str(tmp_path))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["config", "data"]
    for words in (("export", "--output"), ("import",)):
        assert "there is no such user" in stocked.refused(2, *words, "~nobody-here/x")


def test_options_that_make_no_sense_are_refused(stocked: Shell) -> None:
    assert "say --reveal" in stocked.refused(2, "export", "--format", "nginx-map")
    assert "--force is about" in stocked.refused(2, "export", "--force")


def test_the_map_of_nginx_has_the_values_and_that_of_haproxy_has_none(stocked: Shell) -> None:
    (value,) = revealed(stocked, "erp")
    assert value in stocked.done("export", "--format", "nginx-map", "--reveal")
    for reveal in ((), ("--reveal",)):
        content = stocked.done("export", "--format", "haproxy-map", *reveal)
        assert value not in content
        assert " erp\n" in content


def test_an_export_changes_nothing_and_needs_no_store(stocked: Shell, shell: Shell) -> None:
    before = stocked.store.read_bytes()
    for words in (("export", "--reveal"), ("export", "--format", "haproxy-map"), ("--version",)):
        assert stocked.run(*words, before=("--read-only",)).exit_code == 0
    assert stocked.store.read_bytes() == before


def test_an_empty_store_is_told_and_is_an_empty_export(shell: Shell) -> None:
    result = shell.run("export")
    assert json.loads(result.stdout) == {
        "format": "tokentui",
        "version": 1,
        "endpoints": [],
        "tokens": [],
        "acknowledgements": [],
    }
    assert "There is no store yet" in result.stderr
    assert not shell.store.parent.exists()
    assert not shell.key.parent.exists()
    assert shell.run("export", "--format", "nginx-map", "--reveal").exit_code == 0
