"""The lists of requests seen: which of them a query selects, over SQLite, and no row looked at but to be shown."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from tokentui.domain.requests import PASSED, SeenRequest
from tokentui.store.queries import Page, Window
from tokentui.store.request_queries import RequestQuery, RequestRow
from tokentui.store.request_tables import moment_of, number_of, sums

if TYPE_CHECKING:
    import sqlite3

#: Of more than so many with a text only the newest are told: to count them all takes longer than one likes to wait.
FEW = 50_000
NEWEST = 10_000

_NUMBERS = "SELECT id FROM words WHERE word IN (SELECT value FROM json_each(?))"
_BY_TIME = ("INDEXED BY requests_by_time", "INDEXED BY requests_refused")
#: Ids, which stand among them, have a dash in them.
_ADDRESSES = "SELECT id FROM words WHERE word >= ? AND word < ? AND instr(word, '-') = 0"
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


def page_of(database: "sqlite3.Connection", query: RequestQuery, window: Window) -> Page[RequestRow]:
    """The window of the requests that the query selects, the newest first."""
    database.execute("BEGIN")  # all of it at one moment
    selected = _selected(database, query)
    total = selected.total
    at = None if window.around is None else selected.place_of(window.around)
    wanted = window.offset if at is None else at - window.limit // 2
    offset = max(0, min(wanted, total - window.limit))
    rows = _rows(database, selected.ids(Window(offset, window.limit)))
    every = replace(query, text="", let_in=None)
    of = total if query == every else _whole(database, every).total
    return Page(rows, offset, total, of, at, more=selected.more)


def _whole(database: "sqlite3.Connection", query: RequestQuery) -> "_Scanned":
    """All of a query without its text."""
    return _Scanned(database, _plain(query), known=_known(database, query))


def _known(database: "sqlite3.Connection", query: RequestQuery) -> int | None:
    """How many they are where that is added up already: of all, of the allowed and of the refused."""
    added_up = sums(database) if query == RequestQuery(let_in=query.let_in) else None
    if added_up is None:
        return None
    kept, refused = added_up
    return {None: kept, True: kept - refused, False: refused}[query.let_in]


def _selected(database: "sqlite3.Connection", query: RequestQuery) -> "_Scanned | _Listed":
    if not query.text:
        return _whole(database, query)
    plain = _plain(query)
    ways = _ways(database, query)
    if len(ways) == 1 and ways[0].single:
        index = ways[0].by if plain.index in _BY_TIME else plain.index
        return _Scanned(database, plain.and_(ways[0].condition, index=index))
    either = Condition(f"({' OR '.join(way.condition.text for way in ways)})", _joined(ways))
    if _whole(database, replace(query, text="")).total <= FEW:
        return _Scanned(database, plain.and_(either))
    few = _few(database, plain, ways)
    return _Scanned(database, plain.and_(either), most=NEWEST) if few is None else _Listed(few)


# ---------------------------------------------------------------------- what does not depend on the text


def _plain(query: RequestQuery) -> Where:
    conditions = tuple(_conditions(query))
    return Where(_index(query), conditions)


def _index(query: RequestQuery) -> str:
    """The one that leads to the fewest, as far as a query tells."""
    if query.after:
        return "NOT INDEXED"
    if query.fingerprint:
        return "INDEXED BY requests_unknown"
    if query.unknown is not None or _is_one(query.token_ids):
        return "INDEXED BY requests_by_token"
    if _is_one(query.endpoint_ids):
        return "INDEXED BY requests_by_endpoint"
    if query.address:
        return "INDEXED BY requests_by_address"
    return _BY_TIME[query.let_in is False]


def _is_one(ids: frozenset[str] | None) -> bool:
    return ids is not None and len(ids) == 1


def _conditions(query: RequestQuery) -> Iterator[Condition]:
    yield from _among("token", query.token_ids)
    yield from _among("endpoint", query.endpoint_ids)
    if query.fingerprint:
        yield Condition("fingerprint = ? AND fingerprint <> ''", (query.fingerprint,))
    if query.unknown is not None:
        known = "" if _is_one(query.token_ids) else "token = 0 AND "
        yield Condition(f"{known}fingerprint {'<>' if query.unknown else '='} ''")
    if query.let_in is not None:
        yield Condition(f"status {'=' if query.let_in else '<>'} {PASSED}")
    if query.address:
        yield Condition("address = (SELECT id FROM words WHERE word = ?)", (query.address,))
    if query.since is not None:
        yield Condition("at >= ?", (number_of(query.since),))
    if query.until is not None:
        yield Condition("at < ?", (number_of(query.until),))
    if query.after:
        yield Condition("id > ?", (int(query.after),))


def _among(column: str, ids: frozenset[str] | None) -> Iterator[Condition]:
    if ids is None:
        return
    if _is_one(ids):
        yield Condition(f"{column} = (SELECT id FROM words WHERE word = ?)", tuple(ids))
    else:
        yield Condition(f"{column} IN ({_NUMBERS})" if ids else "0", (_json(ids),) if ids else ())


def _json(values: Iterable[str]) -> str:
    import orjson

    return orjson.dumps(list(values)).decode()


# ---------------------------------------------------------------------- what has a text


class Way(NamedTuple):
    """One way in which a request may have the text, and the index that leads there."""

    by: str
    condition: Condition
    #: Whether it leads to one token, endpoint or address, so that the index has all that there is in order.
    single: bool = False


def _ways(database: "sqlite3.Connection", query: RequestQuery) -> list[Way]:
    """Names are looked up in the words first, so that each request is a matter of numbers."""
    begins = (query.text, f"{query.text}\U0010ffff")
    addresses = database.execute(_ADDRESSES, begins)
    ways = [
        *_way("token", database.execute(_NUMBERS, (_json(query.text_tokens),))),
        *_way("endpoint", database.execute(_NUMBERS, (_json(query.text_endpoints),))),
        *_way("address", addresses),
    ]
    unknown = Condition("(fingerprint <> '' AND fingerprint >= ? AND fingerprint < ?)", begins)
    first = "SELECT 1 FROM requests INDEXED BY requests_unknown WHERE " + unknown.text
    if not ways or database.execute(f"{first} LIMIT 1", begins).fetchone():
        ways.append(Way("INDEXED BY requests_unknown", unknown))
    return ways


def _way(column: str, numbers: Iterable[tuple[int]]) -> Iterator[Way]:
    found = [number for (number,) in numbers if number]
    index = f"INDEXED BY requests_by_{column}"
    if len(found) == 1:
        yield Way(index, Condition(f"{column} = ?", (found[0],)), single=True)
    elif found:
        yield Way(index, Condition(f"{column} IN (SELECT value FROM json_each(?))", (str(found),)))


def _joined(ways: Iterable[Way]) -> tuple[object, ...]:
    return tuple(value for way in ways for value in way.condition.values)


def _few(database: "sqlite3.Connection", plain: Where, ways: Iterable[Way]) -> list[int] | None:
    """The ids of all that have the text in one of these ways, in their order; None where there are many."""
    found: set[tuple[int, int]] = set()
    room = FEW
    for way in ways:
        where = plain.and_(way.condition, index=plain.index if plain.index == "NOT INDEXED" else way.by)
        hits = database.execute(f"SELECT at, id {where.clause} LIMIT ?", (*where.values, room + 1)).fetchall()
        room -= len(hits)
        if room < 0:
            return None
        found.update(hits)
    return [id for _, id in sorted(found, reverse=True)]


# ---------------------------------------------------------------------- results


class _Listed:
    """A result whose ids are all known."""

    more = False

    def __init__(self, ids: list[int]) -> None:
        self._ids = ids
        self.total = len(ids)

    def place_of(self, id: str) -> int | None:
        """Where the request stands in the result; None where it is not in it."""
        return self._ids.index(int(id)) if id.isdecimal() and int(id) in self._ids else None

    def ids(self, window: Window) -> list[int]:
        return self._ids[window.offset : window.offset + window.limit]


class _Scanned:
    """A result that stands in an index; of more than `most` the newest only."""

    def __init__(
        self, database: "sqlite3.Connection", where: Where, *, most: int | None = None, known: int | None = None
    ) -> None:
        """`known`: how many there are, where somebody knows."""
        self._database = database
        self._where = where
        self._most, self._known = most, known
        self.more = most is not None

    @cached_property
    def total(self) -> int:
        """How many there are, or how many of them are told."""
        if self._known is not None:
            return self._known
        return self._count(self._where) if self._most is None else self._most

    def place_of(self, id: str) -> int | None:
        """Where the request stands in the result; None where it is not in it."""
        if not id.isdecimal():
            return None
        this = self._where.and_(Condition("id = ?", (int(id),)), index="NOT INDEXED")
        row = self._database.execute(f"SELECT at {this.clause}", this.values).fetchone()
        if row is None:
            return None
        newer = Condition("at >= ? AND (at > ? OR id > ?)", (row[0], row[0], int(id)))
        place = self._count(self._where.and_(newer))
        return place if self._most is None or place < self._most else None

    def ids(self, window: Window) -> list[int]:
        """Those of a window; what is nearer to the end is looked for from there."""
        limit = max(0, min(window.limit, self.total - window.offset))
        behind = self.total - window.offset - limit
        if self._most is not None or window.offset <= behind:
            return self._read(_ORDER, limit, window.offset)
        return self._read(_BACKWARDS, limit, behind)[::-1]

    def _read(self, order: str, limit: int, offset: int) -> list[int]:
        statement = f"SELECT id {self._where.clause} {order} LIMIT ? OFFSET ?"
        return [id for (id,) in self._database.execute(statement, (*self._where.values, limit, offset))]

    def _count(self, where: Where) -> int:
        (number,) = self._database.execute(f"SELECT count(*) {where.clause}", where.values).fetchone()
        return int(number)


# ---------------------------------------------------------------------- rows

_ROWS = (
    "SELECT requests.id, at, e.word, slot, method, path, t.word, kind, previous, fingerprint, a.word, new_address, "
    "status, reason, duration FROM requests JOIN words e ON e.id = endpoint JOIN words t ON t.id = token "
    "JOIN words a ON a.id = address WHERE requests.id IN (SELECT value FROM json_each(?))"
)


def _rows(database: "sqlite3.Connection", ids: Sequence[int]) -> tuple[RequestRow, ...]:
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
