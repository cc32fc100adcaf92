"""The requests that the verifier saw: SQLite in WAL mode beside the store; TinyDB would rewrite itself each time.

Who writes does not hinder who reads. A request is told by ids and names, never by a token's value, and its path
without the query, which may hold one.
"""

import os
import stat
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import ref

from tokentui.domain.errors import StoreError
from tokentui.store.private_files import open_private
from tokentui.store.protocol import Recording, Stamp
from tokentui.store.queries import EVERY_REQUEST, LastSeen, Page, RequestFilter, Window
from tokentui.store.request_tables import APPLICATION_ID, SCHEMA_VERSION, complete, lay_out, moment_of

if TYPE_CHECKING:
    import sqlite3

    from tokentui.domain.requests import SeenRequest
    from tokentui.store.request_asking import Asking
    from tokentui.store.request_queries import Pruned, RequestQuery, RequestRow, Tally, TallyBy
    from tokentui.store.request_recording import DatabaseRecording

FILE_NAME = "requests.sqlite"
TakenT = TypeVar("TakenT")
#: The device, and the file's number there.
_File = tuple[int, int]

_NEVER = LastSeen()
#: How long one waits for another writer, in seconds.
_PATIENCE = 5.0
#: A batch of 500 requests changes more pages than SQLite's own cache has: those would go to its log and come back.
_CACHE_KIB = 16_384


class RequestLog:
    """The requests seen beside the store file `store`, or in another file, which the first recording makes.

    Safe to use from several threads and processes at once. SQLite is loaded when there is something to read or to
    write: most commands need none of it.
    """

    def __init__(self, store: Path, file: Path | None = None) -> None:
        self._store = store
        self.path = file or store.with_name(FILE_NAME)
        #: What was found of all tokens, while somebody holds it: of 100,000 that is 30 MB. Before it, the stamp of
        #: the files in which it was found.
        self._last_seen: tuple[Stamp, Callable[[], _Sightings | None]] = ((), _Sightings)

    def stamp(self) -> Stamp:
        """Differs as soon as something was recorded; `()` where nothing ever was. Raises `StoreError`."""
        try:
            found = os.stat(self.path, follow_symlinks=False)
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

    def record(self, requests: "Iterable[SeenRequest]") -> None:
        """Keep requests, all or none of these; raises `StoreError`."""
        batch = list(requests)
        if batch:
            with self.recording() as recording:
                recording.record(batch)

    @contextmanager
    def recording(self) -> Iterator[Recording]:
        """Record for a while, over one connection. Raises `StoreError`, as all of its methods do."""
        with self._telling("written"):
            self.stamp()  # to open a named pipe would wait for ever
            open_private(self.path, self._store)
            file = self._file()
            with closing(self._open_to_write()) as database:
                yield from self._recording(database, file)

    def _recording(self, database: "sqlite3.Connection", file: _File | None) -> Iterator[Recording]:
        from tokentui.store.request_recording import DatabaseRecording

        def moved() -> bool:
            return self._file() != file

        try:
            yield _Told(DatabaseRecording(database), moved, self._telling)
        finally:
            if moved():  # SQLite would leave its log behind, for whichever file comes there
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _file(self) -> _File | None:
        """Which file stands there now; None where there is none."""
        try:
            found = os.stat(self.path, follow_symlinks=False)
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino

    def _open_to_write(self) -> "sqlite3.Connection":
        import sqlite3

        # It is there, so SQLite must not make it; SQLite gives its own files beside it to its owner.
        database = sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=rw", uri=True, timeout=_PATIENCE)
        try:
            database.execute("PRAGMA synchronous = NORMAL")
            database.execute(f"PRAGMA cache_size = {-_CACHE_KIB}")
            if self._check(database):
                lay_out(database)
            complete(database)
        except BaseException:
            database.close()
            raise
        return database

    def _check(self, database: "sqlite3.Connection") -> bool:
        """Whether it is new; raises `StoreError` where it is not ours, or of a newer TokenTUI."""
        (application,) = database.execute("PRAGMA application_id").fetchone()
        (version,) = database.execute("PRAGMA user_version").fetchone()
        (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if not tables and not application:
            return True
        if application != APPLICATION_ID:
            raise StoreError(f"The requests seen {self.path} are another program's database. Move it away.")
        if version != SCHEMA_VERSION:
            newer = version > SCHEMA_VERSION
            whose, remedy = ("a newer", "Update TokenTUI") if newer else ("an early", "Move it away")
            raise StoreError(f"The requests seen {self.path} were written by {whose} TokenTUI. {remedy}.")
        return False

    # ------------------------------------------------------------------ asking

    def began(self) -> datetime | None:
        """From when on requests are known; None where none ever was recorded. Raises `StoreError`."""
        from tokentui.store.request_asking import BEGAN

        rows = self._ask(BEGAN, list)
        return moment_of(rows[0][0]) if rows else None

    def last_seen(self, token_ids: Collection[str] | None = None) -> Mapping[str, LastSeen]:
        """Token id → when it was last let in, of these or of all; raises `StoreError`. It may not be changed."""
        if not self.stamp():  # nothing was recorded yet, and what asks takes time to load
            return {}
        from tokentui.store.request_asking import EVERY_SEEN, seen_of

        if token_ids is not None:
            return self._ask(seen_of(token_ids), partial(_sightings, only=frozenset(token_ids)))
        stamp, (found_in, found) = self.stamp(), self._last_seen
        seen = found() if found_in == stamp else None
        if seen is None:
            seen = self._ask(EVERY_SEEN, _sightings)
            self._last_seen = (stamp, ref(seen))
        return seen

    def last_let_in(self) -> Mapping[str, datetime]:
        """Token id → when it was last let in by whichever of its values; raises `StoreError`."""
        from tokentui.store.request_asking import LAST_LET_IN

        return self._ask(LAST_LET_IN, lambda rows: {token_id: moment_of(at) for token_id, at in rows})

    def calls(self, token_ids: Collection[str], since: datetime, only: RequestFilter = EVERY_REQUEST) -> int:
        """How many requests came with one of these tokens since then; raises `StoreError`."""
        from tokentui.store.request_asking import counting

        return self._ask(counting("token", token_ids, since, only), _number)

    def calls_at(self, endpoint_ids: Collection[str], since: datetime, only: RequestFilter = EVERY_REQUEST) -> int:
        """How many requests came to one of these endpoints since then; raises `StoreError`."""
        from tokentui.store.request_asking import counting

        return self._ask(counting("endpoint", endpoint_ids, since, only), _number)

    def lost(self, since: datetime) -> int:
        """How many requests since then could not be recorded; raises `StoreError`."""
        from tokentui.store.request_asking import lost_since

        return self._ask(lost_since(since), _number)

    def page(self, query: "RequestQuery", window: Window) -> "Page[RequestRow]":
        """Requests, the newest first; raises `StoreError`."""
        from tokentui.store.request_selecting import page_of

        return self._look(lambda database: page_of(database, query, window), Page((), 0, 0, 0))

    def last_id(self) -> str:
        """The id of the request that was recorded last, or an empty text; raises `StoreError`."""
        from tokentui.store.request_asking import LAST_ID

        return str(self._ask(LAST_ID, _number) or "")

    def tallies(self, by: "TallyBy", now: datetime) -> "tuple[Tally, ...]":
        """The calls of the last 24 h by token or endpoint, those with the most first; raises `StoreError`."""
        from tokentui.store.request_asking import tallies

        return self._look(lambda database: tuple(tallies(database, by, now)), ())

    def hours(self, by: "TallyBy", ids: Collection[str], now: datetime) -> Mapping[str, tuple[int, ...]]:
        """The calls of each of these hours, the last one last, by the ids of tallies; raises `StoreError`."""
        from tokentui.store.request_asking import hours

        return self._look(lambda database: hours(database, by, ids, now), {})

    def _ask(self, asking: "Asking", take: Callable[[Iterable[Any]], TakenT]) -> TakenT:
        """What `take` makes of the rows; of no row where nothing was ever recorded."""
        return self._look(lambda database: take(database.execute(*asking)), None) or take(())

    def _look(self, look: "Callable[[sqlite3.Connection], TakenT]", nothing: TakenT) -> TakenT:
        """What is seen in the database; `nothing` where nothing was ever recorded."""
        if not self.stamp():
            return nothing
        import sqlite3

        with self._telling("read"):
            address = f"{self.path.absolute().as_uri()}?mode=ro"
            with closing(sqlite3.connect(address, uri=True, timeout=_PATIENCE)) as database:
                try:
                    return nothing if self._check(database) else look(database)
                except (TypeError, ValueError, OverflowError):  # a cell of SQLite's may hold anything
                    raise StoreError(f"The requests seen {self.path} are damaged. Move them away.") from None

    @contextmanager
    def _telling(self, what: str) -> Iterator[None]:
        """Make what goes wrong below a `StoreError` that names its cause."""
        import sqlite3

        try:
            yield
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"The requests seen {self.path} cannot be {what}: {error}.") from error


