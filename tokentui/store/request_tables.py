"""How the requests seen stand in SQLite: the tables, the statements that fill them, and those that count."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tokentui.store.queries import RequestFilter

if TYPE_CHECKING:
    import sqlite3

    from tokentui.domain.requests import SeenRequest

#: Says in the file's header whose it is (`PRAGMA application_id`), and how it is laid out (`PRAGMA user_version`).
APPLICATION_ID = 0x546F6B54
SCHEMA_VERSION = 1

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
#: To ask for more tokens than this one by one takes longer than to read them all.
_MOST_ASKED_FOR = 5_000
#: SQLite takes twice as many values in one statement, whatever it was built with.
_MOST_VALUES = 450

# The last columns stand in the indexes so that what a cut hits is counted in them alone.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS requests (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    endpoint_id TEXT NOT NULL,
    slot TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    token_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    previous INTEGER NOT NULL,
    address TEXT NOT NULL,
    status INTEGER NOT NULL,
    reason TEXT NOT NULL,
    duration INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS requests_by_token ON requests (token_id, at, status, previous);
CREATE INDEX IF NOT EXISTS requests_by_endpoint ON requests (endpoint_id, at, status, slot);
CREATE TABLE IF NOT EXISTS last_seen (
    token_id TEXT NOT NULL,
    previous INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (token_id, previous)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""


def lay_out(database: "sqlite3.Connection") -> None:
    """Make the tables in a new file."""
    database.execute("PRAGMA journal_mode = WAL")
    database.executescript(
        f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA application_id = {APPLICATION_ID};"
        f"PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
    )


# ---------------------------------------------------------------------- recording

_INSERT = f"INSERT INTO requests VALUES (NULL{', ?' * 12})"
_EARLIEST = (
    "INSERT INTO facts VALUES ('began', ?) ON CONFLICT (name) DO UPDATE SET value = min(value, excluded.value)"
)
_SEEN = (
    "INSERT INTO last_seen VALUES (?, ?, ?) ON CONFLICT (token_id, previous) DO UPDATE SET at = max(at, excluded.at)"
)


def insert(database: "sqlite3.Connection", batch: "Sequence[SeenRequest]") -> None:
    """Put requests into the tables, one at least."""
    database.executemany(_INSERT, map(_values, batch))
    database.executemany(_SEEN, [_sighting(one) for one in batch if one.token_id and one.let_in])
    database.execute(_EARLIEST, (min(number_of(one.at) for one in batch),))


def _values(one: "SeenRequest") -> tuple[object, ...]:
    return (
        number_of(one.at),
        one.endpoint_id,
        one.slot,
        one.method,
        one.path,
        one.token_id,
        one.kind,
        one.previous,
        one.address,
        one.status,
        one.reason,
        one.duration,
    )


def _sighting(one: "SeenRequest") -> tuple[object, ...]:
    return one.token_id, one.previous, number_of(one.at)


def number_of(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def moment_of(number: int) -> datetime:
    """The moment so many microseconds after 1970 began."""
    return _EPOCH + number * _MICROSECOND


# ---------------------------------------------------------------------- asking

#: A statement and its values.
Asking = tuple[str, tuple[object, ...]]

_SEEN_ROWS = "SELECT token_id, previous, at FROM last_seen"
EVERY_SEEN: Asking = (_SEEN_ROWS, ())
LAST_LET_IN: Asking = ("SELECT token_id, max(at) FROM last_seen GROUP BY token_id", ())
BEGAN: Asking = ("SELECT value FROM facts WHERE name = 'began'", ())


def seen_of(token_ids: Collection[str]) -> Iterator[Asking]:
    """Statements whose rows, taken together, tell when these tokens were last let in; it may be more than these."""
    if len(token_ids) > _MOST_ASKED_FOR:
        yield EVERY_SEEN
        return
    for some in _some_at_a_time(token_ids):
        yield f"{_SEEN_ROWS} WHERE {_among('token_id', some)}", tuple(some)


def counting(column: str, ids: Collection[str], since: datetime, only: RequestFilter) -> Iterator[Asking]:
    """Statements whose numbers, added up, are how many requests have one of `ids` in the column."""
    fixed = f"SELECT count(*) FROM requests WHERE at >= ?{_conditions(only)}"
    for some in _some_at_a_time(ids):
        if only.endpoint_ids is None:
            yield f"{fixed} AND {_among(column, some)}", (number_of(since), *some)
            continue
        for there in _some_at_a_time(only.endpoint_ids):
            both = f"{_among(column, some)} AND {_among('endpoint_id', there)}"
            yield f"{fixed} AND {both}", (number_of(since), *some, *there)


def _conditions(only: RequestFilter) -> str:
    conditions = ""
    if only.slots is not None:
        conditions += f" AND slot IN ({','.join(repr(slot.value) for slot in only.slots)})"
    if only.previous is not None:
        conditions += f" AND previous = {only.previous:d}"
    if only.let_in is not None:
        from tokentui.domain.requests import PASSED

        conditions += f" AND status {'=' if only.let_in else '<>'} {PASSED}"
    return conditions


def _among(column: str, values: Collection[str]) -> str:
    return f"{column} IN ({','.join('?' * len(values))})"


def _some_at_a_time(ids: Collection[str]) -> Iterator[list[str]]:
    every = list(ids)
    return (every[begin : begin + _MOST_VALUES] for begin in range(0, len(every), _MOST_VALUES))
