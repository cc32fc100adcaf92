"""How often something was called lately: what a cut hits beyond names, in the words that every face shows."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tokentui.domain.errors import StoreError
from tokentui.domain.records import Endpoint
from tokentui.domain.slots import Slot
from tokentui.services.desk import Desk
from tokentui.services.wording import amount
from tokentui.store.protocol import Requests
from tokentui.store.queries import RequestFilter

#: How far back calls are counted.
LATELY = timedelta(hours=24)

_HOUR, _MINUTE = timedelta(hours=1), timedelta(minutes=1)

#: A token, an endpoint, and the slots to which the one is mapped at the other: their ids.
Mapped = tuple[str, str, Collection[Slot]]


@dataclass(frozen=True, slots=True)
class Calls:
    """How many requests passed lately; `number` is None where nobody knows."""

    number: int | None
    #: In which time: a day, or less where requests have not been recorded for so long.
    period: timedelta = LATELY
    #: Why the requests that were recorded cannot be asked for; empty where none ever was.
    trouble: str = ""

    def told(self, by: str = "") -> str:
        """A clause, as in `called 214 times in the last 24 h by this token`; `by` may say by whom."""
        if self.trouble:
            return f"how often it was called is unknown: {self.trouble.rstrip('.')}"
        if self.number is None:
            return "no requests are recorded yet"
        if not self.number:
            return " ".join(("no call", *by.split(), "was recorded", self._lately))
        return " ".join(("called", amount(self.number, "time"), self._lately, *by.split()))

    @property
    def _lately(self) -> str:
        if self.period >= LATELY:
            return f"in the last {LATELY // _HOUR} h"
        hours, minutes = max(0, self.period // _HOUR), max(1, self.period // _MINUTE)  # clocks differ: below 0, too
        return f"in the {f'{hours} h' if hours else f'{minutes} min'} since recording began"


def calls_by(desk: Desk, token_ids: Collection[str], *, previous: bool | None = None) -> Calls:
    """The calls that these tokens came with; `previous`: by their values from before the last rotation only."""
    only = RequestFilter(previous=previous, let_in=True)
    return _counted(desk, lambda requests, since: requests.calls(token_ids, since, only))


def calls_by_primary(desk: Desk, endpoint: Endpoint, slot: Slot) -> Calls:
    """The calls that the primary token which stands came with."""
    made = endpoint.primaries[slot].generated_at
    ids, only = [f"{endpoint.id}.{slot}"], RequestFilter(let_in=True)
    return _counted(desk, lambda requests, since: requests.calls(ids, max(since, made), only))


def calls_at(desk: Desk, endpoint_ids: Collection[str], slots: Collection[Slot] | None = None) -> Calls:
    """The calls that came to these endpoints, whatever the token; `slots`: to these of their slots only."""
    only = RequestFilter(slots=None if slots is None else frozenset(slots), let_in=True)
    return _counted(desk, lambda requests, since: requests.calls_at(endpoint_ids, since, only))


def calls_through(desk: Desk, mappings: Iterable[Mapped]) -> Calls:
    """The calls that came through these mappings."""
    alike: dict[tuple[str, frozenset[Slot]], set[str]] = {}
    for token_id, endpoint_id, slots in mappings:
        alike.setdefault((token_id, frozenset(slots)), set()).add(endpoint_id)

    def count(requests: Requests, since: datetime) -> int:
        return sum(
            requests.calls([id], since, RequestFilter(endpoint_ids=frozenset(there), slots=slots, let_in=True))
            for (id, slots), there in alike.items()
        )

    return _counted(desk, count)


def _counted(desk: Desk, count: Callable[[Requests, datetime], int]) -> Calls:
    """What is counted since a day ago. A deed must not fail for it: what goes wrong is told beside it."""
    now, requests = desk.clock(), desk.store.requests
    try:
        began = requests.began()
        if began is None:
            return Calls(None)
        return Calls(count(requests, now - LATELY), min(LATELY, now - began))
    except StoreError as error:
        return Calls(None, trouble=str(error))
