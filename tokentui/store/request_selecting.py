"""The lists of requests seen: which of them a query selects, over SQLite, and no row looked at but to be shown."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from tokentui.domain.requests import PASSED
from tokentui.store.queries import Page, Window
from tokentui.store.request_queries import RequestQuery, RequestRow
from tokentui.store.request_results import Condition, Merged, Scanned, Where, rows_of
from tokentui.store.request_tables import number_of, sums

if TYPE_CHECKING:
    import sqlite3

#: Of more than so many with a text only the newest are told: to count them all takes longer than one likes to wait.
FEW = 50_000
NEWEST = 10_000

_NUMBERS = "SELECT id FROM words WHERE word IN (SELECT value FROM json_each(?))"
_BY_TIME = ("INDEXED BY requests_by_time", "INDEXED BY requests_refused")
#: Ids, which stand among them, have a dash in them.
_ADDRESSES = "SELECT id FROM words WHERE word >= ? AND word < ? AND instr(word, '-') = 0"


def page_of(database: "sqlite3.Connection", query: RequestQuery, window: Window) -> Page[RequestRow]:
    """The window of the requests that the query selects, the newest first."""
    database.execute("BEGIN")  # all of it at one moment
    selected = _selected(database, query)
    total = selected.total
    at = None if window.around is None else selected.place_of(window.around)
    wanted = window.offset if at is None else at - window.limit // 2
    offset = max(0, min(wanted, total - window.limit))
    rows = rows_of(database, selected.ids(Window(offset, window.limit)))
    every = replace(query, text="", let_in=None)
    of = total if query == every else _whole(database, every).total
    return Page(rows, offset, total, of, at, more=selected.more)


def _whole(database: "sqlite3.Connection", query: RequestQuery) -> Scanned:
    """All of a query without its text."""
    return Scanned(database, _plain(query), known=_known(database, query))


def _known(database: "sqlite3.Connection", query: RequestQuery) -> int | None:
    """How many they are where that is added up already: of all, of the allowed and of the refused."""
    added_up = sums(database) if query == RequestQuery(let_in=query.let_in) else None
    if added_up is None:
        return None
    kept, refused = added_up
    return {None: kept, True: kept - refused, False: refused}[query.let_in]


def _selected(database: "sqlite3.Connection", query: RequestQuery) -> Scanned | Merged:
    if not query.text:
        return _whole(database, query)
    plain = _plain(query)
    ways = _ways(database, query)
    if len(ways) == 1 and ways[0].single:
        index = ways[0].by if plain.index in _BY_TIME else plain.index
        return Scanned(database, plain.and_(ways[0].condition, index=index))
    either = Condition(f"({' OR '.join(way.condition.text for way in ways)})", _joined(ways))
    if _whole(database, replace(query, text="")).count_to(FEW + 1) <= FEW:
        return Scanned(database, plain.and_(either))
    parts = [Scanned(database, where) for where in _parts(plain, ways)]
    if _are_few(parts):
        return Merged(database, parts)
    return Scanned(database, plain.and_(either), most=NEWEST)


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


def _parts(plain: Where, ways: Iterable[Way]) -> Iterator[Where]:
    """What has the text in each of these ways and in none before it, so that no request is in two of them."""
    before: list[Condition] = []
    for way in ways:
        index = plain.index if plain.index == "NOT INDEXED" else way.by
        yield plain.and_(way.condition, *before, index=index)
        before.append(Condition(f"NOT {way.condition.text}", way.condition.values))


def _are_few(parts: Iterable[Scanned]) -> bool:
    room = FEW
    for part in parts:
        room -= part.count_to(room + 1)
        if room < 0:
            return False
    return True
