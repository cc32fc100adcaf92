"""Lengths of time and moments as people type them: `24h`, `in 90 days`, `2026-12-31`, `2026-12-31 18:00`."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from tokentui.domain.errors import Invalid

#: Turns a moment without a time zone into the one that its writer means.
Localize = Callable[[datetime], datetime]

#: No period is longer: a hundred years, and no arithmetic with it leaves the calendar.
LONGEST = timedelta(days=36525)

_UNITS = {
    **dict.fromkeys(("min", "minute", "minutes"), timedelta(minutes=1)),
    **dict.fromkeys(("h", "hour", "hours"), timedelta(hours=1)),
    **dict.fromkeys(("d", "day", "days"), timedelta(days=1)),
    **dict.fromkeys(("w", "week", "weeks"), timedelta(weeks=1)),
}
_SPOKEN = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))
_PERIOD = re.compile(rf"(?:in\s+)?(\d{{1,6}})\s*({'|'.join(_UNITS)})", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NEVER = frozenset({"", "-", "none", "never"})


def local_time(naive: datetime) -> datetime:
    """The moment that a wall clock here means by this; daylight saving time is the operating system's matter."""
    return naive.astimezone()


def spoken(length: timedelta) -> str:
    """A length of time in its largest unit, for people: `3 days`, `1 hour`, `less than a minute`."""
    for unit, one in _SPOKEN:
        number = length // one
        if number > 0:  # a clock that was set back leaves less than nothing
            return f"{number:,} {unit}" if number == 1 else f"{number:,} {unit}s"
    return "less than a minute"


def parse_period(text: str, field: str) -> timedelta:
    """A length of time, such as `24h`, `7 days`; `none` is no time at all. Raises `Invalid` for the field."""
    if text.strip().lower() in _NEVER:
        return timedelta()
    found = _PERIOD.fullmatch(text.strip())
    if found is None:
        raise Invalid(field, f"{text[:40]!r} is no length of time; write 24h, 7 days or none.")
    period = int(found[1]) * _UNITS[found[2].lower()]
    if period > LONGEST:
        raise Invalid(field, "That is more than a hundred years; write a shorter time.")
    return period


def parse_grace(text: str, now: datetime, field: str, localize: Localize = local_time) -> datetime | None:
    """The moment at which a grace time that begins now is over, typed as in `parse_moment`; None for `none`.

    `never` is refused: it could mean no grace time, or one without an end. Raises `Invalid` for the field.
    """
    words = text.strip().lower()
    if words == "none":
        return None
    if words in _NEVER:
        raise Invalid(field, "Say how long the old value works: 24h, 7 days, 2026-12-31 or none.")
    return parse_moment(text, now, field, localize)


def parse_moment(text: str, now: datetime, field: str, localize: Localize = local_time) -> datetime | None:
    """A moment after `now`: a length of time from now, a date, or a date and time; None for `never`.

    A date counts to its end. What names no time zone is local time. Raises `Invalid` for the field, also for a moment
    that is over.
    """
    words = text.strip()
    if words.lower() in _NEVER:
        return None
    moment = (
        now + parse_period(words, field) if _PERIOD.fullmatch(words) else _moment(words, field, localize, _TO_COME)
    )
    if moment <= now:
        raise Invalid(field, f"{text[:40]!r} is over already; write a time that is to come.")
    return moment.astimezone(now.tzinfo)


def parse_past(text: str, now: datetime, field: str, localize: Localize = local_time) -> datetime:
    """A moment up to which one looks back from `now`: a length of time ago, a date (its beginning), or date and time.

    What names no time zone is local time. Raises `Invalid` for the field.
    """
    words = text.strip()
    if _PERIOD.fullmatch(words):
        return now - parse_period(words, field)
    moment = _moment(words, field, localize, "90 min, 24h, 7 days, 2026-03-01 or 2026-03-01 18:00")
    return (moment - timedelta(days=1) if _DATE.fullmatch(words) else moment).astimezone(now.tzinfo)


def parse_instant(text: str, field: str, localize: Localize = local_time) -> datetime:
    """A date, or a date and time, be it over or to come; as `parse_moment` reads them. Raises `Invalid`."""
    return _moment(text.strip(), field, localize, "2026-12-31 or 2026-12-31 18:00")


#: What may be written of a moment that is to come.
_TO_COME = "2026-12-31, 2026-12-31 18:00, in 90 days or never"


def _moment(words: str, field: str, localize: Localize, forms: str) -> datetime:
    """A date, or a date and time; where it is none, the error names the `forms` that may be written there."""
    try:
        moment = datetime.fromisoformat(words)
        if _DATE.fullmatch(words):
            moment += timedelta(days=1)
        return localize(moment) if moment.tzinfo is None else moment
    except (ValueError, OverflowError):
        raise Invalid(field, f"{words[:40]!r} is no moment; write {forms}.") from None


def local_text(moment: datetime) -> str:
    """A moment in local time, for people: `Thu 12 Mar 2026 10:26 CET`."""
    local = moment.astimezone()
    return f"{local:%a} {local.day} {local:%b %Y %H:%M %Z}"
