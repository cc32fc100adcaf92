"""Endpoint tokens of a file: which are here already, which are new, and what of them is left out.

A value that is here is never replaced by an import: whoever calls with it would be cut off. It is told, and can be
rotated.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from tokentui.domain.errors import ImportRefused, NotFound
from tokentui.domain.fields import TokenFields
from tokentui.domain.names import name_key
from tokentui.domain.records import Endpoint, EndpointToken
from tokentui.exchange.drafts import KongConfiguration, Listing, TokenDraft
from tokentui.services.desk import Desk
from tokentui.services.intake.plan import Plan, TokenPlan
from tokentui.services.intake.report import ImportedToken
from tokentui.services.intake.values import KnownValues
from tokentui.services.intake.wording import changes, field_change
from tokentui.store.protocol import Reader

#: What tells several keys of one consumer apart.
_NUMBER = re.compile(r"-\d+\Z")
_FIELDS = frozenset({"description", "enabled", "expires_at"})


@dataclass(frozen=True, slots=True)
class Bearer:
    """An endpoint token that the file maps to endpoints, as it is here or will be."""

    id: str
    name: str
    draft: TokenDraft
    before: EndpointToken | None


def plan_keys(plan: Plan, desk: Desk, reader: Reader, kong: KongConfiguration, values: KnownValues) -> list[Bearer]:
    """Plan the keys of a gateway; of a token that has the key's value and name already, nothing is touched."""
    plan.told_tokens.skipped.extend(kong.skipped_tokens)
    bearers = []
    for draft in kong.tokens:
        holder = values.holder(draft.value.value) if draft.value else None
        if isinstance(holder, EndpointToken) and _consumer(holder.name) == _consumer(draft.name):
            plan.told_tokens.unchanged += 1
            bearers.append(Bearer(holder.id, holder.name, draft, holder))
        elif holder is None and _named(reader, draft.name) is not None:
            plan.told_tokens.skip(
                draft.name, "There is a token of this name here, with another value: rotate that one."
            )
        else:
            bearers += _new(plan, desk, draft, values)
    return bearers


def plan_listed_tokens(plan: Plan, desk: Desk, reader: Reader, listing: Listing, values: KnownValues) -> list[Bearer]:
    """Plan the tokens of our own files: known by id, else by name. Raises `ImportRefused`."""
    bearers: list[Bearer] = []
    seen: dict[str, str] = {}
    for draft in listing.tokens:
        before = _here(reader, draft)
        if before is None:
            _check_id(reader, listing.title, draft)
            bearers += _new(plan, desk, draft, values)
            continue
        if seen.setdefault(before.id, draft.name) != draft.name:
            raise ImportRefused(f"{listing.title}: {seen[before.id]} and {draft.name} are one token, {before.name}.")
        bearers.append(_known(plan, draft, before, values))
    return bearers


def _consumer(name: str) -> str:
    """Equal for all keys of one consumer: their numbers change where a key before them comes or goes."""
    return _NUMBER.sub("", name_key(name))


def _named(reader: Reader, name: str) -> EndpointToken | None:
    try:
        return reader.token_by_name(name)
    except NotFound:
        return None


def _here(reader: Reader, draft: TokenDraft) -> EndpointToken | None:
    try:
        return reader.token(draft.id)
    except NotFound:
        return _named(reader, draft.name)


def _check_id(reader: Reader, title: str, draft: TokenDraft) -> None:
    try:
        endpoint: Endpoint = reader.endpoint(draft.id)
    except NotFound:
        return
    raise ImportRefused(f"{title}: the endpoint token {draft.name} has the id of the endpoint {endpoint.ref}.")


def _new(plan: Plan, desk: Desk, draft: TokenDraft, values: KnownValues) -> list[Bearer]:
    owner = values.claim(draft.value.value, draft.name) if draft.value else ""
    if owner:
        plan.told_tokens.skip(draft.name, f"{owner} has its value already; every token needs its own.")
        return []
    owner = values.claim(draft.previous.value, draft.name) if draft.previous else ""
    if owner:
        plan.told_tokens.skip(
            draft.name, f"{owner} has its value before the last rotation; it is added without that."
        )
        draft = replace(draft, previous=None)
    fields = _with_said(TokenFields(name=draft.name), draft.said)
    new = TokenPlan(
        before=None,
        id=draft.id or desk.new_id(),
        fields=fields,
        active=draft.said.get("active", True),
        draft=draft,
    )
    plan.tokens.append(new)
    plan.told_tokens.added.append(ImportedToken(fields.name))
    return [Bearer(new.id, fields.name, draft, None)]


def _known(plan: Plan, draft: TokenDraft, before: EndpointToken, values: KnownValues) -> Bearer:
    if draft.value is not None and not values.is_of(draft.value.value, before.secret):
        plan.told_tokens.skip(before.name, "It has another value here, which stays; rotate it.")
    stands = TokenFields.of(before)
    fields = replace(_with_said(stands, draft.said), name=draft.name)
    active = draft.said.get("active", before.active)
    changed = changes(stands, fields)
    if active is not before.active:
        changed = (*changed, field_change("active", before.active, active))
    if changed:
        plan.tokens.append(TokenPlan(before=before, id=before.id, fields=fields, active=active, draft=draft))
        off = before.enabled and before.active and not (fields.enabled and active)
        plan.switched_off += [before.id] if off else []
        plan.told_tokens.changed.append(ImportedToken(before.name, changed, switched_off=off))
    else:
        plan.told_tokens.unchanged += 1
    return Bearer(before.id, fields.name, draft, before)


def _with_said(fields: TokenFields, said: Mapping[str, object]) -> TokenFields:
    given = {name: value for name, value in said.items() if name in _FIELDS}
    return replace(fields, **given)  # type: ignore[arg-type]  # each was read by the reader of its field
