"""After `tokentui store rekey` the last saves are sealed with the old key still; where that leaked, they may go."""

from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.cli.test_rekey import revealed
from tokentui.cli.failures import NOT_FOUND, STORE_UNUSABLE
from tokentui.store.generations import Generations


def generations(shell: Shell) -> set[Path]:
    return set(shell.store.with_name("tokens.json.generations").iterdir())


def test_that_the_old_key_still_opens_them_is_said_and_what_to_do(stocked: Shell) -> None:
    before = generations(stocked)
    told = stocked.run("store", "rekey").stderr
    assert f"The old key still opens {len(before) + 1} generations of the store, and backups" in told
    assert "tokentui store rekey --drop-generations" in told
    assert generations(stocked) > before


def test_they_are_dropped_where_that_is_said_and_the_values_stay(stocked: Shell) -> None:
    before, number = revealed(stocked), len(generations(stocked)) + 1
    left = stocked.store.with_name("tokens.json.generations") / ".tokens.json.4194305.0badcafe.tmp"
    left.touch(0o600)
    result = stocked.run("store", "rekey", "--drop-generations")
    assert (result.exit_code, result.stdout) == (0, "")
    assert f"Dropped {number} generations. Backups and other copies" in result.stderr
    assert generations(stocked) == set()
    assert revealed(stocked) == before
    assert stocked.office.key.ring.beside()
    stocked.refused(NOT_FOUND, "store", "restore", "1")
    assert stocked.run("store", "check").exit_code == 0


def test_they_stay_where_the_rekeyed_store_is_not_confirmed_durable(
    stocked: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tokentui.store import safe_storage

    def fails(folder: Path) -> None:
        raise OSError(5, "Input/output error")

    before = generations(stocked)
    monkeypatch.setattr(safe_storage, "sync_folder", fails)
    result = stocked.run("store", "rekey", "--drop-generations")
    assert result.exit_code == STORE_UNUSABLE
    assert "not confirmed durable" in result.stderr
    assert "The generations are kept" in result.stderr
    assert generations(stocked) > before


def test_where_one_cannot_go_that_is_told(stocked: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: Generations) -> int:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Generations, "drop", fails)
    result = stocked.run("store", "rekey", "--drop-generations")
    assert result.exit_code == STORE_UNUSABLE
    assert "cannot be taken away: Read-only file system." in result.stderr


def test_one_that_is_sealed_with_a_lost_key_is_restored_with_that_only(stocked: Shell, tmp_path: Path) -> None:
    before = revealed(stocked)
    stocked.key.rename(tmp_path / "found")
    stocked.done("store", "rekey", "--lost", "--yes")
    assert "--sealed-with" in stocked.refused(STORE_UNUSABLE, "store", "restore", "1", "--yes")
    stocked.done("store", "restore", "1", "--yes", "--sealed-with", str(tmp_path / "found"))
    assert revealed(stocked) == before
