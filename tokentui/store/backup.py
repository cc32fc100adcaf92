"""A backup: one file to copy to another machine, with the store as one saved state and the trail that led to it.

It is an uncompressed tar archive, so that in need it opens without TokenTUI: `tar xf`, and `sha256sum -c SHA256SUMS`
tells whether it is whole. The key is not in it, since who has both can open every value; nor are the requests seen,
which may be huge.
"""

import hashlib
import io
import os
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from tokentui.domain.actors import Note
from tokentui.domain.errors import StoreError
from tokentui.store.file_format import APPLICATION
from tokentui.store.layout import lines_of
from tokentui.store.private_files import make_new
from tokentui.store.salvage import Salvaged, made_out, read_lines
from tokentui.store.trail import TrailFile

ABOUT, STORE, TRAIL, SUMS = "backup.json", "tokens.json", "activity.jsonl", "SHA256SUMS"
_VERSION = 1
_BLOCK = 512
#: What stands at this place in a tar archive (POSIX.1-1988).
_MAGIC, _MAGIC_AT = b"ustar", 257


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of making a backup: the trail's head in it, `""` where the store has none, and what is to be told."""

    head: str
    key_id: str | None
    trouble: str = ""


def write_backup(store: Path, file: Path, note: Note) -> Kept:
    """Make a backup of the store at `store`; raises `StoreError`, and `OSError` for what the new file meets with.

    The store is replaced whole at each save, so that what is read of it is one saved state. The trail is read after
    it, and cut behind the line that this state was saved with.
    """
    try:
        lines = read_lines(store)
    except OSError as error:
        raise StoreError(f"The store {store} cannot be read: {error.strerror or error}.") from error
    found = made_out(store, lines)
    if found.refusal:
        raise StoreError(f"{found.refusal} `tokentui store check` tells what can be made out.")
    committed = found.text("trail") or ""
    trail, trouble = _trail_up_to(TrailFile(store).read(), committed)
    about = _about(store, note, found)
    make_new(file, _archive({ABOUT: about, STORE: b"".join(lines), TRAIL: trail}, note.at))
    return Kept(committed, found.text("key_id"), trouble)


def _trail_up_to(trail: bytes, committed: str) -> tuple[bytes, str]:
    """The trail up to the line with this hash; all of it, and a word on that, where that line is missing."""
    end = trail.rfind(b',"hash":"' + committed.encode() + b'"}\n')
    if not committed or end < 0:
        lost = "The activity trail does not hold the line that the store was saved with: all of it is in the backup."
        return trail, lost if committed else ""
    return trail[: trail.index(b"\n", end) + 1], ""


def _about(store: Path, note: Note, found: Salvaged) -> bytes:
    about = {
        "application": APPLICATION,
        "backup_version": _VERSION,
        "made_at": note.at.astimezone(UTC).isoformat(),
        "made_by": note.who.text,
        "store": str(store),
        "schema_version": found.meta.get("schema_version"),
        "key_id": found.text("key_id"),
        "trail_head": found.text("trail"),
    }
    return orjson.dumps(about, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _archive(files: Mapping[str, bytes], at: datetime) -> Iterator[bytes]:
    for name, content in {**files, SUMS: _sums(files)}.items():
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = len(content), 0o600, int(at.timestamp())
        yield member.tobuf(tarfile.USTAR_FORMAT)
        yield content
        yield bytes(-len(content) % _BLOCK)
    yield bytes(2 * _BLOCK)


def _sums(files: Mapping[str, bytes]) -> bytes:
    """As `sha256sum` writes and checks them."""
    return "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items()).encode()


# ---------------------------------------------------------------------- opening


@dataclass(frozen=True, slots=True)
class Opened:
    """A backup, a generation or a copy of a store file, as it was read; nothing in it was judged yet."""

    path: Path
    found: Salvaged
    #: The trail that led to it, and the name of the store that it tells of; empty where it came without.
    trail: bytes = b""
    store_name: str = ""
    #: When it was made; None where that is not known.
    made_at: datetime | None = None


def open_backup(path: Path) -> Opened:
    """What is in the file; raises `StoreError` where it cannot be read, was cut, or is no backup."""
    try:
        lines = read_lines(path)
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror or error}. Nothing was changed.") from error
    content = b"".join(lines)
    if content[_MAGIC_AT : _MAGIC_AT + len(_MAGIC)] != _MAGIC:
        return Opened(path, made_out(path, lines))
    files = _files_in(path, content)
    about = _parsed(files[ABOUT])
    if about.get("application") != APPLICATION:
        raise _foreign(path)
    store = lines_of(io.BytesIO(files[STORE]))
    return Opened(path, made_out(path, store), files[TRAIL], _name(about), _moment(about))


def _files_in(path: Path, content: bytes) -> dict[str, bytes]:
    """The files in an archive, each as its sum says."""
    files = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as archive:
            for member in archive:
                file = archive.extractfile(member) if member.isreg() else None
                files[member.name] = file.read() if file else b""
    except (tarfile.TarError, EOFError, ValueError, OSError):
        raise _cut(path) from None
    if ABOUT not in files:
        raise _foreign(path)
    if files.get(SUMS) != _sums({name: files.get(name, b"") for name in (ABOUT, STORE, TRAIL)}):
        raise _cut(path)
    return files


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        about = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}
    return about if isinstance(about, dict) else {}


def _name(about: Mapping[str, Any]) -> str:
    return os.path.basename(str(about.get("store", "")))


def _moment(about: Mapping[str, Any]) -> datetime | None:
    try:
        return datetime.fromisoformat(str(about.get("made_at")))
    except ValueError:
        return None


def _cut(path: Path) -> StoreError:
    return StoreError(f"{path} is cut or damaged: its parts are not what its sums say. Nothing was changed.")


def _foreign(path: Path) -> StoreError:
    return StoreError(f"{path} is no backup of TokenTUI. Nothing was changed.")
