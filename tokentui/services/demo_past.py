"""What happened in the demo's store before one looks at it: who switched what off, and which calls came with what."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from tokentui.domain.actors import Actor
from tokentui.domain.records import Endpoint, EndpointToken
from tokentui.domain.requests import SeenRequest
from tokentui.domain.slots import Slot
from tokentui.services.desk import Desk
from tokentui.services.tokens import new_value, set_active, set_enabled, with_value
from tokentui.store.protocol import Reader

_EVA = Actor("eva", "10.20.0.31", "gateway-1")
_JAN = Actor("jan", "10.20.0.44", "gateway-1")
_CRON = Actor("tokentui", "", "gateway-2")

#: Hours of grace that the rotated token's old value has from its rotation on.
_GRACE = timedelta(hours=24)

# token, minutes since it was seen last, calls a day, days
_CALLS = """
erp-nightly         | 434    | 6  | 14
shop-frontend       | 0.2    | 40 | 3
shop-mobile         | 2      | 30 | 2
old-crm             | 59100  | 3  | 6
crm                 | 11     | 12 | 4
warehouse-scanner-1 | 4      | 20 | 2
warehouse-scanner-2 | 6      | 16 | 2
label-printer       | 18     | 9  | 3
edi-gateway         | 95     | 8  | 5
bank-import         | 610    | 2  | 12
bookkeeping         | 1500   | 2  | 9
tax-adviser         | 331000 | 1  | 2
price-robot         | 21     | 24 | 2
pim-sync            | 49     | 12 | 3
image-resizer       | 52     | 6  | 3
search-indexer      | 14     | 12 | 3
marketplace-north   | 1      | 18 | 2
marketplace-south   | 3      | 15 | 2
returns-portal      | 38     | 4  | 6
parcel-tracking     | 9      | 10 | 3
supplier-portal     | 210    | 3  | 8
bi-dashboard        | 5      | 12 | 2
data-lake           | 441    | 4  | 10
monitoring          | 0.6    | 60 | 1
partner-acme        | 130    | 3  | 6
partner-globex      | 57600  | 2  | 4
pos-berlin          | 3      | 20 | 2
pos-brno            | 8      | 14 | 2
chatbot             | 1      | 22 | 2
forecast            | 1300   | 1  | 9
"""


def remember(desk: Desk) -> None:
    """Let the deeds of some weeks and the calls of some days have happened; nothing of it can be undone."""
    for days, who, switch, names in (
        (204, _JAN, set_enabled, ("load-test", "migration-2024", "warehouse-scanner-3")),
        (96, _EVA, set_active, ("legacy-fax", "partner-initech", "pos-wien")),
        (41, _JAN, set_enabled, ("old-crm",)),
        (12, _CRON, set_enabled, ("newsletter",)),
    ):
        then = _at(desk, who, timedelta(days=days, minutes=3))
        reader = then.reader()
        switch(then, [reader.token_by_name(name).id for name in names], False)
    _rotate(_at(desk, _JAN, timedelta(hours=3)), "shop-mobile")
    desk.store.requests.record(_requests(desk.reader(), desk.clock()))


def _at(desk: Desk, who: Actor, ago: timedelta) -> Desk:
    """Somebody's desk, some time ago, with a session of its own."""
    then = desk.clock() - ago
    return replace(desk, actor=who, clock=lambda: then, history=[])


def _rotate(desk: Desk, name: str) -> None:
    with desk.change(f"rotated {name}") as transaction:
        token = transaction.reader.token_by_name(name)
        transaction.put(with_value(desk, token, new_value(desk), until=desk.clock() + _GRACE))


def _requests(reader: Reader, now: datetime) -> Iterator[SeenRequest]:
    for number, row in enumerate(_CALLS.strip().splitlines()):
        name, minutes, daily, days = (cell.strip() for cell in row.split("|"))
        last = now - timedelta(minutes=float(minutes))
        yield from _calls(reader, reader.token_by_name(name), last, int(daily), int(days), f"10.20.4.{number + 10}")
    yield from _odd_ones(reader, now)


