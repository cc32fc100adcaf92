"""How the difference that a restore would make is printed: by name and field, of a value only that it changes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from tokentui.cli.output import counted, one_line, time_text
from tokentui.domain.activity import Entry, RecordChange
from tokentui.services.restoring import Difference

_SIGNS = {"added": "+", "changed": "~", "removed": "-"}
_KINDS = {"token": "endpoint token"}
#: The fields that hold token values, which a change tells by a fingerprint.
_VALUES = {"secret": "value", "previous": "previous value"}
_PRIMARY = "primary."
#: How many later changes are told line by line.
_MOST_LATER = 10
#: How the names of fields end that hold a moment.
_MOMENTS = ("_at", "until")


def deed_of(change: RecordChange) -> str:
    """`added`, `changed` or `removed`."""
    before, after = change.revs
    if not after:
        return "removed"
    return "changed" if before else "added"


def difference_lines(difference: Difference) -> Iterator[str]:
    """A line for each record, those that change with what becomes another."""
    for change in difference.changes:
        deed = deed_of(change)
        line = f"{_SIGNS[deed]} {_KINDS.get(change.kind, change.kind)} {one_line(change.name)}"
        told = "; ".join(_field_texts(change)) if deed == "changed" else ""
        yield f"{line}: {told}" if told else line


def _field_texts(change: RecordChange) -> Iterator[str]:
    yield from _value_texts(change)
    for name, (old, new) in change.fields.items():
        if _value_name(name) is None:
            show = _moment if name.endswith(_MOMENTS) else _text
            yield f"{name.replace('_', ' ')} {show(old)} → {show(new)}"
    if not change.fields:
        yield "how its values are kept"


def _value_texts(change: RecordChange) -> Iterator[str]:
    for name, (old, new) in change.fields.items():
        value = _value_name(name)
        if value is not None:
            yield f"{value} {'added' if old is None else 'removed' if new is None else 'replaced'}"


def _value_name(field: str) -> str | None:
    """What people call the value in a field; None where there is none in it."""
    if field.startswith(_PRIMARY):
        return f"{field.removeprefix(_PRIMARY)} primary token"
    return _VALUES.get(field)


def _moment(value: object) -> str:
    return time_text(None if value is None else datetime.fromisoformat(str(value)))


def _text(value: object) -> str:
    match value:
        case True | False:
            return "yes" if value else "no"
        case list():
            return ",".join(map(str, value)) or "-"
    return one_line("" if value is None else str(value))


def difference_shape(difference: Difference, later: Sequence[Entry]) -> dict[str, Any]:
    """The same for programs, with the later changes that the trail tells of."""
    shape: dict[str, Any] = {"added": [], "changed": [], "removed": []}
    shape["later_changes"] = [{"at": each.at, "who": each.who.text, "what": each.what} for each in later]
    for change in difference.changes:
        deed = deed_of(change)
        shape[deed].append(_shape(change) if deed == "changed" else {"kind": change.kind, "name": change.name})
    return shape


def _shape(change: RecordChange) -> dict[str, Any]:
    fields = {
        name: {"old": old, "new": new} for name, (old, new) in change.fields.items() if _value_name(name) is None
    }
    return {"kind": change.kind, "name": change.name, "fields": fields, "values": [*_value_texts(change)]}


def sums(difference: Difference) -> str:
    """`2 added, 1 changed`."""
    number = Counter(map(deed_of, difference.changes))
    return ", ".join(f"{number[deed]} {deed}" for deed in _SIGNS if number[deed]) or "nothing"


# ---------------------------------------------------------------------- what came later


def later_lines(later: Sequence[Entry] | None, *, over_damage: bool) -> Iterator[str]:
    """What the trail tells of that is not in what is restored, the newest last; None where that cannot be told."""
    if later is None:
        if over_damage:
            yield "Whether there were later changes cannot be told: the trail does not know this state."
        return
    if not later:
        return
    number, are = counted(len(later), "later change"), "is" if len(later) == 1 else "are"
    again = f"The trail tells of {number} that {are} not in it. Do again what still counts:"
    yield again if over_damage else f"It takes back {number}:"
    if len(later) > _MOST_LATER:
        yield f"  … {len(later) - _MOST_LATER} before"
    yield from (f"  {time_text(each.at)} {one_line(each.what)}" for each in later[-_MOST_LATER:])
