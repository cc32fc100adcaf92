"""Asking for the requests seen: the statements of SQLite that count them and add them up."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

import orjson

from tokentui.store.queries import RequestFilter
from tokentui.store.request_queries import TALLIES, TALLY_PERIOD, Tally, TallyBy
from tokentui.store.request_tables import moment_of, number_of

if TYPE_CHECKING:
    import sqlite3

#: A statement and its values.
Asking = tuple[str, tuple[object, ...]]

_HOUR = int(TALLY_PERIOD.total_seconds() * 1_000_000)
#: To ask for more tokens than this one by one takes longer than to read them all.
_MOST_ASKED_FOR = 5_000
_NUMBERS = "(SELECT id FROM words WHERE word IN (SELECT value FROM json_each(?)))"
_SEEN_ROWS = "SELECT word, previous, at FROM last_seen JOIN words ON words.id = token"

EVERY_SEEN: Asking = (_SEEN_ROWS, ())
LAST_LET_IN: Asking = ("SELECT word, max(at) FROM last_seen JOIN words ON words.id = token GROUP BY token", ())
LAST_ID: Asking = ("SELECT coalesce(max(id), 0) FROM requests", ())
BEGAN: Asking = ("SELECT value FROM facts WHERE name = 'began'", ())


def _json(values: Iterable[str]) -> str:
    return orjson.dumps(list(values)).decode()


def seen_of(token_ids: Collection[str]) -> Asking:
    """When these tokens were last let in; it may be more than these."""
    if len(token_ids) > _MOST_ASKED_FOR:
        return EVERY_SEEN
    return f"{_SEEN_ROWS} WHERE token IN {_NUMBERS}", (_json(token_ids),)


def counting(column: str, ids: Collection[str], since: datetime, only: RequestFilter) -> Asking:
    """How many requests have one of `ids` in the column, `token` or `endpoint`."""
    statement = f"SELECT count(*) FROM requests WHERE at >= ? AND {column} IN {_NUMBERS}"
    values: list[object] = [number_of(since), _json(ids)]
    if only.slots is not None:
        statement += " AND slot IN (SELECT value FROM json_each(?))"
        values.append(_json(only.slots))
    if only.previous is not None:
        statement += f" AND previous = {only.previous:d}"
    if only.let_in is not None:
        statement += f" AND status {'=' if only.let_in else '<>'} 200"
    if only.endpoint_ids is not None:
        statement += f" AND +endpoint IN {_NUMBERS}"
        values.append(_json(only.endpoint_ids))
    return statement, tuple(values)


def lost_since(since: datetime) -> Asking:
    """How many requests could not be recorded."""
    return "SELECT coalesce(sum(amount), 0) FROM lost WHERE at >= ?", (number_of(since),)


def tallies(database: "sqlite3.Connection", by: TallyBy, now: datetime) -> list[Tally]:
    """The calls of the last hours by token or endpoint, those with the most first."""
    column, last = by.value, number_of(now) // _HOUR
    first = last - TALLIES + 1
    sums: dict[int, _Sum] = {}
    # the plus keeps SQLite from the column's own index, in which it would walk through all hours there are
    rows = database.execute(
        f"SELECT {column}, hour, sum(calls), sum(refused), max(last) FROM tallies WHERE hour >= ? "
        f"GROUP BY hour, +{column}",
        (first * _HOUR,),
    )
    for number, hour, calls, refused, at in rows:
        place = min(hour // _HOUR, last) - first  # clocks differ
        sums.setdefault(number, _Sum()).add(place, calls, refused, at)
    came = database.execute(
        "SELECT holder, count(*) FROM addresses WHERE last >= ? GROUP BY holder", (first * _HOUR,)
    )
    addresses = dict(came)
    words = dict(
        database.execute("SELECT id, word FROM words WHERE id IN (SELECT value FROM json_each(?))", (str([*sums]),))
    )
    found = [sum_.tally(words[id], addresses.get(id, 0)) for id, sum_ in sums.items() if id in words]
    return sorted(found, key=lambda tally: (-tally.calls, tally.id))


class _Sum:
    """The calls of one token or endpoint."""

    __slots__ = ("_calls", "_hours", "_last", "_refused")

    def __init__(self) -> None:
        self._calls = self._refused = self._last = 0
        self._hours = [0] * TALLIES

    def add(self, place: int, calls: int, refused: int, last: int) -> None:
        """The calls of one hour."""
        self._hours[place] += calls
        self._calls += calls
        self._refused += refused
        self._last = max(self._last, last)

    def tally(self, word: str, addresses: int) -> Tally:
        return Tally(word, self._calls, self._refused, moment_of(self._last), addresses, tuple(self._hours))
