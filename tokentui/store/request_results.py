"""What a query of the requests seen selected: how many there are, the ids of a window, and the rows of these."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from tokentui.domain.requests import SeenRequest
from tokentui.store.queries import Window
from tokentui.store.request_queries import RequestRow
from tokentui.store.request_tables import moment_of

if TYPE_CHECKING:
    import sqlite3

_ORDER = "ORDER BY at DESC, id DESC"
_BACKWARDS = "ORDER BY at, id"


class Condition(NamedTuple):
    """A part of a WHERE clause, and its values."""

    text: str
    values: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Where:
    """What is selected, and the index that has it in order."""

    index: str
    conditions: tuple[Condition, ...]

    def and_(self, *conditions: Condition, index: str = "") -> "Where":
        """With more conditions."""
        return Where(index or self.index, (*self.conditions, *conditions))

    @property
    def clause(self) -> str:
        """From `FROM` on."""
        joined = " AND ".join(condition.text for condition in self.conditions)
        return f"FROM requests {self.index}{f' WHERE {joined}' if joined else ''}"

    @property
    def values(self) -> tuple[object, ...]:
        return tuple(value for condition in self.conditions for value in condition.values)


class Scanned:
    """A result that stands in an index; of more than `most` the newest only."""

    def __init__(
        self, database: "sqlite3.Connection", where: Where, *, most: int | None = None, known: int | None = None
    ) -> None:
        """`known`: how many there are, where somebody knows."""
        self._database = database
        self.where = where
        self._most, self._known = most, known
        self.more = most is not None

    @cached_property
    def total(self) -> int:
        """How many there are, or how many of them are told."""
        if self._known is not None:
            return self._known
        return self._count(self.where) if self._most is None else self._most

    def place_of(self, id: str) -> int | None:
        """Where the request stands in the result; None where it is not in it."""
        at = self.moment_of(id)
        place = None if at is None else self.newer_than(at, id)
        return place if self._most is None or (place or 0) < self._most else None

    def moment_of(self, id: str) -> int | None:
        """When the request was made; None where it is not in the result."""
        if not id.isdecimal():
            return None
        this = self.where.and_(Condition("id = ?", (int(id),)), index="NOT INDEXED")
        row = self._database.execute(f"SELECT at {this.clause}", this.values).fetchone()
        return None if row is None else int(row[0])

    def newer_than(self, at: int, id: str) -> int:
        """How many stand before a request."""
        return self._count(self.where.and_(Condition("at >= ? AND (at > ? OR id > ?)", (at, at, int(id)))))

    def count_to(self, most: int) -> int:
        """How many there are; of more than `most`, so many."""
        statement = f"SELECT count(*) FROM (SELECT 1 {self.where.clause} LIMIT ?)"
        (number,) = self._database.execute(statement, (*self.where.values, most)).fetchone()
        return int(number)

    def ids(self, window: Window) -> list[int]:
        """Those of a window; what is nearer to the end is looked for from there."""
        limit = max(0, min(window.limit, self.total - window.offset))
        behind = self.total - window.offset - limit
        if self._most is not None or window.offset <= behind:
            return self._read(_ORDER, limit, window.offset)
        return self._read(_BACKWARDS, limit, behind)[::-1]

    def _read(self, order: str, limit: int, offset: int) -> list[int]:
        statement = f"SELECT id {self.where.clause} {order} LIMIT ? OFFSET ?"
        return [id for (id,) in self._database.execute(statement, (*self.where.values, limit, offset))]

    def _count(self, where: Where) -> int:
        (number,) = self._database.execute(f"SELECT count(*) {where.clause}", where.values).fetchone()
        return int(number)


class Merged:
    """A result of several parts, none of which has a request of another one."""

    more = False

    def __init__(self, database: "sqlite3.Connection", parts: Sequence[Scanned]) -> None:
        self._database = database
        self._parts = parts

    @cached_property
    def total(self) -> int:
        return sum(part.total for part in self._parts)

    def place_of(self, id: str) -> int | None:
        """Where the request stands in the result; None where it is not in it."""
        for at in (part.moment_of(id) for part in self._parts):
            if at is not None:
                return sum(part.newer_than(at, id) for part in self._parts)
        return None

    def ids(self, window: Window) -> list[int]:
        """Those of a window."""
        each = " UNION ALL ".join(f"SELECT at, id {part.where.clause}" for part in self._parts)
        values = tuple(value for part in self._parts for value in part.where.values)
        statement = f"SELECT id FROM ({each}) {_ORDER} LIMIT ? OFFSET ?"
        return [id for (id,) in self._database.execute(statement, (*values, window.limit, window.offset))]


# ---------------------------------------------------------------------- rows

_ROWS = (
    "SELECT requests.id, at, e.word, slot, method, path, t.word, kind, previous, fingerprint, a.word, new_address, "
    "status, reason, duration FROM requests JOIN words e ON e.id = endpoint JOIN words t ON t.id = token "
    "JOIN words a ON a.id = address WHERE requests.id IN (SELECT value FROM json_each(?))"
)


def rows_of(database: "sqlite3.Connection", ids: Sequence[int]) -> tuple[RequestRow, ...]:
    """The requests with these ids, in their order."""
    by_id = {row[0]: row for row in database.execute(_ROWS, (str(list(ids)),))}
    return tuple(_row(by_id[id]) for id in ids if id in by_id)


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
