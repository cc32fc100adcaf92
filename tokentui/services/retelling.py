"""One recorded request told again: why it was decided so, whether it would pass now, and what would let it pass."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from tokentui.domain.decision import Decision, Guard, Request, printable
from tokentui.domain.errors import NotFound
from tokentui.domain.holders import held_digests, primary_of
from tokentui.domain.masking import MASK
from tokentui.domain.reasons import BEFORE_THE_RULES, Reason
from tokentui.domain.records import Endpoint, EndpointToken, Secret
from tokentui.domain.requests import SeenRequest
from tokentui.domain.slots import Authentication, Slot
from tokentui.domain.target import BadTarget, parse_target
from tokentui.services.desk import Desk
from tokentui.services.rule_steps import Case, Step, inactive_at, steps_of
from tokentui.services.viewing import SeenRow
from tokentui.store.protocol import Reader

#: Rule 6 is the first that looks at the credential.
_CREDENTIAL_RULE = 6
#: What nothing of the records leads to: no digest is written so.
_NOBODY = "?"


class Place(StrEnum):
    """Where something can be done about a refusal, or what can be done at once."""

    TOKEN = "token"
    ENABLE = "enable"
    DISABLE = "disable"
    ACTIVATE = "activate"
    COPY = "copy"
    ASSIGN = "assign"
    MAPPING = "mapping"
    IP_FILTER = "ip_filter"
    ENDPOINT = "endpoint"
    ACTIVATE_ENDPOINT = "activate_endpoint"
    ADD_ENDPOINT = "add_endpoint"


class Way(NamedTuple):
    """A deed that would let a request pass: what it is, and where, if there is one place for it."""

    text: str
    place: Place | None = None
    #: Which of the `EndpointFields` it is about; empty for none.
    field: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """A request, told. Holds no token value, sealed or not, that a `repr` would show."""

    row: SeenRow
    #: Why it was decided so then.
    sentence: str
    #: Whether it would pass now, and why; None where what came with it is not known so far.
    passes: bool | None
    now: str
    steps: tuple[Step, ...]
    #: What would let it pass, the nearest first; nothing where it passes.
    ways: tuple[Way, ...]
    #: The records that it rests on, where they are still there.
    endpoint: Endpoint | None
    token: EndpointToken | None


def retell(desk: Desk, reader: Reader, row: SeenRow) -> Story:
    """The story of a recorded request by what `reader` holds; no key is needed for it. Raises `StoreError`."""
    one = row.request
    endpoint, token = _endpoint(reader, one.endpoint_id), _token(reader, one)
    sentence = _sentence(row, endpoint)
    if missing := _not_recorded(one):
        unknown = f"{missing}, so nothing can be said of it now."
        return Story(row, sentence, None, unknown, (), (), endpoint, token)
    came = _came_with(reader, one, token)
    decision, steps = _decided_now(desk, reader, one, came)
    if decision.reason is Reason.NO_CREDENTIAL and (unknown := _unknown_of(one, came)):
        told = f"It would come as far as the token now; {unknown}."
        return Story(row, sentence, None, told, steps[:-1], (), endpoint, came.token)
    shelved = inactive_at(reader, decision.about) if decision.reason is Reason.UNKNOWN_ENDPOINT else None
    there = decision.endpoint or shelved or endpoint
    ways = () if decision.allowed else tuple(_ways(one, decision, shelved))
    return Story(row, sentence, decision.allowed, decision.explanation, steps, ways, there, came.token)


def _not_recorded(one: SeenRequest) -> str:
    """What of the question was not kept, without which it cannot be decided again; empty where enough was."""
    if one.reason in {Reason.INTERNAL_ERROR, *BEFORE_THE_RULES} or not one.path:
        return "What was asked for is not recorded"
    if not _is_as_it_came(one.path):
        return "Its path is not recorded as it came"
    if one.reason == Reason.BAD_TARGET and not _path_fault(one.path):
        return "What came behind its path is not recorded"
    return ""


def _is_as_it_came(path: str) -> bool:
    """Whether nothing of a recorded path was hidden, replaced or cut off."""
    return MASK not in path and "\ufffd" not in path and not path.endswith("…")


def _path_fault(path: str) -> str:
    """What is wrong with a recorded path by itself; empty where nothing is."""
    try:
        parse_target(path)
    except BadTarget as bad:
        return bad.reason
    return ""


def _rule(one: SeenRequest) -> int:
    return Reason(one.reason).rule if one.reason in [*Reason] else 0


def _endpoint(reader: Reader, id: str) -> Endpoint | None:
    try:
        return reader.endpoint(id) if id else None
    except NotFound:
        return None


def _token(reader: Reader, one: SeenRequest) -> EndpointToken | None:
    try:
        return reader.token(one.token_id) if one.kind == "endpoint" else None
    except NotFound:
        return None


# ---------------------------------------------------------------------- then


def _sentence(row: SeenRow, endpoint: Endpoint | None) -> str:
    """The reason's sentence, as `Decision.explanation` has it; what was not recorded is told as it is now."""
    one = row.request
    if one.reason not in [*Reason]:
        return f"It was recorded as {one.reason!r} by another version of TokenTUI."
    kind = "Primary token" if one.kind == "primary" else "Endpoint token"
    return Reason(one.reason).sentence.format(
        about=printable(_about(one)),
        endpoint=row.endpoint,
        ip_filter=f"now {', '.join(endpoint.ip_filter) or 'empty'}" if endpoint else "of which nothing is left",
        slots=f"{', '.join(endpoint.slots) or 'none'} now" if endpoint else "gone",
        slot=one.slot or one.method,
        token=f"{kind} {row.token}",
    )


