"""The last saves of a store file, kept beside it: what a change broke, or a person, can be taken back from here.

Each save keeps the file that it replaces, in the folder `<store name>.generations` of mode 0700. A generation is the
replaced file itself under a second name, so that keeping it costs nothing; it is a copy where a file system knows no
hard links.
"""

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tokentui.domain.errors import StoreError
from tokentui.store.private_files import sweep, sync_folder, temporary_beside, write_parts
from tokentui.store.protocol import Stamp

#: How many saves are kept.
KEPT = 10
#: What a file system without hard links says, and one that gives none of other people's files.
_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV})
#: When it was saved, to the nanosecond, so that names sort by time; no clock is right in the year 9000.
_NAME = re.compile(r"([0-8]\d{7}T\d{6})\.(\d{9})Z\.json")
_SECONDS = "%Y%m%dT%H%M%S"
_SECOND = 10**9
_LATEST = int(datetime(8999, 12, 31, tzinfo=UTC).timestamp()) * _SECOND
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Generation:
    """A store file that was replaced: where it is kept, when it was saved, and its size in bytes."""

    path: Path
    saved_at: datetime
    size: int


@dataclass(frozen=True, slots=True)
class Generations:
    """Those of the store file `store`, a path without symbolic links. To change them needs the store's lock."""

    store: Path

    @property
    def folder(self) -> Path:
        return self.store.with_name(f"{self.store.name}.generations")

    @property
    def copied(self) -> Path:
        """What copies are named after while they are made, where a file system knows no hard links."""
        return self.folder / self.store.name

    def kept(self) -> tuple[Generation, ...]:
        """The last first; none where no store was replaced yet. Raises `StoreError`."""
        try:
            return tuple(each for name in reversed(self._names()) if (each := self._generation(name)) is not None)
        except OSError as error:
            raise StoreError(
                f"The generations in {self.folder} cannot be read: {error.strerror or error}."
            ) from error

    def of(self, saved: Stamp) -> Generation | None:
        """The one that holds the store file which had this stamp; None where it was not kept. Raises `StoreError`."""
        return next((each for each in self.kept() if saved and _size_and_time(each.path) == saved[2:]), None)

    def _names(self) -> list[str]:
        """Names of generations, sorted by time; other files in the folder are nobody's business."""
        try:
            return sorted(name for name in os.listdir(self.folder) if _moment(name) is not None)
        except FileNotFoundError:
            return []

    def _generation(self, name: str) -> Generation | None:
        path = self.folder / name
        try:
            status = os.stat(path, follow_symlinks=False)
        except FileNotFoundError:  # another process pruned meanwhile
            return None
        saved = min(max(status.st_mtime_ns, 0), _LATEST) // _SECOND
        return Generation(path, datetime.fromtimestamp(saved, UTC), status.st_size)

    def keep(self) -> Path | None:
        """Keep the store file that is about to be replaced; None where there is none.

        None also where a save kept it already, and was killed before it replaced it. Raises `OSError`, and then
        nothing was kept. The folder is not synced: what was kept was on the disk when it was saved, and that its name
        outlives a power cut is not worth a save's time.
        """
        try:
            saved = os.stat(self.store)
        except FileNotFoundError:
            return None
        with self._opened(saved) as folder:
            last = max(filter(_is_name, os.listdir(folder)), default=None)
            if last is not None and os.path.samestat(saved, os.stat(last, dir_fd=folder, follow_symlinks=False)):
                return None
            path = self.folder / _name_after(last, saved.st_mtime_ns)
            self._take(path, folder, saved)
        return path

    @contextmanager
    def _opened(self, owner: os.stat_result) -> Iterator[int]:
        """The folder, made where it is not there. No link in its place is followed: it may be root who is led."""
        with suppress(FileExistsError):
            os.mkdir(self.folder, 0o700)
        folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            status = os.fstat(folder)
            if stat.S_IMODE(status.st_mode) != 0o700:
                os.fchmod(folder, 0o700)
            if os.geteuid() == 0 and (status.st_uid, status.st_gid) != (owner.st_uid, owner.st_gid):
                os.fchown(folder, owner.st_uid, owner.st_gid)  # root must not keep a service out of it
            yield folder
        finally:
            os.close(folder)

    def _take(self, path: Path, folder: int, saved: os.stat_result) -> None:
        try:
            os.link(self.store, path.name, dst_dir_fd=folder, follow_symlinks=False)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            self._copy(path, saved)
        else:
            if stat.S_IMODE(saved.st_mode) != 0o600:
                _make_private(path)

    def _copy(self, path: Path, saved: os.stat_result) -> None:
        sweep(self.copied)
        temporary = temporary_beside(self.copied)
        try:
            write_parts(temporary, _content(self.store), saved)
            os.utime(temporary, ns=(saved.st_mtime_ns, saved.st_mtime_ns))
            os.rename(temporary, path)
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)

    def forget(self, kept: Path | None) -> None:
        """Take back what was kept last, since it was not replaced. What cannot go stays: it is a whole store."""
        if kept is not None:
            with suppress(OSError):
                os.unlink(kept)

    def drop(self) -> int:
        """Take all of them away; returns how many. Raises `OSError` where one cannot go."""
        names = self._names()
        for name in names:
            os.unlink(self.folder / name)
        sweep(self.copied)
        if names:
            sync_folder(self.folder)
        return len(names)

    def prune(self) -> None:
        """Take away all but the last. What cannot go stays until the next time: no save fails for it."""
        with suppress(OSError):
            for name in self._names()[:-KEPT]:
                os.unlink(self.folder / name)


def _size_and_time(path: Path) -> Stamp:
    """What a copy has too of the stamp of a store file; `()` where it was pruned meanwhile."""
    try:
        status = os.stat(path, follow_symlinks=False)
    except OSError:
        return ()
    return (status.st_size, status.st_mtime_ns)


def _make_private(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)


def _content(path: Path) -> Iterator[bytes]:
    with open(path, "rb") as file:
        while block := file.read(_BLOCK):
            yield block


def _is_name(name: str) -> bool:
    return _moment(name) is not None


def _moment(name: str) -> int | None:
    """Nanoseconds since 1970 that a generation's name tells; None where it is none."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    try:
        seconds = datetime.fromisoformat(match[1]).replace(tzinfo=UTC)
    except ValueError:
        return None
    return int(seconds.timestamp()) * _SECOND + int(match[2])


def _name_after(last: str | None, saved: int) -> str:
    """A name behind the last one for what was saved at this time (ns); a clock set back must not get it pruned."""
    moment = min(max(saved, 0), _LATEST)
    if last is not None:
        moment = max(moment, (_moment(last) or 0) + 1)
    seconds = datetime.fromtimestamp(moment // _SECOND, UTC)
    return f"{seconds.strftime(_SECONDS)}.{moment % _SECOND:09d}Z.json"
