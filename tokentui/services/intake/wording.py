"""Fields of records in words, for those who are told what was changed."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from tokentui.exchange.inventory import instant
from tokentui.exchange.wording import one_line
from tokentui.services.intake.report import FieldChange


def changes(before: Any, after: Any, leave_out: Collection[str] = ()) -> tuple[FieldChange, ...]:
    """What of one dataclass is another in the other of its kind."""
    names = (each.name for each in fields(before) if each.name not in leave_out)
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in names)
    return tuple(field_change(name, old, new) for name, old, new in pairs if old != new)


def field_change(name: str, old: object, new: object) -> FieldChange:
    """That a field was one thing and is another, in words."""
    return FieldChange(name, in_words(old), in_words(new))


def in_words(value: object) -> str:
    """A field on one line; empty where there is nothing in it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case datetime():
            return instant(value) or ""
        case tuple():
            return ",".join(map(str, value))
        case None:
            return ""
    return one_line(str(value))


def some_of(names: Sequence[str], most: int = 3) -> str:
    """`a, b, c and 4 more`."""
    shown = [*names[:most], *([f"{len(names) - most} more"] if len(names) > most else [])]
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
