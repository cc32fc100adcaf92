"""Phrases that the screens share: amounts, ages, and the glyph that stands before a state's word."""

import re
from collections.abc import Sequence
from datetime import datetime

from tokentui.domain.records import Endpoint
from tokentui.domain.slots import Authentication
from tokentui.services.wording import amount as amount

#: What is shown for a value that is not revealed: always as long, whatever the value.
MASK = "•" * 24

#: How long a revealed value stays on screen, in seconds.
REVEAL_SECONDS = 30.0

_AUTHENTICATION_GLYPH = {
    Authentication.NONE: "○",
    Authentication.TOKEN: "▣",
    Authentication.INTERNAL: "◈",
}

#: A moment as the explanations of decisions tell it.
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d")

_UNITS = ((60 * 60 * 24 * 365, "year"), (60 * 60 * 24, "day"), (60 * 60, "hour"), (60, "minute"))
_SHORT = {"year": "y", "day": "d", "hour": "h", "minute": "min"}


def ago(then: datetime, now: datetime) -> str:
    """How long ago `then` was, in its largest unit: `3 days ago`."""
    number, unit = _span(then, now)
    return f"{amount(number, unit)} ago" if unit else "just now"


def age(then: datetime, now: datetime) -> str:
    """As `ago`, short enough for a column: `3 d`."""
    number, unit = _span(then, now)
    return f"{number} {_SHORT[unit]}" if unit else "now"


def _span(then: datetime, now: datetime) -> tuple[int, str]:
    seconds = int((now - then).total_seconds())
    for length, unit in _UNITS:
        if seconds >= length:
            return seconds // length, unit
    return 0, ""


def left(end: datetime, now: datetime) -> str:
    """How much time is left until `end`, short enough for a column: `23 h`, `6 d`."""
    number, unit = _remaining(end, now)
    return f"{number} {_SHORT[unit]}" if unit != "minute" else "<1 h"


def ahead(end: datetime, now: datetime) -> str:
    """How long it is until `end`, for a sentence: `in 24 h`, `in 7 days`."""
    number, unit = _remaining(end, now)
    return f"in {amount(number, 'day')}" if unit == "day" else f"in {number} {_SHORT[unit]}"


def _remaining(end: datetime, now: datetime) -> tuple[int, str]:
    """Hours up to two days, then days, the nearest: what was chosen as 24 h is not told as 23 h a moment later."""
    minutes = max(1, round((end - now).total_seconds() / 60))
    if minutes < 60:
        return minutes, "minute"
    return (_nearest(minutes, 60), "hour") if minutes < 2 * 24 * 60 else (_nearest(minutes, 24 * 60), "day")


def _nearest(minutes: int, unit: int) -> int:
    """How many units that is; a half is not told as a whole, since that much time is not left."""
    return (minutes + (unit - 1) // 2) // unit


def local_minute(moment: datetime) -> str:
    """The moment on the admin's clock, to the minute: `2026-03-14 10:26`."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def local_second(moment: datetime) -> str:
    """The moment on the admin's clock, to the second and with its time zone: `2026-03-14 10:26:53 CET`."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")


def on_local_clock(sentence: str) -> str:
    """An explanation of a decision, which tells moments in UTC, with these on the admin's clock."""
    return _INSTANT.sub(lambda found: local_second(datetime.fromisoformat(found[0])), sentence)


def authentication(kind: Authentication) -> str:
    """Glyph and word of a kind of authentication."""
    return f"{_AUTHENTICATION_GLYPH[kind]} {kind}"


def enabled(on: bool) -> str:
    """Glyph and word of the Enabled switch."""
    return "● on" if on else "○ off"


def activity(active: bool) -> str:
    """Glyph and word of the shelf."""
    return "● active" if active else "◌ inactive"


def methods(endpoint: Endpoint) -> str:
    """The slots of an endpoint, in a column's width: `POST GET DEL`."""
    return " ".join("DEL" if slot == "DELETE" else slot for slot in endpoint.slots)


def some(names: Sequence[str], most: int = 5) -> list[str]:
    """The first names, a line each, and how many more there are."""
    more = [f"  and {len(names) - most} more"] if len(names) > most else []
    return [f"  {name}" for name in names[:most]] + more
