"""What the data viewer shows of all requests: the filters that its keys set, and their words."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tokentui.domain.records import Endpoint, EndpointToken
from tokentui.services.viewing import TallyRow, of_tally
from tokentui.store.request_queries import RequestQuery, TallyBy, first_tallied

#: The order in which `p` turns: words, and since when that is; the 24 hours are those that the sums add up.
PERIODS: tuple[tuple[str, Callable[[datetime], datetime | None]], ...] = (
    ("", lambda now: None),
    ("last hour", lambda now: now - timedelta(hours=1)),
    ("24 hours", first_tallied),
    ("7 days", lambda now: now - timedelta(days=7)),
)
#: Which of them the sums are of.
_OF_SUMS = 2

#: The order in which `m` turns.
OUTCOMES: dict[bool | None, str] = {None: "", False: "refused", True: "allowed"}


@dataclass(frozen=True, slots=True)
class RequestFilters:
    """The filters; the text that somebody types belongs to the list."""

    query: RequestQuery = field(default_factory=RequestQuery)
    #: Which of `PERIODS`.
    period: int = 0
    #: What people call the token and the endpoint of the query.
    token: str = ""
    endpoint: str = ""

    def __bool__(self) -> bool:
        """Whether anything is filtered."""
        return self != RequestFilters()

    @property
    def words(self) -> tuple[str, ...]:
        """The filters, a text each."""
        address = self.query.address and f"from {self.query.address}"
        outcome = OUTCOMES[self.query.let_in]
        return tuple(filter(None, (self.endpoint, self.token, outcome, address, PERIODS[self.period][0])))

    def asked(self, text: str, now: datetime) -> RequestQuery:
        """The question at this moment."""
        since = PERIODS[self.period][1]
        return replace(self.query, text=text, since=since(now))

    # ------------------------------------------------------------------ other ones

    def turned(self) -> "RequestFilters":
        """With the next outcome."""
        order = list(OUTCOMES)
        following = order[(order.index(self.query.let_in) + 1) % len(order)]
        return replace(self, query=replace(self.query, let_in=following))

    def of_next_period(self) -> "RequestFilters":
        """With the next period."""
        return replace(self, period=(self.period + 1) % len(PERIODS))

    def from_address(self, address: str) -> "RequestFilters":
        """From this address only; from all where it is empty."""
        return replace(self, query=replace(self.query, address=address))

    def by_all(self, by: TallyBy) -> "RequestFilters":
        """By all tokens, or to all endpoints."""
        if by is TallyBy.ENDPOINT:
            return replace(self, query=replace(self.query, endpoint_ids=None), endpoint="")
        return replace(self, query=replace(self.query, token_ids=None, unknown=None), token="")

    def by_one(self, by: TallyBy, id: str, name: str) -> "RequestFilters":
        """By one token, or to one endpoint, as a tally has its id."""
        named = {"endpoint": name} if by is TallyBy.ENDPOINT else {"token": name}
        return replace(self.by_all(by), query=of_tally(self.by_all(by).query, by, id), **named)  # type: ignore[arg-type]  # names are texts

    def of_row(self, by: TallyBy, row: TallyRow) -> "RequestFilters":
        """Those that a line of the sums has added up."""
        return replace(self.by_one(by, row.tally.id, row.name), period=_OF_SUMS)


def of_records(token: EndpointToken | None = None, endpoint: Endpoint | None = None) -> RequestFilters:
    """The requests with this token, to this endpoint, or both."""
    filters = RequestFilters()
    if token is not None:
        filters = filters.by_one(TallyBy.TOKEN, token.id, token.name)
    if endpoint is not None:
        filters = filters.by_one(TallyBy.ENDPOINT, endpoint.id, endpoint.ref)
    return filters
