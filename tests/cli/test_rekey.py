"""`tokentui store rekey`: another key, the old one kept; one that is lost given up, and brought back once found."""

import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pexpect
import pytest

from tests.cli.conftest import Shell
from tokentui.cli.failures import CONFLICT, STORE_UNUSABLE, USAGE
from tokentui.store.key_ring import PATIENCE, KeyRing
from tokentui.store.keyfile import read_key
from tokentui.store.tinydb_store import TinyDBStore
from tokentui.store.vault import key_id

REVEALING = [
    ("tokens", "list", "--all", "--reveal"),
    ("endpoints", "list", "--reveal"),
    ("export", "--reveal"),
]


def revealed(shell: Shell) -> dict[str, str]:
    """Name → value of all tokens and primaries."""
    tokens = {each["name"]: each["value"] for each in shell.json("tokens", "list", "--all", "--reveal")}
    endpoints = shell.json("endpoints", "list", "--all", "--reveal")
    return {**tokens, **{f"{e['slug']} {slot}": value for e in endpoints for slot, value in e["primary"].items()}}


def keys(shell: Shell) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in shell.key.parent.iterdir()}


def just_before_the_keys_are_changed(monkeypatch: pytest.MonkeyPatch, deed: Callable[[], object]) -> None:
    """Have somebody else do this between what a command looks at first, and what it does."""
    alone = KeyRing.alone

    def later(ring: KeyRing, patience: float = PATIENCE) -> AbstractContextManager[None]:
        monkeypatch.setattr(KeyRing, "alone", alone)
        deed()
        return alone(ring, patience)

    monkeypatch.setattr(KeyRing, "alone", later)


@pytest.fixture
def old(stocked: Shell) -> str:
    """The name of the key that the store is sealed with."""
    mark = stocked.office.store.key_id
    assert mark is not None
    return mark


