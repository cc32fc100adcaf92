"""The requests that the verifier saw: SQLite in WAL mode beside the store; TinyDB would rewrite itself each time.

Who writes does not hinder who reads. A request is told by ids and names, never by a token's value, and its path
without the query, which may hold one.
"""

import os
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tokentui.domain.errors import StoreError
from tokentui.domain.requests import SeenRequest
from tokentui.store.private_files import open_private
from tokentui.store.protocol import Stamp
from tokentui.store.queries import EVERY_REQUEST, LastSeen, RequestFilter
from tokentui.store.request_tables import (
    APPLICATION_ID,
    BEGAN,
    EVERY_SEEN,
    RECENCY,
    SCHEMA_VERSION,
    Asking,
    counting,
    insert,
    lay_out,
    moment_of,
    seen_of,
)

if TYPE_CHECKING:
    import sqlite3

FILE_NAME = "requests.sqlite"
#: How long one waits for another writer, in seconds.
_PATIENCE = 5.0


class RequestLog:
    """The requests seen beside the store file `store`. Reading makes no file; the first recording does.

    Safe to use from several threads and processes at once. SQLite is loaded when there is something to read or to
    write: most commands need none of it.
    """

    def __init__(self, store: Path) -> None:
        self._store = store
        self.path = store.with_name(FILE_NAME)
        #: What was found, beside the stamp of the files in which it was found.
        self._last_seen: tuple[Stamp, Mapping[str, LastSeen]] = ((), {})

    def stamp(self) -> Stamp:
        """Differs as soon as something was recorded; `()` where nothing ever was. Raises `StoreError`."""
        try:
            found = os.stat(self.path)
            if not stat.S_ISREG(found.st_mode):
                raise StoreError(f"The requests seen {self.path} are no regular file.")
            return (found.st_ino, found.st_size, found.st_mtime_ns, *self._log_stamp())
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise StoreError(
                f"The requests seen {self.path} cannot be reached: {error.strerror or error}."
            ) from error

    def _log_stamp(self) -> Stamp:
        """Of the write-ahead log, where what was recorded stands until it is moved into the file."""
        try:
            found = os.stat(f"{self.path}-wal")
        except FileNotFoundError:
            return ()
        return (found.st_size, found.st_mtime_ns) if found.st_size else ()

    # ------------------------------------------------------------------ recording

    def record(self, requests: Iterable[SeenRequest]) -> None:
        """Keep requests, all or none of these; raises `StoreError`."""
        batch = list(requests)
        if not batch:
            return
        with self._telling("written"), closing(self._open_to_write()) as database, database:
            insert(database, batch)

    def _open_to_write(self) -> "sqlite3.Connection":
        import sqlite3

        self.stamp()  # to open a named pipe would wait for ever
        open_private(self.path)
        self._give_to_the_stores_owner()
        database = sqlite3.connect(self.path, timeout=_PATIENCE)
        try:
            database.execute("PRAGMA synchronous = NORMAL")
            if self._check(database):
                lay_out(database)
        except BaseException:
            database.close()
            raise
        return database

    def _give_to_the_stores_owner(self) -> None:
        """Root must not take the log away from the service that records into it; SQLite gives its own files along."""
        if os.geteuid() == 0 and self._store.exists():
            owner = os.stat(self._store)
            os.chown(self.path, owner.st_uid, owner.st_gid)

    def _check(self, database: "sqlite3.Connection") -> bool:
        """Whether it is new; raises `StoreError` where it is not ours, or of a newer TokenTUI."""
        (application,) = database.execute("PRAGMA application_id").fetchone()
        (version,) = database.execute("PRAGMA user_version").fetchone()
        (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if not tables and not application:
            return True
        if application != APPLICATION_ID:
            raise StoreError(f"The requests seen {self.path} are another program's database. Move it away.")
        if version > SCHEMA_VERSION:
            raise StoreError(f"The requests seen {self.path} were written by a newer TokenTUI. Update TokenTUI.")
        return False

    # ------------------------------------------------------------------ asking

    def began(self) -> datetime | None:
        """From when on requests are known; None where none ever was recorded. Raises `StoreError`."""
        rows = self._ask([BEGAN])
        return moment_of(rows[0][0]) if rows else None

    def last_seen(self, token_ids: Collection[str] | None = None) -> Mapping[str, LastSeen]:
        """Token id → when it was last let in, of these or of all; raises `StoreError`. It may not be changed."""
        stamp = self.stamp()
        if self._last_seen[0] == stamp:
            every = self._last_seen[1]
            return every if token_ids is None else {id: every[id] for id in token_ids if id in every}
        if token_ids is not None:
            wanted = frozenset(token_ids)
            return _sightings(row for row in self._ask(seen_of(token_ids)) if row[0] in wanted)
        self._last_seen = (stamp, _sightings(self._ask([EVERY_SEEN])))
        return self._last_seen[1]

    def recency(self) -> Mapping[str, int]:
        """Token id → when it was last let in, as a number to order by; raises `StoreError`."""
        return dict(self._ask([RECENCY]))

    def calls(self, token_ids: Collection[str], since: datetime, only: RequestFilter = EVERY_REQUEST) -> int:
        """How many requests came with one of these tokens since then; raises `StoreError`."""
        return sum(count for (count,) in self._ask(counting("token_id", token_ids, since, only)))

    def calls_at(self, endpoint_ids: Collection[str], since: datetime, only: RequestFilter = EVERY_REQUEST) -> int:
        """How many requests came to one of these endpoints since then; raises `StoreError`."""
        return sum(count for (count,) in self._ask(counting("endpoint_id", endpoint_ids, since, only)))

    def _ask(self, statements: Iterable[Asking]) -> list[Any]:
        """The rows of all of them; none where nothing was ever recorded."""
        if not self.stamp():
            return []
        import sqlite3

        with self._telling("read"):
            address = f"{self.path.absolute().as_uri()}?mode=ro"
            with closing(sqlite3.connect(address, uri=True, timeout=_PATIENCE)) as database:
                if self._check(database):
                    return []
                return [row for each in statements for row in database.execute(*each)]

    @contextmanager
    def _telling(self, what: str) -> Iterator[None]:
        """Make what goes wrong below a `StoreError` that names its cause."""
        import sqlite3

        try:
            yield
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"The requests seen {self.path} cannot be {what}: {error}.") from error


def _sightings(rows: Iterable[tuple[str, int, int]]) -> Mapping[str, LastSeen]:
    """From rows of token id, whether it was by the previous value, and when."""
    seen: dict[str, LastSeen] = {}
    for token_id, previous, at in rows:
        known = seen.get(token_id, LastSeen(None))
        moment = moment_of(at)
        seen[token_id] = LastSeen(known.at, moment) if previous else LastSeen(moment, known.by_previous)
    return seen
