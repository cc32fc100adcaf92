"""Explain: every reason, with the steps that lead there, and never a token value."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from tests.conftest import BEGINNING
from tests.domain.worlds import NOTE
from tokentui.domain.errors import Invalid, NotFound, SealError
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.reasons import BEFORE_THE_RULES, Reason
from tokentui.domain.records import Endpoint, EndpointToken, Record
from tokentui.domain.slots import Authentication, Slot
from tokentui.services.assigning import assign
from tokentui.services.desk import Desk
from tokentui.services.endpoints import add_endpoint, edit_endpoint, generate_primary, set_endpoints_active
from tokentui.services.explaining import Call, Explanation, Kept, explain
from tokentui.services.tokens import VALUE, add_token, edit_token, reveal_token, set_active, set_enabled
from tokentui.store.vault import KeyVault

#: No text that an explanation makes up holds this.
CANARY = "C4naryC4naryC4naryC4naryC4naryC4naryC4naryC4naryC4naryC4naryC4na"
OLD = CANARY[::-1]
MINUTE = timedelta(minutes=1)
NONE, TOKEN, INTERNAL = Authentication


@dataclass(frozen=True)
class World:
    """An endpoint `orders/po` at `/po/{id}`, and a token `erp` with the canary's value, mapped to its GET."""

    desk: Desk
    endpoint: Endpoint
    token: EndpointToken

    def ask(self, target: str = "/po/7", token: str | Kept | None = CANARY, **more: Any) -> Explanation:
        call = Call(more.pop("method", "GET"), target, token, **more)
        return explain(self.desk, self.desk.reader(), call)

    def edit(self, **fields: Any) -> None:
        edit_endpoint(self.desk, self.endpoint, replace(EndpointFields.of(self.endpoint), **fields))

    def put(self, record: Record) -> None:
        """Past the services' checks: what the store should never hold, or what time brings."""
        with self.desk.store.change(NOTE) as transaction:
            transaction.put(record)

    def rotate(self, until: timedelta | None) -> None:
        """The canary was the value before the last rotation; its grace ends so long from now."""
        fresh = self.desk.seal(OLD, self.token.id, VALUE)
        end = None if until is None else self.desk.clock() + until
        self.put(replace(self.token, secret=fresh, previous=self.token.secret, previous_until=end))


@pytest.fixture
def world(admin: Desk) -> World:
    fields = EndpointFields(name="Po", group="orders", path="/po/{id}", authentication=TOKEN)
    endpoint, token = add_endpoint(admin, fields), add_token(admin, TokenFields(name="erp"), CANARY)
    assign(admin, token.id, add={endpoint.id: (Slot.GET,)}, remove={})
    return World(admin, endpoint, token)


def bad_target(world: World) -> Explanation:
    return world.ask(f"//po?access_token={CANARY}")


def unknown_endpoint(world: World) -> Explanation:
    return world.ask(f"/so/7?access_token={CANARY}", None)


def method_not_allowed(world: World) -> Explanation:
    return world.ask(method="DELETE")


def ip_not_allowed(world: World) -> Explanation:
    world.edit(ip_filter=("10.20.0.0/16", "192.0.2.1"))
    return world.ask(client="10.0.0.5")


def free(world: World) -> Explanation:
    world.edit(authentication=NONE)
    return world.ask()


def no_credential(world: World) -> Explanation:
    return world.ask(token=None)


def invalid_request(world: World) -> Explanation:
    return world.ask(f"/po/7?access_token={CANARY}")


def unknown_token(world: World) -> Explanation:
    return world.ask(token=OLD)


def disabled_token(world: World) -> Explanation:
    set_enabled(world.desk, [world.token.id], False)
    return world.ask()


def inactive_token(world: World) -> Explanation:
    set_active(world.desk, [world.token.id], False)
    return world.ask()


def expired_token(world: World) -> Explanation:
    world.put(replace(world.token, expires_at=world.desk.clock()))
    return world.ask()


def replaced_token(world: World) -> Explanation:
    world.rotate(-MINUTE)
    return world.ask()


def primary_off(world: World) -> Explanation:
    world.edit(methods=(Slot.GET,))
    return world.ask(token=Kept(world.endpoint.id, Slot.POST))


def insufficient_scope(world: World) -> Explanation:
    return world.ask(method="PUT")


def allowed(world: World) -> Explanation:
    return world.ask()


def internal_error(world: World) -> Explanation:
    world.put(replace(world.endpoint, ip_filter=("nowhere",)))
    return world.ask()


