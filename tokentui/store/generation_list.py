"""The generations of a store as people are shown them: numbered from the last, each with the change it came by."""

from dataclasses import dataclass
from datetime import datetime

from tokentui.domain.activity import Entry
from tokentui.domain.errors import NotFound, StoreError
from tokentui.store.file_check import StoreFiles
from tokentui.store.file_format import meta_of, parse
from tokentui.store.generations import Generation
from tokentui.store.salvage import read_lines
from tokentui.store.trail import TrailFile
from tokentui.store.trail_view import TrailView


@dataclass(frozen=True, slots=True)
class Listed:
    """One generation: `number` 1 is the store before its last save."""

    number: int
    generation: Generation
    #: The change that was saved in it last, as the trail tells it; None where that tells nothing of it.
    last: Entry | None
    #: Why it cannot be restored; empty where nothing was seen that is in the way.
    trouble: str = ""


def listed(files: StoreFiles, now: datetime) -> list[Listed]:
    """All of them, the last first; raises `StoreError`."""
    trail = TrailView(TrailFile(files.store).read(), files.store.name)
    return [_look(number, each, trail, now) for number, each in enumerate(files.generations.kept(), start=1)]


def _look(number: int, generation: Generation, trail: TrailView, now: datetime) -> Listed:
    try:
        meta = meta_of(parse(generation.path, read_lines(generation.path)))
    except (StoreError, OSError) as error:
        return Listed(number, generation, None, str(error))
    return Listed(number, generation, trail.entry_of(meta.get("trail"), now))


def numbered(files: StoreFiles, number: int) -> Generation:
    """The generation of this number; raises `NotFound` and `StoreError`."""
    kept = files.generations.kept()
    if not 1 <= number <= len(kept):
        raise NotFound(f"There is no generation {number}. `tokentui store generations` lists them.")
    return kept[number - 1]
