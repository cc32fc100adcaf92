"""Each save keeps the file that it replaces: the last ten, for their owner alone, whatever the clock does."""

import errno
import os
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.domain.worlds import token
from tests.store.contract import save
from tokentui.domain.errors import StoreError
from tokentui.store.generations import KEPT, Generations
from tokentui.store.protocol import Notice
from tokentui.store.tinydb_store import TinyDBStore

ERP, SHOP = token("erp"), token("shop")


@pytest.fixture
def file(store: TinyDBStore) -> Path:
    """A store file that was saved once."""
    save(store, ERP)
    return Path(store.location)


@pytest.fixture
def generations(file: Path) -> Generations:
    return Generations(file)


def save_again(store: TinyDBStore, times: int = 1) -> list[bytes]:
    """Save as often; gives what was replaced each time, the first first."""
    replaced = []
    for _ in range(times):
        replaced.append(Path(store.location).read_bytes())
        save(store, store.reader().token(ERP.id))
    return replaced


def contents(generations: Generations) -> list[bytes]:
    """What is kept, the first first."""
    return [each.path.read_bytes() for each in reversed(generations.kept())]


def test_the_first_save_replaces_nothing_and_keeps_nothing(generations: Generations) -> None:
    assert generations.kept() == ()
    assert not generations.folder.exists()


def test_each_save_keeps_the_file_that_it_replaces(store: TinyDBStore, generations: Generations) -> None:
    assert save_again(store, 3) == contents(generations)


def test_the_last_ten_are_kept_and_their_names_sort_by_time(store: TinyDBStore, generations: Generations) -> None:
    replaced = save_again(store, KEPT + 3)
    assert contents(generations) == replaced[-KEPT:]
    names = [each.path.name for each in generations.kept()]
    assert names == sorted(names, reverse=True)
    assert len({*names}) == KEPT == len(os.listdir(generations.folder))


def test_a_generation_tells_when_it_was_saved_and_its_size(store: TinyDBStore, generations: Generations) -> None:
    before = generations.store.stat()
    save_again(store)
    (kept,) = generations.kept()
    assert kept.size == before.st_size
    assert kept.saved_at == datetime.fromtimestamp(before.st_mtime_ns // 10**9, UTC)
    assert kept.path.name.startswith(kept.saved_at.strftime("%Y%m%dT%H%M%S."))


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_generations_are_the_owners_alone(store: TinyDBStore, generations: Generations, mode: int) -> None:
    generations.store.chmod(mode)
    save_again(store)
    generations.folder.chmod(0o755)
    save_again(store)
    assert stat.S_IMODE(generations.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.path.stat().st_mode) for each in generations.kept()} == {0o600}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("links", [True, False], ids=["linked", "copied"])
