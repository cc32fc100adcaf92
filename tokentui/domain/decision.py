"""Who may call: the one function that decides, from the nine rules of DESIGN.md taken in their order."""

from collections.abc import Callable, Iterable
from datetime import datetime
from types import TracebackType
from typing import NamedTuple

from tokentui.domain.address import AddressFilter
from tokentui.domain.credential import BadCredential, read_credential
from tokentui.domain.errors import InvalidIpFilter, InvalidPath
from tokentui.domain.holders import Holder, Kind, held_digests
from tokentui.domain.reasons import Reason
from tokentui.domain.records import Assignment, Endpoint, EndpointToken
from tokentui.domain.slots import SLOT_OF_METHOD, Authentication, Slot
from tokentui.domain.target import BadTarget, Target, parse_target
from tokentui.domain.template import PathIndex, Template

__all__ = ["Decision", "Guard", "Reason", "Request"]

#: The most that an explanation quotes of what a caller sent.
_QUOTED = 200
#: So much of the digest of an unknown token is told, in hexadecimal digits: enough to see that it comes again.
FINGERPRINT = 8


class Request(NamedTuple):
    """What a caller asks for. The target and the headers may hold a token, so no `repr` shows them.

    A tuple for the reason that `Decision` is one.
    """

    method: str
    target: str | bytes
    #: The values of all `Authorization` headers.
    authorization: tuple[str, ...] = ()
    #: The client's address.
    client: str = ""

    def __repr__(self) -> str:
        """Without what may hold a token."""
        return f"Request(method={self.method!r}, client={self.client!r})"


class Decision(NamedTuple):
    """Whether a request may pass, and why. `status` and `error` are for the caller, the rest is for the admin.

    A tuple, because one is made for every request, and a frozen dataclass takes three times as long to make.
    """

    reason: Reason
    #: Known from rule 3 on.
    endpoint: Endpoint | None = None
    slot: Slot | None = None
    #: Whose token it was, known from rule 7 on; a primary is called after its own endpoint and slot.
    token_id: str = ""
    token_name: str = ""
    kind: Kind = ""
    #: What the reason's sentence does not know by itself; never a token value.
    about: str = ""
    #: Whether the value was the one from before the token's last rotation.
    previous: bool = False

    @property
    def allowed(self) -> bool:
        """Whether the request may pass."""
        return self.reason.status == 200

    @property
    def status(self) -> int:
        """The HTTP status for the caller."""
        return self.reason.status

    @property
    def error(self) -> str:
        """The error code of RFC 6750 §3.1 for the caller, or an empty string."""
        return self.reason.error

    @property
    def rule(self) -> int:
        """The number of the rule that answered, 1 to 9; 0 if none could."""
        return self.reason.rule

    @property
    def explanation(self) -> str:
        """The reason in full for the admin, never for the caller. Made when asked for, not on every call."""
        endpoint = self.endpoint
        kind = "Primary token" if self.kind == "primary" else "Endpoint token"
        return self.reason.sentence.format(
            about=printable(self.about),
            endpoint=endpoint.ref if endpoint else "",
            ip_filter=", ".join(endpoint.ip_filter) if endpoint else "",
            slots=(", ".join(endpoint.slots) if endpoint else "") or "none",
            slot=self.slot or "",
            token=f"{kind} {self.token_name}",
        )


class _Fault(Exception):
    """Something that should never be, in our own words, which quote no token."""


class _Door:
    """An active endpoint, made ready to be asked."""

    __slots__ = ("addresses", "endpoint", "fault", "free", "grants", "slots")

    def __init__(self, endpoint: Endpoint, grants: dict[str, tuple[Slot, ...]]) -> None:
        self.endpoint = endpoint
        self.slots = endpoint.slots
        self.free = endpoint.authentication is Authentication.NONE
        #: An internal endpoint takes its primary tokens only, whatever assignments are kept.
        self.grants = {} if endpoint.authentication is Authentication.INTERNAL else grants
        #: Why nobody can be let in, if the store holds what it never should.
        self.fault = ""
        try:
            self.addresses = AddressFilter(endpoint.ip_filter)
        except InvalidIpFilter as invalid:
            self.fault = f"the IP filter of endpoint {endpoint.ref} cannot be read ({str(invalid).rstrip('.')})"


