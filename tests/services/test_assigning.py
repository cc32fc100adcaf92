"""Mapping endpoint tokens to the slots of endpoints."""

from dataclasses import replace

import pytest

from tokentui.domain.errors import Invalid, NotFound
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.records import Endpoint, EndpointToken
from tokentui.domain.slots import Authentication, Slot
from tokentui.services.assigning import assign, map_slot
from tokentui.services.desk import Desk
from tokentui.services.endpoints import add_endpoint, edit_endpoint
from tokentui.services.tokens import add_token

POST, GET, DELETE = Slot


@pytest.fixture
def token(admin: Desk) -> EndpointToken:
    return add_token(admin, TokenFields(name="erp"))


@pytest.fixture
def orders(admin: Desk) -> Endpoint:
    return guarded(admin, "Orders", deleting=True)


@pytest.fixture
def stock(admin: Desk) -> Endpoint:
    return guarded(admin, "Stock")


def guarded(desk: Desk, name: str, *, deleting: bool = False) -> Endpoint:
    fields = EndpointFields(name=name, group="g", authentication=Authentication.TOKEN, allow_deleting=deleting)
    return add_endpoint(desk, fields)


def slots(desk: Desk, token: EndpointToken, endpoint: Endpoint) -> tuple[Slot, ...] | None:
    """What the token is mapped to there; None where there is no assignment."""
    found = desk.reader().assignment(token.id, endpoint.id)
    return None if found is None else found.slots


def test_a_token_is_mapped_to_slots_of_many_endpoints_in_one_change(
    admin: Desk, token: EndpointToken, orders: Endpoint, stock: Endpoint
) -> None:
    changes = len(admin.history)
    assign(admin, token.id, add={orders.id: (DELETE, POST), stock.id: (GET,)}, remove={})
    assert slots(admin, token, orders) == (POST, DELETE)
    assert slots(admin, token, stock) == (GET,)
    assert len(admin.history) == changes + 1


def test_many_tokens_may_be_mapped_to_one_endpoint(admin: Desk, token: EndpointToken, orders: Endpoint) -> None:
    other = add_token(admin, TokenFields(name="shop"))
    for each in (token, other):
        map_slot(admin, each.id, orders.id, GET, True)
    assert len(admin.reader().assignments_at(orders.id)) == 2


def test_only_the_named_slots_are_touched(
    admin: Desk, other_admin: Desk, token: EndpointToken, orders: Endpoint
) -> None:
    map_slot(admin, token.id, orders.id, POST, True)
    admin.reader()
    map_slot(other_admin, token.id, orders.id, DELETE, True)
    assign(admin, token.id, add={orders.id: (GET,)}, remove={orders.id: (POST,)})
    assert slots(admin, token, orders) == (GET, DELETE)


def test_an_assignment_without_slots_is_none(admin: Desk, token: EndpointToken, orders: Endpoint) -> None:
    map_slot(admin, token.id, orders.id, GET, True)
    map_slot(admin, token.id, orders.id, GET, False)
    assert slots(admin, token, orders) is None
    assert admin.reader().assignments_of(token.id) == ()


def test_a_token_that_was_unmapped_can_be_mapped_again(admin: Desk, token: EndpointToken, orders: Endpoint) -> None:
    for on in (True, False, True):
        map_slot(admin, token.id, orders.id, GET, on)
    assert slots(admin, token, orders) == (GET,)


@pytest.mark.parametrize("on", [True, False])
def test_where_it_is_so_already_nothing_is_saved(
    admin: Desk, token: EndpointToken, orders: Endpoint, on: bool
) -> None:
    map_slot(admin, token.id, orders.id, POST, True)
    stamp, changes = admin.store.stamp(), len(admin.history)
    map_slot(admin, token.id, orders.id, POST if on else GET, on)
    assert admin.store.stamp() == stamp
    assert len(admin.history) == changes


def test_a_slot_that_is_off_cannot_be_mapped(admin: Desk, token: EndpointToken, stock: Endpoint) -> None:
    """Else it would come alive with the slot, long after anybody remembers."""
    with pytest.raises(Invalid, match="Allow deleting is off"):
        map_slot(admin, token.id, stock.id, DELETE, True)
    assert slots(admin, token, stock) is None


def test_what_is_mapped_stays_while_its_slot_is_off(admin: Desk, token: EndpointToken, orders: Endpoint) -> None:
    assign(admin, token.id, add={orders.id: (GET, DELETE)}, remove={})
    off = edit_endpoint(admin, orders, replace(EndpointFields.of(orders), allow_deleting=False))
    assert off.slots == (POST, GET)
    assert slots(admin, token, orders) == (GET, DELETE)
    map_slot(admin, token.id, orders.id, POST, True)
    assert slots(admin, token, orders) == (POST, GET, DELETE)
    map_slot(admin, token.id, orders.id, DELETE, False)
    assert slots(admin, token, orders) == (POST, GET)


@pytest.mark.parametrize(("token_gone", "endpoint_gone"), [(True, False), (False, True)])
def test_what_is_no_more_is_not_found_and_nothing_is_mapped(
    admin: Desk, token: EndpointToken, orders: Endpoint, token_gone: bool, endpoint_gone: bool
) -> None:
    add = {orders.id: (GET,), **({"gone": (GET,)} if endpoint_gone else {})}
    with pytest.raises(NotFound):
        assign(admin, "gone" if token_gone else token.id, add=add, remove={})
    assert [*admin.reader().iter_assignments()] == []
