"""What others change meanwhile: who it was, and a row that they take from under the cursor."""

from time import monotonic
from typing import TYPE_CHECKING

from tokentui.store.queries import Window
from tokentui.tui.words import ago
from tokentui.tui.workplace import Workplace

if TYPE_CHECKING:
    from tokentui.domain.activity import Entry

#: How long after that no key cuts, in seconds: as long as it takes to see it.
STILL = 1.0


class Sliding:
    """When the cursor slid to another row last, of itself."""

    def __init__(self) -> None:
        self._at = -STILL

    def note(self) -> None:
        self._at = monotonic()

    def forget(self) -> None:
        self._at = -STILL

    @property
    def just_now(self) -> bool:
        return monotonic() - self._at < STILL


def is_ours(workplace: Workplace, record_id: str) -> bool:
    """Whether the last change of this session is about this record."""
    last = workplace.desk.history[-1:]
    ids = {record.id for change in last for each in change.replaced for record in (each.before, each.after) if record}
    return record_id in ids


def last_change(workplace: Workplace, record_id: str) -> "Entry | None":
    """The last change of a record; None where it was an undo of this session. Raises `StoreError`."""
    from tokentui.store.trail_queries import ActivityQuery

    trail = workplace.desk.store.activity()
    found = trail.page(ActivityQuery(record_id=record_id), Window(0, 1), workplace.now()).rows
    undone = found and found[0].who == workplace.desk.actor and found[0].what.startswith("undid: ")
    return found[0] if found and not undone else None


def changed_by(workplace: Workplace, record_id: str) -> str:
    """`anna on gateway, 40 s ago`: who changed a record last, and when; empty where the trail does not tell."""
    entry = last_change(workplace, record_id)
    return f"{entry.who.text or 'somebody'}, {ago(entry.at, workplace.now())}" if entry is not None else ""