def _about(one: SeenRequest) -> str:
    match Reason(one.reason):
        case Reason.UNKNOWN_ENDPOINT:
            return one.path
        case Reason.METHOD_NOT_ALLOWED:
            return one.method
        case Reason.IP_NOT_ALLOWED:
            return one.address or "that is not known"
        case Reason.UNKNOWN_TOKEN:
            return one.fingerprint
        case Reason.BAD_TARGET:
            return _target_fault(one.path)
        case Reason.ALLOWED:
            return " with its value from before the last rotation" if one.previous else ""
        case Reason.INSUFFICIENT_SCOPE:
            primary = "a primary token is good for its own endpoint and slot only"
            return primary if one.kind == "primary" else "it was not mapped to that slot"
        case reason:
            return _ABOUT.get(reason.value, "")


#: What is not recorded beside these.
_ABOUT = {
    Reason.INTERNAL_ERROR.value: "the verifier's log says what",
    Reason.UNTRUSTED_PROXY.value: "an address that the verifier's log names",
    Reason.BAD_QUESTION.value: "the proxy's headers were missing, repeated or malformed",
    Reason.NO_CREDENTIAL.value: "brought none",
    Reason.INVALID_REQUEST.value: "more than one came, or one that is malformed",
    Reason.EXPIRED_TOKEN.value: "had expired",
    Reason.REPLACED_TOKEN.value: "had no grace time left",
    Reason.PRIMARY_OFF.value: "it was off",
}


def _target_fault(path: str) -> str:
    if not _is_as_it_came(path):
        return "what is wrong with it is not recorded"
    return _path_fault(path) or "what came behind its path is not canonical"


# ---------------------------------------------------------------------- now


class _Came(NamedTuple):
    """What is known of the credential that came."""

    #: What the store holds of its value.
    secret: Secret | None = None
    #: The endpoint token that has it now.
    token: EndpointToken | None = None
    #: Whether its holder has another value by now, and this one is not kept.
    replaced: bool = False


def _decided_now(desk: Desk, reader: Reader, one: SeenRequest, came: _Came) -> tuple[Decision, tuple[Step, ...]]:
    """What is decided about it now: a value is not needed for that, but its digest, which the store holds."""
    token, digest = came.token, came.secret.digest if came.secret is not None else _NOBODY
    tokens = [token] if token is not None else []
    mapped = reader.assignments_of(token.id) if token is not None else ()
    headers = () if came.replaced else _authorization(one)
    guard = Guard(reader.iter_endpoints(), tokens, mapped, lambda value: digest)
    decision = guard.decide(Request(one.method, one.path, headers, one.address), desk.clock())
    if decision.reason is Reason.UNKNOWN_TOKEN:
        decision = decision._replace(about=one.fingerprint or "not recorded")
    case = Case(reader, decision, one.method, one.address, bool(headers), digest)
    return decision, tuple(steps_of(case))


def _authorization(one: SeenRequest) -> tuple[str, ...]:
    """Headers that stand for what came."""
    if one.reason == Reason.INVALID_REQUEST:
        return "Bearer a", "Bearer b"
    return ("Bearer a",) if one.token_id or one.fingerprint else ()


def _unknown_of(one: SeenRequest, came: _Came) -> str:
    """Why it is not known with what it would come to the token's rule; empty where that is known."""
    if came.replaced:
        return "its value was replaced since, so more cannot be said"
    if 0 < _rule(one) < _CREDENTIAL_RULE:
        return f"which one came is not recorded, as rule {_rule(one)} refused it"
    return ""


