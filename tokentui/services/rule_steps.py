"""How far a decision came: a line for each rule that was looked at, from the records it rests on. Never a value."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from tokentui.domain.decision import Decision, Reason, printable
from tokentui.domain.errors import InvalidPath, Taken
from tokentui.domain.holders import instant
from tokentui.domain.records import Endpoint, EndpointToken
from tokentui.domain.slots import SLOT_OF_METHOD, Authentication, Slot
from tokentui.domain.template import PathIndex, Template
from tokentui.store.protocol import Reader


class Step(NamedTuple):
    """One rule by its number, whether the request came past it, and what was looked at."""

    rule: int
    passed: bool
    text: str

    @property
    def mark(self) -> str:
        """The glyph for `passed`."""
        return "✓" if self.passed else "✗"


@dataclass(frozen=True, slots=True)
class Case:
    """A decision with what was asked and what it was decided from."""

    reader: Reader
    decision: Decision
    method: str
    client: str
    #: Whether a token came in the Authorization header.
    in_header: bool
    #: Of the value that was looked for in rule 7.
    digest: str = field(repr=False)

    @property
    def endpoint(self) -> Endpoint:
        """Known from rule 3 on."""
        assert self.decision.endpoint is not None
        return self.decision.endpoint


def steps_of(case: Case) -> Iterator[Step]:
    """The rules in their order, up to the one that answered; rule 0 stands for what went wrong inside."""
    decision = case.decision
    if not decision.rule:
        yield Step(0, False, printable(f"something went wrong inside: {decision.about}"))
    for rule, told in enumerate(_TOLD[: decision.rule], start=1):
        passed = rule < decision.rule or decision.allowed
        yield Step(rule, passed, printable(told(case, passed)))


def _target(case: Case, passed: bool) -> str:
    return "the target is canonical" if passed else f"the target is refused as it stands: {case.decision.about}"


def _path(case: Case, passed: bool) -> str:
    if passed:
        return f"{case.endpoint.ref} answers to {case.endpoint.path}"
    path = case.decision.about
    shelved = inactive_at(case.reader, path)
    return f"no active endpoint answers to {path}{f' ({shelved.ref} would, and is inactive)' if shelved else ''}"


def inactive_at(reader: Reader, path: str) -> Endpoint | None:
    """The inactive endpoint that would answer to a canonical, decoded path."""
    index: PathIndex[Endpoint] = PathIndex()
    for endpoint in reader.iter_endpoints():
        if not endpoint.active:
            try:
                index.add(Template.parse(endpoint.path), endpoint)
            except (InvalidPath, Taken):  # two on the shelf may have one path; either will do
                continue
    return index.find(path[1:].split("/"))


def _method(case: Case, passed: bool) -> str:
    method, slot = case.method, SLOT_OF_METHOD.get(case.method)
    if slot is None:
        why = "methods are written in capitals" if method.upper() in SLOT_OF_METHOD else "no slot guards it"
        return f"{method} is never allowed: {why}"
    deleting = " (Allow deleting is off)" if slot is Slot.DELETE and not passed else ""
    return f"{method} needs the slot {slot}; it has {', '.join(case.endpoint.slots) or 'none'}{deleting}"


def _address(case: Case, passed: bool) -> str:
    networks = ", ".join(case.endpoint.ip_filter)
    if not networks:
        return "it has no IP filter"
    if not case.client:
        return f"the client's address is not known, and calls are taken from {networks} only"
    return f"{case.client} is {'inside' if passed else 'outside'} {networks}"


def _authentication(case: Case, passed: bool) -> str:
    wanted = {
        Authentication.NONE: "everybody may pass",
        Authentication.TOKEN: "a token is wanted",
        Authentication.INTERNAL: "a primary token of its own is wanted",
    }
    return f"authentication is {case.endpoint.authentication}: {wanted[case.endpoint.authentication]}"


def _credential(case: Case, passed: bool) -> str:
    if passed:
        return f"one token came, {'in the Authorization header' if case.in_header else 'as access_token'}"
    if case.decision.reason is Reason.NO_CREDENTIAL:
        return "no token came"
    return f"the request is refused as it stands: {case.decision.about}"


def _token(case: Case, passed: bool) -> str:
    decision = case.decision
    if decision.reason is Reason.UNKNOWN_TOKEN:
        return f"no endpoint token and no primary token has this value (fingerprint {decision.about})"
    if decision.kind == "primary":
        return f"primary token {decision.token_name} is {'on' if passed else f'kept and refused: {decision.about}'}"
    if passed:
        return _good(case.reader.token(decision.token_id), case.digest)
    no_good = {
        Reason.DISABLED_TOKEN: "is disabled",
        Reason.INACTIVE_TOKEN: "is inactive",
        Reason.EXPIRED_TOKEN: decision.about,
        Reason.REPLACED_TOKEN: f"was rotated since, which {decision.about}",
    }
    return f"{decision.token_name} {no_good[decision.reason]}"


def _good(token: EndpointToken, digest: str) -> str:
    life = f"expires at {instant(token.expires_at)}" if token.expires_at else "does not expire"
    old = token.previous is not None and token.secret.digest != digest
    grace = f"; this is its value from before, valid until {instant(token.previous_until)}" if old else ""
    return f"{token.name} is enabled and active, and {life}{grace}"


def _scope(case: Case, passed: bool) -> str:
    decision, endpoint = case.decision, case.endpoint
    if decision.kind == "primary":
        return f"{decision.slot} of {endpoint.ref} is what it was made for" if passed else decision.about
    if endpoint.authentication is Authentication.INTERNAL:
        return decision.about
    assignment = case.reader.assignment(decision.token_id, endpoint.id)
    if assignment is None:
        return f"{decision.token_name} is not mapped here"
    here = f"{decision.token_name} is mapped to {', '.join(assignment.slots)} here"
    return here if passed else f"{here}, not to {decision.slot}"


def _who(case: Case, passed: bool) -> str:
    kind = "primary token" if case.decision.kind == "primary" else "endpoint token"
    return f"it passes as {kind} {case.decision.token_name}"


#: What each rule of DESIGN.md, "Who may call", has to tell; the first is rule 1.
_TOLD: tuple[Callable[[Case, bool], str], ...] = (
    _target,
    _path,
    _method,
    _address,
    _authentication,
    _credential,
    _token,
    _scope,
    _who,
)
