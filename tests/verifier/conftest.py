"""A store with an endpoint and two tokens, and the verifier over it."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.verifier.asking import Answered, ask, question
from tokentui.cli.compose import Office
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.slots import Authentication, Slot
from tokentui.services.assigning import assign
from tokentui.services.desk import Desk
from tokentui.services.endpoints import add_endpoint
from tokentui.services.tokens import add_token, reveal_token
from tokentui.verifier.answers import Answers
from tokentui.verifier.application import Verifier
from tokentui.verifier.in_force import InForce
from tokentui.verifier.networks import Networks


@dataclass
class Guarded:
    """A store, and the verifier that obeys it."""

    store: Path
    desk: Desk
    in_force: InForce
    verifier: Verifier

    def value(self, name: str) -> str:
        return reveal_token(self.desk, self.desk.reader().token_by_name(name))

    def asked(self, dialect: str, target: str, value: str | None = None, method: str = "GET") -> Answered:
        """What the verifier answers to this proxy about a request."""
        self.in_force.look()
        place, headers, asking = question(dialect, target, value, method)
        return ask(self.verifier, place, headers, method=asking)


@pytest.fixture
def guarded(tmp_path: Path) -> Guarded:
    """`/orders` (POST, GET) and the free `/open`; `erp` may GET orders, `crm` may do nothing there."""
    desk = Office(tmp_path / "tokens.json", tmp_path / "key").desk
    orders = add_endpoint(
        desk, EndpointFields(name="Orders", group="shop", path="/orders", authentication=Authentication.TOKEN)
    )
    add_endpoint(desk, EndpointFields(name="Open", group="shop", path="/open", authentication=Authentication.NONE))
    erp = add_token(desk, TokenFields(name="erp"))
    add_token(desk, TokenFields(name="crm"))
    assign(desk, erp.id, add={orders.id: (Slot.GET,)}, remove={})
    in_force = InForce(desk.store, desk.vault)
    return Guarded(
        tmp_path / "tokens.json", desk, in_force, Verifier(in_force, trusted=Networks(), answers=Answers())
    )
