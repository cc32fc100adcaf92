"""The keys at one place: found by their names, replaced with no moment without one, the old ones kept."""

import os
import stat
from pathlib import Path

import pytest

from tokentui.domain.errors import SealError
from tokentui.store.key_ring import KeyRing
from tokentui.store.keyfile import NoKey, make_key, read_key
from tokentui.store.vault import key_id

NEW = bytes(range(1, 33))


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    """A ring with a key in use."""
    make_key(tmp_path / "config" / "key")
    return KeyRing(tmp_path / "config" / "key")


@pytest.fixture
def old(ring: KeyRing) -> bytes:
    return read_key(ring.file)


def names(ring: KeyRing) -> set[str]:
    return {each.name for each in ring.file.parent.iterdir()}


def found(ring: KeyRing, master: bytes) -> Path | None:
    """The file in which a key is found by its name."""
    there = ring.find(key_id(master))
    if there is None:
        return None
    assert there[1] == master
    return there[0]


def test_each_key_is_found_by_its_name_at_every_step(ring: KeyRing, old: bytes) -> None:
    assert (found(ring, old), found(ring, NEW)) == (ring.file, None)
    with ring.alone():
        ring.begin(NEW)
        begun = ring.file.with_name(f"key.{key_id(NEW)}.new")
        assert (found(ring, old), found(ring, NEW)) == (ring.file, begun)
        ring.finish(key_id(NEW))
    assert (found(ring, old), found(ring, NEW)) == (ring.kept(key_id(old)), ring.file)
    assert names(ring) == {"key", f"key.{key_id(old)}"}
    assert {stat.S_IMODE(each.stat().st_mode) for each in ring.file.parent.iterdir()} == {0o600}


def test_what_was_begun_with_is_given_up_without_a_trace(ring: KeyRing, old: bytes) -> None:
    ring.begin(NEW)
    ring.give_up(key_id(NEW))
    assert names(ring) == {"key"}
    assert found(ring, old) == ring.file


def test_what_a_killed_run_left_is_finished_by_the_next_who_needs_it(ring: KeyRing, old: bytes) -> None:
    ring.begin(NEW)
    file = found(ring, NEW)
    assert file is not None
    ring.finish_if_begun(file, key_id(NEW))
    assert found(ring, NEW) == ring.file
    assert found(ring, old) == ring.kept(key_id(old))


def test_nobody_finishes_what_somebody_is_at(ring: KeyRing) -> None:
    ring.begin(NEW)
    file = found(ring, NEW)
    assert file is not None
    with KeyRing(ring.file).alone():
        ring.finish_if_begun(file, key_id(NEW))
        assert found(ring, NEW) == file
        with pytest.raises(SealError, match="Somebody else is changing"), ring.alone(patience=0.05):
            pass


def test_a_key_behind_a_symbolic_link_is_replaced_where_it_is(tmp_path: Path, ring: KeyRing, old: bytes) -> None:
    link = tmp_path / "link"
    link.symlink_to(ring.file)
    linked = KeyRing(link)
    linked.begin(NEW)
    linked.finish(key_id(NEW))
    assert link.is_symlink()
    assert read_key(ring.file) == NEW
    assert found(linked, old) == ring.kept(key_id(old))


