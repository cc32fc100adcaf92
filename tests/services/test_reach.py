"""What a cut of endpoint tokens would hit, before it is done."""

from datetime import timedelta
from typing import Any

import pytest

from tokentui.domain.errors import NotFound
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.records import Endpoint, EndpointToken
from tokentui.domain.requests import SeenRequest
from tokentui.domain.slots import Authentication, Slot
from tokentui.services.assigning import assign
from tokentui.services.desk import Desk
from tokentui.services.endpoints import add_endpoint
from tokentui.services.reach import reach_of, reach_of_mappings, reach_of_old_values
from tokentui.services.tokens import add_token, new_value, with_value

POST, GET, DELETE = Slot
HOUR = timedelta(hours=1)


@pytest.fixture
def erp(admin: Desk) -> EndpointToken:
    return add_token(admin, TokenFields(name="erp"))


@pytest.fixture
def crm(admin: Desk) -> EndpointToken:
    return add_token(admin, TokenFields(name="crm"))


@pytest.fixture
def orders(admin: Desk, erp: EndpointToken) -> Endpoint:
    return mapped(admin, erp, "Orders", DELETE, POST)


@pytest.fixture
def stock(admin: Desk, erp: EndpointToken) -> Endpoint:
    return mapped(admin, erp, "Stock", POST)


def mapped(desk: Desk, token: EndpointToken, name: str, *slots: Slot) -> Endpoint:
    """A new endpoint to which the token is mapped."""
    fields = EndpointFields(name=name, group="g", authentication=Authentication.TOKEN, allow_deleting=True)
    endpoint = add_endpoint(desk, fields)
    assign(desk, token.id, add={endpoint.id: slots}, remove={})
    return endpoint


def record(desk: Desk, token: EndpointToken, endpoint: Endpoint, slot: Slot, times: int = 1, **fields: Any) -> None:
    one = SeenRequest(
        at=desk.clock() - HOUR,
        method=slot,
        path="/",
        token_id=token.id,
        endpoint_id=endpoint.id,
        slot=slot,
        status=200,
        reason="allowed",
        **fields,
    )
    desk.store.requests.record([one] * times)


def since_yesterday(desk: Desk, token: EndpointToken, endpoint: Endpoint) -> None:
    """Let requests be recorded for more than a day."""
    one = SeenRequest(at=desk.clock() - 30 * HOUR, method="GET", path="/", status=200, reason="allowed")
    desk.store.requests.record([one])


def test_reach_tells_tokens_endpoints_slots_and_calls(
    admin: Desk, erp: EndpointToken, orders: Endpoint, stock: Endpoint
) -> None:
    since_yesterday(admin, erp, orders)
    record(admin, erp, orders, POST, times=200)
    record(admin, erp, stock, POST, times=14)
    reach = reach_of(admin, admin.reader(), [erp.id])
    assert (reach.tokens, reach.endpoints, reach.slots) == (("erp",), ("g/orders", "g/stock"), (POST, DELETE))
    assert reach.where == "2 endpoints (POST DELETE)"
    assert reach.told == "2 endpoints, called 214 times in the last 24 h by this token"


def test_the_reach_of_several_tokens_is_told_together(
    admin: Desk, erp: EndpointToken, crm: EndpointToken, orders: Endpoint, stock: Endpoint
) -> None:
    assign(admin, crm.id, add={orders.id: (GET,)}, remove={})
    since_yesterday(admin, erp, orders)
    record(admin, erp, orders, POST)
    record(admin, crm, orders, GET, times=2)
    reach = reach_of(admin, admin.reader(), [erp.id, crm.id, erp.id])
    assert (reach.tokens, reach.endpoints) == (("crm", "erp"), ("g/orders", "g/stock"))
    assert reach.where == "2 endpoints (POST GET DELETE)"
    assert reach.told == "2 endpoints, called 3 times in the last 24 h by these tokens"


def test_where_nobody_came_or_nobody_knows_that_is_said_beside_the_endpoints(
    admin: Desk, erp: EndpointToken, orders: Endpoint
) -> None:
    assert reach_of(admin, admin.reader(), [erp.id]).told == "1 endpoint; no requests are recorded yet"
    since_yesterday(admin, erp, orders)
    quiet = "1 endpoint; no call by this token was recorded in the last 24 h"
    assert reach_of(admin, admin.reader(), [erp.id]).told == quiet


def test_a_token_that_is_mapped_nowhere_reaches_nothing(admin: Desk, erp: EndpointToken) -> None:
    reach = reach_of(admin, admin.reader(), [erp.id])
    assert (reach.tokens, reach.endpoints, reach.slots) == (("erp",), (), ())


def test_a_token_that_is_no_more_is_not_found(admin: Desk) -> None:
    with pytest.raises(NotFound):
        reach_of(admin, admin.reader(), ["gone"])


def test_unmapping_reaches_what_is_mapped_of_it_and_no_more(
    admin: Desk, erp: EndpointToken, crm: EndpointToken, orders: Endpoint, stock: Endpoint
) -> None:
    assign(admin, crm.id, add={orders.id: (POST,)}, remove={})
    since_yesterday(admin, erp, orders)
    record(admin, erp, orders, POST, times=3)
    record(admin, erp, orders, DELETE)
    record(admin, erp, stock, POST)
    record(admin, crm, orders, POST)
    reach = reach_of_mappings(admin, admin.reader(), erp.id, {orders.id: (POST, GET)})
    assert (reach.tokens, reach.endpoints, reach.slots) == (("erp",), ("g/orders",), (POST,))
    assert reach.calls.number == 3
    both = reach_of_mappings(admin, admin.reader(), erp.id, {orders.id: tuple(Slot), stock.id: tuple(Slot)})
    assert (both.where, both.calls.number) == ("2 endpoints (POST DELETE)", 5)


def test_unmapping_what_is_not_mapped_reaches_nothing(admin: Desk, erp: EndpointToken, orders: Endpoint) -> None:
    reach = reach_of_mappings(admin, admin.reader(), erp.id, {orders.id: (GET,), "other": (POST,)})
    assert (reach.tokens, reach.endpoints, reach.slots) == ((), (), ())


def test_old_values_reach_where_their_grace_time_runs_and_are_counted_by_their_own_calls(
    admin: Desk, erp: EndpointToken, crm: EndpointToken, orders: Endpoint
) -> None:
    with admin.change("rotated") as transaction:
        transaction.put(with_value(admin, admin.reader().token(erp.id), new_value(admin), until=admin.clock() + HOUR))
    since_yesterday(admin, erp, orders)
    record(admin, erp, orders, POST, times=5)
    record(admin, erp, orders, POST, times=2, previous=True)
    record(admin, crm, orders, POST, previous=True)
    reach = reach_of_old_values(admin, admin.reader(), [erp.id, crm.id])
    assert (reach.tokens, reach.endpoints) == (("erp",), ("g/orders",))
    assert reach.told == "1 endpoint, called 2 times in the last 24 h with this old value"
