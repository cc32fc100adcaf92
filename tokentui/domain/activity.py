"""What the activity trail tells of a change: who, when, and what of which record became what. Never a token value."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from tokentui.domain.actors import Actor
from tokentui.domain.records import Acknowledgement, Assignment, Endpoint, EndpointToken, Record, Secret

#: Characters of a value's digest that stand for the value where it must be told from another.
FINGERPRINT = 8

#: What every record has and no reader wants to be told.
_UNTOLD = frozenset({"id", "rev", "created_at", "token_id", "endpoint_id", "primaries"})


@dataclass(frozen=True, slots=True)
class RecordChange:
    """What became of one record. `fields` maps a field to what it was and what it is, both fit for JSON."""

    kind: str
    id: str
    #: What people call it.
    name: str
    #: The `rev` before and after; 0 is none.
    revs: tuple[int, int]
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


class EntryState(StrEnum):
    """Whether what an entry tells of came to be."""

    DONE = "done"
    #: It was written just now, and the change is being saved.
    PENDING = "pending"
    #: The change was not saved after all: a crash, a full disk.
    NEVER_CAME = "never came"
    #: It tells of the trail itself: what a crash left, or what is missing.
    REPAIR = "repair"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the trail."""

    #: Counted from 1.
    number: int
    at: datetime
    who: Actor
    what: str
    changes: tuple[RecordChange, ...]
    #: SHA-256 of the line, which the next one repeats; whoever noted it can tell later that nothing was cut off.
    hash: str
    state: EntryState

    @property
    def id(self) -> str:
        return self.hash


def fingerprint(secret: Secret) -> str:
    """What stands for a value: the beginning of its keyed digest, which tells nothing of it."""
    return f"#{secret.digest[:FINGERPRINT]}"


def record_change(before: Record | None, after: Record | None, name_of: Callable[[str], str]) -> RecordChange:
    """What became of a record; `name_of` gives the name of an endpoint or token that an assignment joins."""
    record = after or before
    if record is None:
        raise ValueError("no record changes into no record")
    was, now = told_fields(before), told_fields(after)
    changed = {name: (was.get(name), now.get(name)) for name in {**was, **now} if was.get(name) != now.get(name)}
    revs = (before.rev if before else 0, after.rev if after else 0)
    return RecordChange(_kind(record), record.id, _name(record, name_of), revs, changed)


def _kind(record: Record) -> str:
    match record:
        case Endpoint():
            return "endpoint"
        case EndpointToken():
            return "token"
        case Assignment():
            return "assignment"
        case Acknowledgement():
            return "acknowledgement"


def _name(record: Record, name_of: Callable[[str], str]) -> str:
    match record:
        case Endpoint():
            return record.ref
        case EndpointToken():
            return record.name
        case Assignment():
            return f"{name_of(record.token_id)} → {name_of(record.endpoint_id)}"
        case Acknowledgement():
            return f"{record.code} {record.subject}"


def told_fields(record: Record | None) -> dict[str, Any]:
    """The record's fields, fit for JSON; a value by its fingerprint."""
    if record is None:
        return {}
    told = {one.name: _plain(getattr(record, one.name)) for one in fields(record) if one.name not in _UNTOLD}
    if isinstance(record, Endpoint):
        told |= {f"primary.{slot}": _plain(secret) for slot, secret in record.primaries.items()}
    return told


def _plain(value: object) -> object:
    match value:
        case Secret():
            return f"{fingerprint(value)} (sealed with a lost key)" if value.lost else fingerprint(value)
        case datetime():
            return value.astimezone(UTC).isoformat()
        case tuple():
            return [str(each) for each in value]
        case bool() | None:
            return value
    return str(value)