class Guard:
    """Decides about requests by the records it was made from. Never changes, so threads may share it."""

    def __init__(
        self,
        endpoints: Iterable[Endpoint],
        tokens: Iterable[EndpointToken],
        assignments: Iterable[Assignment],
        digest: Callable[[str], str],
    ) -> None:
        """`digest` turns a token value into what `Secret.digest` holds. Records that make no sense make it refuse."""
        known = tuple(endpoints)
        self._digest = digest
        self._fault = ""
        self._paths: PathIndex[_Door] = PathIndex()
        self._holders: dict[str, Holder] = {}
        #: Digests that more than one has: only records that are not live may share theirs.
        self._shared: dict[str, list[Holder]] = {}
        self._open_doors(known, assignments)
        self._hand_out(known, tokens)

    def _open_doors(self, endpoints: Iterable[Endpoint], assignments: Iterable[Assignment]) -> None:
        grants: dict[str, dict[str, tuple[Slot, ...]]] = {}
        for assignment in assignments:
            grants.setdefault(assignment.endpoint_id, {})[assignment.token_id] = assignment.slots
        doors: dict[str, _Door] = {}
        for endpoint in endpoints:
            if endpoint.active:
                self._open(_Door(endpoint, grants.get(endpoint.id, {})), doors)

    def _open(self, door: _Door, doors: dict[str, _Door]) -> None:
        """A path that cannot be read might lie under another one that is free, so then nobody passes anywhere."""
        endpoint = door.endpoint
        try:
            template = Template.parse(endpoint.path)
        except InvalidPath as invalid:
            self._fault = f"the path of endpoint {endpoint.ref} cannot be read ({str(invalid).rstrip('.')})"
            return
        other = doors.setdefault(template.shape, door)
        if other is door:
            self._paths.add(template, door)
        else:
            other.fault = f"endpoints {other.endpoint.ref} and {endpoint.ref} answer to the same path"

    def _hand_out(self, endpoints: Iterable[Endpoint], tokens: Iterable[EndpointToken]) -> None:
        for secret, holder in held_digests(endpoints, tokens):
            first = self._holders.setdefault(secret.digest, holder)
            if first is not holder:
                self._shared.setdefault(secret.digest, [first]).append(holder)

    def knows(self, value: str) -> bool:
        """Whether anybody has or had this value."""
        return self._digest(value) in self._holders

    def decide(self, request: Request, now: datetime) -> Decision:
        """The decision at `now`, which must be timezone-aware. Never raises: whatever goes wrong refuses."""
        try:
            if self._fault:
                raise _Fault(self._fault)
            if now.utcoffset() is None:
                raise _Fault("the clock does not say its time zone")
            return self._by_target(request, now)
        except _Fault as fault:
            return Decision(Reason.INTERNAL_ERROR, about=str(fault))
        except Exception as error:  # noqa: BLE001 - a bug of ours must close the door, not open it
            return Decision(Reason.INTERNAL_ERROR, about=_place(error))

    def _by_target(self, request: Request, now: datetime) -> Decision:
        """Rules 1 and 2."""
        try:
            target = parse_target(request.target)
        except BadTarget as bad:
            return Decision(Reason.BAD_TARGET, about=bad.reason)
        door = self._paths.find(target.segments)
        if door is None:
            return Decision(Reason.UNKNOWN_ENDPOINT, about=target.path)
        if door.fault:
            raise _Fault(door.fault)
        return self._by_endpoint(door, target, request, now)

    def _by_endpoint(self, door: _Door, target: Target, request: Request, now: datetime) -> Decision:
        """Rules 3 to 5."""
        endpoint = door.endpoint
        slot = SLOT_OF_METHOD.get(request.method)
        if slot is None or slot not in door.slots:
            deleting = " (Allow deleting is off)" if slot is Slot.DELETE else ""
            return Decision(Reason.METHOD_NOT_ALLOWED, endpoint, slot, about=f"{request.method}{deleting}")
        if not door.addresses.admits(request.client):
            return Decision(Reason.IP_NOT_ALLOWED, endpoint, slot, about=request.client)
        if door.free:
            return Decision(Reason.FREE, endpoint, slot)
        return self._by_credential(door, slot, target, request, now)

    def _by_credential(self, door: _Door, slot: Slot, target: Target, request: Request, now: datetime) -> Decision:
        """Rule 6."""
        try:
            value = read_credential(request.authorization, target.access_tokens)
        except BadCredential as bad:
            return Decision(Reason.INVALID_REQUEST, door.endpoint, slot, about=bad.reason)
        if value is None:
            brought = "has an Authorization header of another scheme" if request.authorization else "brought none"
            return Decision(Reason.NO_CREDENTIAL, door.endpoint, slot, about=brought)
        return self._by_token(door, slot, self._digest(value), now)

    def _by_token(self, door: _Door, slot: Slot, digest: str, now: datetime) -> Decision:
        """Rules 7 to 9."""
        holder = self._holder(digest, now)
        if holder is None:
            return Decision(Reason.UNKNOWN_TOKEN, door.endpoint, slot, about=digest[:FINGERPRINT])
        refused = holder.refusal(now)
        beyond = "" if refused else holder.out_of_scope(door.endpoint, slot, door.grants)
        reason = refused or (Reason.INSUFFICIENT_SCOPE if beyond else Reason.ALLOWED)
        about = beyond or holder.about(refused)
        return Decision(reason, door.endpoint, slot, holder.id, holder.name, holder.kind, about, holder.previous)

    def _holder(self, digest: str, now: datetime) -> Holder | None:
        """Of several that share a value, the one that is good. Raises `_Fault` if more than one is."""
        holder = self._holders.get(digest)
        if holder is None or digest not in self._shared:
            return holder
        good = [each for each in self._shared[digest] if not each.refusal(now)]
        if len(good) > 1:
            raise _Fault(f"{' and '.join(each.name for each in good)} have the same token value")
        return good[0] if good else holder


def _place(error: Exception) -> str:
    """Where it went wrong. Not the error's own words: they may quote a token."""
    step: TracebackType | None = error.__traceback__
    place = ""
    while step is not None:
        place = f" in {step.tb_frame.f_code.co_qualname}, line {step.tb_lineno}"
        step = step.tb_next
    return f"{type(error).__name__}{place}"


def printable(text: str) -> str:
    """What a caller sent, safe to show: one line, no control or format characters, not too long."""
    shown = "".join(character if character.isprintable() else "\ufffd" for character in text[:_QUOTED])
    return shown if len(text) <= _QUOTED else f"{shown}…"
