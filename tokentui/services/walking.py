"""Which files are below a folder: links are not followed, what is no file is told, ignored things are left out."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from tokentui.services.ignoring import GIT, IgnoreRules, rules_around

_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


@dataclass(frozen=True, slots=True)
class ToRead:
    """A file; or whatever else the user named."""

    path: str
    named: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An entry that the ignore files leave out; of a folder, all that is in it."""

    path: str
    is_folder: bool


@dataclass(frozen=True, slots=True)
class Unread:
    """What cannot be read, or is no file, with the reason in words."""

    path: str
    why: str
    named: bool = False


Met = ToRead | LeftOut | Unread


def walk(path: str, *, ignore: bool = True) -> Iterator[Met]:
    """What there is at and below a path that the user named, in the order of names, a folder's own files first.

    The path itself is taken whatever it is, through links too, and whatever ignore files say of it.
    """
    try:
        is_folder = stat.S_ISDIR(os.stat(path).st_mode)
    except OSError as error:
        yield Unread(path, error.strerror or "it cannot be read", named=True)
        return
    if is_folder:
        yield from _Walk(ignore).below(path)
    else:
        yield ToRead(path, named=True)


class _Walk:
    """A walk through all folders below one."""

    def __init__(self, ignore: bool) -> None:
        self._ignore = ignore
        #: Folders to go to, the next one last, each with the rules around it.
        self._ahead: list[tuple[str, str, IgnoreRules | None]] = []

    def below(self, path: str) -> Iterator[Met]:
        rules = rules_around(path) if self._ignore else None
        self._ahead = [(path, os.path.basename(os.path.realpath(path)), rules)]
        while self._ahead:
            folder, name, rules = self._ahead.pop()
            try:
                with os.scandir(folder) as entries:
                    listed = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                yield Unread(folder, error.strerror or "it cannot be listed", named=folder == path)
                continue
            yield from self._entries(listed, self._rules(folder, name, rules, listed))

    def _rules(
        self, folder: str, name: str, around: IgnoreRules | None, entries: list[os.DirEntry[str]]
    ) -> IgnoreRules | None:
        """The rules for a folder's entries: a repository in a repository has its own only."""
        if self._ignore and any(entry.name == GIT for entry in entries):
            return IgnoreRules.of_repository(folder)
        return None if around is None else around.entering(folder, name)

    def _entries(self, entries: list[os.DirEntry[str]], rules: IgnoreRules | None) -> Iterator[Met]:
        folders = []
        for entry in entries:
            if entry.is_symlink() or (rules is not None and entry.name == GIT):
                continue
            path, is_folder = entry.path.removeprefix(f".{os.sep}"), _is_folder(entry)
            if rules is not None and rules.leaves_out(entry.name, is_folder):
                yield LeftOut(path, is_folder)
            elif is_folder:
                folders.append((path, entry.name, rules))
            else:
                yield _file(entry, path)
        self._ahead.extend(reversed(folders))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _file(entry: os.DirEntry[str], path: str) -> Met:
    try:
        if entry.is_file(follow_symlinks=False):
            return ToRead(path)
        kind = stat.S_IFMT(entry.stat(follow_symlinks=False).st_mode)
    except OSError as error:
        return Unread(path, error.strerror or "it cannot be read")
    return Unread(path, f"skipped, it is {_KINDS.get(kind, 'no file')}")
