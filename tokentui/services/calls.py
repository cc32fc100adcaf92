"""How often something was called lately: what a cut hits beyond names, in the words that every face shows."""

from collections.abc import Callable, Collection, Iterable, Mapping
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

_HOUR, _MINUTE, _SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)

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

    def sentence(self, by: str = "") -> str:
        """What `told` says, as a sentence."""
        clause = self.told(by)
        return f"{clause[0].upper()}{clause[1:]}."

    @property
    def _lately(self) -> str:
        if self.period >= LATELY:
            return f"in the last {LATELY // _HOUR} h"
        return f"in the {self._so_long} since recording began"

    @property
    def _so_long(self) -> str:
        """The period in a unit of which there are many: what is left over of it is not told."""
        if self.period >= 2 * _HOUR:
            return f"{self.period // _HOUR} h"
        if self.period >= 10 * _MINUTE:
            return f"{self.period // _MINUTE} min"
        return f"{max(1, self.period // _SECOND)} s"  # clocks differ: below 0, too


def calls_by(
    desk: Desk, token_ids: Collection[str], *, previous: bool | None = None, since: datetime | None = None
) -> Calls:
    """The calls that these tokens came with.

    `previous`: by their values from before the last rotation only, or by their present ones; `since`: none earlier.
    """
    only = RequestFilter(previous=previous, let_in=True)
    return _counted(desk, lambda requests, lately: requests.calls(token_ids, max(lately, since or lately), only))


def calls_by_primary(desk: Desk, endpoint: Endpoint, slot: Slot) -> Calls:
    """The calls that the primary token which stands came with."""
    return calls_by(desk, [f"{endpoint.id}.{slot}"], since=endpoint.primaries[slot].generated_at)


def calls_at(desk: Desk, slots: Mapping[str, Collection[Slot]]) -> Calls:
    """The calls, whatever the token, that came to these slots of these endpoints (by id)."""
    alike: dict[frozenset[Slot], set[str]] = {}
    for endpoint_id, some in slots.items():
        alike.setdefault(frozenset(some), set()).add(endpoint_id)

    def count(requests: Requests, lately: datetime) -> int:
        return sum(
            requests.calls_at(there, lately, RequestFilter(slots=some, let_in=True)) for some, there in alike.items()
        )

    return _counted(desk, count)


def calls_through(desk: Desk, mappings: Iterable[Mapped]) -> Calls:
    """The calls that came through these mappings."""
    alike: dict[tuple[str, frozenset[Slot]], set[str]] = {}
    for token_id, endpoint_id, slots in mappings:
        alike.setdefault((token_id, frozenset(slots)), set()).add(endpoint_id)

    def count(requests: Requests, lately: datetime) -> int:
        return sum(
            requests.calls([id], lately, RequestFilter(endpoint_ids=frozenset(there), slots=slots, let_in=True))
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