#: Each reason, a world that leads there, and the line of the rule that answered.
REASONS: dict[Reason, tuple[Callable[[World], Explanation], str]] = {
    Reason.INTERNAL_ERROR: (internal_error, "something went wrong inside: the IP filter of endpoint orders/po"),
    Reason.BAD_TARGET: (bad_target, "the target is refused as it stands: its path has an empty segment (//)"),
    Reason.UNKNOWN_ENDPOINT: (unknown_endpoint, "no active endpoint answers to /so/7"),
    Reason.METHOD_NOT_ALLOWED: (
        method_not_allowed,
        "DELETE needs the slot DELETE; it has POST, GET (Allow deleting is off)",
    ),
    Reason.IP_NOT_ALLOWED: (ip_not_allowed, "10.0.0.5 is outside 10.20.0.0/16, 192.0.2.1"),
    Reason.FREE: (free, "authentication is none: everybody may pass"),
    Reason.NO_CREDENTIAL: (no_credential, "no token came"),
    Reason.INVALID_REQUEST: (invalid_request, "the request is refused as it stands: it has both"),
    Reason.UNKNOWN_TOKEN: (unknown_token, "no endpoint token and no primary token has this value"),
    Reason.DISABLED_TOKEN: (disabled_token, "erp is disabled"),
    Reason.INACTIVE_TOKEN: (inactive_token, "erp is inactive"),
    Reason.EXPIRED_TOKEN: (expired_token, "erp expired at 2025-06-01 12:00:"),
    Reason.REPLACED_TOKEN: (replaced_token, "erp was rotated since, which left it valid until 2025-06-01 11:59:"),
    Reason.PRIMARY_OFF: (primary_off, "primary token orders/po POST is kept and refused: its slot is off"),
    Reason.INSUFFICIENT_SCOPE: (insufficient_scope, "erp is mapped to GET here, not to POST"),
    Reason.ALLOWED: (allowed, "it passes as endpoint token erp"),
}


def texts(explanation: Explanation) -> list[str]:
    return [step.text for step in explanation.steps]


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason not in BEFORE_THE_RULES])
def test_every_reason_is_reached_with_the_steps_that_lead_there(world: World, reason: Reason) -> None:
    lead, last = REASONS[reason]
    explanation = lead(world)
    assert explanation.decision.reason is reason
    assert [step.rule for step in explanation.steps] == (list(range(1, reason.rule + 1)) or [0])
    assert all(step.passed for step in explanation.steps[:-1])
    assert explanation.steps[-1].passed is explanation.decision.allowed
    assert explanation.steps[-1].text.startswith(last)


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason not in BEFORE_THE_RULES])
def test_no_explanation_holds_a_value(world: World, reason: Reason) -> None:
    explanation = REASONS[reason][0](world)
    told = f"{explanation!r}{explanation.sentence}{texts(explanation)}"
    assert not any(value in told for value in (CANARY, OLD, world.token.secret.digest, world.token.secret.sealed))


def test_no_repr_of_a_call_shows_its_token_or_its_target() -> None:
    assert CANARY not in repr(Call("GET", f"/po?access_token={CANARY}", CANARY))


def test_the_steps_tell_the_records_in_the_order_of_the_rules(world: World) -> None:
    world.edit(ip_filter=("10.0.0.0/8",))
    world.put(replace(world.token, expires_at=BEGINNING + 60 * MINUTE))
    assert texts(world.ask(client="10.0.0.5", method="HEAD")) == [
        "the target is canonical",
        "orders/po answers to /po/{id}",
        "HEAD needs the slot GET; it has POST, GET",
        "10.0.0.5 is inside 10.0.0.0/8",
        "authentication is token: a token is wanted",
        "one token came, in the Authorization header",
        "erp is enabled and active, and expires at 2025-06-01 13:00:00+00:00",
        "erp is mapped to GET here",
        "it passes as endpoint token erp",
    ]


def test_a_token_in_the_query_is_decided_as_one_in_the_header(world: World) -> None:
    explanation = world.ask(f"/po/7?access_token={CANARY}", None)
    assert explanation.decision.reason is Reason.ALLOWED
    assert texts(explanation)[5] == "one token came, as access_token"


def test_a_value_from_before_a_rotation_tells_its_grace(world: World) -> None:
    world.rotate(MINUTE)
    explanation = world.ask()
    assert explanation.decision.allowed
    assert "; this is its value from before, valid until 2025-06-01 12:01:" in texts(explanation)[6]
    assert "from before" not in texts(world.ask(token=OLD))[6]


def test_a_primary_token_is_good_for_what_it_was_made_for(world: World) -> None:
    kept = Kept(world.endpoint.id, Slot.POST)
    explanation = world.ask(token=kept, method="POST")
    assert texts(explanation)[6:] == [
        "primary token orders/po POST is on",
        "POST of orders/po is what it was made for",
        "it passes as primary token orders/po POST",
    ]
    assert texts(world.ask(token=kept))[-1] == "a primary token is good for its own endpoint and slot only"


