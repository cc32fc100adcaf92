"""The key file and the keys beside it, so that the store's key can be replaced while no moment is without one.

`key` is the key in use. `key.ID` is one that was in use: older saves and backups open with it. `key.ID.new` is one
that a rekey has begun with: it is written before the store is saved under it, and put in place of `key` afterwards.
Where a run is killed in between, the store says which key is its own, and the next use puts that in place.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

from tokentui.domain.errors import SealError
from tokentui.store.keyfile import KeyContent, id_of, line_of, read_key_file
from tokentui.store.private_files import leftovers, make_private_folder, sync_folder, temporary_beside, write_parts

#: How long one waits for another process that changes the keys, in seconds.
PATIENCE = 5.0
_BEGUN = ".new"
_UNREADABLE = "unreadable-"
_ID = re.compile(r"[0-9a-f]{16}", re.ASCII)
#: What stands behind the key's name in those of the keys beside it.
_BESIDE = rf"\.{_ID.pattern}({re.escape(_BEGUN)})?"


class KeyRing:
    """The keys at one place. Nothing is read before it is asked for, and nothing of it is kept in memory."""

    def __init__(self, file: Path, store: Path | None = None) -> None:
        """The keys of the `store`, where it is to be known."""
        self.file = file
        self._store = store

    @property
    def _place(self) -> Path:
        """The file itself: to replace a symbolic link would leave the file behind it as it was."""
        return Path(os.path.realpath(self.file))

    def kept(self, id: str) -> Path:
        """Where a key is that was in use before."""
        return self._place.with_name(f"{self._place.name}.{id}")

    def _begun(self, id: str) -> Path:
        return self._place.with_name(f"{self._place.name}.{id}{_BEGUN}")

    @property
    def is_there(self) -> bool:
        """Whether there is something in the key file's place that reading may still find fault with."""
        try:
            self.file.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            return True
        return True

    # ------------------------------------------------------------------ finding

    def find(self, id: str) -> tuple[Path, KeyContent] | None:
        """The key of this name, and the file that holds it; None where it is not here.

        Raises `SealError` where a file that may hold it cannot be read, and no other holds it.
        """
        trouble = None
        for file in self._places(id):
            try:
                key = self.read(file)
            except SealError as error:
                trouble = trouble or (error if os.path.lexists(file) else None)
            else:
                if id_of(key) == id:
                    return file, key
        if trouble is not None:
            raise trouble
        return None

    def read(self, file: Path) -> KeyContent:
        """What is in one of the keys' files; raises `SealError`.

        The key file may be a link. No other is followed: its name can be foretold, and it may be root who is led.
        """
        return read_key_file(file, follow=file == self.file)

    def _places(self, id: str) -> tuple[Path, ...]:
        # The store tells the name, and anybody may have written that.
        return (self.file, self._begun(id), self.kept(id)) if _ID.fullmatch(id) else (self.file,)

    def beside(self) -> list[Path]:
        """The files of all keys but the one in use."""
        try:
            return sorted(filter(self.is_beside, self._place.parent.iterdir()))
        except OSError as error:
            raise _unwritten(self._place, error) from error

    def is_beside(self, path: Path) -> bool:
        """Whether this is where another key is than the one in use, or may come to be."""
        name = f"{re.escape(self._place.name)}{_BESIDE}"
        return path.parent == self._place.parent and re.fullmatch(name, path.name) is not None

    # ------------------------------------------------------------------ changing

    @contextmanager
    def alone(self, patience: float = PATIENCE) -> Iterator[None]:
        """Change keys while nobody else does; raises `SealError` where somebody else does so for too long."""
        try:
            make_private_folder(self._place.parent, self._owner())
            descriptor = os.open(self._place.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise _unwritten(self._place, error) from error
        try:
            _lock(descriptor, patience, self.file)
            self._sweep()
            yield
        finally:
            os.close(descriptor)

    def _sweep(self) -> None:
        """Take away what killed writers left; what cannot go stays."""
        for left in self.leftovers():
            with suppress(OSError):
                left.unlink()

    def leftovers(self) -> list[Path]:
        """What writers of any key have begun and not put in place, be it that they are at it."""
        return leftovers(self._place, rf"({_BESIDE}|\.{_UNREADABLE}[0-9a-f]{{8}})?")

    def begin(self, key: KeyContent) -> None:
        """Write a key that is to become the one in use; raises `SealError`.

        What runs that were killed have begun with is kept: a store may have been saved under it.
        """
        for file in self.beside():
            if file.suffix == _BEGUN:
                with suppress(OSError):
                    os.replace(file, file.with_suffix(""))
        self.write(self._begun(id_of(key)), key)

    def give_up(self, id: str) -> None:
        """Take away a key that was begun with and is no store's."""
        with suppress(OSError):
            self._begun(id).unlink(missing_ok=True)

    def finish(self, id: str) -> None:
        """Put the key that was begun with in place; the one in use is kept beside it. Raises `SealError`."""
        place, begun = self._place, self._begun(id)
        try:
            if not begun.exists():
                return
            if place.exists():
                self._keep(place)
            os.replace(begun, place)
            sync_folder(place.parent)
        except OSError as error:
            raise _unwritten(place, error) from error

    def finish_if_begun(self, file: Path, id: str) -> None:
        """Finish what a killed run has begun, if nobody is at it and the folder can be written."""
        if file == self._begun(id):
            with suppress(SealError), self.alone(patience=0):
                self.finish(id)

    def _keep(self, place: Path) -> None:
        """Keep what is in the key file under its name; what is no key, under a name of its own."""
        try:
            kept = self.kept(id_of(read_key_file(place, follow=False)))
        except SealError:
            kept = place.with_name(f"{place.name}.{_UNREADABLE}{os.urandom(4).hex()}")
        self._put(kept, _content(place))

    def write(self, file: Path, key: KeyContent) -> None:
        """Put a key into a file (0600), in place of what is there; raises `SealError`. As to links see `read`."""
        file = self._place if file == self.file else file
        try:
            self._put(file, f"{line_of(key)}\n".encode())
            sync_folder(file.parent)
        except OSError as error:
            raise _unwritten(file, error) from error

    def _put(self, file: Path, content: bytes) -> None:
        temporary = temporary_beside(file)
        try:
            write_parts(temporary, (content,), self._owner())
            os.replace(temporary, file)
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)

    def _owner(self) -> os.stat_result | None:
        """To whom keys belong: root must not take a service's key away from it, nor keep it from a new one."""
        for path in (self._place, self._store, self._place.parent):
            with suppress(FileNotFoundError, NotADirectoryError):
                if path is not None:
                    return path.stat()
        return None


def _content(place: Path) -> bytes:
    """What is in the file; raises `OSError` for a link, which somebody has put there meanwhile."""
    with open(os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        return file.read()


def _lock(descriptor: int, patience: float, file: Path) -> None:
    """Hold the folder alone until it is closed; a kernel lock, so that a killed process leaves none behind."""
    end = monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if monotonic() >= end:
                raise SealError(
                    f"Somebody else is changing the key {file}, for {patience:g} s by now. Try again later."
                ) from None
            sleep(0.02)
        except OSError as error:
            raise _unwritten(file, error) from error
        else:
            return


def _unwritten(file: Path, error: OSError) -> SealError:
    return SealError(
        f"The key file {file} cannot be written: {error.strerror or error}. Make room, or let its folder be writable."
    )
