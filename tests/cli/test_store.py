"""`tokentui store info|check|backup|generations|restore`: the store as a whole, for people and for scripts."""

import errno
import json
import os
import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.store.holding import held_by_anna

UTC_NAME = re.compile(r"tokens-\d{8}T\d{6}Z\.tokentui\.tar")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the shell is in."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def backup(stocked: Shell, here: Path) -> Path:
    return here / stocked.done("store", "backup").strip()


def values(shell: Shell) -> list[str]:
    """Every token value that the store holds."""
    return [token["value"] for token in shell.json("tokens", "list", "--all", "--reveal")]


def tables(shell: Shell) -> dict[str, dict[str, dict[str, object]]]:
    found: dict[str, dict[str, dict[str, object]]] = json.loads(shell.store.read_bytes())
    return found


def put(shell: Shell, content: object) -> None:
    shell.store.write_text(json.dumps(content))


# ---------------------------------------------------------------------- info


class TestInfo:
    def test_tells_where_everything_is_and_how_it_stands(self, stocked: Shell) -> None:
        told = stocked.json("store", "info")
        assert told["store"]["path"] == str(stocked.store)
        assert (told["store"]["mode"], told["folder"]["mode"], told["key"]["mode"]) == ("0600", "0700", "0600")
        assert (told["store"]["endpoints"], told["store"]["tokens"], told["store"]["assignments"]) == (2, 3, 1)
        assert told["store"]["key_id"] == told["key"]["id"]
        assert told["key"]["fits"] is True
        assert (told["store"]["schema_version"], told["store"]["newer"]) == (1, False)
        assert told["store"]["last_change"] == "deactivated old"
        assert told["activity"]["head"] == stocked.done("activity", "verify").strip()
        assert told["generations"]["count"] == 7
        assert told["lock"]["holder"] is None
        lines = stocked.done("store", "info")
        assert f"{stocked.store} (mode 0600, " in lines
        assert "3 endpoint tokens" in lines

    def test_tells_no_value(self, stocked: Shell) -> None:
        told = stocked.done("store", "info") + stocked.done("store", "info", "--json")
        assert not any(value in told for value in values(stocked))

    def test_names_who_holds_the_lock(self, stocked: Shell) -> None:
        with held_by_anna(stocked.store) as holder:
            told = stocked.json("store", "info")["lock"]["holder"]
            assert (told["pid"], told["user"], told["deed"]) == (holder.pid, "anna", "imported kong.yaml")
            assert "anna" in stocked.done("store", "info")

    def test_says_that_there_is_no_store_yet_and_makes_nothing(self, shell: Shell) -> None:
        result = shell.run("store", "info")
        assert result.exit_code == 0
        assert "no store yet" in result.stderr
        assert not shell.store.parent.exists()
        assert not shell.key.parent.exists()

    def test_says_that_the_key_is_another_one(self, stocked: Shell, tmp_path: Path) -> None:
        other = Shell(tmp_path / "other" / "tokens.json", tmp_path / "other-key" / "key")
        other.done("tokens", "add", "x")
        shutil.copy(other.key, stocked.key)
        assert stocked.json("store", "info")["key"]["fits"] is False
        assert "NOT the store's" in stocked.done("store", "info")

    def test_of_a_damaged_store_tells_what_can_be_made_out_and_ends_with_5(self, stocked: Shell) -> None:
        stocked.store.write_bytes(stocked.store.read_bytes()[:-30])
        result = stocked.run("store", "info", "--json")
        assert result.exit_code == 5
        assert "cut or damaged" in result.stderr
        assert json.loads(result.stdout)["store"]["tokens"] == 3

    def test_of_a_newer_store_says_so(self, stocked: Shell) -> None:
        content = tables(stocked)
        content["meta"]["1"]["schema_version"] = 99
        put(stocked, content)
        assert stocked.json("store", "info")["store"]["newer"] is True


# ---------------------------------------------------------------------- check