def test_a_token_that_is_not_mapped_says_so(world: World) -> None:
    assign(world.desk, world.token.id, add={}, remove={world.endpoint.id: (Slot.GET,)})
    assert texts(world.ask())[-1] == "erp is not mapped here"


def test_internal_says_whose_tokens_it_takes(world: World) -> None:
    world.edit(authentication=INTERNAL)
    assert "internal" in texts(world.ask())[-1]
    assert texts(world.ask(token=None))[4] == "authentication is internal: a primary token of its own is wanted"


@pytest.mark.parametrize(
    ("method", "why"), [("TRACE", "no slot guards it"), ("get", "methods are written in capitals")]
)
def test_a_method_that_is_never_allowed_says_why(world: World, method: str, why: str) -> None:
    assert texts(world.ask(method=method))[-1] == f"{method} is never allowed: {why}"


def test_an_inactive_endpoint_that_would_answer_is_named(world: World) -> None:
    set_endpoints_active(world.desk, [world.endpoint.id], False)
    assert texts(world.ask())[-1] == "no active endpoint answers to /po/7 (orders/po would, and is inactive)"
    other = add_endpoint(
        world.desk, EndpointFields(name="So", group="orders", path="/po/{other}", authentication=TOKEN, active=False)
    )
    assert " would, and is inactive)" in texts(world.ask())[-1]
    set_endpoints_active(world.desk, [other.id], True)
    assert texts(world.ask())[1] == "orders/so answers to /po/{other}"


def test_an_unknown_address_is_refused_by_a_filter_and_told_to_be_unknown(world: World) -> None:
    world.edit(ip_filter=("10.0.0.0/8",))
    explanation = world.ask()
    assert (explanation.decision.reason, explanation.address_unknown) == (Reason.IP_NOT_ALLOWED, True)
    assert "address is not known" in explanation.sentence
    assert "address is not known" in texts(explanation)[-1]
    assert not world.ask(client="192.0.2.1").address_unknown


def test_an_unknown_address_does_not_matter_without_a_filter(world: World) -> None:
    assert world.ask().decision.allowed


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("method", ""), ("method", "GET /po"), ("method", CANARY), ("client", "home"), ("client", CANARY)],
)
def test_what_no_request_could_have_is_refused_without_repeating_it(world: World, field: str, wrong: str) -> None:
    with pytest.raises(Invalid) as caught:
        world.ask(**{field: wrong})
    assert caught.value.field == field
    assert CANARY not in str(caught.value)


def test_a_kept_token_is_unsealed_here(world: World) -> None:
    assert world.ask(token=Kept(world.token.id)).decision.allowed
    edit_token(world.desk, world.token, TokenFields.of(world.token), OLD)
    assert world.ask(token=Kept(world.token.id)).decision.allowed
    generate_primary(world.desk, world.endpoint.id, Slot.GET)
    assert world.ask(token=Kept(world.endpoint.id, Slot.GET)).decision.kind == "primary"
    with pytest.raises(NotFound):
        world.ask(token=Kept("gone"))


class TestKey:
    @pytest.fixture
    def keyless(self, world: World) -> World:
        def lost() -> bytes:
            raise SealError("The key is lost.")

        return replace(world, desk=replace(world.desk, vault=KeyVault(lost)))

    def test_is_needed_where_a_token_is_looked_for(self, keyless: World) -> None:
        for target, token in (("/po/7", CANARY), (f"/po/7?access_token={CANARY}", None)):
            with pytest.raises(SealError, match="lost"):
                keyless.ask(target, token)

    def test_is_not_needed_without_a_token(self, keyless: World) -> None:
        assert keyless.ask(token=None).decision.reason is Reason.NO_CREDENTIAL
        assert keyless.ask("/so/7", None).decision.reason is Reason.UNKNOWN_ENDPOINT

    def test_that_is_another_one_does_not_open_a_kept_value(self, world: World) -> None:
        other = replace(world, desk=replace(world.desk, vault=KeyVault(lambda: b"another key".ljust(32))))
        with pytest.raises(SealError):
            other.ask(token=Kept(world.token.id))


def test_nothing_is_changed_and_nothing_can_be_undone(world: World) -> None:
    before, history = world.desk.store.stamp(), len(world.desk.history)
    world.ask()
    assert (world.desk.store.stamp(), len(world.desk.history)) == (before, history)


def test_what_is_decided_is_what_the_reader_holds(world: World) -> None:
    reader = world.desk.reader()
    set_enabled(world.desk, [world.token.id], False)
    assert explain(world.desk, reader, Call("GET", "/po/7", CANARY)).decision.allowed
    assert reveal_token(world.desk, world.token) == CANARY
