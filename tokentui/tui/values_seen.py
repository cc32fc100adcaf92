"""When a token's values were last seen: of one in a grace time both, so that one sees when the old value is quiet."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from tokentui.domain.errors import TokenTuiError
from tokentui.domain.periods import local_text
from tokentui.domain.records import EndpointToken
from tokentui.store.queries import LastSeen
from tokentui.tui.words import ago
from tokentui.tui.workplace import Workplace

#: Token id → when each of its values was last seen.
Seen = Mapping[str, LastSeen]


def values_seen(workplace: Workplace, tokens: Iterable[EndpointToken]) -> Seen:
    """What was seen of these tokens; nothing where that cannot be read, since a rotation must not wait for it."""
    try:
        return workplace.desk.store.requests.last_seen([token.id for token in tokens])
    except TokenTuiError:
        return {}


def seen_text(seen: Seen, token: EndpointToken, now: datetime) -> str:
    """When a token was last seen; in a grace time, when each of its two values was."""
    last = seen.get(token.id, LastSeen(None))
    if not token.in_grace(now):
        return _when(last.at, now)
    new, old = _by_value(last, token.secret.generated_at)
    return f"new value {_when(new, now)}, old value {_when(old, now)}"


def _by_value(last: LastSeen, rotated: datetime) -> tuple[datetime | None, datetime | None]:
    """When the new value was last seen, and the old one: what was seen before the rotation came with the old one."""
    if last.at is not None and last.at < rotated:
        return None, last.at if last.by_previous is None else max(last.at, last.by_previous)
    return last.at, last.by_previous if last.by_previous is not None and last.by_previous >= rotated else None


def _when(moment: datetime | None, now: datetime) -> str:
    return "–" if moment is None else ago(moment, now)


def grace_note(workplace: Workplace, token: EndpointToken) -> str:
    """Until when the old value works, and how quiet both are; nothing where no grace time runs."""
    now = workplace.now()
    if token.grace_until is None or not token.in_grace(now):
        return ""
    seen = seen_text(values_seen(workplace, [token]), token, now)
    return f"◐ Old value works until {local_text(token.grace_until)}\nLast seen: {seen}"