class TestCheck:
    def test_of_a_sound_store_finds_nothing(self, stocked: Shell) -> None:
        result = stocked.run("store", "check")
        assert (result.exit_code, result.stdout, result.stderr) == (0, "", "Nothing is wrong.\n")
        assert stocked.json("store", "check") == []

    def test_tells_each_problem_by_code_subject_and_remedy_and_ends_with_1(self, stocked: Shell) -> None:
        content = tables(stocked)
        content["assignments"]["x.y"] = {"slots": ["GET"], "created_at": "2026-01-01T00:00:00+00:00", "rev": 1}
        put(stocked, content)
        stocked.store.chmod(0o640)
        result = stocked.run("store", "check", "--json")
        assert result.exit_code == 1
        found = {each["code"]: each for each in json.loads(result.stdout)}
        assert set(found) == {"assignment-dangling", "trail-contradicted", "file-open"}
        assert all(
            [*each] == ["code", "severity", "subject", "message", "remedy", "repaired"] for each in found.values()
        )
        lines = stocked.run("store", "check")
        assert lines.exit_code == 1
        assert len(lines.stdout.splitlines()) == 4
        assert "chmod 600" in lines.stdout
        assert lines.stderr == "3 problems: 1 error and 2 warnings.\n"

    def test_repairs_what_is_certain_tells_it_and_what_is_left(self, stocked: Shell) -> None:
        content = tables(stocked)
        erp = next(id for id, token in content["tokens"].items() if token["name"] == "erp")
        content["assignments"]["x.y"] = {"slots": ["GET"], "created_at": "2026-01-01T00:00:00+00:00", "rev": 1}
        content["tokens"][erp]["description"] = "scribbled"
        put(stocked, content)
        stocked.key.chmod(0o644)
        result = stocked.run("store", "check", "--repair", "--json")
        assert result.exit_code == 1
        told = {(each["code"], each["repaired"]) for each in json.loads(result.stdout)}
        assert told >= {("assignment-dangling", True), ("file-open", True), ("key-unusable", True)}
        assert ("trail-contradicted", False) in told
        assert result.stderr.startswith("Repaired ")
        assert stocked.json("activity", "list")[0]["what"].startswith("repaired the store")
        again = stocked.run("store", "check", "--json")
        assert [each["code"] for each in json.loads(again.stdout)] == ["trail-contradicted"]

    def test_that_a_repair_may_be_lost_is_told_also_where_something_is_still_wrong(
        self, stocked: Shell, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from tokentui.store import safe_storage

        def fails(folder: Path) -> None:
            raise OSError(5, "Input/output error")

        content = tables(stocked)
        content["assignments"]["x.y"] = {"slots": ["GET"], "created_at": "2026-01-01T00:00:00+00:00", "rev": 1}
        next(iter(content["tokens"].values()))["description"] = "scribbled"
        put(stocked, content)
        monkeypatch.setattr(safe_storage, "sync_folder", fails)
        result = stocked.run("store", "check", "--repair")
        assert result.exit_code == 5
        assert "not confirmed durable" in result.stderr.splitlines()[-1]

    def test_where_all_can_be_repaired_ends_with_0(self, stocked: Shell) -> None:
        stocked.store.chmod(0o644)
        result = stocked.run("store", "check", "--repair")
        assert result.exit_code == 0
        assert "✓ repaired" in result.stdout
        assert result.stderr == "Repaired 1 problem. Nothing is wrong.\n"

    def test_repairs_nothing_that_was_opened_read_only(self, stocked: Shell) -> None:
        stocked.store.chmod(0o644)
        result = stocked.run("store", "check", "--repair", before=("--read-only",))
        assert result.exit_code == 5
        assert stocked.store.stat().st_mode & 0o777 == 0o644

    @pytest.mark.parametrize("content", [b"", b"{}", b"\x00\x01", b'{"_default": {}}'])
    def test_of_what_does_not_open_at_all_tells_what_it_can_and_ends_with_5(
        self, stocked: Shell, content: bytes
    ) -> None:
        stocked.store.write_bytes(content)
        stocked.key.chmod(0o644)
        result = stocked.run("store", "check", "--json")
        assert result.exit_code == 5
        assert {"file-open"} < {each["code"] for each in json.loads(result.stdout)}
        assert result.stderr.splitlines()[-1].startswith("tokentui: ")
        assert stocked.store.read_bytes() == content

    def test_where_there_is_no_store_ends_with_5_and_makes_nothing(self, shell: Shell) -> None:
        assert shell.run("store", "check").exit_code == 5
        assert not shell.store.parent.exists()

    def test_prints_no_value(self, stocked: Shell) -> None:
        known = values(stocked)
        content = tables(stocked)
        for token in content["tokens"].values():
            token["enabled"], token["secret"]["hint"] = "yes", token["secret"]["sealed"]  # type: ignore[index]
        put(stocked, content)
        told = stocked.run("store", "check").output + stocked.run("store", "check", "--json").output
        assert not any(value in told for value in known)


# ---------------------------------------------------------------------- backup and generations


class TestBackup:
    def test_is_named_by_the_time_and_says_to_keep_the_key_apart(self, stocked: Shell, here: Path) -> None:
        result = stocked.run("store", "backup")
        assert result.exit_code == 0
        assert UTC_NAME.fullmatch(result.stdout.strip())
        assert (here / result.stdout.strip()).stat().st_mode & 0o777 == 0o600
        assert "apart from this" in result.stderr
        assert str(stocked.key) in result.stderr

    def test_goes_where_it_is_said(self, stocked: Shell, tmp_path: Path) -> None:
        assert stocked.done("store", "backup", str(tmp_path / "mine.tar")).strip() == str(tmp_path / "mine.tar")
        inside = Path(stocked.done("store", "backup", str(tmp_path)).strip())
        assert inside.parent == tmp_path
        assert UTC_NAME.fullmatch(inside.name)

    def test_as_json_names_file_key_and_head(self, stocked: Shell, here: Path) -> None:
        told = stocked.json("store", "backup", "b.tar")
        assert told["activity_head"] == stocked.done("activity", "verify").strip()
        assert told["key_id"] == stocked.json("store", "info")["store"]["key_id"]

    def test_replaces_nothing(self, stocked: Shell, here: Path) -> None:
        (here / "mine.tar").write_text("mine")
        assert "is there already" in stocked.refused(4, "store", "backup", "mine.tar")
        assert (here / "mine.tar").read_text() == "mine"

    def test_that_cannot_be_written_is_told(self, stocked: Shell, here: Path) -> None:
        assert "cannot be written" in stocked.refused(2, "store", "backup", "no/such/folder.tar")

    def test_of_no_store_is_none(self, shell: Shell, here: Path) -> None:
        assert "no store" in shell.refused(5, "store", "backup")
        assert os.listdir(here) == []

    def test_takes_a_store_that_is_only_looked_at(self, stocked: Shell, here: Path) -> None:
        assert stocked.run("store", "backup", before=("--read-only",)).exit_code == 0


class TestGenerations:
    def test_are_told_by_number_time_size_and_the_change_in_each(self, stocked: Shell) -> None:
        found = stocked.json("store", "generations")
        assert [each["number"] for each in found] == [1, 2, 3, 4, 5, 6, 7]
        assert [each["last_change"] for each in found[:2]] == ["disabled crm", "assigned erp"]
        assert all(Path(each["path"]).stat().st_size == each["size"] for each in found)
        lines = stocked.done("store", "generations").splitlines()
        assert lines[0].split()[:3] == ["NUMBER", "SAVED", "BYTES"]
        assert len(lines) == 8

    def test_one_that_is_damaged_says_so(self, stocked: Shell) -> None:
        Path(stocked.json("store", "generations")[2]["path"]).write_bytes(b"{")
        assert "damaged" in stocked.json("store", "generations")[2]["trouble"]

    def test_where_no_store_is_there_are_none(self, shell: Shell) -> None:
        assert shell.json("store", "generations") == []


# ---------------------------------------------------------------------- restore


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
