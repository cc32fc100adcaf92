"""Walking: every file below a folder once, no link followed, whatever is no file told."""

import os
import socket
from pathlib import Path

import pytest

from tokentui.services.walking import Met, ToRead, Unread, walk


def met_below(path: Path) -> list[Met]:
    return list(walk(str(path)))


def test_files_come_in_the_order_of_names_a_folders_own_first(tmp_path: Path) -> None:
    for name in ("b/z", "b/a/x", "b.txt", "a", "c/1"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert met_below(tmp_path) == [ToRead(f"{tmp_path}/{name}") for name in ("a", "b.txt", "b/z", "b/a/x", "c/1")]


def test_paths_begin_with_what_was_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").touch()
    monkeypatch.chdir(tmp_path)
    assert [[met.path for met in walk(name)] for name in (".", "a", "./a", "a/")] == [["a/b"]] * 4


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "to-file").symlink_to(tmp_path / "file")
    (tmp_path / "folder" / "round").symlink_to(tmp_path)
    (tmp_path / "to-nothing").symlink_to(tmp_path / "nothing")
    assert met_below(tmp_path) == [ToRead(f"{tmp_path}/file")]


def test_a_link_that_is_named_is_followed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").touch()
    for name, target in (("a", "folder"), ("b", "folder/file")):
        (tmp_path / name).symlink_to(tmp_path / target)
    assert met_below(tmp_path / "a") == [ToRead(f"{tmp_path}/a/file")]
    assert met_below(tmp_path / "b") == [ToRead(f"{tmp_path}/b", named=True)]


def test_what_is_no_file_is_told_and_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path is short
    os.mkfifo("pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        assert list(walk(".")) == [
            Unread("pipe", "skipped, it is a named pipe"),
            Unread("socket", "skipped, it is a socket"),
        ]


def test_a_pipe_that_is_named_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert met_below(tmp_path / "pipe") == [ToRead(f"{tmp_path}/pipe", named=True)]


def test_a_path_that_is_gone_is_told(tmp_path: Path) -> None:
    (tmp_path / "to-nothing").symlink_to(tmp_path / "nothing")
    for name in ("nothing", "to-nothing"):
        assert met_below(tmp_path / name) == [Unread(f"{tmp_path}/{name}", "No such file or directory", named=True)]


def test_a_folder_that_cannot_be_listed_is_told_and_the_rest_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
    listing = os.scandir

    def refused(path: str) -> object:
        if path.endswith("/b"):
            raise PermissionError(13, "Permission denied")
        return listing(path)

    monkeypatch.setattr("os.scandir", refused)  # the superuser may list every folder
    assert met_below(tmp_path) == [
        ToRead(f"{tmp_path}/a/file"),
        Unread(f"{tmp_path}/b", "Permission denied"),
        ToRead(f"{tmp_path}/c/file"),
    ]


def test_a_folder_that_goes_away_meanwhile_is_told(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
    walked = walk(str(tmp_path))
    assert next(walked) == ToRead(f"{tmp_path}/a/file")
    (tmp_path / "b").rename(tmp_path / "c")
    assert list(walked) == [Unread(f"{tmp_path}/b", "No such file or directory")]
