"""How the requests seen stand in SQLite: small rows, whose ids and addresses are kept once, and sums by the hour."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

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
CREATE TABLE tallies (
    hour INTEGER NOT NULL,
    token INTEGER NOT NULL,
    endpoint INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (hour, token, endpoint)
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

#: By these it is found whether a word is referred to; files of before have none yet.
_FINDING = (
    "CREATE INDEX IF NOT EXISTS addresses_by_address ON addresses (address)",
    "CREATE INDEX IF NOT EXISTS tallies_by_token ON tallies (token)",
    "CREATE INDEX IF NOT EXISTS tallies_by_endpoint ON tallies (endpoint)",
)


def lay_out(database: "sqlite3.Connection") -> None:
    """Make the tables in a new file."""
    database.execute("PRAGMA journal_mode = WAL")
    database.executescript(
        f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA application_id = {APPLICATION_ID};"
        f"PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
    )


def complete(database: "sqlite3.Connection") -> None:
    """Add what files of before do not have."""
    for statement in _FINDING:
        database.execute(statement)


def number_of(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def moment_of(number: int) -> datetime:
    """The moment so many microseconds after 1970 began."""
    return _EPOCH + number * _MICROSECOND
