"""A backup: one file with one saved state and the trail that led to it, opened whole or refused."""

import hashlib
import os
import stat
import subprocess
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import MASTER_KEY
from tests.domain.worlds import NOTE
from tests.store.shop import Shop, open_shop
from tokentui.domain.errors import StoreError
from tokentui.domain.fields import TokenFields
from tokentui.services.tokens import add_token
from tokentui.store.backup import ABOUT, STORE, SUMS, TRAIL, Opened, open_backup, write_backup
from tokentui.store.keyfile import line_of
from tokentui.store.tinydb_store import TinyDBStore
from tokentui.store.trail_view import TrailView
from tokentui.store.vault import key_id


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop that is only looked at."""
    return open_shop(tmp_path_factory.mktemp("sealed"))


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return open_shop(tmp_path / "shop")


@pytest.fixture(scope="module")
def whole(sealed: Shop) -> bytes:
    """The content of a backup."""
    file = sealed.folder / "whole.tar"
    write_backup(sealed.files.store, file, NOTE)
    return file.read_bytes()


def test_it_holds_the_store_as_it_was_saved_and_the_trail_up_to_there(sealed: Shop, tmp_path: Path) -> None:
    kept = write_backup(sealed.files.store, tmp_path / "b.tar", NOTE)
    with tarfile.open(tmp_path / "b.tar") as archive:
        files = {member.name: archive.extractfile(member).read() for member in archive}  # type: ignore[union-attr]  # all are files
    assert [*files] == [ABOUT, STORE, TRAIL, SUMS]
    assert files[STORE] == sealed.files.store.read_bytes()
    assert files[TRAIL] == sealed.files.trail.read_bytes()
    assert kept.head == sealed.tables["meta"]["1"]["trail"]
    assert kept.key_id == key_id(MASTER_KEY)
    assert orjson.loads(files[ABOUT])["trail_head"] == kept.head


def test_it_opens_without_the_program(sealed: Shop, tmp_path: Path) -> None:
    write_backup(sealed.files.store, tmp_path / "b.tar", NOTE)
    subprocess.run(["tar", "xf", "b.tar"], cwd=tmp_path, check=True)
    subprocess.run(["sha256sum", "-c", SUMS], cwd=tmp_path, check=True, capture_output=True)
    assert [*TinyDBStore(tmp_path / STORE).reader().iter_tokens()] == [
        *TinyDBStore(sealed.files.store).reader().iter_tokens()
    ]


def test_neither_the_key_nor_a_value_is_in_it(sealed: Shop, whole: bytes) -> None:
    desk = sealed.desk()
    values = [desk.vault.reveal(token.secret, token.id, "value") for token in desk.reader().iter_tokens()]
    assert line_of(MASTER_KEY).encode() not in whole
    assert not any(value.encode() in whole for value in values)


def test_it_is_for_its_owner_alone_whatever_the_umask(sealed: Shop, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_backup(sealed.files.store, tmp_path / "b.tar", NOTE)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "b.tar").stat().st_mode) == 0o600


def test_it_replaces_nothing(sealed: Shop, tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_text("mine")
    with pytest.raises(FileExistsError):
        write_backup(sealed.files.store, tmp_path / "b.tar", NOTE)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("b.tar", "mine")]


def test_a_full_disk_leaves_no_part_of_it(sealed: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_backup(sealed.files.store, tmp_path / "b.tar", NOTE)
    assert [*tmp_path.iterdir()] == []


def test_where_a_file_system_has_no_hard_links_it_is_made_all_the_same(
    sealed: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: bytes
) -> None:
    def no_links(*_: Any, **__: Any) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    write_backup(sealed.files.store, tmp_path / "b.tar", NOTE)
    assert (tmp_path / "b.tar").read_bytes() == whole
    with pytest.raises(FileExistsError):
        write_backup(sealed.files.store, tmp_path / "b.tar", NOTE)
    assert [path.name for path in tmp_path.iterdir()] == ["b.tar"]


def test_store_and_trail_fit_each_other_while_others_save(shop: Shop, tmp_path: Path) -> None:
    done = threading.Event()

    def save() -> None:
        desk = shop.desk()
        for number in range(30):
            add_token(desk, TokenFields(name=f"t{number}"))
        done.set()

    writer = threading.Thread(target=save)
    writer.start()
    number = 0
    while not done.is_set() or number == 0:
        number += 1
        file = tmp_path / f"{number}.tar"
        kept = write_backup(shop.files.store, file, NOTE)
        opened = open_backup(file)
        assert kept.trouble == ""
        view = TrailView(opened.trail, "tokens.json", opened.found.text("trail"))
        assert view.verify(kept.head, NOTE.at).problems == ()
        assert view.verify(kept.head, NOTE.at).head == kept.head
    writer.join()


def test_a_damaged_store_is_not_backed_up_as_if_it_were_whole(shop: Shop, tmp_path: Path) -> None:
    shop.files.store.write_bytes(shop.files.store.read_bytes()[:-50])
    with pytest.raises(StoreError, match="cut or damaged"):
        write_backup(shop.files.store, tmp_path / "b.tar", NOTE)
    assert not (tmp_path / "b.tar").exists()


def test_a_trail_that_was_cut_is_backed_up_as_it_is_and_that_is_told(shop: Shop, tmp_path: Path) -> None:
    cut = b"".join(shop.files.trail.read_bytes().splitlines(keepends=True)[:2])
    shop.files.trail.write_bytes(cut)
    kept = write_backup(shop.files.store, tmp_path / "b.tar", NOTE)
    assert "does not hold the line" in kept.trouble
    assert open_backup(tmp_path / "b.tar").trail == cut


# ---------------------------------------------------------------------- opening


def opened_or_refused(file: Path) -> Opened | None:
    """What is in it; None where it is refused."""
    try:
        opened = open_backup(file)
    except StoreError:
        return None
    return None if opened.found.refusal else opened


def content(opened: Opened) -> tuple[Any, ...]:
    return opened.found.tables, opened.trail


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chance=st.data())
def test_no_bit_of_it_can_be_another_unseen(whole: bytes, tmp_path: Path, chance: st.DataObject) -> None:
    file = tmp_path / "b.tar"
    file.write_bytes(whole)
    sound = content(open_backup(file))
    changed = bytearray(whole)
    changed[chance.draw(st.integers(0, len(changed) - 1))] ^= 1 << chance.draw(st.integers(0, 7))
    file.write_bytes(changed)
    opened = opened_or_refused(file)
    # what is not refused is a bit that only fills the archive up, or of a header that says nothing of the content
    assert opened is None or content(opened) == sound


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chance=st.data())
def test_a_backup_that_is_cut_anywhere_is_refused(whole: bytes, tmp_path: Path, chance: st.DataObject) -> None:
    file = tmp_path / "b.tar"
    ends = len(whole.rstrip(b"\0"))
    file.write_bytes(whole[: chance.draw(st.integers(0, ends - 1))])
    assert opened_or_refused(file) is None


def tar_of(folder: Path, **files: bytes) -> Path:
    file = folder / "made.tar"
    with tarfile.open(file, "w", format=tarfile.USTAR_FORMAT) as archive:
        for name, written in files.items():
            (folder / name).write_bytes(written)
            archive.add(folder / name, name)
    return file


def test_somebody_elses_archive_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no backup of TokenTUI"):
        open_backup(tar_of(tmp_path, readme=b"hello"))


def test_an_archive_with_links_in_it_is_refused(tmp_path: Path, whole: bytes) -> None:
    file = tmp_path / "links.tar"
    with tarfile.open(file, "w", format=tarfile.USTAR_FORMAT) as archive:
        link = tarfile.TarInfo(ABOUT)
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    with pytest.raises(StoreError, match=r"cut or damaged|no backup"):
        open_backup(file)


@pytest.mark.parametrize("about", [b"[]", b"{", b'{"application":"other"}', b"\xff"])
def test_a_backup_that_says_it_is_something_else_is_refused(tmp_path: Path, about: bytes) -> None:
    files = {ABOUT: about, STORE: b"{}", TRAIL: b""}
    sums = "".join(f"{hashlib.sha256(each).hexdigest()}  {name}\n" for name, each in files.items()).encode()
    with pytest.raises(StoreError):
        open_backup(tar_of(tmp_path, **files, **{SUMS: sums}))


def folder_at(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("make", [folder_at, os.mkfifo, lambda path: None])
def test_what_is_no_file_is_told_and_not_waited_for(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "b.tar")
    with pytest.raises(StoreError, match="cannot be read"):
        open_backup(tmp_path / "b.tar")


def test_a_copy_of_a_store_file_will_do_too(sealed: Shop) -> None:
    opened = open_backup(sealed.files.store)
    assert opened.found.tables == sealed.tables
    assert opened.trail == b""
