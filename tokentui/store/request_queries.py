"""The questions about the requests seen that the data viewer asks, and the rows that it gets back."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from tokentui.domain.requests import SeenRequest

#: Calls are added up by the hour, and a summary tells so many of them, the last one last.
TALLY_PERIOD = timedelta(hours=1)
TALLIES = 24


def first_tallied(now: datetime) -> datetime:
    """Where a summary begins: at a full hour, as the hour that has begun is the last of them."""
    return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) - (TALLIES - 1) * TALLY_PERIOD


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestQuery:
    """Requests, the newest first; what is None or empty does not filter.

    `text`: those by one of the `text_tokens`, to one of the `text_endpoints`, from an address, or with an unknown
    token's fingerprint, that begins with it. Names are no business of this log, so who asks looks them up.
    """

    token_ids: frozenset[str] | None = None
    endpoint_ids: frozenset[str] | None = None
    #: Those with an unknown token that has this fingerprint.
    fingerprint: str = ""
    #: Those with whatever token that nobody has, or those without one.
    unknown: bool | None = None
    let_in: bool | None = None
    address: str = ""
    #: From then on.
    since: datetime | None = None
    #: Before then.
    until: datetime | None = None
    #: Those that were recorded after the one with this id.
    after: str = ""
    text: str = ""
    text_tokens: frozenset[str] = frozenset()
    text_endpoints: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request in a result."""

    id: str
    request: SeenRequest
    #: Whether its token, which was known from elsewhere, had never come from its address before.
    new_address: bool = False


class TallyBy(StrEnum):
    """What calls are added up by."""

    TOKEN = "token"
    ENDPOINT = "endpoint"


#: Stands for all tokens that nobody has.
UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class Tally:
    """The calls of a day, by one token or to one endpoint."""

    #: Of the token or endpoint; `UNKNOWN` for tokens that nobody has, empty for calls without any.
    id: str
    calls: int
    refused: int
    last_at: datetime
    #: From how many addresses they came; 0 where that is not known.
    addresses: int


@dataclass(frozen=True, slots=True)
class Pruned:
    """What one step of pruning did."""

    removed: int
    #: Whether there is more to remove.
    more: bool