def test_what_root_keeps_of_a_services_store_is_the_services(
    store: TinyDBStore, generations: Generations, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:
        monkeypatch.setattr(os, "link", refusing(errno.EOPNOTSUPP))
    os.chown(generations.store, 12345, 54321)
    save_again(store)
    for path in (generations.folder, generations.kept()[0].path):
        assert (path.stat().st_uid, path.stat().st_gid) == (12345, 54321)


@pytest.mark.parametrize("links", [True, False], ids=["linked", "copied"])
def test_the_one_that_holds_what_was_replaced_is_found_by_its_stamp(
    store: TinyDBStore, generations: Generations, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:
        monkeypatch.setattr(os, "link", refusing(errno.EOPNOTSUPP))
    replaced = store.stamp()
    assert generations.of(replaced) is None
    for _ in range(2):
        save_again(store)
    assert generations.of(replaced) == generations.kept()[1]
    assert generations.of(store.stamp()) is None
    assert generations.of(()) is None


def test_keeping_costs_no_copy(store: TinyDBStore, generations: Generations) -> None:
    inode = generations.store.stat().st_ino
    save_again(store)
    assert generations.kept()[0].path.stat().st_ino == inode


def refusing(number: int) -> Callable[..., Any]:
    def refused(*_: object, **__: object) -> Any:
        raise OSError(number, os.strerror(number))

    return refused


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK])
def test_where_there_are_no_hard_links_a_copy_is_kept(
    store: TinyDBStore, generations: Generations, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    saved = generations.store.stat().st_mtime_ns
    monkeypatch.setattr(os, "link", refusing(number))
    assert save_again(store) == contents(generations)
    kept = generations.kept()[0].path.stat()
    assert (stat.S_IMODE(kept.st_mode), kept.st_mtime_ns) == (0o600, saved)
    assert len(os.listdir(generations.folder)) == 1
    assert store.take_notice() is None


def test_a_copy_that_was_killed_is_swept_by_the_next(
    store: TinyDBStore, generations: Generations, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_again(store)
    left = generations.folder / f".{generations.store.name}.4711.0badcafe.tmp"
    left.write_bytes(b"half a st")
    monkeypatch.setattr(os, "link", refusing(errno.EPERM))
    save_again(store)
    assert not left.exists()
    assert len(generations.kept()) == 2


def test_a_clock_set_back_gets_nothing_pruned_that_was_kept_last(
    store: TinyDBStore, generations: Generations
) -> None:
    save_again(store, KEPT)
    os.utime(generations.store, ns=(1, 1))  # as `cp -p` of an old backup leaves it
    assert contents(generations)[1:] + save_again(store) == contents(generations)


@pytest.mark.parametrize("moment", [-1, 0, 2**62], ids=["before 1970", "1970", "far ahead"])
def test_whatever_time_a_file_has_its_name_is_one_of_ours(
    store: TinyDBStore, generations: Generations, moment: int
) -> None:
    os.utime(generations.store, ns=(moment, moment))
    assert save_again(store) == contents(generations)
    os.utime(generations.store, ns=(moment, moment))
    save_again(store)
    assert len(generations.kept()) == 2


def test_other_files_there_are_neither_listed_nor_pruned(store: TinyDBStore, generations: Generations) -> None:
    save_again(store)
    for name in ("before-the-upgrade.json", "99991231T235959.999999999Z.json", "20259931T000000.000000000Z.json"):
        (generations.folder / name).write_bytes(b"")
    save_again(store, KEPT + 2)
    assert len(generations.kept()) == KEPT
    assert len(os.listdir(generations.folder)) == KEPT + 3


def test_a_save_that_fails_at_the_replace_keeps_nothing(
    store: TinyDBStore, generations: Generations, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", refusing(errno.EIO))
        with pytest.raises(StoreError, match="Nothing was saved"):
            save(store, SHOP)
    assert generations.kept() == ()
    save(store, SHOP)
    assert len(generations.kept()) == 1


def test_what_a_killed_save_had_kept_already_is_not_kept_twice(store: TinyDBStore, generations: Generations) -> None:
    assert generations.keep() is not None
    assert generations.keep() is None
    assert save_again(store) == contents(generations)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EIO])
@pytest.mark.parametrize("call", ["link", "mkdir"])
def test_a_change_is_saved_also_where_nothing_can_be_kept_and_that_is_told_once(
    store: TinyDBStore, generations: Generations, monkeypatch: pytest.MonkeyPatch, number: int, call: str
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(os, call, refusing(number))
        save_again(store)
        notice = Notice(f"What was replaced could not be kept: {os.strerror(number)}: {generations.folder}.")
        assert store.take_notice() == notice
        save_again(store)
        assert store.take_notice() is None
    assert generations.kept() == ()
    save_again(store)
    assert (store.take_notice(), len(generations.kept())) == (None, 1)
    monkeypatch.setattr(os, "link", refusing(number))
    save_again(store)
    assert store.take_notice() == notice  # it was over, and is new


def test_a_prune_that_fails_fails_no_save(
    store: TinyDBStore, generations: Generations, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_again(store, KEPT)
    with monkeypatch.context() as patched:
        patched.setattr(os, "unlink", refusing(errno.EACCES))
        save_again(store, 2)
    assert len(generations.kept()) == KEPT + 2
    save_again(store)
    assert len(generations.kept()) == KEPT


@pytest.mark.parametrize("target", ["elsewhere", "nowhere"])
def test_a_link_in_place_of_the_folder_leads_nobody_away(
    store: TinyDBStore, generations: Generations, tmp_path: Path, target: str
) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o755)
    generations.folder.symlink_to(tmp_path / target)
    save(store, replace(ERP, rev=1, enabled=False))
    notice = store.take_notice()
    assert notice is not None
    assert str(generations.folder) in notice.text
    assert os.listdir(tmp_path / "elsewhere") == []
    assert stat.S_IMODE((tmp_path / "elsewhere").stat().st_mode) == 0o755


def test_generations_that_cannot_be_read_are_told(generations: Generations) -> None:
    generations.folder.write_bytes(b"")
    with pytest.raises(StoreError, match=str(generations.folder)):
        generations.kept()
