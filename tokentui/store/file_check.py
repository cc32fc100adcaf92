"""Whether the files of a store are their owner's alone, and nothing is left of writers that were killed."""

import os
import re
import shlex
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tokentui.domain.errors import SealError, StoreError
from tokentui.store import request_log, trail
from tokentui.store.generations import Generations
from tokentui.store.key_ring import KeyRing
from tokentui.store.private_files import leftovers
from tokentui.store.problems import Code, Problem, Severity


@dataclass(frozen=True, slots=True)
class StoreFiles:
    """Where the files of a store are: the store's own path, and that of its key."""

    store: Path
    key: Path

    @classmethod
    def of(cls, store: Path, key: Path) -> "StoreFiles":
        """Those of the file itself, where the store is named by a symbolic link."""
        return cls(Path(os.path.realpath(store)), key)

    @property
    def lock(self) -> Path:
        return Path(f"{self.store}.lock")

    @property
    def trail(self) -> Path:
        return self.store.with_name(trail.FILE_NAME)

    @property
    def requests(self) -> Path:
        return self.store.with_name(request_log.FILE_NAME)

    @property
    def generations(self) -> Generations:
        return Generations(self.store)

    def private(self) -> Iterator[Path]:
        """All files that are to be their owner's alone, be they there or not."""
        yield from (self.store, self.lock, self.trail, self.requests)
        yield from (Path(f"{self.requests}{more}") for more in ("-wal", "-shm"))
        yield self.key
        with suppress(SealError):
            yield from KeyRing(self.key).beside()
        yield from (generation.path for generation in self.generations.kept())

    def owns(self, path: Path) -> bool:
        """Whether this is one of these files, by any of its names, or a place where one may come to be."""
        names = _names(path)
        if any(KeyRing(self.key).is_beside(name) or self.generations.folder in name.parents for name in names):
            return True
        with suppress(StoreError):
            return any(names & _names(own) or _same(path, own) for own in self.private())
        return False

    def folders(self) -> Iterator[Path]:
        """All folders that hold them."""
        yield from dict.fromkeys((self.store.parent, self.generations.folder, self.key.parent))


def _names(path: Path) -> set[Path]:
    """Where it is itself, and where the file is that it leads to."""
    return {Path(os.path.realpath(path.parent), path.name), Path(os.path.realpath(path))}


def _same(one: Path, other: Path) -> bool:
    with suppress(OSError):
        return os.path.samefile(one, other)
    return False


#: What stands in a folder that is TokenTUI's own, beside what belongs to a store or a key of any name.
_OURS = re.compile(
    r".*\.(lock|generations|tmp|damaged-\w+|unreadable-\w+|tokentui\.tar)|config\.toml|activity\.jsonl"
    r"|requests\.sqlite(-wal|-shm)?"
)


def check_files(files: StoreFiles) -> Iterator[Problem]:
    """A problem for each file that others may reach, and for each that was left behind."""
    for path in files.private():
        mode = _mode(path)
        if mode is not None and mode & 0o077:
            yield _open(path, mode, Code.FILE_OPEN, "0600", str(path))
    for folder in files.folders():
        yield from _check_folder(folder, files)
    for path in abandoned(files):
        yield Problem(
            code=Code.LEFTOVER,
            severity=Severity.WARNING,
            subject=path.name,
            message=f"{path} was left by a writer that was killed.",
            remedy="Take it away: tokentui store check --repair.",
            certain=str(path),
        )


def _check_folder(folder: Path, files: StoreFiles) -> Iterator[Problem]:
    mode = _mode(folder)
    if mode is None or not mode & 0o077:
        return
    if _is_ours(folder, files):
        yield _open(folder, mode, Code.FOLDER_OPEN, "0700", str(folder))
    elif mode & 0o022:
        yield _open(folder, mode, Code.FOLDER_OPEN, "0700", "")


def _is_ours(folder: Path, files: StoreFiles) -> bool:
    """Whether nothing but our files is in it, so that nobody else has a business there."""
    ours = {path.name for path in files.private()}
    try:
        return all(name in ours or _OURS.fullmatch(name) for name in os.listdir(folder))
    except OSError:
        return False


def _mode(path: Path) -> int | None:
    """The permissions of what is there; None where nothing is, or a link to elsewhere."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return None if stat.S_ISLNK(status.st_mode) else stat.S_IMODE(status.st_mode)


def _open(path: Path, mode: int, code: Code, wanted: str, certain: str) -> Problem:
    command = f"chmod {wanted.lstrip('0')} {shlex.quote(str(path))}"
    mend = f"{command}, or tokentui store check --repair." if certain else _MOVE
    return Problem(
        code=code,
        severity=Severity.WARNING,
        subject=path.name,
        message=f"{path} has mode {mode:04o}: it is not its owner's alone.",
        remedy=mend,
        certain=certain,
    )


_MOVE = "Move the store into a folder of its own: others may put another file in its place."


def abandoned(files: StoreFiles) -> list[Path]:
    """What killed writers left; not what somebody may be writing right now."""
    found = KeyRing(files.key).leftovers()
    for path in (files.store, files.trail, files.generations.copied):
        found += leftovers(path)
    return [path for path in found if not _runs(path)]


def _runs(path: Path) -> bool:
    """Whether the process that the name of a temporary file tells is alive."""
    *_, number, _, _ = path.name.split(".")
    try:
        os.kill(int(number), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def make_private(path: Path) -> None:
    """Take all rights from everybody but the owner; raises `OSError`, also for a link."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        os.fchmod(descriptor, stat.S_IMODE(os.fstat(descriptor).st_mode) & 0o700)
    finally:
        os.close(descriptor)
