"""Who may call, rules 7 to 9: whose token it is, whether it is good, and what it is good for."""

import pytest

from tests.domain.worlds import NOW, PRIMARIES, SECOND, ask, assign, endpoint, guard_of, mapped, token
from tokentui.domain.decision import Decision, Reason
from tokentui.domain.records import Endpoint
from tokentui.domain.slots import Authentication, Slot

NONE, INTERNAL = Authentication.NONE, Authentication.INTERNAL


NO_GOOD = {
    Reason.UNKNOWN_TOKEN: token(value="another"),
    Reason.DISABLED_TOKEN: token(enabled=False),
    Reason.INACTIVE_TOKEN: token(active=False),
    Reason.EXPIRED_TOKEN: token(expires_at=NOW - SECOND),
    Reason.REPLACED_TOKEN: token(value="another", previous="erp-value", previous_until=NOW),
}


@pytest.mark.parametrize("reason", NO_GOOD)
def test_rule_7_unknown_disabled_inactive_and_expired_are_alike_to_the_caller(reason: Reason) -> None:
    for guard in (mapped(NO_GOOD[reason]), guard_of(endpoint(), NO_GOOD[reason])):
        decision = ask(guard, "/po", "erp-value")
        assert (decision.allowed, decision.status, decision.error) == (False, 401, "invalid_token")
        assert (decision.reason, decision.rule) == (reason, 7)
        assert decision.token_name == ("" if reason is Reason.UNKNOWN_TOKEN else "erp")


def test_rule_7_at_the_very_instant_of_its_expiry_a_token_is_refused() -> None:
    guard = mapped(token(expires_at=NOW))
    assert ask(guard, "/po", "erp-value", now=NOW - SECOND).allowed
    assert ask(guard, "/po", "erp-value", now=NOW).reason is Reason.EXPIRED_TOKEN


@pytest.mark.parametrize("grace", [3, 5, 9])
def test_rule_7_an_old_value_ends_at_the_earlier_of_grace_and_expiry_and_at_that_instant(grace: int) -> None:
    rotated = token(expires_at=NOW + 5 * SECOND, previous="old", previous_until=NOW + grace * SECOND)
    end = min(grace, 5)
    guard = mapped(rotated)
    decisions = [ask(guard, "/po", "old", now=NOW + second * SECOND) for second in range(12)]
    assert [decision.allowed for decision in decisions] == [second < end for second in range(12)]
    assert {decision.reason for decision in decisions[5:]} == {Reason.EXPIRED_TOKEN}
    assert ask(guard, "/po", "erp-value").allowed


def test_rule_7_an_old_value_falls_with_its_token_and_without_grace_it_is_refused_at_once() -> None:
    later = NOW + SECOND
    assert ask(mapped(token(previous="old", previous_until=later)), "/po", "old").allowed
    for rotated in (
        token(enabled=False, previous="old", previous_until=later),
        token(active=False, previous="old", previous_until=later),
        token(previous="old"),
    ):
        assert ask(mapped(rotated), "/po", "old").error == "invalid_token"


def test_a_value_that_was_rotated_to_itself_is_the_current_one() -> None:
    for until in (NOW - SECOND, NOW + SECOND):
        assert ask(mapped(token(previous="erp-value", previous_until=until)), "/po", "erp-value").about == ""
        assert ask(mapped(token(previous="erp-value", previous_until=until)), "/po", "erp-value").allowed


def test_rule_8_a_token_that_is_not_mapped_to_the_endpoint_and_slot_is_403_insufficient_scope() -> None:
    erp, here, there = token(), endpoint(), endpoint("other")
    guard = guard_of(erp, here, there, assign(erp, here, Slot.GET))
    for target, method in (("/po", "POST"), ("/other", "GET")):
        decision = ask(guard, target, "erp-value", method=method)
        assert (decision.status, decision.error, decision.rule) == (403, "insufficient_scope", 8)
        assert (decision.reason, decision.token_id) == (Reason.INSUFFICIENT_SCOPE, erp.id)


