"""The desk of one endpoint and one token that is mapped to it, in memory."""

import pytest

from tests.domain.worlds import NOW
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.records import Endpoint, EndpointToken
from tokentui.domain.slots import Authentication, Slot
from tokentui.services.assigning import assign
from tokentui.services.desk import Desk
from tokentui.services.endpoints import add_endpoint
from tokentui.services.tokens import add_token, new_value
from tokentui.store.memory import Memory, MemoryStore
from tokentui.store.vault import KeyVault


@pytest.fixture
def desk() -> Desk:
    return Desk(MemoryStore(Memory()), KeyVault(lambda: bytes(32)), clock=lambda: NOW)


@pytest.fixture
def endpoint(desk: Desk) -> Endpoint:
    return add_endpoint(desk, EndpointFields(name="Returns", group="orders", authentication=Authentication.TOKEN))


@pytest.fixture
def token(desk: Desk, endpoint: Endpoint) -> EndpointToken:
    token = add_token(desk, TokenFields(name="Zásilky"), new_value(desk))
    assign(desk, token.id, add={endpoint.id: (Slot.GET,)}, remove={})
    return token
