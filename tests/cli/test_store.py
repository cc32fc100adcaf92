"""`tokentui store info|check|backup|generations|restore`: the store as a whole, for people and for scripts."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.cli.stores import put, tables, values
from tests.store.holding import held_by_anna

UTC_NAME = re.compile(r"tokens-\d{8}T\d{6}Z\.tokentui\.tar")


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
