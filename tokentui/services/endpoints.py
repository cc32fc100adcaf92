"""What an admin does with endpoints and their primary tokens."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from tokentui.domain import values
from tokentui.domain.errors import Conflict, Invalid, NotFound, ValueLost
from tokentui.domain.fields import EndpointFields, checked_endpoint, default_path
from tokentui.domain.records import Endpoint, Secret
from tokentui.domain.slots import Authentication, Slot
from tokentui.domain.slug import next_free
from tokentui.services.desk import Desk
from tokentui.services.uniqueness import check_fresh, check_unique
from tokentui.store.protocol import Reader
from tokentui.store.sealed_places import primary_field as primary_field


def add_endpoint(desk: Desk, fields: EndpointFields) -> Endpoint:
    """Add an endpoint, with the primary tokens that its authentication asks for.

    A slug that was left empty is generated from the name, numbered where it is taken.
    Raises `Invalid`, `Taken`, `StoreError`, `SealError`.
    """
    generated = not fields.slug.strip()
    fields = checked_endpoint(fields)
    if fields.authentication is not Authentication.NONE:
        desk.fetch_key()
    with desk.change(f"added {fields.name}") as transaction:
        if generated:
            fields = _with_free_slug(transaction.reader, fields)
        endpoint = build_endpoint(desk, fields)
        check_unique(transaction.reader, endpoint)
        return transaction.put(endpoint)


def build_endpoint(desk: Desk, fields: EndpointFields) -> Endpoint:
    """A new endpoint record from checked fields, its primary tokens generated; it is not saved yet."""
    bare = Endpoint(
        id=desk.new_id(),
        name=fields.name,
        group=fields.group,
        slug=fields.slug,
        path=fields.path,
        created_at=desk.clock(),
    )
    return with_fields(desk, bare, fields)


def with_fields(desk: Desk, endpoint: Endpoint, fields: EndpointFields) -> Endpoint:
    """The endpoint with checked fields; primary tokens that are missing now are generated, none is thrown away."""
    edited = _refilled(endpoint, fields)
    fresh = {slot: _new_primary(desk, endpoint.id, slot) for slot in edited.missing_primaries}
    return replace(edited, primaries={**edited.primaries, **fresh})


def _refilled(endpoint: Endpoint, fields: EndpointFields) -> Endpoint:
    return replace(
        endpoint,
        name=fields.name,
        group=fields.group,
        slug=fields.slug,
        path=fields.path,
        methods=fields.methods,
        authentication=fields.authentication,
        ip_filter=fields.ip_filter,
        allow_deleting=fields.allow_deleting,
        active=fields.active,
        description=fields.description,
    )


def _new_primary(desk: Desk, endpoint_id: str, slot: Slot) -> Secret:
    return desk.seal(values.generate(desk.random), endpoint_id, primary_field(slot))


def _with_free_slug(reader: Reader, fields: EndpointFields) -> EndpointFields:
    slug = free_slug(reader, fields.group, fields.slug)
    default = fields.path == default_path(fields.group, fields.slug)
    return replace(fields, slug=slug, path=default_path(fields.group, slug) if default else fields.path)


def free_slug(reader: Reader, group: str, slug: str) -> str:
    """The slug, or its first free numbering within the group."""
    taken = {endpoint.slug for endpoint in reader.iter_endpoints() if endpoint.group == group}
    return next_free(slug, taken) if slug in taken else slug


def edit_endpoint(desk: Desk, endpoint: Endpoint, fields: EndpointFields) -> Endpoint:
    """Save the fields of `endpoint`; switching authentication or deleting on generates what is missing.

    Where nothing is another, nothing is saved. Raises `Conflict` where somebody changed the endpoint since it was
    read, else as `add_endpoint`.
    """
    fields = checked_endpoint(fields)
    if _refilled(endpoint, fields).missing_primaries:
        desk.fetch_key()
    with desk.change(f"edited {endpoint.ref}") as transaction:
        check_fresh(transaction.reader.endpoint(endpoint.id).rev, endpoint.rev, endpoint.ref)
        edited = with_fields(desk, endpoint, fields)
        check_unique(transaction.reader, edited)
        return edited if edited == endpoint else transaction.put(edited)


def planned_edit(reader: Reader, endpoint: Endpoint, fields: EndpointFields) -> Endpoint:
    """The endpoint as `edit_endpoint` would save it, but for new primary tokens; raises alike."""
    planned = _refilled(endpoint, checked_endpoint(fields))
    check_unique(reader, planned)
    return planned


def clone_fields(reader: Reader, endpoint: Endpoint) -> EndpointFields:
    """Fields for a copy of `endpoint`: the same settings under a free name, slug and its own default path."""
    slug = free_slug(reader, endpoint.group, endpoint.slug)
    fields = EndpointFields.of(endpoint)
    return replace(fields, name=f"{endpoint.name} (copy)", slug=slug, path="", active=True)


def set_endpoints_active(desk: Desk, endpoint_ids: Iterable[str], active: bool) -> tuple[Endpoint, ...]:
    """Activate or deactivate endpoints, all or none; assignments stay. Returns the changed ones.

    Raises `Taken` where an active endpoint answers to the same path by now, or two of these would.
    """
    ids = tuple(dict.fromkeys(endpoint_ids))
    endpoints = [desk.reader().endpoint(id) for id in ids]
    what = endpoints[0].ref if len(endpoints) == 1 else f"{len(endpoints)} endpoints"
    with desk.change(f"{'activated' if active else 'deactivated'} {what}") as transaction:
        found = [transaction.reader.endpoint(id) for id in ids]
        switched = [replace(each, active=active) for each in found if each.active is not active]
        check_unique(transaction.reader, *switched)
        return tuple(transaction.put(each) for each in switched)


def generate_primary(desk: Desk, endpoint_id: str, slot: Slot, expected: Secret | None = None) -> Endpoint:
    """Replace the primary token of one slot at once; the value before is refused from then on.

    Raises `Invalid` where the slot is off or the endpoint asks for no token, `Conflict` where the value that stands
    is another than the `expected` one.
    """
    endpoint = desk.reader().endpoint(endpoint_id)
    check_generates(endpoint, slot)
    desk.fetch_key()
    with desk.change(f"generated the {slot} primary of {endpoint.ref}") as transaction:
        return transaction.put(_regenerated(desk, transaction.reader.endpoint(endpoint_id), {slot: expected}))


def generate_primaries(desk: Desk, expected: Mapping[str, Mapping[Slot, Secret]]) -> tuple[Endpoint, ...]:
    """As `generate_primary`, for several by endpoint id and slot: all in one change, or none."""
    number = sum(map(len, expected.values()))
    desk.fetch_key()
    with desk.change(f"generated {number} {'primary' if number == 1 else 'primaries'}") as transaction:
        found = [transaction.reader.endpoint(id) for id in expected]
        return tuple(transaction.put(_regenerated(desk, each, expected[each.id])) for each in found)


def _regenerated(desk: Desk, endpoint: Endpoint, expected: Mapping[Slot, Secret | None]) -> Endpoint:
    """The endpoint with new primaries in the place of those that are expected; None is whichever stands."""
    for slot, secret in expected.items():
        check_generates(endpoint, slot)
        if secret is not None and endpoint.primaries.get(slot) != secret:
            raise Conflict(f"Somebody else generated the {slot} primary of {endpoint.ref} meanwhile: it stays.")
    fresh = {slot: _new_primary(desk, endpoint.id, slot) for slot in expected}
    return replace(endpoint, primaries={**endpoint.primaries, **fresh})


def check_generates(endpoint: Endpoint, slot: Slot) -> None:
    """Raise `Invalid` where `generate_primary` would."""
    if endpoint.authentication is Authentication.NONE:
        raise Invalid("authentication", f"{endpoint.ref} asks for no token: set its authentication first.")
    check_slot(endpoint, slot)


def check_slot(endpoint: Endpoint, slot: Slot) -> None:
    """Raise `Invalid` where the endpoint does not have the slot."""
    if slot not in endpoint.slots:
        what = "Allow deleting is off" if slot is Slot.DELETE else f"{slot} is not among its methods"
        raise Invalid("slot", f"{endpoint.ref} has no {slot} slot: {what}.")


def reveal_primary(desk: Desk, endpoint: Endpoint, slot: Slot) -> str:
    """The primary token's value; raises `NotFound` where there is none, `SealError`."""
    try:
        return desk.vault.reveal(_primary(endpoint, slot), endpoint.id, primary_field(slot))
    except ValueLost as error:
        raise ValueLost(f"{endpoint.ref} {slot}: {error}") from None


def primary_hint(desk: Desk, endpoint: Endpoint, slot: Slot) -> str:
    """The last four characters of the primary token's value; raises as `reveal_primary`."""
    return desk.vault.hint(_primary(endpoint, slot), endpoint.id, primary_field(slot))


def _primary(endpoint: Endpoint, slot: Slot) -> Secret:
    try:
        return endpoint.primaries[slot]
    except KeyError:
        raise NotFound(f"{endpoint.ref} has no {slot} primary token.") from None
