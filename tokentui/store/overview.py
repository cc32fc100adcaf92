"""Where the files of a store are and what is known of each, without a value and without a change."""

import os
import stat
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tokentui.domain.activity import Entry
from tokentui.domain.errors import StoreError
from tokentui.store.checking import FindKey, KeyAtHand
from tokentui.store.codec import TABLES
from tokentui.store.file_check import StoreFiles
from tokentui.store.generations import Generation
from tokentui.store.lock_holder import Holder, holder_of
from tokentui.store.salvage import Salvaged, salvage
from tokentui.store.trail import TrailFile
from tokentui.store.trail_lines import parse
from tokentui.store.trail_view import TrailView


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file or a folder: `size` in bytes and `mode` are None where none is there."""

    path: Path
    size: int | None = None
    mode: int | None = None
    changed_at: datetime | None = None

    @classmethod
    def of(cls, path: Path) -> "FileFacts":
        """What is known of the path now."""
        try:
            status = os.stat(path)
        except OSError:
            return cls(path)
        changed = datetime.fromtimestamp(status.st_mtime, UTC)
        return cls(path, status.st_size, stat.S_IMODE(status.st_mode), changed)

    @property
    def exists(self) -> bool:
        return self.mode is not None


@dataclass(frozen=True, slots=True)
class Overview:
    """All that there is of a store."""

    files: StoreFiles
    found: Salvaged
    key: KeyAtHand
    trail_lines: int
    #: The hash of the trail's last line; empty where there is none.
    trail_head: str
    #: The line of the last change that was saved.
    last: Entry | None
    generations: tuple[Generation, ...]
    holder: Holder | None
    #: What could not be looked at, a sentence each.
    troubles: tuple[str, ...]

    @property
    def key_fits(self) -> bool | None:
        """Whether the key at hand is the one of the store; None where there is nothing to tell that by."""
        marked = self.found.text("key_id")
        return None if marked is None or self.key.id is None else marked == self.key.id

    @property
    def records(self) -> Counter[str]:
        """Table → how many records could be made out."""
        return Counter({table: len(self.found.tables.get(table, {})) for table in TABLES.values()})


def look(files: StoreFiles, find_key: FindKey, now: datetime) -> Overview:
    """Look at a store; raises nothing for what is found."""
    found = salvage(files.store)
    troubles = [found.refusal] if found.refusal and os.path.lexists(files.store) else []
    trail, generations = b"", tuple[Generation, ...]()
    try:
        trail = TrailFile(files.store).read()
    except StoreError as error:
        troubles.append(str(error))
    try:
        generations = files.generations.kept()
    except StoreError as error:
        troubles.append(str(error))
    *lines, _ = trail.split(b"\n")
    head = parse(lines[-1]).hash if lines else ""
    last = TrailView(trail, files.store.name).entry_of(found.text("trail"), now)
    key = find_key(found.text("key_id"))
    return Overview(files, found, key, len(lines), head, last, generations, holder_of(files.lock), tuple(troubles))
