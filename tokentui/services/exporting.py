"""Writing out what a store holds: whole, as JSON or CSV, or what a proxy needs to enforce it by itself."""

from collections import defaultdict

from tokentui.domain.names import name_key
from tokentui.domain.records import Assignment, Endpoint, EndpointToken
from tokentui.domain.slots import Slot
from tokentui.exchange.csv_writing import csv_export
from tokentui.exchange.inventory import Inventory
from tokentui.exchange.json_writing import json_export
from tokentui.services.desk import Desk
from tokentui.services.endpoints import reveal_primary
from tokentui.services.tokens import VALUE, reveal_token
from tokentui.store.protocol import Reader


class _Opened:
    """The values of a desk's store; raises `SealError`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def of(self, token: EndpointToken) -> str:
        return reveal_token(self._desk, token)

    def before(self, token: EndpointToken) -> str:
        if token.previous is None:
            raise ValueError("there is no value before")
        return self._desk.vault.reveal(token.previous, token.id, VALUE)

    def primary(self, endpoint: Endpoint, slot: Slot) -> str:
        return reveal_primary(self._desk, endpoint, slot)


def export_json(desk: Desk, *, reveal: bool) -> bytes:
    """The whole store as JSON, from which an empty one becomes the same; raises `StoreError`, `SealError`."""
    return json_export(inventory_of(desk.reader()), _Opened(desk) if reveal else None)


def export_csv(desk: Desk, *, reveal: bool) -> bytes:
    """Endpoint tokens and their assignments as CSV; raises `StoreError`, `SealError`."""
    return csv_export(inventory_of(desk.reader()), _Opened(desk) if reveal else None)


def inventory_of(reader: Reader) -> Inventory:
    """All records in their settled order, whatever the store's own."""
    endpoints = sorted(reader.iter_endpoints(), key=lambda each: each.ref)
    refs = {endpoint.id: endpoint.ref for endpoint in endpoints}
    assigned: dict[str, list[tuple[str, Assignment]]] = defaultdict(list)
    for each in reader.iter_assignments():
        assigned[each.token_id].append((refs[each.endpoint_id], each))
    return Inventory(
        endpoints=tuple(endpoints),
        tokens=tuple(sorted(reader.iter_tokens(), key=lambda each: name_key(each.name))),
        assignments={id: tuple(sorted(each, key=lambda pair: pair[0])) for id, each in assigned.items()},
        acknowledgements=tuple(
            sorted(reader.iter_acknowledgements(), key=lambda each: (each.code, each.subject, each.id))
        ),
    )
