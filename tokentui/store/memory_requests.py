"""The requests seen, in memory: for tests, as the store in memory is."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from tokentui.domain.requests import SeenRequest
from tokentui.store.queries import EVERY_REQUEST, LastSeen, Page, RequestFilter, Window, window_of
from tokentui.store.request_queries import (
    TALLIES,
    TALLY_PERIOD,
    UNKNOWN,
    Pruned,
    RequestQuery,
    RequestRow,
    Tally,
    TallyBy,
    first_tallied,
)


class MemoryRequests:
    """`Requests` that are gone with the process."""

    def __init__(self) -> None:
        self._rows: tuple[RequestRow, ...] = ()
        self._recorded = 0
        self._lost: list[tuple[datetime, int]] = []
        self._began: datetime | None = None
        self._last_seen: dict[str, LastSeen] = {}

    @contextmanager
    def recording(self) -> Iterator["MemoryRecording"]:
        yield MemoryRecording(self)

    def record(self, requests: Iterable[SeenRequest]) -> None:
        for one in requests:
            self._recorded += 1
            self._rows += (RequestRow(str(self._recorded), one, self._is_from_new_address(one)),)
            self._began = one.at if self._began is None else min(self._began, one.at)
            if one.token_id and one.let_in:
                self._sight(one)

    def _is_from_new_address(self, one: SeenRequest) -> bool:
        before = {row.request.address for row in self._rows if row.request.token_id == one.token_id} - {""}
        return bool(one.token_id and one.address and before) and one.address not in before

    def _sight(self, one: SeenRequest) -> None:
        known = self._last_seen.get(one.token_id, LastSeen())
        before = known.by_previous if one.previous else known.at
        last = one.at if before is None else max(before, one.at)
        self._last_seen[one.token_id] = known._replace(**{"by_previous" if one.previous else "at": last})

    def lose(self, at: datetime, amount: int) -> None:
        """Keep that so many requests could not be kept."""
        self._lost.append((at, amount))

    def prune(self, before: datetime, most: int, step: int) -> Pruned:
        """Remove the oldest, as `Recording.prune` says."""
        old = [row for row in self._rows if row.request.at < before]
        over = sorted(self._rows, key=lambda row: int(row.id))[: max(0, len(self._rows) - most)]
        gone = [*old, *(row for row in over if row not in old)][:step]
        self._rows = tuple(row for row in self._rows if row not in gone)
        return Pruned(len(gone), len(gone) >= step)

    def stamp(self) -> tuple[int, ...]:
        return (self._recorded, len(self._rows)) if self._recorded else ()

    def began(self) -> datetime | None:
        return self._began

    def last_seen(self, token_ids: Collection[str] | None = None) -> Mapping[str, LastSeen]:
        seen = self._last_seen
        return dict(seen) if token_ids is None else {id: seen[id] for id in token_ids if id in seen}

    def last_let_in(self) -> Mapping[str, datetime]:
        return {id: seen.last for id, seen in self._last_seen.items() if seen.last is not None}

    def calls(self, token_ids: Collection[str], since: datetime, only: RequestFilter = EVERY_REQUEST) -> int:
        return sum(one.token_id in token_ids and one.at >= since and _fits(one, only) for one in self._requests)

    def calls_at(self, endpoint_ids: Collection[str], since: datetime, only: RequestFilter = EVERY_REQUEST) -> int:
        return sum(one.endpoint_id in endpoint_ids and one.at >= since and _fits(one, only) for one in self._requests)

    def lost(self, since: datetime) -> int:
        return sum(amount for at, amount in self._lost if at >= since)

    def page(self, query: RequestQuery, window: Window) -> Page[RequestRow]:
        after = int(query.after or 0)
        plain = [row for row in self._rows if int(row.id) > after and _selected(row.request, query)]
        rows = [
            row
            for row in plain
            if query.let_in in (None, row.request.let_in) and (not query.text or _has_text(row.request, query))
        ]
        rows.sort(key=lambda row: (row.request.at, int(row.id)), reverse=True)
        at, places = window_of([row.id for row in rows], window)
        return Page(tuple(rows[place] for place in places), places.start, len(rows), len(plain), at)

    def last_id(self) -> str:
        return str(max((int(row.id) for row in self._rows), default=0) or "")

    def tallies(self, by: TallyBy, now: datetime) -> tuple[Tally, ...]:
        found = [_tally(id, requests) for id, requests in self._lately(by, now).items()]
        return tuple(sorted(found, key=lambda tally: (-tally.calls, tally.id)))

    def hours(self, by: TallyBy, ids: Collection[str], now: datetime) -> Mapping[str, tuple[int, ...]]:
        found, first = self._lately(by, now), first_tallied(now)
        return {id: _hours(found[id], first) for id in ids if id in found}

    def _lately(self, by: TallyBy, now: datetime) -> Mapping[str, list[SeenRequest]]:
        first = first_tallied(now)
        came: dict[str, list[SeenRequest]] = {}
        for one in self._requests:
            token = UNKNOWN if one.fingerprint else one.token_id
            if one.at >= first:
                came.setdefault(token if by is TallyBy.TOKEN else one.endpoint_id, []).append(one)
        return came

    @property
    def _requests(self) -> Iterator[SeenRequest]:
        return (row.request for row in self._rows)


class MemoryRecording:
    """A `Recording` of requests in memory."""

    def __init__(self, requests: MemoryRequests) -> None:
        self.record = requests.record
        self.lose = requests.lose
        self.prune = requests.prune
        self.moved = lambda: False


def _fits(one: SeenRequest, only: RequestFilter) -> bool:
    return (
        (only.endpoint_ids is None or one.endpoint_id in only.endpoint_ids)
        and (only.slots is None or one.slot in only.slots)
        and only.previous in (None, one.previous)
        and only.let_in in (None, one.let_in)
    )


def _selected(one: SeenRequest, query: RequestQuery) -> bool:
    """Whatever its outcome and its text."""
    return (
        (query.token_ids is None or one.token_id in query.token_ids)
        and (query.endpoint_ids is None or one.endpoint_id in query.endpoint_ids)
        and query.fingerprint in ("", one.fingerprint)
        and query.unknown in (None, bool(one.fingerprint))
        and query.address in ("", one.address)
        and (query.since is None or one.at >= query.since)
        and (query.until is None or one.at < query.until)
    )


def _has_text(one: SeenRequest, query: RequestQuery) -> bool:
    return (
        one.token_id in query.text_tokens
        or one.endpoint_id in query.text_endpoints
        or one.address.startswith(query.text)
        or one.fingerprint.startswith(query.text)
    )


def _tally(id: str, requests: list[SeenRequest]) -> Tally:
    addresses = {one.address for one in requests if id not in ("", UNKNOWN)} - {""}
    refused = sum(not one.let_in for one in requests)
    return Tally(id, len(requests), refused, max(one.at for one in requests), len(addresses))


def _hours(requests: list[SeenRequest], first: datetime) -> tuple[int, ...]:
    hours = [0] * TALLIES
    for one in requests:
        hours[min((one.at - first) // TALLY_PERIOD, TALLIES - 1)] += 1
    return tuple(hours)