def _came_with(reader: Reader, one: SeenRequest, token: EndpointToken | None) -> _Came:
    if token is not None:
        secret = _value_then(token, one)
        return _Came(secret, token, replaced=secret is None)
    if one.fingerprint:
        return _has_come_since(reader, one.fingerprint)
    owner, slot = primary_of(one.token_id)
    endpoint = _endpoint(reader, owner) if slot is not None else None
    primary = endpoint.primaries.get(slot) if endpoint is not None and slot is not None else None
    return _Came(primary, replaced=primary is not None and primary.generated_at > one.at)


def _value_then(token: EndpointToken, one: SeenRequest) -> Secret | None:
    """The value that came, if the token has it still: by now it may be the one from before the last rotation."""
    if token.secret.generated_at <= one.at:
        return token.previous if one.previous else token.secret
    before = token.previous
    return before if before is not None and before.generated_at <= one.at and not one.previous else None


def _has_come_since(reader: Reader, fingerprint: str) -> _Came:
    """A value that nobody had may be somebody's by now."""
    for secret, holder in held_digests(reader.iter_endpoints(), reader.iter_tokens()):
        if secret.digest.startswith(fingerprint):
            return _Came(secret, reader.token(holder.id) if holder.kind == "endpoint" else None)
    return _Came()


# ---------------------------------------------------------------------- what would let it pass

_ANOTHER_TOKEN = Way("Give the application an endpoint token, which can be mapped to more than one slot.")


def _ways(one: SeenRequest, decision: Decision, shelved: Endpoint | None) -> Iterable[Way]:
    name, endpoint, slot = decision.token_name, decision.endpoint, decision.slot
    ref = endpoint.ref if endpoint is not None else ""
    match decision.reason:
        case Reason.UNKNOWN_ENDPOINT:
            if shelved is not None:
                return [Way(f"Activate {shelved.ref}: it is on the shelf.", Place.ACTIVATE_ENDPOINT)]
            return [Way(f"Add an endpoint that answers to {one.path}.", Place.ADD_ENDPOINT)]
        case Reason.METHOD_NOT_ALLOWED if slot is not None:
            field = "allow_deleting" if slot is Slot.DELETE else "methods"
            return [Way(f"Let {ref} answer {slot}.", Place.ENDPOINT, field)]
        case Reason.METHOD_NOT_ALLOWED:
            return [Way(f"Nothing lets {printable(one.method)} pass: no slot guards it.")]
        case Reason.IP_NOT_ALLOWED:
            return [
                Way(f"Take {one.address or 'its address'} into the IP filter of {ref}.", Place.IP_FILTER, "ip_filter")
            ]
        case Reason.NO_CREDENTIAL:
            return [Way("The application has to send its token.")]
        case Reason.UNKNOWN_TOKEN:
            return [Way("Give the application a token of its own, or the new value of the one that it has.")]
        case Reason.DISABLED_TOKEN:
            return [Way(f"Enable {name}.", Place.ENABLE)]
        case Reason.INACTIVE_TOKEN:
            return [Way(f"Activate {name}: it is on the shelf.", Place.ACTIVATE)]
        case Reason.EXPIRED_TOKEN:
            return [Way(f"Let {name} expire later: Expires in its settings.", Place.TOKEN)]
        case Reason.REPLACED_TOKEN:
            return [Way(f"Copy the new value of {name}, and give it to the application.", Place.COPY)]
        case Reason.PRIMARY_OFF:  # that of another endpoint or slot: else a rule before would have answered
            return [_ANOTHER_TOKEN]
        case Reason.INSUFFICIENT_SCOPE:
            return _mapping_ways(decision)
    return [Way("The application has to send it in another way.")]


def _mapping_ways(decision: Decision) -> list[Way]:
    name, slot, endpoint = decision.token_name, decision.slot, decision.endpoint
    assert endpoint is not None  # known from rule 3 on
    if decision.kind == "primary":
        return [_ANOTHER_TOKEN]
    if endpoint.authentication is Authentication.INTERNAL:
        return [
            Way(
                f"Let {endpoint.ref} take endpoint tokens: its authentication is internal.",
                Place.ENDPOINT,
                "authentication",
            )
        ]
    return [
        Way(f"Map {name} to {slot} at {endpoint.ref}.", Place.MAPPING),
        Way(f"Assign {name} to endpoints.", Place.ASSIGN),
    ]
