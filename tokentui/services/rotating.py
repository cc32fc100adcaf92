"""Rotating endpoint tokens: a new value each, and a grace time in which the old one still works."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from tokentui.domain.errors import Conflict, Invalid
from tokentui.domain.records import EndpointToken, Secret
from tokentui.services.desk import Desk
from tokentui.services.tokens import VALUE, new_value, with_secret
from tokentui.services.uniqueness import check_unique

#: Is told the share of the work that is done, 0 to 1, at most a hundred times.
Progress = Callable[[float], object]

#: Sealing is most of the work; the rest is to check and to save.
_SEALED = 0.8


def nobody_looks(share: float) -> None:
    """The progress that nobody asked for."""


def rotate(
    desk: Desk,
    token_ids: Iterable[str],
    until: datetime | None,
    progress: Progress = nobody_looks,
    *,
    seen: Iterable[EndpointToken] = (),
) -> tuple[EndpointToken, ...]:
    """Give tokens new values, all or none; the values they have are good until `until`, or for no longer at all.

    An old value never outlives its token: where that expires earlier, the grace time ends with it. A value that was
    in its grace time already is refused from now on. Raises `Invalid` where `until` is over, `Conflict` where a token
    has another value than when it was `seen`, `NotFound`, `StoreError`, `SealError`.
    """
    if until is not None and until <= desk.clock():
        raise Invalid("grace", "The grace time would be over already; choose a time that is to come.")
    ids = tuple(dict.fromkeys(token_ids))
    what = _named(desk, ids)
    secrets = dict(_sealed(desk, ids, progress))
    with desk.change(f"rotated {what}") as transaction:
        tokens = [transaction.reader.token(id) for id in ids]
        _check_seen(tokens, seen)
        rotated = [with_secret(token, secrets[token.id], until=_end(token, until)) for token in tokens]
        check_unique(transaction.reader, *rotated)
        saved = tuple(map(transaction.put, rotated))
    progress(1)
    return saved


def _sealed(desk: Desk, ids: tuple[str, ...], progress: Progress) -> Iterator[tuple[str, Secret]]:
    """A new value for each id; made before the store is locked, since it takes the most time."""
    for number, id in enumerate(ids, start=1):
        yield id, desk.seal(new_value(desk), id, VALUE)
        if number % (len(ids) // 99 + 1) == 0 or number == len(ids):
            progress(_SEALED * number / len(ids))


def _check_seen(tokens: Iterable[EndpointToken], seen: Iterable[EndpointToken]) -> None:
    """Who rotates what somebody else has just rotated would cut off callers that are still in that grace time."""
    values = {token.id: token.secret.digest for token in seen}
    for token in tokens:
        if values.get(token.id, token.secret.digest) != token.secret.digest:
            raise Conflict(f"Somebody else gave {token.name} a new value meanwhile. Look at it again.")


def _end(token: EndpointToken, until: datetime | None) -> datetime | None:
    return until if until is None or token.expires_at is None else min(until, token.expires_at)


def retire(desk: Desk, token_ids: Iterable[str]) -> tuple[EndpointToken, ...]:
    """End the grace times of tokens now, all or none; the values from before their rotation are refused at once.

    Where no grace time runs, nothing is changed. Returns the changed ones.
    """
    ids = tuple(dict.fromkeys(token_ids))
    with desk.change(f"retired the old value of {_named(desk, ids)}") as transaction:
        now = desk.clock()
        tokens = [transaction.reader.token(id) for id in ids]
        return tuple(transaction.put(replace(each, previous_until=now)) for each in tokens if each.in_grace(now))


def _named(desk: Desk, ids: tuple[str, ...]) -> str:
    reader = desk.reader()
    tokens = [reader.token(id) for id in ids]
    return tokens[0].name if len(tokens) == 1 else f"{len(tokens)} tokens"
