"""What root makes beside a service's store is the service's; nothing else is given away, wherever a link leads."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.domain.worlds import NOTE, token
from tests.store.contract import save
from tests.store.requests_contract import seen
from tokentui.domain.errors import StoreError
from tokentui.store.tinydb_store import TinyDBStore

ERP, SHOP = token("erp"), token("shop")
SERVICE = (12345, 54321)

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


@pytest.fixture
def folder(store: TinyDBStore) -> Path:
    """The folder of a store with one token, all of it the service's where that can be."""
    save(store, ERP)
    folder = Path(store.location).parent
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, *SERVICE)
    return folder


def record(store: TinyDBStore) -> None:
    store.requests.record([seen()])


def owner(path: Path) -> tuple[int, int]:
    status = path.stat(follow_symlinks=False)
    return status.st_uid, status.st_gid


#: File beside the store → what makes it where it is not there.
MADE: dict[str, Callable[[TinyDBStore], None]] = {
    "activity.jsonl": lambda store: save(store, SHOP),
    "requests.sqlite": record,
    "tokens.json.lock": lambda store: save(store, SHOP),
}
by_file = pytest.mark.parametrize(("name", "make"), MADE.items(), ids=MADE.keys())


@only_root
@by_file
def test_what_is_made_beside_the_store_is_its_owners(
    store: TinyDBStore, folder: Path, name: str, make: Callable[[TinyDBStore], None]
) -> None:
    (folder / name).unlink(missing_ok=True)
    make(store)
    assert owner(folder / name) == SERVICE


@by_file
@pytest.mark.parametrize("there", [False, True], ids=["dangling", "leading"])
def test_no_link_is_followed_to_a_file_that_is_another_ones(
    store: TinyDBStore, folder: Path, tmp_path: Path, name: str, make: Callable[[TinyDBStore], None], there: bool
) -> None:
    target = tmp_path / "another"
    if there:
        target.write_bytes(b"")
    before = (folder / "tokens.json").read_bytes()
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(target)
    with pytest.raises(StoreError, match=r"is a symbolic link|are no regular file"):
        make(store)
    assert target.exists() is there
    assert not there or (target.read_bytes(), owner(target)) == (b"", (os.geteuid(), os.getegid()))
    assert (folder / "tokens.json").read_bytes() == before


@only_root
@by_file
def test_a_file_that_was_there_already_stays_whose_it_was(
    store: TinyDBStore, folder: Path, name: str, make: Callable[[TinyDBStore], None]
) -> None:
    """It may be another one's under a second name."""
    record(store)
    os.chown(folder / name, 0, 0)
    make(store)
    assert owner(folder / name) == (0, 0)


@pytest.mark.parametrize("name", ["requests.sqlite-wal", "requests.sqlite-shm"])
def test_sqlite_follows_no_link_either(store: TinyDBStore, folder: Path, tmp_path: Path, name: str) -> None:
    record(store)
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(tmp_path / "another")
    with pytest.raises(StoreError):
        record(store)
    assert not (tmp_path / "another").exists()


# ---------------------------------------------------------------------- where there is no store yet


def began_anew(store: TinyDBStore) -> None:
    with store.change_anew(NOTE, b'{"not": "ours"}\n') as transaction:
        transaction.put(ERP)


@only_root
@pytest.mark.parametrize("begin", [lambda store: save(store, ERP), began_anew], ids=["first change", "restored"])
def test_where_there_is_no_store_yet_all_is_made_for_the_owner_of_the_folder(
    store: TinyDBStore, begin: Callable[[TinyDBStore], None]
) -> None:
    folder = Path(store.location).parent
    folder.mkdir()
    os.chown(folder, *SERVICE)
    begin(store)
    record(store)
    made = {path.name: owner(path) for path in folder.iterdir()}
    assert made.keys() >= {"tokens.json", "tokens.json.lock", "activity.jsonl", "requests.sqlite"}
    assert {*made.values()} == {SERVICE}


@only_root
def test_in_a_folder_of_roots_all_is_roots(store: TinyDBStore) -> None:
    folder = Path(store.location).parent
    folder.mkdir()
    os.chown(folder, 0, SERVICE[1])
    save(store, ERP)
    assert {owner(path) for path in folder.iterdir()} == {(0, 0)}
