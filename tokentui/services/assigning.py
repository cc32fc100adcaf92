"""Mapping endpoint tokens to the slots of endpoints."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from tokentui.domain.records import Assignment, Endpoint, EndpointToken
from tokentui.domain.slots import Slot, in_order
from tokentui.services.desk import Desk
from tokentui.services.endpoints import check_slot
from tokentui.store.protocol import Reader, Transaction

#: Endpoint id → the slots to map or to unmap there.
Slots = Mapping[str, Iterable[Slot]]


def assign(desk: Desk, token_id: str, *, add: Slots, remove: Slots) -> EndpointToken:
    """Map a token to the slots in `add`, unmap it from those in `remove`: one change, all or none.

    Only the named slots are touched, so that two admins who work on the same token do not undo one another.
    Raises `NotFound`, `Invalid` where an endpoint does not have a slot in `add`, `StoreError`.
    """
    token = desk.reader().token(token_id)
    with desk.change(f"assigned {token.name}") as transaction:
        transaction.reader.token(token_id)
        for endpoint_id in {**add, **remove}:
            _remap(desk, transaction, token_id, endpoint_id, add.get(endpoint_id, ()), remove.get(endpoint_id, ()))
    return token


def map_slot(desk: Desk, token_id: str, endpoint_id: str, slot: Slot, on: bool) -> EndpointToken:
    """Map a token to one slot of an endpoint, or unmap it there."""
    change = {endpoint_id: (slot,)}
    return assign(desk, token_id, add=change if on else {}, remove={} if on else change)


def _remap(
    desk: Desk,
    transaction: Transaction,
    token_id: str,
    endpoint_id: str,
    add: Iterable[Slot],
    remove: Iterable[Slot],
) -> None:
    endpoint = transaction.reader.endpoint(endpoint_id)
    found = transaction.reader.assignment(token_id, endpoint_id)
    before = found.slots if found is not None else ()
    after = in_order((set(before) | set(add)) - set(remove))
    if after == before:
        return
    for slot in set(after) - set(before):  # a slot that is off must not come alive with somebody mapped to it already
        check_slot(endpoint, slot)
    if found is None:
        found = Assignment(token_id=token_id, endpoint_id=endpoint_id, slots=(), created_at=desk.clock())
    if after:
        transaction.put(replace(found, slots=after))
    else:
        transaction.remove(found)


def callable_slots(reader: Reader, token_id: str) -> tuple[tuple[Endpoint, Slot], ...]:
    """Endpoint and slot of all that an endpoint token is mapped to and is switched on there, by `group/slug`."""
    found = [(reader.endpoint(each.endpoint_id), each.slots) for each in reader.assignments_of(token_id)]
    ordered = sorted((each for each in found if each[0].active), key=lambda each: each[0].ref)
    return tuple((endpoint, slot) for endpoint, slots in ordered for slot in slots if slot in endpoint.slots)
