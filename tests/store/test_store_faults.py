"""What goes wrong while a store is read or saved: the old content stands or the new, and the cause is told."""

import errno
import os
import stat
from pathlib import Path

import pytest

from tests.domain.worlds import NOTE, token
from tests.store.contract import save
from tests.store.fault_table import FILES, NUMBERS, SITUATIONS, outcomes, possible, table, tried
from tokentui.domain.errors import StoreError
from tokentui.store.protocol import Notice
from tokentui.store.tinydb_store import TinyDBStore

ERP, SHOP = token("erp"), token("shop")


@pytest.fixture
def file(store: TinyDBStore) -> Path:
    """A store file with one token in it."""
    save(store, ERP)
    return Path(store.location)


by_number = pytest.mark.parametrize("number", [*NUMBERS, errno.EDQUOT], ids=lambda number: errno.errorcode[number])


@by_number
@pytest.mark.parametrize("situation", [each for each in SITUATIONS if possible(each)])
def test_a_fault_at_any_call_of_a_save_leaves_the_old_or_the_new_and_is_told_with_its_cause(
    situation: str, number: int
) -> None:
    found = outcomes(situation, number)
    assert [outcome for outcome in found if outcome.wrong] == []
    assert {(outcome.holds, outcome.code) for outcome in found} >= {("old", 5), ("new", 0), ("new", 5)}


def test_every_call_that_a_save_makes_is_among_those_that_fail() -> None:
    calls = {call for situation in filter(possible, SITUATIONS) for call in tried(situation, -1, 0)[0].calls}
    assert calls >= {
        "open tokens.json.lock",
        "flock tokens.json.lock",
        "mkdir data",
        "stat tokens.json",
        "open tokens.json",
        "read tokens.json",
        "open activity.jsonl",
        "flock activity.jsonl",
        "write activity.jsonl",
        "fsync activity.jsonl",
        "open temporary",
        "fchmod temporary",
        "write temporary",
        "fsync temporary",
        "utime temporary",
        "unlink temporary",
        "mkdir tokens.json.generations",
        "link tokens.json",
        "unlink generation",
        "replace temporary",
        "open data",
        "fsync data",
    }
    assert os.geteuid() != 0 or calls >= {"fchown temporary", "fchown tokens.json.generations"}


def test_the_table_of_faults_can_be_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.store.fault_table.SITUATIONS", {"second": SITUATIONS["second"]})
    lines = [*table()]
    assert "| call | ENOSPC | EIO | EACCES | EROFS |" in lines
    row = next(line for line in lines if line.startswith("| fsync temporary "))
    assert row == "| fsync temporary |" + " old, told, exit 5 |" * 4
    print("\n".join(lines))  # noqa: T201  # as `-s` shows; `python -m tests.store.fault_table` gives all of it


@by_number
def test_a_fault_after_the_replace_is_told_as_saved_but_not_confirmed(
    store: TinyDBStore, file: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    original = os.fsync

    def broken(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(number, os.strerror(number))
        original(descriptor)

    monkeypatch.setattr(os, "fsync", broken)
    for tokens, record in enumerate((SHOP, token("till")), start=2):
        with store.change(NOTE) as made:
            made.put(record)
        assert len(made.replaced) == 1
        assert store.reader().counts().tokens == TinyDBStore(file).reader().counts().tokens == tokens
        told = f"Saved, but not confirmed durable: {os.strerror(number)}: the folder {file.parent}."
        assert store.take_notice() == Notice(told, grave=True)  # each time: it is of this change
    assert store.take_notice() is None


def test_an_interrupt_while_saving_leaves_the_old_content_and_no_rest(
    store: TinyDBStore, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file.read_bytes()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            save(store, SHOP)
    assert file.read_bytes() == before
    save(store, SHOP)
    assert {*os.listdir(file.parent)} == FILES


@by_number
def test_a_read_that_fails_is_told_with_its_cause(file: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def broken(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("tokentui.store.safe_storage.open", broken, raising=False)
    with pytest.raises(StoreError, match=f"cannot be read: {os.strerror(number)}"):
        TinyDBStore(file).reader()