def test_rule_8_many_tokens_on_one_endpoint_and_many_endpoints_of_one_token_are_told_apart() -> None:
    erp, shop, here, there = token(), token("shop"), endpoint(), endpoint("other")
    guard = guard_of(erp, shop, here, there, assign(erp, here), assign(shop, here), assign(erp, there))
    allowed = {(t, v) for t in ("/po", "/other") for v in ("erp-value", "shop-value") if ask(guard, t, v).allowed}
    assert allowed == {("/po", "erp-value"), ("/po", "shop-value"), ("/other", "erp-value")}


def test_rule_8_internal_endpoints_take_primary_tokens_only_even_if_an_assignment_is_kept() -> None:
    decision = ask(mapped(token(), endpoint(authentication=INTERNAL)), "/po", "erp-value")
    assert (decision.reason, decision.status) == (Reason.INSUFFICIENT_SCOPE, 403)
    assert "internal" in decision.explanation


def test_rule_9_a_mapped_token_is_allowed_with_who_it_was() -> None:
    place = endpoint()
    decision = ask(mapped(token(), place), "/po", "erp-value")
    assert decision == Decision(Reason.ALLOWED, place, Slot.GET, "token-erp", "erp", "endpoint")
    assert (decision.allowed, decision.status, decision.error, decision.rule) == (True, 200, "", 9)


@pytest.mark.parametrize("authentication", [Authentication.TOKEN, INTERNAL])
def test_a_primary_token_is_good_for_its_own_endpoint_and_slot_only(authentication: Authentication) -> None:
    place = endpoint(authentication=authentication, allow_deleting=True, primaries=PRIMARIES)
    guard = guard_of(place, endpoint("other", authentication=authentication, allow_deleting=True))
    for slot, value in PRIMARIES.items():
        for method in ("POST", "GET", "DELETE"):
            decision = ask(guard, "/po", value, method=method)
            assert decision.allowed == (method == slot)
            assert decision.error == ("" if method == slot else "insufficient_scope")
            assert decision.kind == "primary"
            assert decision.token_name == f"orders/po {slot}"
            assert ask(guard, "/other", value, method=method).error == "insufficient_scope"


@pytest.mark.parametrize(
    "kept",
    [
        endpoint(primaries=PRIMARIES),
        endpoint(methods=(Slot.GET,), primaries={Slot.DELETE: "delete-value", Slot.POST: "delete-value"}),
        endpoint(active=False, allow_deleting=True, primaries=PRIMARIES),
        endpoint(authentication=NONE, allow_deleting=True, primaries=PRIMARIES),
    ],
    ids=["deleting off", "method off", "inactive", "authentication none"],
)
def test_a_kept_value_of_a_primary_that_is_off_is_refused_as_invalid_token_everywhere(kept: Endpoint) -> None:
    guard = guard_of(kept, endpoint("other"))
    targets = ["/other"] if not kept.active or kept.authentication is NONE else ["/other", "/po"]
    for target in targets:
        decision = ask(guard, target, "delete-value")
        assert (decision.status, decision.error, decision.reason) == (401, "invalid_token", Reason.PRIMARY_OFF)


def test_turning_a_slot_on_again_brings_the_kept_value_back() -> None:
    back = endpoint(allow_deleting=True, primaries=PRIMARIES)
    assert ask(guard_of(back), "/po", "delete-value", method="DELETE").allowed


def test_a_live_token_is_not_hindered_by_a_shelved_one_of_the_same_value() -> None:
    place, shelved, live = endpoint(), token("old", "same", active=False), token("new", "same")
    for tokens in ((shelved, live), (live, shelved)):
        assert ask(guard_of(place, *tokens, assign(live, place)), "/po", "same").token_name == "new"
    assert ask(guard_of(place, shelved, token("off", "same", enabled=False)), "/po", "same").error == "invalid_token"


def test_two_live_tokens_of_the_same_value_should_never_be_and_are_refused() -> None:
    place, one, other = endpoint(), token("one", "same"), token("other", "same")
    decision = ask(guard_of(place, one, other, assign(one, place), assign(other, place)), "/po", "same")
    assert (decision.status, decision.reason) == (403, Reason.INTERNAL_ERROR)
    assert "one and other" in decision.explanation
