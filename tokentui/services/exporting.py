"""Writing out what a store holds: whole, as JSON or CSV, or what a proxy needs to enforce it by itself."""

from collections import defaultdict
from dataclasses import dataclass, field

from tokentui.domain.address import check_ip_filter
from tokentui.domain.errors import Invalid, StoreError
from tokentui.domain.names import name_key
from tokentui.domain.records import Assignment, Endpoint, EndpointToken
from tokentui.domain.slots import Slot
from tokentui.exchange.csv_writing import csv_export
from tokentui.exchange.inventory import Inventory
from tokentui.exchange.json_writing import json_export
from tokentui.exchange.proxy_notes import deadlines
from tokentui.exchange.proxy_rules import ProxyRules, proxy_rules
from tokentui.services.desk import Desk
from tokentui.services.endpoints import reveal_primary
from tokentui.services.mapped import dangling
from tokentui.services.tokens import reveal_previous, reveal_token
from tokentui.store.protocol import Reader


class _Opened:
    """The values of a desk's store; raises `SealError`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def of(self, token: EndpointToken) -> str:
        return reveal_token(self._desk, token)

    def before(self, token: EndpointToken) -> str:
        return reveal_previous(self._desk, token)

    def primary(self, endpoint: Endpoint, slot: Slot) -> str:
        return reveal_primary(self._desk, endpoint, slot)


@dataclass(frozen=True, slots=True)
class Exported:
    """A file for others, and what whoever wrote it must know."""

    content: bytes = field(repr=False)
    notes: tuple[str, ...] = ()


def export_json(desk: Desk, *, reveal: bool) -> Exported:
    """The whole store as JSON, from which an empty one becomes the same; raises `StoreError`, `SealError`."""
    return Exported(json_export(inventory_of(desk.reader()), _Opened(desk) if reveal else None))


def export_csv(desk: Desk, *, reveal: bool) -> Exported:
    """Endpoint tokens and their assignments as CSV; raises `StoreError`, `SealError`."""
    return Exported(csv_export(inventory_of(desk.reader()), _Opened(desk) if reveal else None))


def export_nginx_map(desk: Desk) -> Exported:
    """A configuration for nginx, with the token values that are good now; raises `Invalid` for what it cannot say.

    Raises `StoreError`, `SealError`.
    """
    from tokentui.exchange.nginx_map import nginx_map

    rules, ends = _rules(desk)
    content, missing = nginx_map(rules, ends)
    return Exported(content, missing)


def export_haproxy_map(desk: Desk) -> Exported:
    """A map for HAProxy, with a digest in place of each value; raises as `export_nginx_map`."""
    from tokentui.exchange.haproxy_map import haproxy_map

    rules, ends = _rules(desk)
    return Exported(haproxy_map(rules, ends))


def _rules(desk: Desk) -> tuple[ProxyRules, list[str]]:
    inventory, now = inventory_of(desk.reader()), desk.clock()
    for endpoint in inventory.endpoints:
        _check_addresses(endpoint)
    return proxy_rules(inventory, _Opened(desk), now), deadlines(inventory, now)


def _check_addresses(endpoint: Endpoint) -> None:
    """Raise `StoreError` where a damaged store has an IP filter that is none: no proxy is to guess what it meant."""
    try:
        check_ip_filter(endpoint.ip_filter)
    except Invalid as error:
        raise StoreError(f"The store is damaged: the IP filter of {endpoint.ref}: {error}") from None


def inventory_of(reader: Reader) -> Inventory:
    """All records in their settled order, whatever the store's own."""
    endpoints = sorted(reader.iter_endpoints(), key=lambda each: each.ref)
    refs = {endpoint.id: endpoint.ref for endpoint in endpoints}
    held = {token.id for token in reader.iter_tokens()}
    assigned: dict[str, list[tuple[str, Assignment]]] = defaultdict(list)
    for each in reader.iter_assignments():
        if each.endpoint_id not in refs or each.token_id not in held:
            raise dangling(f"the assignment {each.id[:80]} is of a token or an endpoint")
        assigned[each.token_id].append((refs[each.endpoint_id], each))
    return Inventory(
        endpoints=tuple(endpoints),
        tokens=tuple(sorted(reader.iter_tokens(), key=lambda each: name_key(each.name))),
        assignments={id: tuple(sorted(each, key=lambda pair: pair[0])) for id, each in assigned.items()},
        acknowledgements=tuple(
            sorted(reader.iter_acknowledgements(), key=lambda each: (each.code, each.subject, each.id))
        ),
    )
