"""Asking for the requests seen: the statements of SQLite that count them, list them and add them up."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from tokentui.domain.requests import SeenRequest
from tokentui.store.queries import RequestFilter, Window
from tokentui.store.request_queries import TALLIES, TALLY_PERIOD, RequestQuery, RequestRow, Tally, TallyBy
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


# ---------------------------------------------------------------------- lists


class Selected:
    """The requests that a query selects, over an open database."""

    def __init__(self, database: "sqlite3.Connection", query: RequestQuery) -> None:
        self._database = database
        self._conditions: list[str] = []
        self._values: list[object] = []
        self._narrow(query)
        #: Without the text filter: where the total is counted of.
        self._plain = (tuple(self._conditions), tuple(self._values))
        self._take_text(query)

    def total(self) -> int:
        """How many there are."""
        return self._count(self._conditions, self._values)

    def of(self) -> int:
        """How many there are without the text filter."""
        return self._count(*self._plain)

    def place_of(self, id: str) -> int | None:
        """Where the request stands in the result; None where it is not in it."""
        if not id.isdecimal():
            return None
        at = self._first("SELECT at FROM requests", [*self._conditions, "id = ?"], [*self._values, int(id)])
        if at is None:
            return None
        newer = [*self._conditions, "(at > ? OR (at = ? AND id > ?))"]
        return self._count(newer, [*self._values, at, at, int(id)])

    def rows(self, window: Window) -> Iterator[RequestRow]:
        """Those that the window shows; its `around` is a matter of who asks."""
        inner = f"SELECT id FROM requests{_where(self._conditions)} ORDER BY at DESC, id DESC LIMIT ? OFFSET ?"
        ids = [id for (id,) in self._database.execute(inner, (*self._values, window.limit, window.offset))]
        found = self._database.execute(f"{_ROWS} WHERE requests.id IN (SELECT value FROM json_each(?))", (str(ids),))
        by_id = {row[0]: row for row in found}
        return (_row(by_id[id]) for id in ids)

    # ------------------------------------------------------------------

    def _narrow(self, query: RequestQuery) -> None:
        self._among("token", query.token_ids)
        self._among("endpoint", query.endpoint_ids)
        if query.fingerprint:
            self._add("fingerprint = ? AND fingerprint <> ''", query.fingerprint)
        if query.let_in is not None:
            self._conditions.append(f"status {'=' if query.let_in else '<>'} 200")
        if query.address:
            self._add("address = (SELECT id FROM words WHERE word = ?)", query.address)
        if query.since is not None:
            self._add("at >= ?", number_of(query.since))
        if query.until is not None:
            self._add("at < ?", number_of(query.until))

    def _among(self, column: str, ids: frozenset[str] | None) -> None:
        if ids is None:
            return
        if len(ids) == 1:
            self._add(f"{column} = (SELECT id FROM words WHERE word = ?)", *ids)
        else:  # by time, and not by each of them: all would have to be put in order
            self._add(f"+{column} IN {_NUMBERS}", _json(ids))

    def _take_text(self, query: RequestQuery) -> None:
        """Names are looked up in the words first, so that each request is a matter of numbers."""
        if not query.text:
            return
        begins = (query.text, f"{query.text}\U0010ffff")
        addresses = self._numbers("SELECT id FROM words WHERE word >= ? AND word < ?", begins)
        tokens = self._numbers(_NUMBERS[1:-1], (_json(query.text_tokens),))
        endpoints = self._numbers(_NUMBERS[1:-1], (_json(query.text_endpoints),))
        self._add(
            "(+token IN (SELECT value FROM json_each(?)) OR +endpoint IN (SELECT value FROM json_each(?)) "
            "OR +address IN (SELECT value FROM json_each(?)) OR (fingerprint >= ? AND fingerprint < ?))",
            tokens,
            endpoints,
            addresses,
            *begins,
        )

    def _numbers(self, statement: str, values: tuple[object, ...]) -> str:
        return str([number for (number,) in self._database.execute(statement, values)])

    def _add(self, condition: str, *values: object) -> None:
        self._conditions.append(condition)
        self._values += values

    def _count(self, conditions: Iterable[str], values: Iterable[object]) -> int:
        return int(self._first("SELECT count(*) FROM requests", conditions, values) or 0)

    def _first(self, statement: str, conditions: Iterable[str], values: Iterable[object]) -> int | None:
        row = self._database.execute(f"{statement}{_where(conditions)}", tuple(values)).fetchone()
        return None if row is None else row[0]


def _where(conditions: Iterable[str]) -> str:
    joined = " AND ".join(conditions)
    return f" WHERE {joined}" if joined else ""


_ROWS = (
    "SELECT requests.id, at, e.word, slot, method, path, t.word, kind, previous, fingerprint, a.word, new_address, "
    "status, reason, duration FROM requests JOIN words e ON e.id = endpoint JOIN words t ON t.id = token "
    "JOIN words a ON a.id = address"
)


def _row(row: tuple[Any, ...]) -> RequestRow:
    id, at, endpoint, slot, method, path, token, kind, previous, fingerprint, address, new, status, reason, took = row
    request = SeenRequest(
        at=moment_of(at),
        method=method,
        path=path,
        endpoint_id=endpoint,
        slot=slot,
        token_id=token,
        kind=kind,
        previous=bool(previous),
        fingerprint=fingerprint,
        address=address,
        status=status,
        reason=reason,
        duration=took,
    )
    return RequestRow(str(id), request, bool(new))


# ---------------------------------------------------------------------- sums


def tallies(database: "sqlite3.Connection", by: TallyBy, now: datetime) -> Iterator[Tally]:
    """The calls of the last hours by token or endpoint, those with the most first."""
    column, last = by.value, number_of(now) // _HOUR
    first = last - TALLIES + 1
    hours: dict[int, list[int]] = {}
    rows = database.execute(
        f"SELECT {column}, hour, sum(calls) FROM tallies WHERE hour >= ? GROUP BY {column}, hour", (first * _HOUR,)
    )
    for number, hour, calls in rows:
        place = min(hour // _HOUR, last) - first  # clocks differ
        hours.setdefault(number, [0] * TALLIES)[place] += calls
    sums = database.execute(
        f"SELECT {column}, word, sum(calls), sum(refused), max(last) FROM tallies JOIN words ON words.id = {column} "
        f"WHERE hour >= ? GROUP BY {column} ORDER BY 3 DESC, 2",
        (first * _HOUR,),
    )
    came = database.execute(
        "SELECT holder, count(*) FROM addresses WHERE last >= ? GROUP BY holder", (first * _HOUR,)
    )
    addresses = dict(came)
    for number, word, calls, refused, at in sums:
        yield Tally(word, calls, refused, moment_of(at), addresses.get(number, 0), tuple(hours[number]))
