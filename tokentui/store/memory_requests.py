"""The requests seen, in memory: for tests, as the store in memory is."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from tokentui.domain.requests import SeenRequest
from tokentui.store.queries import EVERY_REQUEST, LastSeen, RequestFilter


class MemoryRequests:
    """`Requests` that are gone with the process."""

    def __init__(self) -> None:
        self._seen: tuple[SeenRequest, ...] = ()

    def record(self, requests: Iterable[SeenRequest]) -> None:
        self._seen += tuple(requests)

    def stamp(self) -> tuple[int, ...]:
        return (len(self._seen),) if self._seen else ()

    def began(self) -> datetime | None:
        return min((one.at for one in self._seen), default=None)

    def last_seen(self, token_ids: Collection[str] | None = None) -> Mapping[str, LastSeen]:
        seen: dict[str, LastSeen] = {}
        for one in sorted(self._seen, key=lambda one: one.at):
            if one.token_id and one.let_in:
                known = seen.get(one.token_id, LastSeen())
                change = {"by_previous" if one.previous else "at": one.at}
                seen[one.token_id] = replace(known, **change)
        return seen if token_ids is None else {id: seen[id] for id in token_ids if id in seen}

    def last_let_in(self) -> Mapping[str, datetime]:
        let_in = (one for one in self._seen if one.token_id and one.let_in)
        return {one.token_id: one.at for one in sorted(let_in, key=lambda one: one.at)}

    def calls(self, token_ids: Collection[str], since: datetime, only: RequestFilter = EVERY_REQUEST) -> int:
        return sum(one.token_id in token_ids and one.at >= since and _fits(one, only) for one in self._seen)

    def calls_at(self, endpoint_ids: Collection[str], since: datetime, only: RequestFilter = EVERY_REQUEST) -> int:
        return sum(one.endpoint_id in endpoint_ids and one.at >= since and _fits(one, only) for one in self._seen)


def _fits(one: SeenRequest, only: RequestFilter) -> bool:
    return (
        (only.endpoint_ids is None or one.endpoint_id in only.endpoint_ids)
        and (only.slots is None or one.slot in only.slots)
        and only.previous in (None, one.previous)
        and only.let_in in (None, one.let_in)
    )
