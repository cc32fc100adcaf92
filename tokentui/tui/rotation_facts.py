"""What an admin should know before a rotation or its early end: who depends on it, and how quiet the old value is."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from tokentui.domain.records import EndpointToken
from tokentui.services.desk import Desk
from tokentui.services.reach import reach_of, reach_of_old_values
from tokentui.store.protocol import Reader
from tokentui.tui.dialogs.confirm import Question
from tokentui.tui.dialogs.rotate import RotateSubject
from tokentui.tui.token_deeds import reach_question
from tokentui.tui.values_seen import Seen, seen_text, values_seen
from tokentui.tui.words import amount, some
from tokentui.tui.workplace import Workplace

#: Names in one line, at most.
_MOST_NAMES = 3

Tokens = tuple[EndpointToken, ...]


def what(tokens: Sequence[EndpointToken]) -> str:
    """The name of one token, or `12 tokens`."""
    return tokens[0].name if len(tokens) == 1 else amount(len(tokens), "token")


# ---------------------------------------------------------------------- before a rotation


def rotate_subject(workplace: Workplace, reader: Reader, tokens: Tokens) -> RotateSubject:
    """What the dialog says of the tokens; asked in a thread, since it reads the requests seen."""
    now, several = workplace.now(), len(tokens) > 1
    facts = [*_facts(workplace.desk, reader, tokens, values_seen(workplace, tokens), now)]
    ends = [token.expires_at for token in tokens if token.expires_at is not None]
    return RotateSubject(what(tokens), several, tuple(facts), min(ends, default=None))


def _facts(desk: Desk, reader: Reader, tokens: Tokens, seen: Seen, now: datetime) -> Iterable[tuple[str, str]]:
    if len(tokens) > 1:
        yield "Tokens", _listed(token.name for token in tokens)
    reach = reach_of(desk, reader, [token.id for token in tokens])
    yield "Mapped to", f"{reach.where}: {_listed(reach.endpoints)}" if reach.endpoints else "no endpoint"
    if len(tokens) == 1:
        yield "Last seen", seen_text(seen, tokens[0], now)
    older = [token.name for token in tokens if token.in_grace(now)]
    if older:
        whose = f" ({_listed(older)})" if len(tokens) > 1 else ""
        yield "In grace now", f"rotating again ends it: the value from before is refused{whose}"
    expired = [token.name for token in tokens if token.expired(now)]
    if expired:
        whose = f" ({_listed(expired)})" if len(tokens) > 1 else ""
        yield "Expired", f"the new value is refused too, until Expires is later{whose}"


def _listed(names: Iterable[str]) -> str:
    first = list(names)
    more = f" and {len(first) - _MOST_NAMES} more" if len(first) > _MOST_NAMES else ""
    return f"{', '.join(first[:_MOST_NAMES])}{more}"


def cut_question(
    desk: Desk, reader: Reader, tokens: Tokens, until: datetime | None, now: datetime
) -> Question | None:
    """What is refused at once: the values that stand where there is no grace, else those whose grace time runs."""
    if until is None:
        title, refused = f"Rotate {what(tokens)} without grace?", "The value that stands is refused"
        return reach_question(desk, reader, [token.id for token in tokens], title, "Rotate", refused)
    older = [token for token in tokens if token.in_grace(now)]
    hits = _old_hits(desk, reader, older, "The value from before the last rotation is refused")
    names = [token.name for token in older] if len(older) > 1 else []
    return Question(f"Rotate {what(tokens)} again?", (*_headed(names), *hits), "Rotate") if hits else None


def _old_hits(desk: Desk, reader: Reader, tokens: Iterable[EndpointToken], refused: str) -> tuple[str, ...]:
    """What it hits that the old values of these are refused, whose grace time runs; nothing where that is nobody."""
    reach = reach_of_old_values(desk, reader, [token.id for token in tokens])
    hits = (f"{refused} at once at {reach.where}:", *some(reach.endpoints), f"{reach.told}.")
    return hits if reach.endpoints else ()


def _headed(names: Sequence[str]) -> Iterable[str]:
    return [f"{amount(len(names), 'token')}:", *some(names), ""] if names else []


# ---------------------------------------------------------------------- before its early end


def retire_question(workplace: Workplace, reader: Reader, tokens: Tokens) -> Question | None:
    """What ending the grace time of these tokens hits, and how quiet their old values are; None where none runs."""
    now, seen = workplace.now(), values_seen(workplace, tokens)
    running = [token for token in tokens if token.in_grace(now)]
    if not running:
        return None
    hits = _old_hits(workplace.desk, reader, running, "The old value is refused")
    hits = hits or ("The old value is refused at once; the token is mapped to no endpoint.",)
    if len(running) == 1:
        lines = (*hits, f"Last seen: {seen_text(seen, running[0], now)}.")
    else:
        lines = (*_headed([f"{token.name}: {seen_text(seen, token, now)}" for token in running]), *hits)
    return Question(f"Retire the old value of {what(running)}?", lines, "Retire")
