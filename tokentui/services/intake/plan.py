"""What is to become of which record, and the records that this makes; values are sealed when they are made."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.records import Acknowledgement, Assignment, Endpoint, EndpointToken, Secret
from tokentui.domain.slots import Slot
from tokentui.exchange.drafts import TokenDraft, ValueDraft
from tokentui.services.calls import Mapped
from tokentui.services.desk import Desk
from tokentui.services.endpoints import primary_field, with_fields
from tokentui.services.intake.report import (
    Imported,
    ImportedAcknowledgement,
    ImportedAssignment,
    ImportedToken,
    Telling,
)
from tokentui.services.tokens import VALUE, new_value, switched
from tokentui.services.uniqueness import check_unique
from tokentui.store.protocol import Reader, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointPlan:
    """What one endpoint is to be; `before` None: it is new."""

    before: Endpoint | None
    id: str
    fields: EndpointFields
    created_at: datetime | None = None
    #: Primary tokens that it does not have yet.
    primaries: Mapping[Slot, ValueDraft] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPlan:
    """What one endpoint token is to be; `before` None: it is new."""

    before: EndpointToken | None
    id: str
    fields: TokenFields
    active: bool
    #: Of a new token the values and times, too.
    draft: TokenDraft


@dataclass(frozen=True, slots=True)
class AssignmentPlan:
    """What one token may do on one endpoint; without slots the assignment goes."""

    before: Assignment | None
    token_id: str
    endpoint_id: str
    slots: tuple[Slot, ...]
    created_at: datetime | None = None


@dataclass(slots=True)
class Plan:
    """All that is to be done, and what is told of it."""

    endpoints: list[EndpointPlan] = field(default_factory=list)
    tokens: list[TokenPlan] = field(default_factory=list)
    assignments: list[AssignmentPlan] = field(default_factory=list)
    acknowledgements: list[Acknowledgement] = field(default_factory=list)
    told_endpoints: Telling[Imported] = field(default_factory=Telling)
    told_tokens: Telling[ImportedToken] = field(default_factory=Telling)
    told_assignments: Telling[ImportedAssignment] = field(default_factory=Telling)
    told_acknowledgements: Telling[ImportedAcknowledgement] = field(default_factory=Telling)
    #: The mappings that let nobody in any more, and the tokens that are switched off.
    cut: list[Mapped] = field(default_factory=list)
    switched_off: list[str] = field(default_factory=list)

    def carry_out(self, desk: Desk, transaction: Transaction, reached: Callable[[float], None]) -> None:
        """Make the records and save them; raises `Taken`, `SealError`. `reached` may raise to stop it."""
        total = len(self.endpoints) + len(self.tokens) + len(self.assignments) + 1
        records: list[Endpoint | EndpointToken] = []
        for done, record in enumerate(self._records(desk)):
            reached(done / total)
            records.append(record)
        check_unique(transaction.reader, *records)
        for each in (*records, *self.acknowledgements):
            transaction.put(each)
        for done, assignment in enumerate(self.assignments, start=len(records)):
            reached(done / total)
            _assign(desk, transaction, assignment)
        reached(1.0)

    def check(self, desk: Desk, reader: Reader) -> None:
        """Raise what `carry_out` would find taken; nothing is sealed, so no key is needed."""
        check_unique(reader, *self._records(replace(desk, vault=_Unsealed())))

    def _records(self, desk: Desk) -> Iterator[Endpoint | EndpointToken]:
        yield from (_endpoint(desk, each) for each in self.endpoints)
        yield from (_token(desk, each) for each in self.tokens)


def _endpoint(desk: Desk, plan: EndpointPlan) -> Endpoint:
    fields = plan.fields
    endpoint = plan.before or Endpoint(
        id=plan.id,
        name=fields.name,
        group=fields.group,
        slug=fields.slug,
        path=fields.path,
        created_at=plan.created_at or desk.clock(),
    )
    given = {slot: _sealed(desk, value, plan.id, primary_field(slot)) for slot, value in plan.primaries.items()}
    return with_fields(desk, replace(endpoint, primaries={**endpoint.primaries, **given}), fields)


def _token(desk: Desk, plan: TokenPlan) -> EndpointToken:
    fields, before = plan.fields, plan.before
    if before is None:
        return _new_token(desk, plan)
    named = replace(before, name=fields.name, description=fields.description, expires_at=fields.expires_at)
    edited = switched(desk, replace(named, active=plan.active), fields.enabled)
    since = plan.draft.said.get("disabled_at")
    return replace(edited, disabled_at=since) if since and before.enabled and not edited.enabled else edited


def _new_token(desk: Desk, plan: TokenPlan) -> EndpointToken:
    fields, draft, now = plan.fields, plan.draft, desk.clock()
    return EndpointToken(
        id=plan.id,
        name=fields.name,
        secret=_sealed(desk, draft.value or ValueDraft(new_value(desk)), plan.id, VALUE),
        description=fields.description,
        enabled=fields.enabled,
        active=plan.active,
        expires_at=fields.expires_at,
        previous=_sealed(desk, draft.previous, plan.id, VALUE) if draft.previous else None,
        previous_until=draft.said.get("previous_until") if draft.previous else None,
        rotated_at=draft.said.get("rotated_at"),
        disabled_at=None if fields.enabled else draft.said.get("disabled_at", now),
        created_at=draft.said.get("created_at", now),
    )


def _sealed(desk: Desk, draft: ValueDraft, record_id: str, field: str) -> Secret:
    secret = desk.seal(draft.value, record_id, field)
    return secret if draft.generated_at is None else replace(secret, generated_at=draft.generated_at)


def _assign(desk: Desk, transaction: Transaction, plan: AssignmentPlan) -> None:
    if plan.before is None:
        new = Assignment(
            token_id=plan.token_id,
            endpoint_id=plan.endpoint_id,
            slots=plan.slots,
            created_at=plan.created_at or desk.clock(),
        )
        transaction.put(new)
    elif plan.slots:
        transaction.put(replace(plan.before, slots=plan.slots))
    else:
        transaction.remove(plan.before)


class _Unsealed:
    """A `Vault` for records that nobody keeps: it seals nothing, and no two of its digests are the same."""

    key_id = ""
    needs_passphrase = False

    def unlock(self, passphrase: str) -> None:
        """There is nothing to be unlocked."""

    def forget(self) -> bool:
        """There is nothing to be forgotten."""
        return False

    def follow(self, key_id: str | None) -> None:
        """Any store will do."""

    def digest(self, value: str) -> str:
        raise NotImplementedError("there is no key")

    def seal(self, value: str, record_id: str, field: str) -> tuple[str, str, str]:
        return "", f"{record_id}.{field}", ""

    def reveal(self, secret: Secret, record_id: str, field: str) -> str:
        raise NotImplementedError("there is no key")

    def hint(self, secret: Secret, record_id: str, field: str) -> str:
        raise NotImplementedError("there is no key")

    def length(self, secret: Secret) -> int:
        raise NotImplementedError("there is no value")
