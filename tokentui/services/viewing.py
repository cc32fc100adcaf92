"""The requests seen, with names: what a data viewer shows of them, and finds by what people type."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from tokentui.domain.errors import NotFound
from tokentui.domain.holders import primary_of
from tokentui.domain.reasons import Reason
from tokentui.domain.records import EndpointToken
from tokentui.domain.requests import SeenRequest
from tokentui.store.protocol import Reader, Requests
from tokentui.store.queries import Page, Window
from tokentui.store.request_queries import UNKNOWN, RequestQuery, RequestRow, Tally, TallyBy

#: So much of its id tells a record that is gone from others.
_TAIL = 6

#: The reasons in as few words as fit a column.
_SHORT: dict[str, str] = {
    Reason.INTERNAL_ERROR: "error",
    Reason.UNTRUSTED_PROXY: "proxy",
    Reason.BAD_QUESTION: "bad headers",
    Reason.BAD_TARGET: "bad target",
    Reason.UNKNOWN_ENDPOINT: "no endpoint",
    Reason.METHOD_NOT_ALLOWED: "method",
    Reason.IP_NOT_ALLOWED: "IP filter",
    Reason.FREE: "free",
    Reason.NO_CREDENTIAL: "no token",
    Reason.INVALID_REQUEST: "bad token",
    Reason.UNKNOWN_TOKEN: "unknown",
    Reason.DISABLED_TOKEN: "disabled",
    Reason.INACTIVE_TOKEN: "inactive",
    Reason.EXPIRED_TOKEN: "expired",
    Reason.REPLACED_TOKEN: "old value",
    Reason.PRIMARY_OFF: "primary off",
    Reason.INSUFFICIENT_SCOPE: "not mapped",
    Reason.ALLOWED: "allowed",
}


#: The rules that answer before a token is looked at.
_NOT_LOOKED_AT = {reason.value for reason in Reason if reason.rule < Reason.NO_CREDENTIAL.rule}


def short_reason(reason: str) -> str:
    """A recorded reason in as few words as fit a column; as it stands where a newer TokenTUI recorded it."""
    return _SHORT.get(reason) or reason.replace("_", " ")


def without_token(reason: str) -> str:
    """What became of the token of a request for which none is recorded, by its reason: `token` and these words.

    The rules before the sixth answer without a look at what came.
    """
    match reason:
        case Reason.NO_CREDENTIAL:
            return "missing"
        case Reason.INVALID_REQUEST:
            return "malformed, or more than one"
        case Reason.INTERNAL_ERROR:
            return "not known"
    return "not looked at" if reason in _NOT_LOOKED_AT else "not known"


@dataclass(frozen=True, slots=True)
class SeenRow:
    """A request, with the names that its records have now."""

    id: str
    request: SeenRequest
    #: `group/slug`; empty where the path was no endpoint's.
    endpoint: str
    #: Empty where no token came, or none that was looked at.
    token: str
    new_address: bool = False


@dataclass(frozen=True, slots=True)
class TallyRow:
    """The calls of a day by one token, or to one endpoint, with its name."""

    tally: Tally
    name: str
    #: The calls of each hour, the last one last; empty where nobody asked for them.
    hours: tuple[int, ...] = ()
    #: Whose calls they are, where it is an endpoint token's that is there still, and somebody asked for it.
    token: EndpointToken | None = field(default=None, repr=False)

    @property
    def id(self) -> str:
        return self.tally.id or "-"


class Names:
    """What the records that requests tell of are called in `reader`; each is looked up once."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._known: dict[str, str] = {}

    def endpoint(self, id: str) -> str:
        """`group/slug`; empty for no id."""
        return self._name(f"endpoint {id}", id, lambda: self.reader.endpoint(id).ref)

    def token(self, id: str) -> str:
        """An endpoint token's name, or a primary's: `group/slug GET`."""
        owner, slot = primary_of(id)
        if slot is None:
            return self._name(f"token {id}", id, lambda: self.reader.token(id).name)
        return f"{self.endpoint(owner)} {slot}"

    def holder(self, by: TallyBy, id: str) -> str:
        """Whose calls a tally has added up."""
        if by is TallyBy.ENDPOINT:
            return self.endpoint(id) or "no endpoint"
        return "unknown tokens" if id == UNKNOWN else self.token(id) or "no token looked at"

    def holding(self, by: TallyBy, id: str) -> EndpointToken | None:
        """The endpoint token whose calls a tally has added up; None where it is no such token's, or it is gone."""
        if by is not TallyBy.TOKEN or not id or primary_of(id)[1] is not None:
            return None
        try:
            return self.reader.token(id)
        except NotFound:
            return None

    def row(self, row: RequestRow) -> SeenRow:
        """A row with its names."""
        one = row.request
        token = f"{UNKNOWN}{one.fingerprint}" if one.fingerprint else self.token(one.token_id)
        return SeenRow(row.id, one, self.endpoint(one.endpoint_id), token, row.new_address)

    def _name(self, key: str, id: str, find: Callable[[], str]) -> str:
        if not id:
            return ""
        if key not in self._known:
            try:
                self._known[key] = find()
            except NotFound:
                self._known[key] = f"gone …{id[-_TAIL:]}"
        return self._known[key]


def seen_page(requests: Requests, reader: Reader, query: RequestQuery, window: Window) -> Page[SeenRow]:
    """The requests that the query selects, the newest first; its text is what somebody typed. Raises `StoreError`."""
    found = requests.page(typed(reader, query), window)
    names = Names(reader)
    rows = tuple(names.row(row) for row in found.rows)
    return Page(rows, found.offset, found.total, found.of, found.at, more=found.more)


def typed(reader: Reader, query: RequestQuery) -> RequestQuery:
    """The query with its text looked up: a token's name, `group/slug`, or how an address or fingerprint begins."""
    text = query.text.strip()
    if not text:
        return replace(query, text="")
    tokens, endpoints = reader.called(text)
    # a fingerprint is shown as ?1a2b3c4d
    return replace(query, text=text.lower().lstrip(UNKNOWN) or UNKNOWN, text_tokens=tokens, text_endpoints=endpoints)


def tally_rows(requests: Requests, reader: Reader, by: TallyBy, now: datetime) -> Iterator[TallyRow]:
    """The calls of the last 24 h, those with the most first; raises `StoreError`."""
    names = Names(reader)
    for tally in requests.tallies(by, now):
        yield TallyRow(tally, names.holder(by, tally.id))


def with_hours(
    requests: Requests, names: Names, by: TallyBy, tallies: Sequence[Tally], now: datetime
) -> tuple[TallyRow, ...]:
    """These with their names and tokens, and how many calls each hour had; raises `StoreError`."""
    hours = requests.hours(by, [tally.id for tally in tallies], now)
    return tuple(
        TallyRow(each, names.holder(by, each.id), hours.get(each.id, ()), names.holding(by, each.id))
        for each in tallies
    )


def of_tally(query: RequestQuery, by: TallyBy, id: str) -> RequestQuery:
    """The query for the requests that a tally has added up."""
    if by is TallyBy.ENDPOINT:
        return replace(query, endpoint_ids=frozenset({id}))
    if id == UNKNOWN:
        return replace(query, token_ids=None, unknown=True)
    return replace(query, token_ids=frozenset({id}), unknown=None if id else False)
