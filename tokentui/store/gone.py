"""A store file that was here and has gone is not a first start: what lies beside it tells that there was one."""

from contextlib import suppress
from pathlib import Path

from tokentui.domain.errors import StoreError
from tokentui.store.generations import Generations
from tokentui.store.private_files import leftovers
from tokentui.store.trail import TrailFile
from tokentui.store.trail_lines import changes_that_may_have_come


class StoreGone(StoreError):
    """There is no store file, and there was one: `way_back` is what to do."""

    def __init__(self, store: Path, beside: str, way_back: str) -> None:
        self.message = f"The store {store} has gone; {beside} here."
        self.way_back = way_back
        super().__init__(f"{self.message} {way_back}")


def gone(store: Path) -> StoreGone | None:
    """That the store has gone, where no file is there; None where there never was one, as far as can be told.

    Whoever asks holds its lock, or knows that nobody saves it for the first time right now. Stores of other names
    that share the folder's trail tell nothing of this one.
    """
    kept, changes = len(Generations(store).kept()), 0
    with suppress(StoreError):  # a trail that cannot be read tells nothing, and takes no change either
        changes = changes_that_may_have_come(TrailFile(store).read(), store.name)
    if not kept and (not changes or (changes == 1 and leftovers(store))):  # a first save that was killed
        return None
    return StoreGone(store, *_beside(store, kept, changes))


def _beside(store: Path, kept: int, changes: int) -> tuple[str, str]:
    """What lies beside it, and what to do."""
    trail, folder = TrailFile(store).path.name, Generations(store).folder.name
    number = f"{kept} generation{'' if kept == 1 else 's'}"
    if not kept:
        return "its activity trail is", _way_back("FILE (a backup)", trail)
    if not changes:
        return f"its {number} {'is' if kept == 1 else 'are'}", _way_back("1", folder)
    return f"its activity trail and {number} are", _way_back("1", f"{trail} and {folder}")


def _way_back(source: str, files: str) -> str:
    return f"To bring it back: tokentui store restore {source} (to begin anew, move {files} away)"
