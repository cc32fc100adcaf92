"""Explain: what would be decided about a request now, by which rule, and the records that rests on."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address

from tokentui.domain.decision import Decision, Guard, Reason, Request
from tokentui.domain.errors import Invalid, TokenTuiError
from tokentui.domain.slots import Slot
from tokentui.services.desk import Desk
from tokentui.services.endpoints import reveal_primary
from tokentui.services.rule_steps import Case, Step, steps_of
from tokentui.services.tokens import reveal_token
from tokentui.store.protocol import Reader

#: A method is a `token` (RFC 9110 §9.1, §5.6.2). None is nearly as long as a token's value, which shall not be shown.
_METHOD = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}")


@dataclass(frozen=True, slots=True)
class Kept:
    """A value that the store keeps: an endpoint token's by its id, or an endpoint's primary by the slot too."""

    id: str
    slot: Slot | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A request to be explained. Target and token may be secret, so no `repr` shows them."""

    method: str
    target: str = field(repr=False)
    #: What the request brings as its bearer token: a value, or where that is kept.
    token: str | Kept | None = field(default=None, repr=False)
    #: The client's address; empty where it is not known.
    client: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision, and how far it came. Holds no token value, sealed or not, that a `repr` would show."""

    decision: Decision
    steps: tuple[Step, ...]
    #: Whether it was refused for want of the client's address.
    address_unknown: bool

    @property
    def sentence(self) -> str:
        """The reason in full, for the admin."""
        endpoint = self.decision.endpoint
        if not self.address_unknown or endpoint is None:
            return self.decision.explanation
        networks = ", ".join(endpoint.ip_filter)
        return f"Endpoint {endpoint.ref} has an IP filter ({networks}), and the client's address is not known."


def explain(desk: Desk, reader: Reader, call: Call) -> Explanation:
    """What is decided about the call by what `reader` holds, at the desk's time.

    The key is needed where a token is looked for, and only there. Raises `Invalid` for the fields `method` and
    `client`, `NotFound`, `SealError`, `StoreError`.
    """
    _check(call)
    value = _value(desk, reader, call.token)
    digests = _Digests(desk.vault.digest)
    guard = Guard(reader.iter_endpoints(), reader.iter_tokens(), reader.iter_assignments(), digests.of)
    brought = () if value is None else (f"Bearer {value}",)
    decision = guard.decide(Request(call.method, call.target, brought, call.client), desk.clock())
    if digests.trouble is not None:
        raise digests.trouble
    case = Case(reader, decision, call.method, call.client, bool(brought), digests.last)
    unknown = decision.reason is Reason.IP_NOT_ALLOWED and not call.client
    return Explanation(decision, tuple(steps_of(case)), unknown)


def _check(call: Call) -> None:
    if not _METHOD.fullmatch(call.method):
        raise Invalid("method", "The method is no word such as GET, POST or DELETE.")
    try:
        if call.client:
            ip_address(call.client)
    except ValueError:
        message = "The client's address is no IP address; write one as 10.0.0.7 or 2001:db8::1."
        raise Invalid("client", message) from None


def _value(desk: Desk, reader: Reader, token: str | Kept | None) -> str | None:
    if not isinstance(token, Kept):
        return token
    if token.slot is None:
        return reveal_token(desk, reader.token(token.id))
    return reveal_primary(desk, reader.endpoint(token.id), token.slot)


class _Digests:
    """The vault's digest. The guard turns what that raises into a refusal; it is kept here, to be told."""

    def __init__(self, digest: Callable[[str], str]) -> None:
        self._digest = digest
        self.last = ""
        self.trouble: TokenTuiError | None = None

    def of(self, value: str) -> str:
        try:
            self.last = self._digest(value)
        except TokenTuiError as trouble:
            self.trouble = trouble
            raise
        return self.last