def _number(rows: Iterable[tuple[int]]) -> int:
    return sum(number for (number,) in rows)


@dataclass(frozen=True, slots=True)
class _Told:
    """A `Recording` whose faults are told as the log's."""

    recording: "DatabaseRecording"
    is_moved: Callable[[], bool]
    telling: Callable[[str], AbstractContextManager[None]]

    def record(self, requests: "Iterable[SeenRequest]") -> None:
        with self.telling("written"):
            self.recording.record(requests)

    def lose(self, at: datetime, amount: int) -> None:
        with self.telling("written"):
            self.recording.lose(at, amount)

    def moved(self) -> bool:
        with self.telling("reached"):
            return self.is_moved()

    def prune(self, before: datetime, most: int, step: int) -> "Pruned":
        with self.telling("written"):
            return self.recording.prune(before, most, step)


class _Sightings(dict[str, LastSeen]):
    """Token id → when it was last seen; other than a plain one it can be held weakly."""

    __slots__ = ("__weakref__",)


def _sightings(rows: Iterable[tuple[str, int, int]], only: Collection[str] | None = None) -> _Sightings:
    """From rows of token id, whether it was by the previous value, and when."""
    seen = _Sightings()
    for token_id, previous, at in rows:
        if only is None or token_id in only:
            known, moment = seen.get(token_id, _NEVER), moment_of(at)
            seen[token_id] = LastSeen(known.at, moment) if previous else LastSeen(moment, known.by_previous)
    return seen
