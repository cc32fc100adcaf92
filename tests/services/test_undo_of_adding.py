"""Undoing an addition never leaves an assignment that leads nowhere."""

import pytest

from tokentui.domain.errors import Conflict
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.slots import Slot
from tokentui.services.assigning import assign
from tokentui.services.desk import Desk
from tokentui.services.endpoints import add_endpoint
from tokentui.services.tokens import add_token
from tokentui.services.undo import undo_last


def test_an_endpoint_that_somebody_else_has_mapped_since_stays(desk: Desk) -> None:
    token = add_token(desk, TokenFields(name="erp"))
    endpoint = add_endpoint(desk, EndpointFields(name="Pets", group="shop"))
    somebody_else = Desk(store=desk.store, vault=desk.vault)
    assign(somebody_else, token.id, add={endpoint.id: (Slot.GET,)}, remove={})
    with pytest.raises(Conflict, match="mapped to shop/pets"):
        undo_last(desk)
    assert desk.reader().endpoint(endpoint.id) == endpoint


def test_a_token_that_somebody_else_has_mapped_since_stays(desk: Desk) -> None:
    endpoint = add_endpoint(desk, EndpointFields(name="Pets", group="shop"))
    token = add_token(desk, TokenFields(name="erp"))
    somebody_else = Desk(store=desk.store, vault=desk.vault)
    assign(somebody_else, token.id, add={endpoint.id: (Slot.GET,)}, remove={})
    with pytest.raises(Conflict, match="erp has been mapped"):
        undo_last(desk)
