"""How the requests seen stand in SQLite: small rows, whose ids and addresses are kept once, and sums by the hour."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

    from tokentui.store.request_queries import TallyBy

#: Says in the file's header whose it is (`PRAGMA application_id`), and how it is laid out (`PRAGMA user_version`).
APPLICATION_ID = 0x546F6B54
SCHEMA_VERSION = 3

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# `words` holds ids and addresses, each once; 0 is the empty one. All lists are by time, which each index goes on
# with; behind it stands what else is filtered by, so that no row is looked at but to be shown.
_SCHEMA = """
CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE);
INSERT INTO words VALUES (0, '');
CREATE TABLE requests (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    endpoint INTEGER NOT NULL,
    slot TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    token INTEGER NOT NULL,
    kind TEXT NOT NULL,
    previous INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    address INTEGER NOT NULL,
    new_address INTEGER NOT NULL,
    status INTEGER NOT NULL,
    reason TEXT NOT NULL,
    duration INTEGER NOT NULL
);
CREATE INDEX requests_by_time ON requests (at, id, status, token, endpoint, address, fingerprint);
CREATE INDEX requests_by_token ON requests (token, at, id, status, previous, endpoint, address, fingerprint);
CREATE INDEX requests_by_endpoint ON requests (endpoint, at, id, status, slot, token, address, fingerprint);
CREATE INDEX requests_by_address ON requests (address, at, id, status, token, endpoint, fingerprint);
CREATE INDEX requests_refused ON requests (at, id, status, token, endpoint, address, fingerprint) WHERE status <> 200;
CREATE INDEX requests_unknown ON requests (fingerprint, at, id, status, token, endpoint, address)
    WHERE fingerprint <> '';
CREATE TABLE last_seen (
    token INTEGER NOT NULL,
    previous INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (token, previous)
) WITHOUT ROWID;
CREATE TABLE addresses (
    holder INTEGER NOT NULL,
    address INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (holder, address)
) WITHOUT ROWID;
CREATE INDEX addresses_by_time ON addresses (last);
CREATE TABLE lost (at INTEGER NOT NULL, amount INTEGER NOT NULL);
CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""

_ADDRESSES_BY_ADDRESS = "CREATE INDEX IF NOT EXISTS addresses_by_address ON addresses (address)"
#: The calls of an hour with a token, and to an endpoint.
_HOURS = """
CREATE TABLE {by}_hours (
    hour INTEGER NOT NULL,
    holder INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (hour, holder)
) WITHOUT ROWID
"""
#: In files of before there is one table for both, with a row for each token at each endpoint.
_HOURS_BEFORE = "SELECT hour, {by} AS holder, calls, refused, last FROM tallies"
_FROM_BEFORE = (
    "INSERT INTO {by}_hours SELECT hour, holder, sum(calls), sum(refused), max(last) "
    f"FROM ({_HOURS_BEFORE}) GROUP BY hour, +holder"
)
_IS_BEFORE = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'tallies'"
#: How many rows there are, and how many of them were refused: to count a million takes longer than to show a page.
#: What calls are added up by, as `TallyBy` has it, which takes longer to load than a list of tokens has.
_BY = ("token", "endpoint")
KEPT, REFUSED = "kept", "refused"
_FORGET_SUMS = "DELETE FROM facts WHERE name IN ('kept', 'refused')"
_COUNT = (
    "INSERT INTO facts SELECT 'kept', count(*) FROM requests "
    "UNION ALL SELECT 'refused', count(*) FROM requests WHERE status <> 200"
)
_SUM = "INSERT INTO facts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value"


def lay_out(database: "sqlite3.Connection") -> None:
    """Make the tables in a new file."""
    database.execute("PRAGMA journal_mode = WAL")
    database.executescript(
        f"BEGIN IMMEDIATE; {_SCHEMA} {';'.join(_HOURS.format(by=by) for by in _BY)};"
        f"PRAGMA application_id = {APPLICATION_ID};"
        f"PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
    )


def complete(database: "sqlite3.Connection") -> None:
    """Make a file of before as it would be now."""
    database.execute(_ADDRESSES_BY_ADDRESS)
    if not _is_before(database) and sums(database) is not None:
        return
    with database:
        database.execute("BEGIN IMMEDIATE")
        database.execute(_FORGET_SUMS)
        database.execute(_COUNT)
        if _is_before(database):
            for by in _BY:
                database.execute(_HOURS.format(by=by))
                database.execute(_FROM_BEFORE.format(by=by))
            database.execute("DROP TABLE tallies")


def _is_before(database: "sqlite3.Connection") -> bool:
    return database.execute(_IS_BEFORE).fetchone() is not None


def hours_of(database: "sqlite3.Connection", by: "TallyBy") -> str:
    """Where the calls of each hour are, by token or endpoint: what to write after `FROM`."""
    return f"({_HOURS_BEFORE.format(by=by)})" if _is_before(database) else f"{by}_hours"


def sums(database: "sqlite3.Connection") -> tuple[int, int] | None:
    """How many requests there are, and how many of them were refused; None where that was not added up."""
    asked = "SELECT name, value FROM facts WHERE name IN (?, ?)"
    found = dict(database.execute(asked, (KEPT, REFUSED)).fetchall())
    return (found[KEPT], found[REFUSED]) if len(found) == 2 else None


def add_to_sums(database: "sqlite3.Connection", kept: int, refused: int) -> None:
    """So many came, or went where it is below 0."""
    database.executemany(_SUM, ((KEPT, kept), (REFUSED, refused)))


def number_of(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def moment_of(number: int) -> datetime:
    """The moment so many microseconds after 1970 began."""
    return _EPOCH + number * _MICROSECOND
