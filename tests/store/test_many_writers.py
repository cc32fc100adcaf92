"""Several writers of one store file: they wait for one another, and clear up after those that were killed."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.domain.worlds import NOTE, token
from tests.store.contract import save
from tokentui.store.tinydb_store import TinyDBStore

ERP, SHOP = token("erp"), token("shop")
LEFT = ".tokens.json.4711.0badcafe.tmp"


@pytest.fixture
def file(store: TinyDBStore) -> Path:
    """A store file with one token in it."""
    save(store, ERP)
    return Path(store.location)


def test_what_killed_writers_left_is_swept_by_the_next_change(store: TinyDBStore, file: Path) -> None:
    file.with_name(LEFT).write_bytes(b"half a st")
    store.reader()
    assert file.with_name(LEFT).exists()
    save(store, SHOP)
    assert sorted(path.name for path in file.parent.iterdir()) == [
        "activity.jsonl",
        "tokens.json",
        "tokens.json.generations",
        "tokens.json.lock",
    ]


@pytest.mark.parametrize(
    "name",
    [
        ".tokens.json.backup.4711.0badcafe.tmp",
        ".tokens.json.tmp",
        "tokens.json.4711.0badcafe.tmp",
        ".tokensXjson.4711.0badcafe.tmp",
        ".tokens.json.4711.0badcafe.tmp.keep",
    ],
)
def test_what_belongs_to_others_is_not_swept(store: TinyDBStore, file: Path, name: str) -> None:
    """A store `tokens.json.backup` in the same folder has a lock of its own: its writer may be at work."""
    file.with_name(name).write_bytes(b"")
    save(store, SHOP)
    assert file.with_name(name).exists()


def test_a_store_with_a_pattern_for_a_name_sweeps_its_own(tmp_path: Path) -> None:
    store = TinyDBStore(tmp_path / "[a-z]*.json")
    (tmp_path / ".[a-z]*.json.4711.0badcafe.tmp").write_bytes(b"")
    (tmp_path / ".b.json.4711.0badcafe.tmp").write_bytes(b"")
    save(store, ERP)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        ".b.json.4711.0badcafe.tmp",
        "[a-z]*.json",
        "[a-z]*.json.lock",
        "activity.jsonl",
    ]


def test_a_rest_that_cannot_go_hinders_no_change(store: TinyDBStore, file: Path) -> None:
    file.with_name(LEFT).mkdir()
    save(store, SHOP)
    assert store.reader().counts().tokens == 2


# ---------------------------------------------------------------------- stamps


def test_a_saved_file_is_later_than_the_one_before_whatever_the_clock(store: TinyDBStore, file: Path) -> None:
    """Else a second process might take it for the one it knows: inodes and sizes come again."""
    ahead = file.stat().st_mtime_ns + 3_600_000_000_000
    os.utime(file, ns=(ahead, ahead))
    other = TinyDBStore(file)
    other.reader()
    record = ERP
    for number in range(1, 4):
        with store.change(NOTE) as transaction:
            record = transaction.put(replace(record, rev=number, enabled=not record.enabled))
        assert file.stat().st_mtime_ns == ahead + number
        assert other.reader().token(ERP.id) == store.reader().token(ERP.id) == record
