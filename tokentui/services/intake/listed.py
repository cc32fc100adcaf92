"""Endpoints and acknowledgements of our own JSON: known by id, else by name, they become what the file says."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from tokentui.domain.errors import ImportRefused, Invalid, NotFound
from tokentui.domain.fields import EndpointFields, checked_endpoint
from tokentui.domain.records import Acknowledgement, Endpoint
from tokentui.domain.slots import Authentication, Slot, in_order
from tokentui.exchange.drafts import ListedEndpoint, Listing, ValueDraft
from tokentui.services.calls import Mapped
from tokentui.services.desk import Desk
from tokentui.services.intake.places import Place, cut_off, names_of, takes_tokens
from tokentui.services.intake.plan import EndpointPlan, Plan
from tokentui.services.intake.report import Imported, ImportedAcknowledgement
from tokentui.services.intake.values import KnownValues
from tokentui.services.intake.wording import changes
from tokentui.store.protocol import Reader

_SLOT_FIELDS = frozenset({"methods", "allow_deleting"})


def plan_listed(plan: Plan, desk: Desk, reader: Reader, listing: Listing, values: KnownValues) -> Mapping[str, Place]:
    """Plan the endpoints; returns all that are here or will be, by `group/slug`. Raises `ImportRefused`."""
    places: dict[str, Place] = {}
    seen: dict[str, str] = {}
    for draft in listing.endpoints:
        before = _here(reader, draft)
        if before is not None and seen.setdefault(before.id, draft.ref) != draft.ref:
            raise ImportRefused(f"{listing.title}: {seen[before.id]} and {draft.ref} are one endpoint, {before.ref}.")
        _check_id(reader, listing.title, draft)
        each = _endpoint_plan(plan, desk, listing.title, draft, before, values)
        _tell(plan, reader, each)
        places[draft.ref] = Place(each.id, draft.ref, each.fields.slots, takes_tokens(each.fields), listed=True)
    planned = {place.id for place in places.values()}
    for endpoint in reader.iter_endpoints():
        if endpoint.id not in planned:
            standing = Place(endpoint.id, endpoint.ref, endpoint.slots, takes_tokens(EndpointFields.of(endpoint)))
            places.setdefault(endpoint.ref, standing)
    return places


def _here(reader: Reader, draft: ListedEndpoint) -> Endpoint | None:
    try:
        return reader.endpoint(draft.id)
    except NotFound:
        pass
    try:
        return reader.endpoint_by_ref(draft.ref)
    except NotFound:
        return None


def _check_id(reader: Reader, title: str, draft: ListedEndpoint) -> None:
    try:
        token = reader.token(draft.id)
    except NotFound:
        return
    raise ImportRefused(f"{title}: the endpoint {draft.ref} has the id of the endpoint token {token.name}.")


def _endpoint_plan(
    plan: Plan, desk: Desk, title: str, draft: ListedEndpoint, before: Endpoint | None, values: KnownValues
) -> EndpointPlan:
    said = {name: value for name, value in draft.said.items() if name != "created_at"}
    new = EndpointFields(name=draft.slug, group="", authentication=Authentication.TOKEN)
    stands = EndpointFields.of(before) if before else new
    try:
        fields = checked_endpoint(replace(stands, **said, group=draft.group, slug=draft.slug))
    except Invalid as error:
        raise ImportRefused(f"{title}: {draft.ref}: {error}") from None
    return EndpointPlan(
        before=before,
        id=before.id if before else draft.id or desk.new_id(),
        fields=fields,
        created_at=draft.said.get("created_at"),
        primaries=dict(_primaries(plan, draft, before, values)),
    )


def _primaries(
    plan: Plan, draft: ListedEndpoint, before: Endpoint | None, values: KnownValues
) -> Iterator[tuple[Slot, ValueDraft]]:
    """The file's primary tokens for slots that have none here; another one is told, and so is one that is taken."""
    for slot, given in draft.primaries.items():
        standing = before.primaries.get(slot) if before else None
        name = f"{draft.ref} {slot}"
        if standing is not None:
            if not values.is_of(given.value, standing):
                plan.told_endpoints.skip(
                    name, "Its primary token is another one here, and stays; generate a new one."
                )
            continue
        owner = values.claim(given.value, name)
        if owner:
            plan.told_endpoints.skip(name, f"{owner} has this primary token already; it gets one of its own.")
        else:
            yield slot, given


def _tell(plan: Plan, reader: Reader, each: EndpointPlan) -> None:
    """Put the endpoint where it belongs: added, changed or unchanged."""
    before, fields = each.before, each.fields
    ref = f"{fields.group}/{fields.slug}"
    if before is None:
        plan.endpoints.append(each)
        plan.told_endpoints.added.append(Imported(ref, fields.path, fields.slots))
        return
    changed = changes(EndpointFields.of(before), fields, _SLOT_FIELDS)
    gained, lost = set(fields.slots) - set(before.slots), set(before.slots) - set(fields.slots)
    if not (changed or gained or lost or each.primaries):
        plan.told_endpoints.unchanged += 1
        return
    cut = _cut_off(reader, each)
    told = Imported(before.ref, fields.path, in_order(gained), in_order(lost), names_of(reader, cut), changed)
    plan.cut += cut
    plan.endpoints.append(each)
    plan.told_endpoints.changed.append(told)


def _cut_off(reader: Reader, each: EndpointPlan) -> list[Mapped]:
    """The mappings by which it lets nobody in any more: all of them, where it takes no endpoint token now."""
    before, after = each.before, each.fields
    if before is None or not takes_tokens(EndpointFields.of(before)):
        return []
    closed = not after.active or after.authentication is Authentication.INTERNAL
    lost = set(before.slots) if closed else set(before.slots) - set(after.slots)
    return cut_off(reader, before, lost)


def plan_acknowledgements(plan: Plan, reader: Reader, listing: Listing, ids: Mapping[str, str]) -> None:
    """Plan the acknowledgements; `ids` are ids of the file that are others here."""
    standing = {(each.code, each.subject_id): each for each in reader.iter_acknowledgements()}
    by_id = {each.id: each for each in standing.values()}
    for given in listing.acknowledgements:
        here = replace(given, subject_id=".".join(ids.get(part, part) for part in given.subject_id.split(".")))
        before = by_id.get(here.id) or standing.get((here.code, here.subject_id))
        _acknowledge(plan, here, before)


def _acknowledge(plan: Plan, given: Acknowledgement, before: Acknowledgement | None) -> None:
    told = plan.told_acknowledgements
    subject = f"{given.code} {given.subject}"
    if before is None:
        plan.acknowledgements.append(given)
        told.added.append(ImportedAcknowledgement(subject))
        return
    after = replace(given, id=before.id, created_at=before.created_at, rev=before.rev)
    if after == before:
        told.unchanged += 1
        return
    plan.acknowledgements.append(after)
    told.changed.append(ImportedAcknowledgement(subject, changes(before, after)))
