"""Which files a repository's ignore files leave out, found out without running git.

A repository may come from anybody, and git obeys its configuration, which can name programs to run. So the files are
read here: each `.gitignore` from the repository's root down, `info/exclude`, and the index, since what git tracks is
not left out. Of two rules for one name the one in the inner folder counts, of two in one file the later one
(gitignore(5)). As for git, a character is a byte: all texts here are Latin-1, whatever they are really in.
"""

import os
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tokentui.services.git_index import Tracked
from tokentui.services.reading import opened

if TYPE_CHECKING:
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    #: The length of the path to a folder, and the rules there, the last one first.
    _Level = tuple[int, tuple[GitIgnoreSpecPattern, ...]]

#: Bytes of an ignore file that are read.
_MOST = 1_000_000
#: Wildcards in one rule; with more of them, a long name could keep the matching busy for hours.
_WILDCARDS = 4

GIT = ".git"


class IgnoreRules:
    """What a folder's entries are judged by: the rules of the folder itself and of those around it."""

    __slots__ = ("_inside", "_levels", "_tracked")

    def __init__(
        self, inside: str = "", levels: "tuple[_Level, ...] | None" = (), tracked: Tracked | None = None
    ) -> None:
        #: The folder as seen from the repository's root, with a slash at its end.
        self._inside = inside
        #: The innermost first; None in a folder that is left out, but for what is tracked in it.
        self._levels = levels
        self._tracked = tracked or Tracked()

    @classmethod
    def of_repository(cls, root: str) -> "IgnoreRules":
        """The rules for the entries of a repository's root."""
        git = _git_folder(root)
        shared = os.path.join(git, _path(_content(os.path.join(git, "commondir"))))
        rules = cls(tracked=Tracked(os.path.join(git, "index")))
        return rules._and(os.path.join(shared, "info", "exclude"))._and(os.path.join(root, ".gitignore"))

    def entering(self, folder: str, name: str) -> "IgnoreRules":
        """The rules for the entries of `folder`, which is the entry `name` here."""
        inside = f"{self._inside}{_bytewise(name)}/"
        if self.says_out(name, is_folder=True):
            return IgnoreRules(inside, None, self._tracked)
        return IgnoreRules(inside, self._levels, self._tracked)._and(os.path.join(folder, ".gitignore"))

    def leaves_out(self, name: str, is_folder: bool) -> bool:
        """Whether an entry of the folder is left out, a folder with all that is in it. What is tracked never is."""
        if not self.says_out(name, is_folder):
            return False
        path = self._inside + _bytewise(name)
        return f"{path}/" not in self._tracked.folders if is_folder else path not in self._tracked.files

    def says_out(self, name: str, is_folder: bool) -> bool:
        """Whether the rules leave an entry of the folder out."""
        if self._levels is None:
            return True
        for length, patterns in self._levels:
            path = self._inside[length:] + _bytewise(name)
            for pattern in patterns:
                if _matches(pattern, path, is_folder):
                    return bool(pattern.include)
        return False

    def _and(self, file: str) -> "IgnoreRules":
        patterns = tuple(_patterns(_content(file)))
        levels = ((len(self._inside), patterns), *(self._levels or ()))
        return IgnoreRules(self._inside, levels, self._tracked) if patterns else self


def rules_around(folder: str) -> IgnoreRules | None:
    """The rules that `folder` itself is judged by; None where no repository is around it.

    Rules that leave the folder out are none: whoever names it wants it.
    """
    *parents, path = _lineage(os.path.realpath(folder))
    roots = [number for number, parent in enumerate(parents) if os.path.lexists(os.path.join(parent, GIT))]
    if not roots:
        return None
    rules = IgnoreRules.of_repository(parents[roots[-1]])
    for inner in parents[roots[-1] + 1 :]:
        rules = rules.entering(inner, os.path.basename(inner))
    return IgnoreRules() if rules.says_out(os.path.basename(path), is_folder=True) else rules


def _lineage(path: str) -> list[str]:
    """The path and all folders around it, the outermost first."""
    found = [path]
    while (parent := os.path.dirname(found[-1])) != found[-1]:
        found.append(parent)
    return found[::-1]


def _git_folder(root: str) -> str:
    """Where a repository keeps its things; in a worktree or submodule `.git` is a file that tells it."""
    git = os.path.join(root, GIT)
    return os.path.join(root, _path(_content(git).removeprefix("gitdir:"))) if os.path.isfile(git) else git


def _bytewise(name: str) -> str:
    return os.fsencode(name).decode("latin-1")


def _path(text: str) -> str:
    return os.fsdecode(text.strip().encode("latin-1"))


def _content(file: str) -> str:
    """What stands in a small text file; nothing where it cannot be read: better to scan too much than too little."""
    try:
        with opened(file) as stream:
            return (stream.read(_MOST) or b"").removeprefix(BOM_UTF8).decode("latin-1")
    except (OSError, ValueError):
        return ""


def _patterns(text: str) -> "Iterator[GitIgnoreSpecPattern]":
    """The rules in an ignore file, the last one first; a line that is none is passed over, as git does."""
    if not text:
        return
    from pathspec import GitIgnoreSpec

    for line in reversed(text.split("\n")):
        rule = _rule(line.removesuffix("\r"))
        if _wildcards(rule) > _WILDCARDS:
            continue
        try:
            yield from (each for each in GitIgnoreSpec.from_lines([rule]).patterns if each.include is not None)
        except (ValueError, re.error):
            continue


def _rule(line: str) -> str:
    """A line as git reads it, spelt for `pathspec`: spaces at its end go, but for one behind a backslash.

    Other white space stays, in brackets, since `pathspec` would strip it; `**/` at the end is for folders only.
    """
    rule = line.rstrip(" ")
    backslashes = len(rule) - len(rule.rstrip("\\"))
    if backslashes % 2:
        return rule + line[len(rule) : len(rule) + 1]
    if rule.endswith("/**/"):
        return f"{rule}*/"
    return f"{rule[:-1]}[{rule[-1]}]" if rule[-1:].isspace() else rule


def _wildcards(line: str) -> int:
    return sum(1 if part == "**" else part.count("*") for part in line.split("/"))


def _matches(pattern: "GitIgnoreSpecPattern", path: str, is_folder: bool) -> bool:
    """Whether a rule is for this very entry.

    Rules also match all paths below what they are for, by the slash behind it, which is the only group of their
    expressions; but those paths have been decided on with the folder.
    """
    if pattern.regex is None:
        return False
    found = pattern.regex.search(path)
    if found is not None and found.lastindex is None:
        return True
    behind = len(path) + 1
    return is_folder and any(
        each.lastindex and each.end(each.lastindex) == behind for each in pattern.regex.finditer(path + "/")
    )