class TestRekey:
    def test_every_value_is_what_it_was_and_the_old_key_is_kept(self, stocked: Shell, old: str) -> None:
        before, key = revealed(stocked), stocked.key.read_bytes()
        result = stocked.run("store", "rekey")
        assert (result.exit_code, result.stdout) == (0, "")
        assert f"key.{old}" in result.stderr
        assert revealed(stocked) == before
        assert set(keys(stocked)) == {"key", f"key.{old}"}
        assert keys(stocked)[f"key.{old}"] == key
        assert stocked.office.store.key_id == key_id(read_key(stocked.key)) != old

    def test_a_store_from_before_still_opens(self, stocked: Shell, tmp_path: Path) -> None:
        before = revealed(stocked)
        backup = tmp_path / "backup.json"
        shutil.copy(stocked.store, backup)
        stocked.done("store", "rekey")
        stocked.done("store", "rekey")
        assert revealed(Shell(backup, stocked.key)) == before
        shutil.copy(backup, stocked.store)
        assert revealed(stocked) == before
        stocked.done("tokens", "rotate", "erp")

    def test_what_changed_is_one_line_in_the_trail(self, stocked: Shell) -> None:
        count = len(stocked.json("activity", "list"))
        stocked.done("store", "rekey")
        entries = stocked.json("activity", "list")
        assert len(entries) == count + 1
        assert entries[0]["what"].startswith("rekeyed the store")
        stocked.done("activity", "verify")

    def test_a_value_that_was_tampered_with_is_named_and_nothing_is_changed(self, stocked: Shell, old: str) -> None:
        content = json.loads(stocked.store.read_bytes())
        erp, crm = list(content["tokens"].values())[:2]
        erp["secret"]["sealed"] = crm["secret"]["sealed"]
        stocked.store.write_text(json.dumps(content))
        before = keys(stocked)
        assert "value of erp" in stocked.refused(STORE_UNUSABLE, "store", "rekey")
        assert keys(stocked) == before

    def test_without_a_store_there_is_nothing_to_be_rekeyed(self, shell: Shell) -> None:
        assert "no store" in shell.refused(STORE_UNUSABLE, "store", "rekey")
        assert not shell.key.exists()

    def test_read_only_is_refused(self, stocked: Shell) -> None:
        before = keys(stocked)
        assert stocked.run("store", "rekey", before=("--read-only",)).exit_code == STORE_UNUSABLE
        assert keys(stocked) == before

    def test_a_store_that_was_never_marked_is_marked_with_the_new_key(self, stocked: Shell, old: str) -> None:
        before = revealed(stocked)
        content = json.loads(stocked.store.read_bytes())
        content["meta"]["1"]["key_id"] = None
        stocked.store.write_text(json.dumps(content))
        stocked.done("store", "rekey")
        assert revealed(stocked) == before
        assert stocked.office.store.key_id not in (None, old)

    def test_a_save_that_fails_leaves_the_old_key_in_use_and_no_other(
        self, stocked: Shell, old: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from tokentui.store import safe_storage

        def full(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        before = keys(stocked)
        monkeypatch.setattr(safe_storage, "write_parts", full)
        assert "No space left" in stocked.refused(STORE_UNUSABLE, "store", "rekey")
        assert keys(stocked) == before

    def test_a_save_that_is_not_confirmed_durable_has_the_new_key_in_place(
        self, stocked: Shell, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from tokentui.store import safe_storage

        def fails(folder: Path) -> None:
            raise OSError(5, "Input/output error")

        before = revealed(stocked)
        with monkeypatch.context() as patched:
            patched.setattr(safe_storage, "sync_folder", fails)
            result = stocked.run("store", "rekey")
        assert result.exit_code == STORE_UNUSABLE
        assert "not confirmed durable" in result.stderr
        assert stocked.office.store.key_id == key_id(read_key(stocked.key))
        assert revealed(stocked) == before

    def test_two_stores_with_one_key_both_go_on(self, stocked: Shell, tmp_path: Path) -> None:
        other = Shell(tmp_path / "other" / "tokens.json", stocked.key)
        other.done("tokens", "add", "one")
        before = revealed(stocked), revealed(other)
        stocked.done("store", "rekey")
        assert (revealed(stocked), revealed(other)) == before
        other.done("tokens", "add", "two")
        other.done("store", "rekey")
        assert (revealed(stocked), revealed(other)["one"]) == (before[0], before[1]["one"])

    @pytest.mark.parametrize("deed", [("store", "rekey"), ("store", "key", "passphrase", "--passphrase-file")])
    def test_a_key_that_is_replaced_or_wrapped_meanwhile_is_told_as_that(
        self, stocked: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deed: tuple[str, ...]
    ) -> None:
        file = tmp_path / "file"
        file.write_text("a passphrase")
        file.chmod(0o600)
        words = (*deed, str(file)) if deed[-1].startswith("--") else deed
        just_before_the_keys_are_changed(monkeypatch, lambda: stocked.done(*words))
        result = stocked.run("store", "rekey")
        after = keys(stocked)
        assert (result.exit_code, result.stderr.count("\n")) == (CONFLICT, 1)
        assert "meanwhile" in result.stderr
        assert not any(name.endswith(".new") for name in after)
        assert (
            stocked.run(
                "tokens", "show", "erp", "--reveal", before=("--passphrase-file", str(tmp_path / "file"))
            ).exit_code
            == 0
        )

    @pytest.mark.parametrize(
        "words",
        [
            ("--yes",),
            ("--lost", "--from", "x"),
            ("--from-passphrase-file", "x"),
            ("--lost",),
            ("--drop-generations", "--lost", "--yes"),
            ("--drop-generations", "--from", "x"),
        ],
    )
    def test_options_that_do_not_go_together_are_refused(self, stocked: Shell, words: tuple[str, ...]) -> None:
        if words == ("--lost",):
            stocked.key.unlink()
        stocked.refused(USAGE, "store", "rekey", *words)


class TestLost:
    @pytest.fixture
    def lost(self, stocked: Shell, old: str, tmp_path: Path) -> Shell:
        """A shell whose key was moved away to `found`."""
        stocked.key.rename(tmp_path / "found")
        return stocked

    def test_all_but_values_is_read_and_changed_without_the_key(self, lost: Shell) -> None:
        assert len(lost.json("tokens", "list", "--all")) == 3
        assert len(lost.json("endpoints", "list")) == 2
        lost.done("tokens", "edit", "erp", "--name", "renamed")
        lost.done("tokens", "enable", "crm")
        lost.done("tokens", "activate", "old")
        lost.done("tokens", "assign", "crm", "shop/pets")
        lost.done("tokens", "unassign", "renamed", "stock/goods-in")
        lost.done("endpoints", "edit", "shop/pets", "--description", "All of them.")
        lost.done("endpoints", "deactivate", "shop/pets")
        assert lost.json("audit")
        assert lost.json("activity", "list")
        lost.done("activity", "verify")
        assert not lost.key.exists()

    def test_a_key_that_is_there_is_not_lost(self, stocked: Shell) -> None:
        assert "not lost" in stocked.refused(CONFLICT, "store", "rekey", "--lost", "--yes")

    def test_a_key_that_others_may_read_is_not_lost_either(self, stocked: Shell) -> None:
        stocked.key.chmod(0o644)
        assert "chmod 600" in stocked.refused(STORE_UNUSABLE, "store", "rekey", "--lost", "--yes")

    def test_a_key_that_comes_back_meanwhile_is_not_lost(
        self, lost: Shell, old: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        just_before_the_keys_are_changed(monkeypatch, lambda: shutil.move(tmp_path / "found", lost.key))
        assert "not lost" in lost.refused(CONFLICT, "store", "rekey", "--lost", "--yes")
        assert set(keys(lost)) == {"key"}

    def test_it_asks_unless_told(self, lost: Shell) -> None:
        assert "--yes" in lost.refused(USAGE, "store", "rekey", "--lost")
        assert not lost.key.exists()

    @pytest.mark.parametrize(("word", "code"), [("lost", 0), ("yes", 1), ("", 1)])
    def test_on_a_terminal_the_word_is_typed_after_what_is_lost_is_told(
        self, lost: Shell, word: str, code: int
    ) -> None:
        places = ["--store", str(lost.store), "--key-file", str(lost.key)]
        words = ["-m", "tokentui", *places, "store", "rekey", "--lost"]
        terminal = pexpect.spawn(sys.executable, words, encoding="utf-8", timeout=60)
        terminal.expect("5 values can be neither shown nor checked")
        terminal.expect("3 of them are good now")
        terminal.expect("Type lost")
        terminal.sendline(word)
        terminal.expect(pexpect.EOF)
        terminal.close()
        assert terminal.exitstatus == code
        assert lost.key.exists() is (code == 0)

    def test_a_save_whose_key_is_still_there_is_named_before_and_can_be_restored(
        self, stocked: Shell, old: str
    ) -> None:
        before = revealed(stocked)
        stocked.done("store", "rekey")
        stocked.done("tokens", "edit", "erp", "--description", "after it")
        stocked.key.unlink()
        told = stocked.run("store", "rekey", "--lost", "--yes").stderr
        command = re.search(r"tokentui (store restore \d+ --sealed-with \S+)", told)
        assert command is not None
        assert command.start() < told.index("The store has a new key")
        assert f"key.{old}" in command[1]
        stocked.done(*command[1].split(), "--yes")
        assert revealed(stocked) == before

    def test_where_every_key_is_gone_no_save_is_named(self, stocked: Shell, old: str) -> None:
        stocked.done("store", "rekey")
        for file in (stocked.key, stocked.key.with_name(f"key.{old}")):
            file.unlink()
        assert "store restore" not in stocked.run("store", "rekey", "--lost", "--yes").stderr

    def test_new_values_come_and_the_old_ones_are_told_as_lost(self, lost: Shell, old: str) -> None:
        result = lost.run("store", "rekey", "--lost", "--yes")
        assert result.exit_code == 0
        assert "5 values are lost" in result.stderr
        for words in REVEALING:
            message = lost.refused(STORE_UNUSABLE, *words)
            assert old in message
            assert "lost" in message
            assert "tampered" not in message
        lost.done("tokens", "rotate", "erp", "crm")
        lost.done("tokens", "add", "fresh")
        lost.done("endpoints", "generate", "stock/goods-in", "POST", "--reveal")
        names = ("erp", "crm", "fresh")
        assert all(lost.json("tokens", "show", name, "--reveal")["value"] for name in names)

    def test_the_audit_names_what_is_lost_until_it_is_replaced(self, lost: Shell) -> None:
        lost.done("store", "rekey", "--lost", "--yes")
        codes = {(each["code"], each["subject"]) for each in lost.json("audit") if each["code"].endswith("-lost")}
        assert codes == {
            ("value-lost", "erp"),
            ("value-lost", "crm"),
            ("primary-lost", "stock/goods-in POST"),
            ("primary-lost", "stock/goods-in GET"),
        }
        lost.done("tokens", "rotate", "erp")
        assert ("value-lost", "erp") not in {(each["code"], each["subject"]) for each in lost.json("audit")}

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
    def test_a_new_key_that_root_begins_belongs_to_whom_the_store_belongs(self, lost: Shell) -> None:
        service = (4321, 4322)
        os.chown(lost.store, *service)
        lost.done("store", "rekey", "--lost", "--yes")
        assert (lost.key.stat().st_uid, lost.key.stat().st_gid) == service

    def test_a_rotation_says_that_the_lost_value_has_no_grace_time(self, lost: Shell) -> None:
        lost.done("store", "rekey", "--lost", "--yes")
        result = lost.run("tokens", "rotate", "erp", "--grace", "24h")
        assert "refused from now on" in result.stderr
        assert lost.json("tokens", "show", "erp")["grace_until"] is None

    def test_another_key_in_its_place_and_a_damaged_one_are_kept(self, stocked: Shell) -> None:
        stocked.key.write_bytes(b"damaged")
        stocked.done("store", "rekey", "--lost", "--yes")
        assert b"damaged" in keys(stocked).values()
        assert stocked.office.store.key_id == key_id(read_key(stocked.key))


class TestFound:
    def test_what_was_not_replaced_since_comes_back(self, stocked: Shell, old: str, tmp_path: Path) -> None:
        before = revealed(stocked)
        stocked.key.rename(tmp_path / "found")
        stocked.done("store", "rekey", "--lost", "--yes")
        stocked.done("tokens", "rotate", "erp")
        result = stocked.run("store", "rekey", "--from", str(tmp_path / "found"))
        assert result.exit_code == 0
        assert "Brought back 4 values." in result.stderr
        after = revealed(stocked)
        assert after.pop("erp") != before.pop("erp")
        assert after == before
        assert f"key.{old}" in keys(stocked)

    def test_a_key_that_opens_none_of_them_answers_no(self, stocked: Shell, tmp_path: Path) -> None:
        other = Shell(tmp_path / "other" / "tokens.json", tmp_path / "other" / "key")
        other.done("tokens", "add", "one")
        stocked.key.unlink()
        stocked.done("store", "rekey", "--lost", "--yes")
        content = stocked.store.read_bytes()
        result = stocked.run("store", "rekey", "--from", str(other.key))
        assert result.exit_code == 1
        assert "5 values stay lost" in result.stderr
        assert stocked.store.read_bytes() == content

    def test_a_file_that_is_no_key_is_refused(self, stocked: Shell) -> None:
        stocked.refused(STORE_UNUSABLE, "store", "rekey", "--from", str(stocked.store))


def test_a_store_that_was_saved_before_a_kill_is_opened_and_the_key_put_in_place(stocked: Shell, old: str) -> None:
    before = revealed(stocked)
    stocked.done("store", "rekey")
    ring = stocked.office.key.ring
    new = TinyDBStore(stocked.store).key_id
    stocked.key.rename(stocked.key.with_name(f"key.{new}.new"))  # as it was just before the last step
    ring.kept(old).rename(stocked.key)
    assert stocked.run("tokens", "list", "--reveal", before=("--read-only",)).exit_code == 0
    assert f"key.{new}.new" in keys(stocked)
    assert revealed(stocked) == before
    assert set(keys(stocked)) == {"key", f"key.{old}"}
