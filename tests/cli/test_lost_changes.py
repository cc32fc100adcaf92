"""A restore over a damaged store goes back in time: what the trail tells of later is told, until it is done again."""

import json
from typing import Any

import pytest

from tests.cli.conftest import Shell


@pytest.fixture
def leaked(stocked: Shell) -> Shell:
    """A shell whose last change switched a leaked token off, and whose store was cut then."""
    stocked.done("tokens", "disable", "erp")
    damage(stocked)
    return stocked


def damage(shell: Shell) -> None:
    shell.store.write_bytes(shell.store.read_bytes()[:1500])


def restore(shell: Shell, *words: str) -> str:
    """What a restore of the last generation says."""
    result = shell.run("store", "restore", "1", *words)
    assert result.exit_code == (1 if "--dry-run" in words else 0), result.output
    return result.stderr


def lost(shell: Shell) -> list[dict[str, Any]]:
    found = json.loads(shell.run("store", "check", "--json").stdout)
    return [each for each in found if each["code"] == "changes-lost"]


class TestToldByTheRestore:
    @pytest.mark.parametrize("words", [("--yes",), ("--dry-run",)])
    def test_what_was_done_later_is_named_before_it_asks(self, leaked: Shell, words: tuple[str, ...]) -> None:
        told = restore(leaked, *words)
        assert "The trail tells of 1 later change that is not in it" in told
        assert "disabled erp" in told
        assert "again" in told

    def test_before_the_question(self, leaked: Shell) -> None:
        told = leaked.run("store", "restore", "1", stdin="n\n").stderr
        assert told.index("disabled erp") < told.index("Restore it?")

    def test_as_json_too(self, leaked: Shell) -> None:
        (change,) = json.loads(leaked.run("store", "restore", "1", "--yes", "--json").stdout)["later_changes"]
        assert change["what"] == "disabled erp"
        assert change["at"]

    def test_many_are_counted_and_the_last_ones_named(self, stocked: Shell) -> None:
        for _ in range(8):
            stocked.done("tokens", "disable", "erp")
            stocked.done("tokens", "enable", "erp")
        damage(stocked)
        told = stocked.run("store", "restore", "10", "--yes").stderr
        assert "10 later changes" in told
        assert told.count("enabled erp") == 5
        stocked.done("store", "restore", "1", "--yes")

    def test_the_last_state_has_none(self, stocked: Shell, tmp_path: Any) -> None:
        stocked.done("store", "backup", str(tmp_path / "b.tar"))
        damage(stocked)
        assert "later change" not in stocked.run("store", "restore", str(tmp_path / "b.tar"), "--yes").stderr
        assert lost(stocked) == []

    def test_of_a_sound_store_they_are_told_as_taken_back(self, stocked: Shell) -> None:
        stocked.done("tokens", "disable", "erp")
        told = restore(stocked, "--yes")
        assert "takes back 1 later change" in told
        assert lost(stocked) == []

    def test_a_state_that_the_trail_does_not_know_is_told_as_such(self, leaked: Shell) -> None:
        lines = (leaked.store.parent / "activity.jsonl").read_bytes().splitlines(keepends=True)
        (leaked.store.parent / "activity.jsonl").write_bytes(b"".join(lines[-1:]))
        assert "cannot be told" in restore(leaked, "--yes")


class TestToldByTheCheck:
    def test_until_it_is_done_again(self, leaked: Shell) -> None:
        restore(leaked, "--yes")
        assert leaked.json("tokens", "show", "erp")["enabled"]
        (problem,) = lost(leaked)
        assert (problem["severity"], problem["subject"]) == ("warning", "erp")
        assert "disabled erp" in problem["message"]
        assert leaked.run("store", "check").exit_code == 1
        leaked.done("tokens", "edit", "erp", "--description", "something else")
        assert lost(leaked)
        leaked.done("tokens", "disable", "erp")
        assert leaked.json("store", "check") == []

    def test_until_somebody_decides_otherwise_about_the_same(self, leaked: Shell) -> None:
        restore(leaked, "--yes")
        leaked.done("tokens", "disable", "erp")
        leaked.done("tokens", "enable", "erp")
        assert lost(leaked) == []

    def test_until_it_is_settled(self, leaked: Shell) -> None:
        restore(leaked, "--yes")
        leaked.done("store", "check", "--settle")
        assert leaked.json("store", "check") == []
        assert "a restore lost" in leaked.json("activity", "list")[0]["what"]
        leaked.done("tokens", "disable", "erp")
        damage(leaked)
        restore(leaked, "--yes")
        assert len(lost(leaked)) == 1

    def test_a_record_that_was_added_until_one_of_its_name_is_there(self, stocked: Shell) -> None:
        stocked.done("tokens", "add", "new")
        damage(stocked)
        restore(stocked, "--yes")
        assert [each["subject"] for each in lost(stocked)] == ["new"]
        stocked.done("tokens", "add", "new")
        assert lost(stocked) == []

    def test_a_record_that_was_taken_away_until_it_goes_again(self, stocked: Shell) -> None:
        stocked.done("tokens", "unassign", "erp", "stock/goods-in")
        damage(stocked)
        restore(stocked, "--yes")
        assert [each["subject"] for each in lost(stocked)] == ["erp → stock/goods-in"]
        stocked.done("tokens", "unassign", "erp", "stock/goods-in")
        assert lost(stocked) == []

    def test_a_rotation_until_there_is_a_new_value(self, stocked: Shell) -> None:
        stocked.done("tokens", "rotate", "erp")
        damage(stocked)
        restore(stocked, "--yes")
        assert [each["subject"] for each in lost(stocked)] == ["erp"]
        stocked.done("tokens", "rotate", "erp")
        assert lost(stocked) == []

    def test_settling_what_is_not_lost_is_no_change(self, stocked: Shell) -> None:
        before = stocked.store.read_bytes()
        stocked.done("store", "check", "--settle")
        assert stocked.store.read_bytes() == before

    def test_a_store_that_went_and_came_back_is_looked_at_too(self, stocked: Shell) -> None:
        stocked.done("tokens", "disable", "erp")
        stocked.store.unlink()
        assert "disabled erp" in restore(stocked, "--yes")
        assert [each["subject"] for each in lost(stocked)] == ["erp"]
