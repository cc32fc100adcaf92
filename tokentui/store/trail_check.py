"""Whether the activity trail is as it was written, and the store is what the trail tells of it.

A seal cannot tell that a value was put back which stood in this very place before; the trail can, since it tells of
every change what became of the record.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from tokentui.domain.activity import told_fields
from tokentui.domain.records import Record
from tokentui.store.file_format import RESTORE
from tokentui.store.problems import Code, Problem, Severity
from tokentui.store.record_check import Records, shown
from tokentui.store.trail_losses import Loss
from tokentui.store.trail_telling import Telling, Told, telling_of
from tokentui.store.trail_view import TrailView


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
        telling = telling_of(trail, now)
        yield from _contradictions(telling, records, whole)
        yield from map(_lost, telling.losses.open.values())


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


def _difference(told: Told, record: Record, complete: bool) -> str:
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
        remedy=f"Look at its history (tokentui activity list), then edit it. {RESTORE}",
    )


def _lost(loss: Loss) -> Problem:
    told = loss.told
    when = told.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Problem(
        code=Code.CHANGES_LOST,
        severity=Severity.WARNING,
        subject=shown(told.name),
        message=f"A restore lost a later change of it, which nobody did again: {when} {shown(told.what)}.",
        remedy="Do it again, or let it be as it is now: tokentui store check --settle",
    )
