"""What the ignore files of a repository leave out, as git would; and that git is not run to find it out."""

import os
from pathlib import Path

import pytest

from tokentui.services.ignoring import IgnoreRules
from tokentui.services.walking import LeftOut, ToRead, walk


def made(root: Path, files: dict[str, str]) -> Path:
    """Files with these contents; a repository, where there is anything in `.git`."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.fsencode(content))
    return root


def read_of(path: Path, *, ignore: bool = True, seen_from: Path | None = None) -> set[str]:
    """The files that are read below a path."""
    found = (met.path for met in walk(str(path), ignore=ignore) if isinstance(met, ToRead))
    return {os.path.relpath(each, seen_from or path) for each in found} - {".gitignore"}


def left_out_by(lines: str, name: str, tmp_path: Path) -> bool:
    """Whether the file is left out by these lines at the root of its repository."""
    made(tmp_path, {".git/HEAD": "", ".gitignore": lines, name: ""})
    return name not in read_of(tmp_path)


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        ("a", "a"),
        ("a", "b/a"),
        ("a", "a/b"),
        ("/a", "a"),
        ("a/", "b/a/c"),
        ("*.log", "x/y.log"),
        ("?.log", "y.log"),
        ("[xy].log", "y.log"),
        ("a/b", "a/b/c"),
        ("**/b", "a/b"),
        ("a/**", "a/b/c"),
        ("a/**/c", "a/c"),
        ("a/**/c", "a/b/b/c"),
        ("a/**/", "a/b/c"),
        ("*/", "a/b"),
        ("*", "a"),
        ("/*", "a/b"),
        ("a\r\nb\r\n", "a"),
        ("a\r", "a"),
        ("a  ", "a"),
        ("a\\ ", "a "),
        ("a\\  ", "a "),
        ("a\t", "a\t"),
        ("\\#a", "#a"),
        ("\\!a", "!a"),
        ("\ufeffa", "a"),
        ("příjem", "příjem/x"),
        ("à", "à"),
        ("!\n[\na\n\\\n[z-a]", "a"),
        ("*\n!*/\n!*.py", "a/b.txt"),
        ("a\n!a/b", "a/b"),
    ],
)
def test_what_a_rule_is_for_is_left_out(lines: str, name: str, tmp_path: Path) -> None:
    assert left_out_by(lines, name, tmp_path)


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        ("", "a"),
        ("#a", "#a"),
        ("a", "ab"),
        ("A", "a"),
        ("/a", "b/a"),
        ("a/", "a"),
        ("a/b", "c/a/b"),
        ("*.log", "log"),
        ("a\n!a", "a"),
        ("*\n!*/\n!*.py", "a/b.py"),
        ("/*\n!/a\n/a/*\n!/a/b", "a/b"),
        ("a/**/", "a/b"),
        ("a\t", "a"),
        ("a\\ ", "a"),
        ("[!a]", "é"),
        ("?", "é"),
        ("x" * 300, "a"),
    ],
)
def test_what_no_rule_is_for_is_read(lines: str, name: str, tmp_path: Path) -> None:
    assert not left_out_by(lines, name, tmp_path)


def test_the_inner_folder_has_the_last_word_also_on_what_is_below(tmp_path: Path) -> None:
    files = {
        ".git/HEAD": "",
        ".gitignore": "x\ny\n",
        "a/.gitignore": "!x\n!b\n",
        "a/x": "",
        "a/b/y": "",
        "a/b/x": "",
        "x": "",
    }
    assert read_of(made(tmp_path, files)) == {"a/.gitignore", "a/x", "a/b/x"}


def test_the_repositorys_own_exclude_file_counts_least(tmp_path: Path) -> None:
    files = {".git/info/exclude": "a\nb\n", ".gitignore": "!b\n", "a": "", "b": ""}
    assert read_of(made(tmp_path, files)) == {"b"}


def test_the_exclude_file_of_a_worktree_is_found(tmp_path: Path) -> None:
    made(tmp_path, {"main/.git/info/exclude": "a\n", "main/.git/worktrees/w/commondir": "../..\n"})
    made(tmp_path, {"work/.git": "gitdir: ../main/.git/worktrees/w\n", "work/a": "", "work/b": ""})
    assert read_of(tmp_path / "work") == {"b"}


def test_outside_a_repository_nothing_is_left_out(tmp_path: Path) -> None:
    assert read_of(made(tmp_path, {".gitignore": "a\n", "a": "", "b": ""})) == {"a", "b"}


def test_a_repository_below_is_left_out_of_by_its_own_rules_only(tmp_path: Path) -> None:
    made(tmp_path, {".git/HEAD": "", ".gitignore": "a\n", "a": "", "b": ""})
    made(tmp_path / "inner", {".git/HEAD": "", ".gitignore": "b\n", "a": "", "b": ""})
    assert read_of(tmp_path) == {"b", "inner/a", "inner/.gitignore"}


class TestNamed:
    """A path that the user names is scanned, whatever rules say of it."""

    @pytest.fixture
    def repository(self, tmp_path: Path) -> Path:
        files = {
            ".git/HEAD": "",
            ".gitignore": "/out\n*.log\n",
            "out/a": "",
            "out/b.log": "",
            "src/a": "",
            "src/b.log": "",
        }
        return made(tmp_path, {**files, "src/.gitignore": "c\n", "src/c/d": "", "src/e/f.log": "", "src/e/g": ""})

    def test_a_folder_below_the_root_obeys_the_rules_above_it(self, repository: Path) -> None:
        assert read_of(repository / "src") == {"a", "e/g"}
        assert read_of(repository / "src" / "e") == {"g"}

    def test_a_folder_that_is_left_out_is_read_in_whole(self, repository: Path) -> None:
        assert read_of(repository / "out") == {"a", "b.log"}
        assert read_of(repository / "src" / "c") == {"d"}

    def test_a_file_that_is_left_out_is_read(self, repository: Path) -> None:
        assert read_of(repository / "src" / "b.log") == {"."}

    def test_a_folder_named_through_a_link_obeys_where_it_really_is(self, repository: Path, tmp_path: Path) -> None:
        link = tmp_path / "link"
        link.symlink_to(repository / "src")
        assert read_of(link) == {"a", "e/g"}

    def test_the_root_itself_may_be_named_in_any_way(self, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        wanted = {"src/a", "src/.gitignore", "src/e/g"}
        assert read_of(repository) == wanted
        monkeypatch.chdir(repository / "src")
        assert read_of(Path(".."), seen_from=repository) == wanted


def test_what_is_left_out_is_told_and_a_folder_is_not_entered(tmp_path: Path) -> None:
    made(tmp_path, {".git/HEAD": "", ".gitignore": "out\n*.log\n", "out/a": "", "b.log": "", "c": ""})
    left_out = [met for met in walk(str(tmp_path)) if isinstance(met, LeftOut)]
    assert left_out == [LeftOut(f"{tmp_path}/b.log", is_folder=False), LeftOut(f"{tmp_path}/out", is_folder=True)]


def test_everything_is_read_where_no_rule_is_to_count(tmp_path: Path) -> None:
    made(tmp_path, {".git/config": "", ".gitignore": "a\n", "a": ""})
    assert read_of(tmp_path, ignore=False) == {".git/config", "a"}


class TestHostile:
    """A repository may come from anybody."""

    def test_no_program_is_run(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        marker = tmp_path / "ran"
        config = f'[core]\n\tfsmonitor = "touch {marker}; false"\n\thooksPath = .\n'
        made(tmp_path / "r", {".git/HEAD": "ref: refs/heads/main\n", ".git/config": config, "a": ""})
        monkeypatch.setenv("PATH", str(tmp_path))
        made(tmp_path, {"git": f"#!/bin/sh\ntouch {marker}\n"})
        (tmp_path / "git").chmod(0o755)
        assert read_of(tmp_path / "r") == {"a"}
        assert not marker.exists()

    @pytest.mark.parametrize("name", [".gitignore", ".git/info/exclude", ".git/commondir"])
    def test_a_pipe_for_an_ignore_file_is_not_waited_for(self, tmp_path: Path, name: str) -> None:
        made(tmp_path, {".git/info/other": "", ".git/HEAD": "", "a": ""})
        os.mkfifo(tmp_path / name)
        assert read_of(tmp_path) == {"a"}

    def test_a_pipe_for_the_repository_is_not_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(made(tmp_path, {"a": ""}) / ".git")
        assert read_of(tmp_path) == {"a"}

    def test_a_link_for_an_ignore_file_is_not_followed(self, tmp_path: Path) -> None:
        made(tmp_path, {"rules": "a\n", "r/.git/HEAD": "", "r/a": ""})
        (tmp_path / "r" / ".gitignore").symlink_to(tmp_path / "rules")
        assert read_of(tmp_path / "r") == {"a"}

    def test_a_rule_that_would_take_for_ever_to_match_is_none(self, tmp_path: Path) -> None:
        name = "a" * 255
        assert not left_out_by("*a" * 40 + "b", name, tmp_path)

    def test_a_name_that_is_no_text_is_judged_by_its_bytes(self, tmp_path: Path) -> None:
        name = os.fsdecode(b"\xff.log")
        assert left_out_by("*.log", name, tmp_path)
        assert IgnoreRules.of_repository(str(tmp_path)).leaves_out(name, is_folder=False)
