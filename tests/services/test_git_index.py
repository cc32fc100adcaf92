"""The index of a repository: what it tracks is read in each of its layouts, and is never left out."""

import hashlib
import os
from itertools import pairwise
from pathlib import Path

import pytest

from tests.services.test_ignoring import made, read_of
from tokentui.services.git_index import Tracked

NAMES = ["a", "dir/b c", "dir/deep/éé", f"dir/deep/{'x' * 300}", "dir/deeper", "z.log"]


def index(names: list[str], version: int = 2, hashed: str = "sha1", extended: bool = False) -> bytes:
    """An index as git writes it (gitformat-index(5))."""
    names = sorted(names, key=str.encode)
    content = b"DIRC" + version.to_bytes(4) + len(names).to_bytes(4)
    for before, name in pairwise(["", *names]):
        content += entry(os.fsencode(before), os.fsencode(name), version, hashlib.new(hashed).digest_size, extended)
    return content + hashlib.new(hashed, content).digest()


def entry(before: bytes, name: bytes, version: int, id_size: int, extended: bool) -> bytes:
    flags = min(len(name), 0xFFF) | (0x4000 if extended else 0)
    start = b"\1" * (40 + id_size) + flags.to_bytes(2) + (b"\2\0" if extended else b"")
    if version < 4:
        return (start + name).ljust((len(start + name) + 8) & ~7, b"\0")
    common = next(
        (at for at, (one, other) in enumerate(zip(before, name, strict=False)) if one != other), len(before)
    )
    return start + number(len(before) - common) + name[common:] + b"\0"


def number(value: int) -> bytes:
    """A number of seven bits a byte, the highest first; each that is not the last counts one more."""
    digits = [value & 0x7F]
    while value := value >> 7:
        value -= 1
        digits.append(0x80 | value & 0x7F)
    return bytes(digits[::-1])


def tracked(path: Path, content: bytes) -> frozenset[str]:
    path.write_bytes(content)
    return Tracked(str(path)).files


@pytest.mark.parametrize("hashed", ["sha1", "sha256"])
@pytest.mark.parametrize(("version", "extended"), [(2, False), (3, False), (3, True), (4, False), (4, True)])
def test_every_layout_is_read(tmp_path: Path, version: int, extended: bool, hashed: str) -> None:
    found = tracked(tmp_path / "index", index(NAMES, version, hashed, extended))
    assert {os.fsdecode(name.encode("latin-1")) for name in found} == set(NAMES)


def test_folders_are_all_that_have_a_tracked_file_below(tmp_path: Path) -> None:
    (tmp_path / "index").write_bytes(index(["a", "b/c/d", "b/e"]))
    assert Tracked(str(tmp_path / "index")).folders == {"b/", "b/c/"}


@pytest.mark.parametrize("version", [2, 4])
def test_an_index_that_is_cut_or_none_is_no_failure(tmp_path: Path, version: int) -> None:
    whole = index(NAMES, version)
    for length in range(0, len(whole), 7):
        tracked(tmp_path / "index", whole[:length])
    for content in (b"", b"DIRC", b"DIRC\0\0\0\2\xff\xff\xff\xff", b"hello" * 100, whole.replace(b"DIRC", b"CRID")):
        assert tracked(tmp_path / "index", content) == frozenset()
    assert Tracked(str(tmp_path / "no-such")).files == frozenset()


class TestScanned:
    """What is tracked is scanned, whatever rules say of it."""

    @pytest.fixture
    def repository(self, tmp_path: Path) -> Path:
        files = {".env": "", "b.log": "", "c.log": "", "out/a": "", "out/b/c": "", "out/b/d": "", "lib/x/y": ""}
        return made(tmp_path, {**files, ".git/HEAD": "", ".gitignore": ".env\n*.log\nout\n/lib/*\n"})

    def test_files_and_folders_with_tracked_files_in_them(self, repository: Path) -> None:
        assert read_of(repository) == set()
        (repository / ".git" / "index").write_bytes(index([".env", "b.log", "out/b/c", "gone"]))
        assert read_of(repository) == {".env", "b.log", "out/b/c"}

    def test_but_not_because_of_a_rule_in_a_folder_that_is_left_out(self, repository: Path) -> None:
        """git does not look for rules there."""
        made(repository, {"out/.gitignore": "!a\n"})
        (repository / ".git" / "index").write_bytes(index(["out/b/c"]))
        assert read_of(repository) == {"out/b/c"}

    def test_in_a_worktree_by_its_own_index(self, tmp_path: Path) -> None:
        made(tmp_path, {"main/.git/info/exclude": "a\n", "main/.git/worktrees/w/commondir": "../..\n"})
        made(tmp_path, {"work/.git": "gitdir: ../main/.git/worktrees/w\n", "work/a": "", "work/b": ""})
        (tmp_path / "main/.git/worktrees/w/index").write_bytes(index(["a"]))
        assert read_of(tmp_path / "work") == {"a", "b"}

    def test_below_a_folder_that_was_named(self, repository: Path) -> None:
        (repository / ".git" / "index").write_bytes(index(["lib/x/y", "out/b/c"]))
        assert read_of(repository / "lib") == {"x/y"}
        assert read_of(repository / "out") == {"a", "b/c", "b/d"}  # it was named, so nothing in it is left out
