"""Whether the activity trail is as it was written, and the store is what the trail tells of it.

A seal cannot tell that a value was put back which stood in this very place before; the trail can, since it tells of
every change what became of the record.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tokentui.domain.activity import Entry, EntryState, RecordChange, told_fields
from tokentui.domain.records import Record
from tokentui.store.problems import RESTORE, Code, Problem
from tokentui.store.queries import EVERYTHING
from tokentui.store.record_check import MOST_CHANGES, Records, shown
from tokentui.store.trail_queries import ActivityQuery
from tokentui.store.trail_view import TrailView


@dataclass(slots=True)
class _Told:
    """What the trail tells of one record last."""

    name: str
    rev: int
    fields: dict[str, Any] = field(default_factory=dict)


class Telling:
    """What the trail tells of the records of a store, from a line on to the last one that was saved."""

    def __init__(self) -> None:
        self.records: dict[str, _Told] = {}
        #: The highest `rev` that each record ever had, be it gone by now.
        self.revs: dict[str, int] = {}
        #: Whether the trail tells of the store from its beginning on.
        self.complete = False
        self._begun = False

    def take(self, entry: Entry, repair: Mapping[str, Any]) -> None:
        """Take in the next entry; `repair` is what a line says of the trail itself."""
        if not self._begun:
            self.complete = self._begun = True
        if entry.state is EntryState.REPAIR and (repair.get("missing") or repair.get("begins")):
            self.records.clear()
            self.complete = bool(repair.get("begins"))
        for change in entry.changes:
            told = (rev for rev in change.revs if rev <= MOST_CHANGES)  # what is edited may tell of anything
            self.revs[change.id] = max(self.revs.get(change.id, 0), *told, 0)
            if entry.state is EntryState.DONE:
                self._take(change)

    def _take(self, change: RecordChange) -> None:
        before, after = change.revs
        if not after:
            self.records.pop(change.id, None)
            return
        if not before:
            self.records[change.id] = _Told(change.name, after)
        told = self.records.setdefault(change.id, _Told(change.name, after))
        told.name, told.rev = change.name, after
        told.fields |= {name: new for name, (_, new) in change.fields.items()}


def telling_of(trail: TrailView, now: datetime) -> Telling:
    """What the trail tells."""
    telling = Telling()
    for entry in trail.page(ActivityQuery(reverse=True), EVERYTHING, now).rows:
        telling.take(entry, trail.content(entry.number))
    return telling


def check_trail(trail: TrailView, records: Records | None, whole: bool, now: datetime) -> Iterator[Problem]:
    """What was changed in the trail, and where store and trail contradict each other.

    `records` is None where they cannot be judged; `whole` is whether none of them was lost.
    """
    for message in trail.verify(None, now).problems:
        yield Problem(
            code=Code.TRAIL_BROKEN,
            subject="activity.jsonl",
            message=message,
            remedy="Compare it with a backup, and with a head that was noted: tokentui activity verify --head HASH.",
        )
    if records is not None and trail.commits:
        yield from _contradictions(telling_of(trail, now), records, whole)


def _contradictions(telling: Telling, records: Records, whole: bool) -> Iterator[Problem]:
    for id, record in records.by_id.items():
        told = telling.records.get(id)
        why = _difference(told, record, telling.complete) if told else _UNTOLD if telling.complete else ""
        if why:
            yield _contradicted(records.name(id), why)
    known = frozenset().union(*records.ids.values())
    for id, told in telling.records.items() if whole else ():
        if id not in known:
            yield _contradicted(shown(told.name), "The trail tells that it is there, and the store has none of it.")


_UNTOLD = "No line of the trail tells where it comes from."


def _difference(told: _Told, record: Record, complete: bool) -> str:
    now = told_fields(record)
    looked_at = {**told.fields, **now} if complete else told.fields
    names = sorted({_WORDS.get(name, name) for name in looked_at if now.get(name) != told.fields.get(name)})
    if names:
        return f"The trail tells another {' and another '.join(map(shown, names))} of it."
    return "" if told.rev == record.rev else f"It has rev {record.rev}, and the trail tells rev {told.rev}."


#: What people call fields that hold a value.
_WORDS = {"secret": "value", "previous": "previous value"}


def _contradicted(subject: str, why: str) -> Problem:
    return Problem(
        code=Code.TRAIL_CONTRADICTED,
        subject=subject,
        message=f"{why} It was changed past TokenTUI, or put back.",
        remedy=f"Look at its history (tokentui activity list), then edit it. {RESTORE}.",
    )