def _calls(
    reader: Reader, token: EndpointToken, last: datetime, daily: int, days: int, address: str
) -> Iterator[SeenRequest]:
    """A token's calls, evenly over its days and mappings; in grace, every third still comes with the old value."""
    mapped = sorted(reader.assignments_of(token.id), key=lambda assignment: assignment.endpoint_id)
    there = [(reader.endpoint(each.endpoint_id), each.slots) for each in mapped]
    first = last - timedelta(days=days)
    ways = [(endpoint, slot) for endpoint, slots in there if endpoint.created_at < first for slot in slots]
    for number in range(daily * days):
        endpoint, slot = ways[number % len(ways)]
        at = last - number * timedelta(days=1) / daily
        rotated = token.rotated_at
        old = rotated is not None and (at < rotated or number % 3 == 1)
        yield _call(endpoint, slot, at, token_id=token.id, kind="endpoint", previous=old, address=address)


def _odd_ones(reader: Reader, now: datetime) -> Iterator[SeenRequest]:
    """What an admin should look at: a primary that somebody uses, a token that tries more than it may, a stranger."""
    sales, invoices = reader.endpoint_by_ref("orders/sales-orders"), reader.endpoint_by_ref("invoicing/invoices")
    chatbot = reader.token_by_name("chatbot")
    for hours in (5, 29, 53):
        at = now - timedelta(hours=hours)
        yield _call(sales, Slot.GET, at, token_id=f"{sales.id}.GET", kind="primary", address="10.20.7.77")
    for minutes in (12, 13):
        at = now - timedelta(minutes=minutes)
        yield _call(invoices, Slot.GET, at, chatbot.id, "endpoint", 403, "insufficient_scope", address="10.20.4.38")
    yield from _strangers(sales, now)
    yield from _refused(reader, now)
    scanner = reader.token_by_name("warehouse-scanner-2")
    levels = reader.endpoint_by_ref("stock/stock-levels")
    for seconds in (450, 1560, 1980):
        at = now - timedelta(seconds=seconds)
        yield _call(levels, Slot.GET, at, scanner.id, "endpoint", address="10.20.4.199")


def _strangers(endpoint: Endpoint, now: datetime) -> Iterator[SeenRequest]:
    """Tokens that nobody has: one that somebody tries again and again, and one that a script has from somewhere."""
    for minutes, fingerprint, address in (
        (1.5, "8f3a90c1", "10.20.9.99"),
        (2.5, "8f3a90c1", "10.20.9.99"),
        (120, "8f3a90c1", "10.20.9.99"),
        (301, "27b4e6d5", "10.20.7.12"),
    ):
        at = now - timedelta(minutes=minutes)
        one = _call(endpoint, Slot.POST, at, "", "", 401, "unknown_token", address=address)
        yield replace(one, fingerprint=fingerprint)


def _refused(reader: Reader, now: datetime) -> Iterator[SeenRequest]:
    """One of each kind of what is refused of people who are known."""
    crm, fax = reader.token_by_name("old-crm"), reader.token_by_name("legacy-fax")
    orders, export = reader.endpoint_by_ref("orders/purchase-orders"), reader.endpoint_by_ref("reports/exports")
    for minutes, token, reason in (
        (8, crm, "disabled_token"),
        (68, crm, "disabled_token"),
        (95, fax, "inactive_token"),
    ):
        at = now - timedelta(minutes=minutes)
        yield _call(orders, Slot.POST, at, token.id, "endpoint", 401, reason, address="10.20.4.13")
    yield _call(export, Slot.GET, now - timedelta(minutes=4.5), "", "", 403, "ip_not_allowed", address="198.51.100.7")
    yield _call(orders, Slot.GET, now - timedelta(minutes=17), "", "", 401, "no_credential", address="10.20.4.60")
    nowhere = _call(
        orders, Slot.GET, now - timedelta(minutes=41), "", "", 403, "unknown_endpoint", address="10.20.4.60"
    )
    yield replace(nowhere, endpoint_id="", slot="", path="/api/endpoint/orders/purchase-order")


def _call(
    endpoint: Endpoint,
    slot: Slot,
    at: datetime,
    token_id: str,
    kind: str,
    status: int = 200,
    reason: str = "allowed",
    *,
    address: str,
    previous: bool = False,
) -> SeenRequest:
    return SeenRequest(
        at=at,
        method=slot,
        path=endpoint.path,
        endpoint_id=endpoint.id,
        slot=slot,
        token_id=token_id,
        kind=kind,
        previous=previous,
        address=address,
        status=status,
        reason=reason,
        duration=9,
    )
