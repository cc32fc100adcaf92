"""Recording requests: in batches, over one connection, with what lists and summaries ask for added up at once."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tokentui.store.request_queries import TALLY_PERIOD, UNKNOWN, Pruned
from tokentui.store.request_tables import number_of
from tokentui.store.request_words import Walk

if TYPE_CHECKING:
    import sqlite3

    from tokentui.domain.requests import SeenRequest

#: So many words are remembered with their numbers.
_REMEMBERED = 50_000
_HOUR = int(TALLY_PERIOD.total_seconds() * 1_000_000)

_INSERT = f"INSERT INTO requests VALUES (NULL{', ?' * 14})"
_EARLIEST = (
    "INSERT INTO facts VALUES ('began', ?) ON CONFLICT (name) DO UPDATE SET value = min(value, excluded.value)"
)
_SEEN = "INSERT INTO last_seen VALUES (?, ?, ?) ON CONFLICT (token, previous) DO UPDATE SET at = max(at, excluded.at)"
_TALLY = (
    "INSERT INTO tallies VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (hour, token, endpoint) DO UPDATE SET "
    "calls = calls + excluded.calls, refused = refused + excluded.refused, last = max(last, excluded.last)"
)
_ADDRESS = (
    "INSERT INTO addresses VALUES (?, ?, ?, ?) ON CONFLICT (holder, address) DO UPDATE SET "
    "first = min(first, excluded.first), last = max(last, excluded.last)"
)
# Each by itself is read off one end; together they are looked for in all rows.
_SPAN = "SELECT (SELECT max(id) FROM requests) - (SELECT min(id) FROM requests) + 1"
_OLD = "DELETE FROM requests WHERE id IN (SELECT id FROM requests WHERE at < ? ORDER BY at LIMIT ?)"
_OLDEST = "DELETE FROM requests WHERE id IN (SELECT id FROM requests ORDER BY id LIMIT ?)"
_OLD_SUMS = (
    "DELETE FROM tallies WHERE (hour, token, endpoint) IN "
    "(SELECT hour, token, endpoint FROM tallies WHERE hour < ? LIMIT ?)",
    "DELETE FROM addresses WHERE (holder, address) IN (SELECT holder, address FROM addresses WHERE last < ? LIMIT ?)",
    "DELETE FROM lost WHERE rowid IN (SELECT rowid FROM lost WHERE at < ? LIMIT ?)",
)


class DatabaseRecording:
    """A `Recording` over an open database of ours."""

    def __init__(self, database: "sqlite3.Connection") -> None:
        self._database = database
        self._words: dict[str, int] = {"": 0}
        self._walk = Walk(database)

    def record(self, requests: "Iterable[SeenRequest]") -> None:
        batch = list(requests)
        if not batch:
            return
        with self._database:
            self._know(batch)
            try:
                self._insert(batch)
            except BaseException:
                self._words = {"": 0}  # some of them are rolled back with the batch
                raise

    def lose(self, at: datetime, amount: int) -> None:
        with self._database:
            self._database.execute("INSERT INTO lost VALUES (?, ?)", (number_of(at), amount))

    def prune(self, before: datetime, most: int, step: int) -> Pruned:
        limit, database = number_of(before), self._database
        with database:
            (amount,) = database.execute(_SPAN).fetchone()
            removed = database.execute(_OLD, (limit, step)).rowcount
            over = min(step, (amount or 0) - most) - removed
            if over > 0:
                removed += database.execute(_OLDEST, (over,)).rowcount
            others = [database.execute(statement, (limit, step)).rowcount for statement in _OLD_SUMS]
            self._walk.went(removed + sum(others))
            if removed < step and self._walk.step(step):
                self._words = {"": 0}  # else a number that is nobody's, or another's, would be given out
        return Pruned(removed, removed >= step or max(others) >= step or self._walk.more)

    # ------------------------------------------------------------------ words

    def _know(self, batch: "Sequence[SeenRequest]") -> None:
        """Give a number to every word of these, in one go."""
        wanted = {word for one in batch for word in (one.endpoint_id, one.token_id, one.address)}
        if any(one.fingerprint for one in batch):
            wanted.add(UNKNOWN)
        if len(self._words) > _REMEMBERED:
            self._words = {"": 0}
        new = sorted(wanted - self._words.keys())
        self._database.executemany("INSERT OR IGNORE INTO words (word) VALUES (?)", ((word,) for word in new))
        for word in new:
            (number,) = self._database.execute("SELECT id FROM words WHERE word = ?", (word,)).fetchone()
            self._words[word] = number

    # ------------------------------------------------------------------ rows

    def _insert(self, batch: "Sequence[SeenRequest]") -> None:
        database, words = self._database, self._words
        fresh = self._fresh(batch)
        database.executemany(_INSERT, [_values(one, words, id(one) in fresh) for one in batch])
        database.executemany(_SEEN, _sightings(batch, words))
        database.executemany(_TALLY, _tallies(batch, words))
        database.executemany(_ADDRESS, _addresses(batch, words))
        database.execute(_EARLIEST, (min(number_of(one.at) for one in batch),))

    def _fresh(self, batch: "Sequence[SeenRequest]") -> set[int]:
        """Of tokens that came before, the first request from each new address: their `id` in this process."""
        first: dict[tuple[str, str], SeenRequest] = {}
        for one in batch:
            if one.token_id and one.address:
                first.setdefault((one.token_id, one.address), one)
        fresh, came_before = set(), set()
        for (token, address), one in first.items():
            numbers = self._words[token], self._words[address]
            known = token in came_before or self._has("holder = ?", numbers[:1])
            if known and not self._has("holder = ? AND address = ?", numbers):
                fresh.add(id(one))
            came_before.add(token)
        return fresh

    def _has(self, condition: str, values: tuple[int, ...]) -> bool:
        return (
            self._database.execute(f"SELECT 1 FROM addresses WHERE {condition} LIMIT 1", values).fetchone()
            is not None
        )


def _values(one: "SeenRequest", words: dict[str, int], new_address: bool) -> tuple[object, ...]:
    return (
        number_of(one.at),
        words[one.endpoint_id],
        one.slot,
        one.method,
        one.path,
        words[one.token_id],
        one.kind,
        one.previous,
        one.fingerprint,
        words[one.address],
        new_address,
        one.status,
        one.reason,
        one.duration,
    )


def _sightings(batch: "Sequence[SeenRequest]", words: dict[str, int]) -> Iterator[tuple[object, ...]]:
    last: dict[tuple[int, bool], int] = {}
    for one in batch:
        if one.token_id and one.let_in:
            key = words[one.token_id], one.previous
            last[key] = max(last.get(key, 0), number_of(one.at))
    return ((*key, at) for key, at in last.items())


def _tallies(batch: "Sequence[SeenRequest]", words: dict[str, int]) -> Iterator[tuple[object, ...]]:
    """All tokens that nobody has are one: anybody could make up as many as he likes."""
    sums: dict[tuple[int, int, int], list[int]] = {}
    for one in batch:
        at = number_of(one.at)
        key = at - at % _HOUR, words[UNKNOWN if one.fingerprint else one.token_id], words[one.endpoint_id]
        tally = sums.setdefault(key, [0, 0, 0])
        tally[0] += 1
        tally[1] += not one.let_in
        tally[2] = max(tally[2], at)
    return ((*key, *tally) for key, tally in sums.items())


def _addresses(batch: "Sequence[SeenRequest]", words: dict[str, int]) -> Iterator[tuple[object, ...]]:
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    for one in batch:
        at = number_of(one.at)
        for holder in (one.token_id, one.endpoint_id):
            if holder and one.address:
                key = words[holder], words[one.address]
                first, last = spans.get(key, (at, at))
                spans[key] = min(first, at), max(last, at)
    return ((*key, *span) for key, span in spans.items())
