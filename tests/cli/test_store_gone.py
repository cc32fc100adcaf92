"""A store file that has gone is never taken for a first start: what lies beside it tells that there was one."""

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tokentui.cli.failures import STORE_UNUSABLE
from tokentui.cli.ui import open_ui
from tokentui.domain.errors import StoreError

READING = [
    ("tokens", "list"),
    ("tokens", "list", "--json"),
    ("endpoints", "list"),
    ("audit", "--json"),
    ("export",),
    ("explain", "GET", "/pets/1"),
]
CHANGING = [
    ("tokens", "add", "new"),
    ("endpoints", "add", "New", "--group", "g"),
    ("store", "rekey"),
    ("store", "backup"),
]


@pytest.fixture
def gone(stocked: Shell) -> Shell:
    stocked.store.unlink()
    return stocked


@pytest.mark.parametrize("words", [*READING, *CHANGING], ids=" ".join)
def test_whatever_needs_it_is_refused_with_the_way_back_and_nothing_is_made(
    gone: Shell, words: tuple[str, ...]
) -> None:
    before = sorted(gone.store.parent.rglob("*"))
    told = gone.refused(STORE_UNUSABLE, *words)
    assert f"{gone.store} has gone" in told
    assert "tokentui store restore 1 (" in told
    assert "its activity trail and 7 generations are here" in told
    assert "move" in told
    assert [path for path in sorted(gone.store.parent.rglob("*")) if path.suffix != ".lock"] == [
        path for path in before if path.suffix != ".lock"
    ]


def test_the_ui_does_not_open_on_it(gone: Shell) -> None:
    with pytest.raises(StoreError, match="has gone"):
        open_ui(gone.office)


@pytest.mark.parametrize("words", [("activity", "list"), ("store", "info"), ("store", "generations")], ids=" ".join)
def test_what_lies_beside_it_is_told_and_that_it_has_gone(gone: Shell, words: tuple[str, ...]) -> None:
    result = gone.run(*words)
    assert result.exit_code == STORE_UNUSABLE
    assert len(result.stdout.splitlines()) > 5
    assert "has gone" in result.stderr


def test_the_trail_tells_of_its_changes_as_done(gone: Shell) -> None:
    entries = json.loads(gone.run("activity", "list", "--json").stdout)
    assert {entry["state"] for entry in entries} == {"done"}
    gone.done("activity", "verify")


def test_the_check_names_the_way_back(gone: Shell) -> None:
    result = gone.run("store", "check", "--json")
    assert result.exit_code == STORE_UNUSABLE
    problem = next(each for each in json.loads(result.stdout) if each["code"] == "store-missing")
    assert "has gone" in problem["message"]
    assert "tokentui store restore 1" in problem["remedy"]


def test_it_comes_back_from_a_generation_and_all_goes_on(gone: Shell) -> None:
    gone.done("store", "restore", "1", "--yes")
    gone.done("tokens", "add", "new")
    assert {token["name"] for token in gone.json("tokens", "list", "--all")} == {"erp", "crm", "old", "new"}


def test_where_it_never_was_a_first_start_is_one(shell: Shell) -> None:
    assert "There is no store yet" in shell.run("tokens", "list").stderr
    shell.done("tokens", "add", "first")


def test_another_name_in_the_folder_of_a_store_begins_a_new_one(stocked: Shell) -> None:
    other = Shell(stocked.store.with_name("other.json"), stocked.key)
    assert "There is no store yet" in other.run("tokens", "list").stderr
    other.done("tokens", "add", "first")
    other.store.unlink()
    assert "has gone" in other.refused(STORE_UNUSABLE, "tokens", "list")
    stocked.done("tokens", "list")


def test_with_trail_and_generations_moved_away_it_begins_anew(gone: Shell, tmp_path: Path) -> None:
    for path in (gone.store.with_name("activity.jsonl"), gone.store.with_name("tokens.json.generations")):
        shutil.move(path, tmp_path)
    gone.done("tokens", "add", "first")


def test_generations_alone_tell_it_too(gone: Shell) -> None:
    gone.store.with_name("activity.jsonl").unlink()
    assert "its 7 generations are here" in gone.refused(STORE_UNUSABLE, "tokens", "add", "new")


def test_one_that_was_saved_once_is_told_by_its_trail(shell: Shell) -> None:
    shell.done("tokens", "add", "first")
    shell.store.unlink()
    assert "tokentui store restore FILE" in shell.refused(STORE_UNUSABLE, "tokens", "add", "second")


def test_a_first_change_that_could_not_be_saved_is_no_store_that_has_gone(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("tokentui.store.safe_storage.write_parts", full)
        assert shell.run("tokens", "add", "first").exit_code == STORE_UNUSABLE
    assert "There is no store yet" in shell.run("tokens", "list").stderr
    shell.done("tokens", "add", "first")
    assert {entry["state"] for entry in shell.json("activity", "list")} == {"done", "never came", "repair"}
    assert shell.json("store", "check") == []


def test_a_first_change_whose_writer_was_killed_is_none_either(shell: Shell) -> None:
    shell.done("tokens", "add", "first")
    shell.store.rename(shell.store.with_name(".tokens.json.4194000.0123abcd.tmp"))
    shell.done("tokens", "add", "first")
