"""What a restore goes back behind: changes that the activity trail tells of, and that are not in what is restored.

Where a store is damaged, its last changes may be in no save any more, and the trail alone knows of them.
"""

from datetime import datetime

from tokentui.domain.activity import Entry, EntryState
from tokentui.services.restoring import Standing
from tokentui.store.queries import EVERYTHING
from tokentui.store.trail_lines import NOTHING
from tokentui.store.trail_queries import ActivityQuery


def later_changes(standing: Standing, saved_with: str | None, now: datetime) -> tuple[Entry, ...] | None:
    """The changes behind the line that a state was saved with, the newest last; None where it is not in the trail.

    Where the store is so damaged that it does not know its own line, every change counts that the trail tells of.
    """
    trail = standing.trail if standing.trail.commits else standing.trail.as_of(NOTHING)
    entries = trail.page(ActivityQuery(reverse=True), EVERYTHING, now).rows
    if not entries:
        return ()
    place = next((number for number, entry in enumerate(entries) if entry.hash == saved_with), None)
    if place is None:
        return None
    return tuple(entry for entry in entries[place + 1 :] if entry.state is EntryState.DONE)
