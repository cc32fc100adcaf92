"""What an activity trail tells of the records of a store: what became of each, and what a restore lost of that."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tokentui.domain.activity import Entry, EntryState, RecordChange
from tokentui.store.queries import EVERYTHING
from tokentui.store.record_check import MOST_CHANGES
from tokentui.store.trail_losses import SETTLED, Losses
from tokentui.store.trail_queries import ActivityQuery
from tokentui.store.trail_view import TrailView


@dataclass(slots=True)
class Told:
    """What the trail tells of one record last; `at` and `what` are of the last change to it."""

    kind: str
    name: str
    rev: int
    at: datetime
    what: str
    fields: dict[str, Any] = field(default_factory=dict)


class Telling:
    """What the trail tells of the records of a store, from a line on to the last one that was saved."""

    def __init__(self) -> None:
        self.records: dict[str, Told] = {}
        #: What was told last of those that are gone.
        self.gone: dict[str, Told] = {}
        #: The highest `rev` that each record ever had, be it gone by now.
        self.revs: dict[str, int] = {}
        #: Whether the trail tells of the store from its beginning on.
        self.complete = False
        self.losses = Losses()
        self._begun = False

    def take(self, entry: Entry, repair: Mapping[str, Any]) -> None:
        """Take in the next entry; `repair` is what a line says of the trail itself."""
        if not self._begun:
            self.complete = self._begun = True
        if entry.state is EntryState.REPAIR and (repair.get("missing") or repair.get("begins")):
            self._begin_anew(at_its_beginning=bool(repair.get("begins")))
        for change in entry.changes:
            told = (rev for rev in change.revs if rev <= MOST_CHANGES)  # what is edited may tell of anything
            self.revs[change.id] = max(self.revs.get(change.id, 0), *told, 0)
        if entry.state is EntryState.DONE:
            self._take_done(entry)

    def _begin_anew(self, *, at_its_beginning: bool) -> None:
        if at_its_beginning:
            self.losses.begin_anew(self.records, self.gone)
        self.records, self.gone = {}, {}
        self.complete = at_its_beginning

    def _take_done(self, entry: Entry) -> None:
        for change in entry.changes:
            self._take(change, entry)
        if entry.what == SETTLED:
            self.losses.settle()
        else:
            self.losses.take(entry.changes, self.records)

    def _take(self, change: RecordChange, entry: Entry) -> None:
        before, after = change.revs
        told = None if not before else self.records.get(change.id)
        told = told or Told(change.kind, change.name, after, entry.at, entry.what)
        told.name, told.rev, told.at, told.what = change.name, after, entry.at, entry.what
        if after:
            self.records[change.id] = told
            self.gone.pop(change.id, None)
            told.fields |= {name: new for name, (_, new) in change.fields.items()}
        else:
            self.records.pop(change.id, None)
            self.gone[change.id] = told


def telling_of(trail: TrailView, now: datetime) -> Telling:
    """What the trail tells."""
    telling = Telling()
    for entry in trail.page(ActivityQuery(reverse=True), EVERYTHING, now).rows:
        telling.take(entry, trail.content(entry.number))
    return telling
