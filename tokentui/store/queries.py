"""The questions that screens and commands ask a store, and the pages they get back.

A list on screen is a query, not a copy: a store answers with one window of rows and the counts, so that it may be
a file today and a database tomorrow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

from tokentui.domain.records import Endpoint, EndpointToken
from tokentui.domain.slots import Slot

RowT = TypeVar("RowT", covariant=True)


class TokenSort(StrEnum):
    NAME = "name"
    DESCRIPTION = "description"
    ENABLED = "enabled"
    ASSIGNED = "assigned"
    AGE = "age"
    LAST_SEEN = "last_seen"


class EndpointSort(StrEnum):
    NAME = "name"
    REF = "ref"
    METHODS = "methods"
    AUTHENTICATION = "authentication"
    ASSIGNED = "assigned"
    ACTIVE = "active"


class Window(NamedTuple):
    """Which rows of a result are wanted: `limit` rows from `offset`, or the `limit` rows around the row `around`.

    Where `around` is an id that the result does not hold, `offset` counts.
    """

    offset: int = 0
    limit: int = 200
    around: str | None = None


EVERYTHING = Window(0, 1_000_000_000)


@dataclass(frozen=True, slots=True)
class Page(Generic[RowT]):
    """One window of a result."""

    rows: tuple[RowT, ...]
    #: Where the first of `rows` stands in the result.
    offset: int
    #: How many rows the whole result has.
    total: int
    #: How many it would have without the text filter ("n of m").
    of: int
    #: Where the row that `Window.around` named stands, or None where the result does not hold it.
    at: int | None = None
    #: Why the rows do not tell when they were last seen, for people; empty where they do.
    trouble: str = ""
    #: Whether there are more than `total`, which are too many to be counted while somebody types.
    more: bool = False


def _position(ids: Sequence[str], id: str | None) -> int | None:
    try:
        return None if id is None else ids.index(id)
    except ValueError:
        return None


def window_of(ids: Sequence[str], window: Window) -> tuple[int | None, range]:
    """Of a result with these ids: where the row that `window.around` names stands, and the places to show."""
    at = _position(ids, window.around)
    wanted = window.offset if at is None else at - window.limit // 2
    offset = max(0, min(wanted, len(ids) - window.limit))
    return at, range(offset, min(offset + window.limit, len(ids)))


def shown_of(ids: Sequence[str], window: Window) -> Sequence[str]:
    """Those of a result's ids that the window shows."""
    places = window_of(ids, window)[1]
    return ids[places.start : places.stop]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenQuery:
    """Endpoint tokens; None means "either". `only`: none but those with these ids.

    `due_before`: those whose value was generated then or earlier.
    """

    text: str = ""
    active: bool | None = True
    enabled: bool | None = None
    assigned: bool | None = None
    due_before: datetime | None = None
    only: frozenset[str] | None = None
    sort: TokenSort = TokenSort.NAME
    reverse: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointQuery:
    """Endpoints; None means "either". `slot`: those that have this slot on; `only`: none but those with these ids.

    `counted` False leaves out how many tokens are mapped: the rows come sooner so.
    """

    text: str = ""
    active: bool | None = True
    slot: Slot | None = None
    only: frozenset[str] | None = None
    counted: bool = True
    sort: EndpointSort = EndpointSort.NAME
    reverse: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingQuery:
    """The active endpoint tokens as one endpoint sees them; `mapped_only`: none but those that are mapped to it."""

    endpoint_id: str
    text: str = ""
    mapped_only: bool = False
    sort: TokenSort = TokenSort.NAME
    reverse: bool = False


class TokenRow(NamedTuple):
    """An endpoint token in a result."""

    token: EndpointToken
    #: How many endpoints it is mapped to.
    assigned: int
    last_seen_at: datetime | None = None

    @property
    def id(self) -> str:
        return self.token.id


class EndpointRow(NamedTuple):
    """An endpoint in a result."""

    endpoint: Endpoint
    #: How many active endpoint tokens are mapped to it; None where that was not to be counted.
    assigned: int | None

    @property
    def id(self) -> str:
        return self.endpoint.id


class MappingRow(NamedTuple):
    """An endpoint token as one endpoint sees it."""

    token: EndpointToken
    #: The slots the token is mapped to on the endpoint in question; empty where it is not mapped.
    slots: tuple[Slot, ...]
    last_seen_at: datetime | None = None

    @property
    def id(self) -> str:
        return self.token.id


class Counts(NamedTuple):
    """How many records there are, and how many of them are active."""

    endpoints: int
    active_endpoints: int
    tokens: int
    active_tokens: int


class LastSeen(NamedTuple):
    """When a token was last let in: by the value that it has, and by the one before its last rotation."""

    at: datetime | None = None
    by_previous: datetime | None = None

    @property
    def last(self) -> datetime | None:
        """By whichever of the two."""
        return max((moment for moment in (self.at, self.by_previous) if moment is not None), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFilter:
    """Which requests count; what is None does not filter."""

    #: Those that came to one of these endpoints.
    endpoint_ids: frozenset[str] | None = None
    slots: frozenset[Slot] | None = None
    #: Those with the value from before the token's last rotation, or those without.
    previous: bool | None = None
    let_in: bool | None = None


EVERY_REQUEST = RequestFilter()
