"""Files for their owner alone, which are there whole or not at all, and on the disk before anybody is told so."""

import errno
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

#: What a file system without hard links says, and one that gives none of other people's files.
NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV})


def make_private_folder(folder: Path, owner: os.stat_result | None = None) -> None:
    """Make the folder, and those above that are missing, with mode 0700 whatever the umask; raises `OSError`.

    What root makes belongs to the `owner` of another file where one is given, as with `write_parts`.
    """
    for each in reversed([folder, *folder.parents]):
        if not each.exists():
            each.mkdir(mode=0o700, exist_ok=True)
            each.chmod(0o700)
            if owner is not None and os.geteuid() == 0:
                os.chown(each, owner.st_uid, owner.st_gid, follow_symlinks=False)


def temporary_beside(path: Path) -> Path:
    """A name for what is to become `path`; `sweep` knows it again."""
    return path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}.tmp")


def write_private(path: Path, content: bytes) -> None:
    """Make a file of mode 0600, whatever the umask, whose content is on the disk when this returns."""
    write_parts(path, (content,))


def write_parts(path: Path, content: Iterable[bytes | memoryview], owner: os.stat_result | None = None) -> None:
    """As `write_private`, of a content that need not be in memory as a whole.

    It belongs to the `owner` of another file where one is given: root must not take a service's file away from it.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(descriptor, "wb") as file:
        os.fchmod(descriptor, 0o600)
        if owner is not None and os.geteuid() == 0:
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        for part in content:
            file.write(part)
        file.flush()
        os.fsync(descriptor)


def make_new(path: Path, content: Iterable[bytes | memoryview], owner: os.stat_result | None = None) -> None:
    """Make a file as `write_parts` does, there whole or not at all; raises `FileExistsError` where one is there.

    On a file system without hard links it is written in place, and a crash may leave a part of it.
    """
    temporary = temporary_beside(path)
    try:
        write_parts(temporary, content, owner)
        _link_new(temporary, path, owner)
        sync_folder(path.parent)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _link_new(temporary: Path, path: Path, owner: os.stat_result | None) -> None:
    try:
        os.link(temporary, path)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        write_parts(path, (temporary.read_bytes(),), owner)


def sync_folder(folder: Path) -> None:
    """Make what was put into the folder, or replaced there, survive a power cut; raises `OSError`."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(path: Path) -> None:
    """Take away what killed writers of `path` left; nobody may be writing it now. What cannot go stays."""
    for left in leftovers(path):
        with suppress(OSError):
            left.unlink()


def leftovers(path: Path, more: str = "") -> list[Path]:
    """What writers of `path` have begun and not put in place, be it that they are at it.

    `more` is a pattern for what may stand behind its name, where there are files of such names beside it.
    """
    left = re.compile(rf"\.{re.escape(path.name)}{more}\.\d+\.[0-9a-f]{{8}}\.tmp")
    try:
        return [path.with_name(name) for name in sorted(os.listdir(path.parent)) if left.fullmatch(name)]
    except OSError:
        return []


def owner_beside(store: Path) -> os.stat_result | None:
    """To whom a new file beside a store belongs: whose the store is, or where there is none yet its folder.

    None where the folder is root's: then it belongs to whoever makes it. Raises `OSError`.
    """
    with suppress(FileNotFoundError):
        return os.stat(store, follow_symlinks=False)
    with suppress(FileNotFoundError):
        folder = os.stat(store.parent)
        return folder if folder.st_uid else None
    return None


def open_private(path: Path, store: Path) -> None:
    """Make sure that `path` can be opened for writing, as `open_or_make` does; raises `OSError`."""
    os.close(open_or_make(path, store)[0])


def open_or_make(path: Path, store: Path, flags: int = 0) -> tuple[int, bool]:
    """A file beside the store, open for reading and writing, and whether it was made just now, with mode 0600.

    Only what was made here is given to the store's owner, and no link is followed: where that owner put one, root
    would give away whatever it leads to. Raises `OSError`.
    """
    flags |= os.O_RDWR
    with suppress(FileNotFoundError):
        return open_regular(path, flags), False
    try:
        descriptor = os.open(path, flags | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except FileExistsError:  # another process was quicker
        return open_regular(path, flags), False
    with closed_unless_kept(descriptor) as kept:
        os.fchmod(descriptor, 0o600)
        owner = owner_beside(store) if os.geteuid() == 0 else None
        if owner is not None:
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        kept()
    return descriptor, True


def open_regular(path: Path, flags: int) -> int:
    """Open a file that is there. A link in its place is not followed; raises `OSError`."""
    try:  # without O_NONBLOCK, to open a named pipe would wait for ever
        descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError("it is a symbolic link") from None
        raise
    with closed_unless_kept(descriptor) as kept:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("it is not a regular file")
        kept()
    return descriptor


@contextmanager
def closed_unless_kept(descriptor: int) -> Iterator[Callable[[], object]]:
    """Close an open file at the end, unless what this gives was called by then."""
    with ExitStack() as to_close:
        to_close.callback(os.close, descriptor)
        yield to_close.pop_all
