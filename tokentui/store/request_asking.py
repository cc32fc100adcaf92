"""Asking for the requests seen: the statements of SQLite that count them and add them up."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

import orjson

from tokentui.store.queries import RequestFilter
from tokentui.store.request_queries import TALLIES, TALLY_PERIOD, Tally, TallyBy
from tokentui.store.request_tables import hours_of, moment_of, number_of

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
    begin = _first_hour(now) * _HOUR
    added_up = (
        "SELECT holder AS number, sum(calls), sum(refused), max(last) "
        f"FROM {hours_of(database, by)} WHERE hour >= ? GROUP BY +holder"
    )
    addresses = dict(
        database.execute("SELECT holder, count(*) FROM addresses WHERE last >= ? GROUP BY holder", (begin,))
    )
    rows = database.execute(f"SELECT word, * FROM ({added_up}) JOIN words ON words.id = number", (begin,))
    found = [
        Tally(word, calls, refused, moment_of(last), addresses.get(number, 0))
        for word, number, calls, refused, last, *_ in rows
    ]
    return sorted(found, key=lambda tally: (-tally.calls, tally.id))


def hours(
    database: "sqlite3.Connection", by: TallyBy, ids: Collection[str], now: datetime
) -> dict[str, tuple[int, ...]]:
    """The calls of each of the last hours of these."""
    first = _first_hour(now)
    found: dict[str, list[int]] = {}
    rows = database.execute(
        f"SELECT word, hour, calls FROM {hours_of(database, by)} JOIN words ON words.id = +holder "
        f"WHERE hour >= ? AND holder IN {_NUMBERS}",
        (first * _HOUR, _json(ids)),
    )
    for word, hour, calls in rows:
        place = min(hour // _HOUR - first, TALLIES - 1)  # clocks differ
        found.setdefault(word, [0] * TALLIES)[place] += calls
    return {word: tuple(each) for word, each in found.items()}


def _first_hour(now: datetime) -> int:
    return number_of(now) // _HOUR - TALLIES + 1
