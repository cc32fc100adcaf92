"""Auditing a store, and letting a finding be: acknowledged for a reason and for a time, it is told apart."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from tokentui.domain.audit.estate import Estate, Place
from tokentui.domain.audit.findings import Finding
from tokentui.domain.audit.rounds import findings_of
from tokentui.domain.errors import Invalid, StoreError
from tokentui.domain.names import DESCRIPTION_LIMIT, check_description, name_key
from tokentui.domain.periods import parse_moment
from tokentui.domain.policy import Policy
from tokentui.domain.records import Acknowledgement
from tokentui.services.desk import Desk
from tokentui.store.protocol import Reader, Requests

T = TypeVar("T")
#: A finding's code and the id of what it is about.
_Key = tuple[str, str]

#: How many records are gone over between two breaths.
_A_BREATH = 64


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A finding that somebody lets be."""

    finding: Finding
    acknowledgement: Acknowledgement


@dataclass(frozen=True, slots=True)
class Audit:
    """What came of an audit."""

    #: What somebody should look at, in no particular order (see `ranked`).
    findings: tuple[Finding, ...]
    #: What is there too and is let be.
    acknowledged: tuple[Acknowledged, ...]
    #: Why nothing is told of when tokens were seen, where that could not be read; empty where it could.
    trouble: str = ""


def _hurry() -> None:
    """No rest is taken by those who wait for nothing else."""


def audit(
    reader: Reader, requests: Requests, policy: Policy, now: datetime, breathe: Callable[[], None] = _hurry
) -> Audit:
    """Go over the whole store, as `reader` has it; no key is needed.

    `breathe` is called again and again, for those who must let others come to their turn. Raises `StoreError` for the
    store; requests that cannot be read are `Audit.trouble`, and all that does not need them is told.
    """
    seen, began, trouble = _seen(requests)
    estate = Estate(
        policy=policy,
        now=now,
        places={endpoint.id: Place.of(endpoint) for endpoint in reader.iter_endpoints()},
        seen=seen,
        began=began,
    )
    standing = {_key(each): each for each in reader.iter_acknowledgements() if each.stands(now)}
    found = findings_of(
        estate, _breathing(reader.iter_tokens(), breathe), _breathing(reader.iter_assignments(), breathe)
    )
    return replace(_set_apart(found, standing), trouble=trouble)


def _seen(requests: Requests) -> tuple[Mapping[str, datetime], datetime | None, str]:
    """When each token was last let in, by whichever of its values; since when that is known; or why it is not."""
    try:
        return requests.last_let_in(), requests.began(), ""
    except StoreError as error:
        return {}, None, str(error)


def _breathing(things: Iterable[T], breathe: Callable[[], None]) -> Iterator[T]:
    for number, thing in enumerate(things):
        if number % _A_BREATH == 0:
            breathe()
        yield thing


def _set_apart(found: Iterable[Finding], standing: Mapping[_Key, Acknowledgement]) -> Audit:
    findings, acknowledged = [], []
    for finding in found:
        acknowledgement = standing.get(_key(finding)) if standing else None
        if acknowledgement is None:
            findings.append(finding)
        else:
            acknowledged.append(Acknowledged(finding, acknowledgement))
    return Audit(tuple(findings), tuple(acknowledged))


def rank(finding: Finding) -> tuple[int, str, str, str]:
    """What findings are ordered by: the gravest first, then by code, then by what they are about."""
    return finding.severity.rank, finding.code, name_key(finding.subject), finding.subject_id


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """The findings in the order in which they are told."""
    return sorted(findings, key=rank)


# ------------------------------------------------------------------ letting a finding be


def acknowledge(
    desk: Desk, findings: Iterable[Finding], reason: str, until: datetime | None
) -> tuple[Acknowledgement, ...]:
    """Let findings be for a reason, until an instant or for good (None), all or none.

    One that is acknowledged already is so anew. Raises `Invalid` for `reason` and `until`, `StoreError`.
    """
    reason, now = checked_reason(reason), desk.clock()
    if until is not None and until <= now:
        raise Invalid("until", "That is over already; choose a time that is to come.")
    found = {_key(finding): finding for finding in findings}
    with desk.change(f"acknowledged {_named(found)}") as transaction:
        before = {_key(each): each for each in transaction.reader.iter_acknowledgements()}
        said = [_said(desk, finding, before.get(key)) for key, finding in found.items()]
        return tuple(transaction.put(replace(each, reason=reason, until=until)) for each in said)


def _said(desk: Desk, finding: Finding, before: Acknowledgement | None) -> Acknowledgement:
    """That a finding may be so, as the one who sits here says it; in place of what was said `before`."""
    return Acknowledgement(
        id=before.id if before else desk.new_id(),
        rev=before.rev if before else 0,
        code=finding.code,
        subject_id=finding.subject_id,
        subject=finding.subject,
        reason="",
        by=desk.actor.text,
        created_at=desk.clock(),
    )


def withdraw(desk: Desk, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Take acknowledgements back, all or none: the findings are told again. Returns those that had been let be."""
    found = {_key(finding): finding for finding in findings}
    back = []
    with desk.change(f"withdrew the acknowledgement of {_named(found)}") as transaction:
        for each in transaction.reader.iter_acknowledgements():
            if _key(each) in found:
                transaction.remove(each)
                back.append(found[_key(each)])
    return tuple(back)


def parse_end(text: str, now: datetime) -> datetime | None:
    """Until when a finding is let be, as people type it; None for `never`. Raises `Invalid` for the field `until`.

    Nothing is no answer: it could mean that it ends at once, or never.
    """
    if not text.strip():
        raise Invalid("until", "Say until when: 2026-12-31, in 90 days, or never.")
    return parse_moment(text, now, "until")


def checked_reason(reason: str) -> str:
    """The reason as it is kept, on one line; raises `Invalid` for the field `reason` where there is none."""
    try:
        kept = " ".join(check_description(reason).split())
    except Invalid as error:
        raise Invalid("reason", str(error).replace("description", "reason")) from None
    if not kept:
        raise Invalid("reason", f"Say why it may be so, in up to {DESCRIPTION_LIMIT} characters.")
    return kept


def _key(one: Finding | Acknowledgement) -> _Key:
    """What an acknowledgement and its finding have in common."""
    return one.code, one.subject_id


def _named(found: Mapping[_Key, Finding]) -> str:
    first = next(iter(found.values()))
    return f"{first.code} of {first.subject}" if len(found) == 1 else f"{len(found)} findings"
