"""Recording requests: in batches, over one connection, with what lists and summaries ask for added up at once."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from tokentui.domain.requests import PASSED
from tokentui.store.request_adding import Adding
from tokentui.store.request_queries import UNKNOWN, Pruned, TallyBy
from tokentui.store.request_remembered import Remembered
from tokentui.store.request_tables import add_to_sums, number_of
from tokentui.store.request_words import Walk

if TYPE_CHECKING:
    import sqlite3

    from tokentui.domain.requests import SeenRequest

#: After so many pages SQLite moves what was recorded from its log into the file, as it does by itself.
_LOG_PAGES = 1_000
#: So many rows may go before that is done in a step of its own; each is on two pages or three.
_ROWS_BETWEEN = 200

_EARLIEST = (
    "INSERT INTO facts VALUES ('began', ?) ON CONFLICT (name) DO UPDATE SET value = min(value, excluded.value)"
)
# Each by itself is read off one end; together they are looked for in all rows.
_SPAN = "SELECT (SELECT max(id) FROM requests) - (SELECT min(id) FROM requests) + 1"
_OLD = "SELECT id, status FROM requests INDEXED BY requests_by_time WHERE at < ? ORDER BY at LIMIT ?"
_OLDEST = "SELECT id, status FROM requests ORDER BY id LIMIT ?"
_DELETE = "DELETE FROM requests WHERE id = ?"
_OLD_ADDRESSES = (
    "DELETE FROM addresses WHERE (holder, address) IN (SELECT holder, address FROM addresses WHERE last < ? LIMIT ?)"
)
_OLD_SUMS = (
    *(
        f"DELETE FROM {by}_hours WHERE (hour, holder) IN (SELECT hour, holder FROM {by}_hours WHERE hour < ? LIMIT ?)"
        for by in TallyBy
    ),
    "DELETE FROM lost WHERE rowid IN (SELECT rowid FROM lost WHERE at < ? LIMIT ?)",
)


class DatabaseRecording:
    """A `Recording` over an open database of ours."""

    def __init__(self, database: "sqlite3.Connection") -> None:
        self._database = database
        self._remembered = Remembered(database)
        self._walk = Walk(database)
        #: How many rows went since what the log holds was moved into the file.
        self._gone = 0

    def record(self, requests: "Iterable[SeenRequest]") -> None:
        batch = list(requests)
        if not batch:
            return
        try:
            with self._database:
                self._write(batch)
        except BaseException:
            self._remembered.clear()  # some of it is rolled back with the batch
            raise
        self._gone = 0

    def _write(self, batch: "Sequence[SeenRequest]") -> None:
        add_to_sums(self._database, len(batch), sum(not one.let_in for one in batch))
        self._remembered.catch_up()
        words = {word for one in batch for word in (one.endpoint_id, one.token_id, one.address)}
        if any(one.fingerprint for one in batch):
            words.add(UNKNOWN)
        self._remembered.learn(words)
        adding = Adding(self._database, self._remembered)
        for one in batch:
            adding.add(one)
        adding.write()
        self._database.execute(_EARLIEST, (number_of(min(one.at for one in batch)),))

    def lose(self, at: datetime, amount: int) -> None:
        with self._database:
            self._database.execute("INSERT INTO lost VALUES (?, ?)", (number_of(at), amount))

    # ------------------------------------------------------------------ forgetting

    def prune(self, before: datetime, most: int, step: int) -> Pruned:
        """As `Recording.prune` says; a step that moves what the log holds into the file removes none."""
        if self._gone >= _ROWS_BETWEEN:
            self._gone = 0
            self._database.execute("PRAGMA wal_checkpoint(PASSIVE)")
            return Pruned(0, True)
        with self._log_grows(), self._database:
            self._database.execute("BEGIN IMMEDIATE")  # else another recording could remove the same ones
            return self._remove(number_of(before), most, step)

    @contextmanager
    def _log_grows(self) -> Iterator[None]:
        """SQLite does not move anything into the file by itself."""
        self._database.execute("PRAGMA wal_autocheckpoint = 0")
        try:
            yield
        finally:
            self._database.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")

    def _remove(self, limit: int, most: int, step: int) -> Pruned:
        database = self._database
        (amount,) = database.execute(_SPAN).fetchone()
        removed = self._delete(_OLD, limit, step)
        over = min(step, (amount or 0) - most) - removed
        if over > 0:
            removed += self._delete(_OLDEST, over)
        sums = [database.execute(statement, (limit, step)).rowcount for statement in _OLD_SUMS]
        addresses = database.execute(_OLD_ADDRESSES, (limit, step)).rowcount
        self._walk.went(removed + addresses)
        forgotten = self._walk.step(step) if removed < step else 0
        if addresses or forgotten:
            self._remembered.tell_removed()
        self._gone += removed + sum(sums) + addresses + forgotten
        return Pruned(removed, removed >= step or max(*sums, addresses) >= step or self._walk.more)

    def _delete(self, which: str, *values: int) -> int:
        rows = self._database.execute(which, values).fetchall()
        self._database.executemany(_DELETE, ((id,) for id, _ in rows))
        if rows:
            add_to_sums(self._database, -len(rows), -sum(status != PASSED for _, status in rows))
        return len(rows)
