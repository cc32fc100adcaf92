"""Handing out new values in a file: made before anything is changed, filled afterwards, for its owner alone."""

import csv
import io
import json
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from tokentui.domain.errors import Invalid, NotHandedOut, ReadOnly, SealError, Taken
from tokentui.domain.records import EndpointToken
from tokentui.services.desk import Desk
from tokentui.services.tokens import reveal_token
from tokentui.store.private_files import sync_folder

#: The name of the field that a face asks for the path in.
OUTPUT = "output"

_Row = tuple[str, str]


class ValueFile:
    """A new file of mode 0600 for names and values; its ending says what it holds."""

    def __init__(self, path: Path) -> None:
        """Make the file, empty, in a home folder where `~` says so.

        Raises `Taken` where there is one, `Invalid` where none can be made.
        """
        self._content = _content_of(path)
        try:
            self.path = path = path.expanduser()
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            raise Taken(OUTPUT, f"{path.name} is there already; name another file.") from None
        except (OSError, RuntimeError, ValueError) as error:  # also: nobody's home folder, a null byte
            raise _cannot_be_made(path, error) from None
        self._file = os.fdopen(descriptor, "wb")
        try:
            os.fchmod(descriptor, 0o600)
        except OSError as error:
            self.discard()
            raise _cannot_be_made(path, error) from None

    def fill(self, rows: Iterable[_Row]) -> None:
        """Write names and values, through to the disk; raises `OSError`."""
        with self._file as file:
            file.write(self._content(rows))
            file.flush()
            os.fsync(file.fileno())
        sync_folder(self.path.parent)

    def discard(self) -> None:
        """Take the file away again."""
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):
            self.path.unlink()


def hand_out(desk: Desk, path: Path, replacing: Callable[[], tuple[EndpointToken, ...]]) -> tuple[EndpointToken, ...]:
    """Do what gives tokens new values, and leave a file of names and values; where it fails, there is no file.

    Raises `Taken`, `Invalid` and `ReadOnly` before anything is changed, `NotHandedOut` where the values are replaced
    and the file could not be written, else what `replacing` raises.
    """
    if desk.store.read_only:
        raise ReadOnly("The store can be looked at only: nothing was changed, and no file was made.")
    file = ValueFile(path)
    try:
        tokens = replacing()
    except BaseException:
        file.discard()
        raise
    try:
        file.fill([(token.name, reveal_token(desk, token)) for token in tokens])
    except (OSError, SealError) as error:
        file.discard()
        raise NotHandedOut(
            f"The values are replaced, but {path} could not be written ({_why(error)}). "
            "`tokentui tokens show NAME --reveal` prints them."
        ) from None
    return tokens


def _cannot_be_made(path: Path, error: Exception) -> Invalid:
    return Invalid(OUTPUT, f"{path} cannot be made: {_why(error)}.")


def _why(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).rstrip(".")


def _content_of(path: Path) -> Callable[[Iterable[_Row]], bytes]:
    """How the file's content is made; raises `Invalid` where its ending says nothing."""
    kinds = {".csv": _csv, ".json": _json}
    kind = kinds.get(path.suffix.lower())
    if kind is None:
        raise Invalid(OUTPUT, f"{path.name!r} ends neither in .csv nor in .json, which says what it is to hold.")
    return kind


def _csv(rows: Iterable[_Row]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("name", "value"), *rows])
    return text.getvalue().encode()


def _json(rows: Iterable[_Row]) -> bytes:
    content = [{"name": name, "value": value} for name, value in rows]
    return f"{json.dumps(content, ensure_ascii=False, indent=2)}\n".encode()
