"""Keys and stores that are lost, wrong, open to others or not ours: refused with exit code 5, nothing changed."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tokentui.domain.errors import SealError
from tokentui.store import safe_storage

_PETS = ("endpoints", "add", "Pets", "--group", "new")
SEALING = [
    ("tokens", "add", "new"),
    ("tokens", "show", "erp", "--reveal"),
    ("tokens", "list", "--reveal"),
    ("endpoints", "show", "stock/goods-in", "--reveal"),
    (*_PETS, "--authentication", "token"),
    _PETS,
]


class TestNew:
    def test_a_new_store_is_marked_with_the_key_it_is_sealed_with(self, shell: Shell) -> None:
        shell.done(*_PETS)
        assert shell.office.store.key_id is not None
        assert shell.key.stat().st_mode & 0o777 == 0o600
        assert shell.store.stat().st_mode & 0o777 == 0o600
        assert shell.store.parent.stat().st_mode & 0o777 == 0o700

    @pytest.mark.parametrize(
        "words", [("serve", "--port", "0"), ("--read-only", "store", "key", "export", "--verify-only")]
    )
    def test_before_there_is_any_the_first_step_is_told_and_nothing_is_to_be_put_back(
        self, shell: Shell, words: tuple[str, ...]
    ) -> None:
        places = ("--store", str(shell.store), "--key-file", str(shell.key))
        ended = subprocess.run(
            [sys.executable, "-m", "tokentui", *places, *words],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert ended.returncode != 0
        assert f"There is no store {shell.store} and no key file {shell.key} yet. `tokentui`, " in ended.stderr
        assert "Put it back" not in ended.stderr
        assert not shell.store.exists()
        assert not shell.key.exists()

    def test_a_new_store_takes_the_key_that_is_there(self, shell: Shell, tmp_path: Path) -> None:
        shell.done("tokens", "add", "one")
        key, mark = shell.key.read_bytes(), shell.office.store.key_id
        other = Shell(tmp_path / "other" / "tokens.json", shell.key)
        other.done("tokens", "add", "one")
        assert (shell.key.read_bytes(), other.office.store.key_id) == (key, mark)

    def test_an_unmarked_store_without_values_is_marked_at_its_first_value(self, shell: Shell) -> None:
        shell.done(*_PETS, "--authentication", "none")
        content = json.loads(shell.store.read_bytes())
        content["meta"]["1"]["key_id"] = None
        shell.store.write_text(json.dumps(content))
        shell.key.unlink()
        shell.done("tokens", "add", "one")
        assert shell.office.store.key_id is not None
        assert len(shell.json("tokens", "list", "--reveal")) == 1

    def test_an_unmarked_store_with_values_gets_no_new_key(self, stocked: Shell) -> None:
        content = json.loads(stocked.store.read_bytes())
        content["meta"]["1"]["key_id"] = None
        stocked.store.write_text(json.dumps(content))
        stocked.key.unlink()
        stocked.refused(5, "tokens", "add", "one")
        assert not stocked.key.exists()

    def test_neither_is_made_where_the_other_cannot_be(self, shell: Shell) -> None:
        shell.key.parent.write_text("this is no folder")
        shell.refused(5, "tokens", "add", "one")
        assert not shell.store.exists()


class TestLostKey:
    @pytest.mark.parametrize("words", SEALING)
    def test_is_never_replaced(self, stocked: Shell, words: tuple[str, ...]) -> None:
        stocked.key.unlink()
        message = stocked.refused(5, *words)
        assert str(stocked.key) in message
        assert "Put it back" in message
        assert not stocked.key.exists()


class TestWrongKey:
    @pytest.mark.parametrize("words", SEALING)
    def test_is_refused(self, stocked: Shell, tmp_path: Path, words: tuple[str, ...]) -> None:
        other = Shell(tmp_path / "other" / "tokens.json", tmp_path / "other" / "key")
        other.done("tokens", "add", "one")
        content = other.key.read_bytes()
        mixed = Shell(stocked.store, other.key)
        assert "another key" in mixed.refused(5, *words)
        assert other.key.read_bytes() == content

    def test_is_refused_under_the_lock_too(self, stocked: Shell, tmp_path: Path) -> None:
        """Somebody makes the store with another key after ours was fetched for a store that was not there yet."""
        from tokentui.domain.fields import TokenFields
        from tokentui.services.tokens import add_token

        late = Shell(tmp_path / "late" / "tokens.json", tmp_path / "late" / "key")
        desk = late.office.desk
        desk.vault.digest("the key is fetched")
        late.store.parent.mkdir(exist_ok=True)
        content = stocked.store.read_bytes()
        late.store.write_bytes(content)
        with pytest.raises(SealError, match="another key"):
            add_token(desk, TokenFields(name="new"))
        assert late.store.read_bytes() == content

    def test_does_not_hinder_what_seals_nothing(self, stocked: Shell, tmp_path: Path) -> None:
        other = Shell(tmp_path / "other" / "tokens.json", tmp_path / "other" / "key")
        other.done("tokens", "add", "one")
        mixed = Shell(stocked.store, other.key)
        mixed.done("tokens", "disable", "erp")
        mixed.done("tokens", "assign", "crm", "shop/pets")


def flipped(content: bytes, position: int, bit: int) -> bytes:
    changed = bytearray(content)
    changed[position] ^= 1 << bit
    return bytes(changed)


class TestKeyFile:
    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
    def test_that_others_may_read_is_refused_with_the_cure(self, stocked: Shell, mode: int) -> None:
        stocked.key.chmod(mode)
        assert f"chmod 600 {stocked.key}" in stocked.refused(5, "tokens", "add", "new")

    @pytest.mark.parametrize("content", ["", "hello", "tokentui-key-v1:AAAA", "tokentui-key-v1:???"])
    def test_that_holds_no_key_is_refused(self, stocked: Shell, content: str) -> None:
        stocked.key.write_text(content)
        stocked.refused(5, "tokens", "add", "new")
        assert stocked.key.read_text() == content

    def test_with_any_bit_turned_or_cut_anywhere_is_refused_in_one_line(self, stocked: Shell) -> None:
        whole = stocked.key.read_bytes()
        turned = [flipped(whole, position, bit) for position in range(len(whole)) for bit in range(8)]
        for content in (*turned, *(whole[:length] for length in range(len(whole) - 1))):
            stocked.key.write_bytes(content)
            with pytest.raises(SealError) as caught:
                stocked.office.desk.vault.digest("")
            assert "\n" not in str(caught.value)
        stocked.key.write_bytes(whole)
        stocked.done("tokens", "show", "erp", "--reveal")

    def test_that_is_a_folder_is_refused(self, shell: Shell) -> None:
        shell.key.mkdir(parents=True)
        shell.refused(5, "tokens", "add", "new")
        assert not shell.store.exists()


class TestForeignStore:
    @pytest.mark.parametrize("words", [("tokens", "list"), ("tokens", "add", "new"), ("endpoints", "show", "a/b")])
    @pytest.mark.parametrize("content", ["", " \n", "{}", '{"_default": {"1": {"name": "x"}}}', "[1]", "hello"])
    def test_is_refused(self, shell: Shell, content: str, words: tuple[str, ...]) -> None:
        shell.store.parent.mkdir()
        shell.store.write_text(content)
        assert str(shell.store) in shell.refused(5, *words)
        assert not shell.key.exists()

    def test_that_is_cut_is_refused(self, stocked: Shell) -> None:
        stocked.store.write_bytes(stocked.store.read_bytes()[:-20])
        assert "cut or damaged" in stocked.refused(5, "tokens", "list")
        stocked.refused(5, "tokens", "disable", "erp")

    def test_that_a_newer_program_wrote_can_be_looked_at_only(self, stocked: Shell) -> None:
        content = json.loads(stocked.store.read_bytes())
        content["meta"]["1"]["schema_version"] = 99
        stocked.store.write_text(json.dumps(content))
        assert len(stocked.json("tokens", "list")) == 2
        assert "newer" in stocked.refused(5, "tokens", "disable", "erp")

    def test_that_may_not_be_read_is_refused(self, stocked: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(path: object, *_: object) -> object:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)

        monkeypatch.setattr(safe_storage, "open", refuse, raising=False)  # the superuser may read every file
        assert "cannot be read: Permission denied" in stocked.refused(5, "tokens", "list")


class TestReadOnly:
    @pytest.mark.parametrize(
        "words",
        [
            ("tokens", "add", "new"),
            ("tokens", "disable", "erp"),
            ("tokens", "assign", "erp", "shop/pets"),
            _PETS,
            ("import", "no-such-file.yaml"),
        ],
    )
    def test_changes_nothing_and_makes_no_key(self, shell: Shell, words: tuple[str, ...]) -> None:
        result = shell.run(*words, before=("--read-only",))
        assert result.exit_code == 5
        assert "--read-only" in result.stderr
        assert not shell.store.parent.exists()
        assert not shell.key.parent.exists()

    def test_shows_everything(self, stocked: Shell) -> None:
        assert stocked.run("tokens", "show", "erp", "--reveal", before=("--read-only",)).exit_code == 0
