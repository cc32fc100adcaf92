"""The requests that the verifier saw: SQLite in WAL mode beside the store; TinyDB would rewrite itself each time.

Who writes does not hinder who reads. A request is told by ids and names, never by a token's value, and its path
without the query, which may hold one.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tokentui.domain.errors import StoreError
from tokentui.store.private_files import open_private
from tokentui.store.queries import LastSeen

FILE_NAME = "requests.sqlite"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
#: How long one waits for another writer, in seconds.
_PATIENCE = 5.0
#: SQLite takes so many values in one statement, whatever it was built with.
_MOST_VALUES = 900

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
CREATE INDEX IF NOT EXISTS requests_by_token ON requests (token_id, at);
CREATE INDEX IF NOT EXISTS requests_by_endpoint ON requests (endpoint_id, at);
CREATE TABLE IF NOT EXISTS last_seen (
    token_id TEXT NOT NULL,
    previous INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (token_id, previous)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRequest:
    """One request and what was decided; ids are empty where they are not known."""

    at: datetime
    method: str
    #: Without the query.
    path: str
    endpoint_id: str = ""
    slot: str = ""
    token_id: str = ""
    #: Whose token it was: `primary`, `endpoint` or nobody's.
    kind: str = ""
    #: Whether it came with the value from before the token's last rotation.
    previous: bool = False
    address: str = ""
    status: int
    reason: str
    #: How long the decision took, in microseconds.
    duration: int = 0


class RequestLog:
    """The requests seen beside the store file `store`. Reading makes no file; the first recording does."""

    def __init__(self, store: Path) -> None:
        self.path = store.with_name(FILE_NAME)

    # ------------------------------------------------------------------ recording

    def record(self, requests: Iterable[SeenRequest]) -> None:
        """Keep requests, all or none of these; raises `StoreError`."""
        batch = list(requests)
        if batch:
            with self._open_to_write() as database, database:
                database.executemany(_INSERT, map(_values, batch))
                database.executemany(_SEEN, [_sighting(one) for one in batch if one.token_id and one.status == 200])
                first = min(_number(one.at) for one in batch)
                database.execute("INSERT OR IGNORE INTO facts VALUES ('began', ?)", (first,))

    @contextmanager
    def _open_to_write(self) -> Iterator[sqlite3.Connection]:
        try:
            open_private(self.path)
            with closing(sqlite3.connect(self.path, timeout=_PATIENCE)) as database:
                database.execute("PRAGMA journal_mode = WAL")
                database.execute("PRAGMA synchronous = NORMAL")
                database.executescript(_SCHEMA)
                yield database
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"The requests seen {self.path} cannot be written: {error}.") from error

    # ------------------------------------------------------------------ asking

    def began(self) -> datetime | None:
        """When the first request was recorded; None where none ever was. Raises `StoreError`."""
        rows = self._ask("SELECT value FROM facts WHERE name = 'began'")
        return _moment(rows[0][0]) if rows else None

    def last_seen(self) -> Mapping[str, LastSeen]:
        """Token id → when it was last let in; raises `StoreError`."""
        rows = self._ask(
            "SELECT token_id, max(CASE WHEN previous THEN NULL ELSE at END), max(CASE WHEN previous THEN at END) "
            "FROM last_seen GROUP BY token_id"
        )
        return {token_id: LastSeen(_moment(at), _moment(previous)) for token_id, at, previous in rows}

    def calls(self, token_ids: Collection[str], since: datetime) -> int:
        """How many requests came with one of these tokens since then; raises `StoreError`."""
        return self._count("token_id", token_ids, since)

    def calls_at(self, endpoint_ids: Collection[str], since: datetime) -> int:
        """How many requests came to one of these endpoints since then; raises `StoreError`."""
        return self._count("endpoint_id", endpoint_ids, since)

    def _count(self, column: str, ids: Collection[str], since: datetime) -> int:
        total, wanted = 0, list(ids)
        for begin in range(0, len(wanted), _MOST_VALUES):
            some = wanted[begin : begin + _MOST_VALUES]
            marks = ",".join("?" * len(some))
            statement = f"SELECT count(*) FROM requests WHERE {column} IN ({marks}) AND at >= ?"
            total += sum(count for (count,) in self._ask(statement, (*some, _number(since))))
        return total

    def _ask(self, statement: str, values: tuple[object, ...] = ()) -> list[Any]:
        if not self.path.exists():
            return []
        try:
            with closing(sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True, timeout=_PATIENCE)) as database:
                return database.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise StoreError(f"The requests seen {self.path} cannot be read: {error}.") from error


_INSERT = f"INSERT INTO requests VALUES (NULL{', ?' * 12})"
_SEEN = (
    "INSERT INTO last_seen VALUES (?, ?, ?) ON CONFLICT (token_id, previous) DO UPDATE SET at = max(at, excluded.at)"
)


def _values(one: SeenRequest) -> tuple[object, ...]:
    return (
        _number(one.at),
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


def _sighting(one: SeenRequest) -> tuple[object, ...]:
    return one.token_id, one.previous, _number(one.at)


def _number(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def _moment(number: int | None) -> datetime | None:
    return None if number is None else _EPOCH + number * _MICROSECOND
