"""`tokentui store restore`: a backup or a generation comes back, and what that changes is shown first."""

import errno
import json
import os
import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.cli.stores import values


def changed(shell: Shell) -> None:
    shell.done("tokens", "rotate", "erp")
    shell.done("tokens", "enable", "crm")
    shell.done("tokens", "add", "later")
    shell.done("tokens", "unassign", "erp", "stock/goods-in")


def export(shell: Shell) -> str:
    return shell.done("export", "--reveal")


class TestRestore:
    def test_a_dry_run_tells_the_difference_by_name_and_field_and_ends_with_1(
        self, stocked: Shell, backup: Path
    ) -> None:
        changed(stocked)
        before = stocked.store.read_bytes()
        result = stocked.run("store", "restore", str(backup), "--dry-run")
        assert result.exit_code == 1
        lines = result.stdout.splitlines()
        assert "- endpoint token later" in lines
        assert "+ assignment erp → stock/goods-in" in lines
        assert any(line.startswith("~ endpoint token erp: value replaced; previous value removed") for line in lines)
        assert any(line.startswith("~ endpoint token crm: enabled yes → no; disabled at - → 20") for line in lines)
        assert "A dry run, nothing was done." in result.stderr
        assert stocked.store.read_bytes() == before

    def test_as_json(self, stocked: Shell, backup: Path) -> None:
        changed(stocked)
        result = stocked.run("store", "restore", str(backup), "--dry-run", "--json")
        told = json.loads(result.stdout)
        assert told["removed"] == [{"kind": "token", "name": "later"}]
        assert told["added"] == [{"kind": "assignment", "name": "erp → stock/goods-in"}]
        erp, crm = sorted(told["changed"], key=lambda each: str(each["name"]), reverse=True)
        assert erp["values"] == ["value replaced", "previous value removed"]
        assert crm["fields"]["enabled"] == {"old": True, "new": False}

    def test_no_value_is_printed(self, stocked: Shell, backup: Path) -> None:
        known = values(stocked)
        changed(stocked)
        known += values(stocked)
        told = stocked.run("store", "restore", str(backup), "--yes", "--json").output
        assert not any(value in told for value in known)

    def test_the_store_is_what_it_was_and_restore_1_takes_that_back(self, stocked: Shell, backup: Path) -> None:
        before = export(stocked)
        changed(stocked)
        after = export(stocked)
        stocked.done("store", "restore", str(backup), "--yes")
        assert export(stocked) == before
        assert stocked.json("activity", "list")[0]["what"] == f"restored {backup.name}"
        stocked.done("store", "restore", "1", "--yes")
        assert export(stocked) == after
        stocked.done("activity", "verify")
        assert stocked.json("store", "check") == []

    def test_what_takes_it_back_is_named_and_does_after_more_changes_too(self, stocked: Shell, backup: Path) -> None:
        changed(stocked)
        before = export(stocked)
        told = stocked.run("store", "restore", str(backup), "--yes").stderr
        command = re.search(r"`tokentui (store restore .+)` takes it back\.", told)
        assert command is not None
        stocked.done("tokens", "disable", "erp")
        stocked.done(*shlex.split(command[1]), "--yes")
        assert export(stocked) == before

    def test_where_what_was_replaced_could_not_be_kept_nothing_is_said_to_take_it_back(
        self, stocked: Shell, backup: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        changed(stocked)
        monkeypatch.setattr(os, "link", full)
        result = stocked.run("store", "restore", str(backup), "--yes")
        assert "could not be kept" in result.stderr
        assert "takes it back" not in result.stderr

    def test_it_asks_and_no_changes_nothing(self, stocked: Shell, backup: Path) -> None:
        changed(stocked)
        before = stocked.store.read_bytes()
        result = stocked.run("store", "restore", str(backup), stdin="n\n")
        assert (result.exit_code, stocked.store.read_bytes()) == (1, before)
        assert "Restore it?" in result.stderr
        assert stocked.run("store", "restore", str(backup), stdin="y\n").exit_code == 0
        assert stocked.store.read_bytes() != before

    def test_where_nobody_can_be_asked_nothing_is_changed(self, stocked: Shell, backup: Path) -> None:
        changed(stocked)
        before = stocked.store.read_bytes()
        assert stocked.run("store", "restore", str(backup), stdin="").exit_code == 130
        assert stocked.store.read_bytes() == before

    def test_where_nothing_differs_it_says_so(self, stocked: Shell, backup: Path) -> None:
        result = stocked.run("store", "restore", str(backup))
        assert (result.exit_code, result.stdout) == (0, "")
        assert "nothing" in result.stderr

    def test_what_is_no_backup_is_refused_in_one_line(self, stocked: Shell, backup: Path, here: Path) -> None:
        whole = backup.read_bytes()
        for content in (b"", b"{}", b"hello", whole[:-2000], whole[: len(whole) // 2], bytes(4096)):
            (here / "bad").write_bytes(content)
            assert "Nothing was changed" in stocked.refused(5, "store", "restore", "bad", "--yes")
        assert "cannot be read" in stocked.refused(5, "store", "restore", "not-there", "--yes")
        assert "no generation 99" in stocked.refused(3, "store", "restore", "99", "--yes")

    def test_one_of_another_store_is_refused_by_its_key(self, stocked: Shell, here: Path, tmp_path: Path) -> None:
        other = Shell(tmp_path / "other" / "tokens.json", tmp_path / "other-key" / "key")
        other.done("tokens", "add", "x")
        other.done("store", "backup", "other.tar")
        told = stocked.refused(5, "store", "restore", "other.tar", "--yes")
        assert other.json("store", "info")["key"]["id"] in told

    def test_one_from_before_a_rekey_is_sealed_anew_with_the_key_that_is_named(
        self, stocked: Shell, backup: Path
    ) -> None:
        before = export(stocked)
        changed(stocked)
        stocked.done("store", "rekey")
        told = stocked.refused(5, "store", "restore", str(backup), "--yes")
        older = re.search(r"--sealed-with (\S+)", told)
        assert older is not None
        wrong = stocked.refused(5, "store", "restore", str(backup), "--yes", "--sealed-with", str(stocked.key))
        assert "was sealed with the key" in wrong
        stocked.done("store", "restore", str(backup), "--yes", "--sealed-with", older[1])
        assert export(stocked) == before
        assert stocked.json("store", "check") == []

    def test_a_damaged_store_is_restored_over(self, stocked: Shell, backup: Path) -> None:
        before = export(stocked)
        stocked.store.write_bytes(stocked.store.read_bytes()[:500])
        result = stocked.run("store", "restore", str(backup), "--yes")
        assert result.exit_code == 0
        assert "damaged-" in result.stderr
        assert export(stocked) == before
        stocked.done("activity", "verify")

    @pytest.mark.parametrize("left", [0, 500], ids=["empty", "cut"])
    def test_a_backup_without_values_is_restored_over_a_damaged_store_too(
        self, shell: Shell, here: Path, left: int
    ) -> None:
        shell.done("endpoints", "add", "Pets", "--group", "shop", "--authentication", "none")
        shell.done("store", "backup", "b.tar")
        before = export(shell)
        shell.store.write_bytes(shell.store.read_bytes()[:left])
        shell.done("store", "restore", "b.tar", "--yes")
        assert export(shell) == before
        shell.done("tokens", "add", "till")
        assert shell.json("store", "check") == []

    def test_on_another_machine_backup_and_key_are_all_that_is_needed(
        self, stocked: Shell, backup: Path, tmp_path: Path
    ) -> None:
        there = Shell(tmp_path / "there" / "data" / "tokens.json", tmp_path / "there" / "config" / "key")
        there.key.parent.mkdir(0o700, parents=True)
        shutil.copy(stocked.key, there.key)
        there.done("store", "restore", str(backup), "--yes")
        assert export(there) == export(stocked)
        assert "added erp" in {entry["what"] for entry in there.json("activity", "list")}
        assert there.json("store", "check") == []

    def test_where_the_key_is_not_there_yet_that_is_told_and_none_is_made(
        self, stocked: Shell, backup: Path, tmp_path: Path
    ) -> None:
        there = Shell(tmp_path / "there" / "data" / "tokens.json", tmp_path / "there" / "config" / "key")
        result = there.run("store", "restore", str(backup), "--yes")
        assert result.exit_code == 0
        assert "is not at hand" in result.stderr
        assert not there.key.exists()
        there.key.parent.mkdir(0o700, parents=True)
        shutil.copy(stocked.key, there.key)
        assert export(there) == export(stocked)

    def test_nothing_is_restored_read_only(self, stocked: Shell, backup: Path) -> None:
        changed(stocked)
        before = stocked.store.read_bytes()
        assert stocked.run("store", "restore", "1", "--yes", before=("--read-only",)).exit_code == 5
        assert stocked.store.read_bytes() == before