@pytest.mark.parametrize("end", ["", ".new"])
def test_a_link_under_the_name_of_a_key_to_come_is_replaced_and_not_followed(
    tmp_path: Path, ring: KeyRing, old: bytes, end: str
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("another's")
    before = victim.stat().st_ino
    for id in (key_id(old), key_id(NEW)):
        ring.file.with_name(f"key.{id}{end}").symlink_to(victim)
    ring.begin(NEW)
    ring.finish(key_id(NEW))
    assert (found(ring, NEW), read_key(ring.kept(key_id(old)))) == (ring.file, old)
    assert (victim.read_text(), victim.stat().st_ino) == ("another's", before)


def test_what_is_kept_of_the_key_file_is_never_what_a_link_there_leads_to(
    tmp_path: Path, ring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody puts a link in its place while it is worked at."""
    (tmp_path / "victim").write_text("another's")
    place = ring._place
    ring.begin(NEW)
    ring.file.unlink()
    ring.file.symlink_to(tmp_path / "victim")
    monkeypatch.setattr(KeyRing, "_place", place)
    with pytest.raises(SealError):
        ring.finish(key_id(NEW))
    assert all("another's" not in each.read_text() for each in place.parent.iterdir() if not each.is_symlink())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
class TestOfAnother:
    """Root works at the keys of a service."""

    SERVICE = (4321, 4322)

    def owners(self, *paths: Path) -> set[tuple[int, int]]:
        return {(each.stat().st_uid, each.stat().st_gid) for each in paths}

    def test_a_key_belongs_to_whom_the_one_in_use_belongs(self, ring: KeyRing, old: bytes) -> None:
        os.chown(ring.file, *self.SERVICE)
        ring.begin(NEW)
        ring.finish(key_id(NEW))
        assert self.owners(ring.file, ring.kept(key_id(old))) == {self.SERVICE}

    def test_where_none_is_there_it_belongs_to_whom_the_store_belongs_and_so_does_the_folder(
        self, tmp_path: Path
    ) -> None:
        store = tmp_path / "tokens.json"
        store.touch()
        os.chown(store, *self.SERVICE)
        ring = KeyRing(tmp_path / "new" / "config" / "key", store)
        with ring.alone():
            ring.begin(NEW)
            ring.finish(key_id(NEW))
        assert self.owners(ring.file, ring.file.parent, ring.file.parents[1]) == {self.SERVICE}

    def test_where_no_store_is_there_either_it_belongs_to_whom_the_folder_belongs(self, ring: KeyRing) -> None:
        ring.file.unlink()
        os.chown(ring.file.parent, *self.SERVICE)
        ring.begin(NEW)
        ring.finish(key_id(NEW))
        assert self.owners(ring.file) == {self.SERVICE}


def test_what_is_no_key_is_kept_beside_and_not_lost(ring: KeyRing) -> None:
    ring.file.write_bytes(b"a damaged key")
    with pytest.raises(NoKey):
        ring.find(key_id(NEW))
    ring.begin(NEW)
    ring.finish(key_id(NEW))
    assert found(ring, NEW) == ring.file
    (aside,) = [each for each in ring.file.parent.iterdir() if "unreadable" in each.name]
    assert aside.read_bytes() == b"a damaged key"


def test_a_key_that_is_kept_opens_though_the_one_in_use_is_damaged(ring: KeyRing, old: bytes) -> None:
    ring.begin(NEW)
    ring.finish(key_id(NEW))
    ring.file.write_bytes(b"a damaged key")
    assert found(ring, old) == ring.kept(key_id(old))


@pytest.mark.parametrize("mark", ["", "../../etc/passwd", "*", "0" * 15, "0" * 17, "KEY", "new", "0" * 16 + "\n"])
def test_a_name_that_is_none_leads_to_no_file(ring: KeyRing, mark: str) -> None:
    assert ring.find(mark) is None


def test_a_key_under_the_name_of_another_is_not_taken_for_it(ring: KeyRing) -> None:
    ring.write(ring.kept("0" * 16), NEW)
    assert ring.find("0" * 16) is None


def test_a_folder_that_cannot_be_written_is_told(ring: KeyRing, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", refuse)
        with pytest.raises(SealError, match="Read-only file system"):
            ring.begin(NEW)
    assert names(ring) == {"key"}


def test_what_a_killed_run_has_begun_with_is_kept_by_the_next_run(ring: KeyRing, old: bytes) -> None:
    other = bytes(range(2, 34))
    ring.begin(other)
    ring.begin(NEW)
    ring.finish(key_id(NEW))
    assert found(ring, NEW) == ring.file
    assert found(ring, other) == ring.kept(key_id(other))
    assert found(ring, old) == ring.kept(key_id(old))


def test_a_kept_key_that_others_may_read_is_told_with_the_cure(ring: KeyRing, old: bytes) -> None:
    ring.begin(NEW)
    ring.finish(key_id(NEW))
    ring.kept(key_id(old)).chmod(0o644)
    with pytest.raises(SealError, match="chmod 600"):
        ring.find(key_id(old))


def test_what_killed_writers_left_is_taken_away_and_nothing_else(ring: KeyRing) -> None:
    folder = ring.file.parent
    kinds = ["", f".{'0' * 16}", f".{'0' * 16}.new", ".unreadable-0123abcd"]
    gone = [f".key{kind}.123.0123abcd.tmp" for kind in kinds]
    stays = [".key.tmp", ".other.123.0123abcd.tmp", "key.backup", "config.toml"]
    for name in (*gone, *stays):
        (folder / name).touch()
    with ring.alone():
        assert names(ring) == {"key", *stays}
