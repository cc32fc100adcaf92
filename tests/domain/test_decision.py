"""Who may call, rules 1 to 6: target, endpoint, method, address, free endpoints and the credential."""

import pytest

from tests.domain.worlds import NOW, ask, assign, bearer, endpoint, guard_of, mapped, token
from tokentui.domain.decision import Reason, Request
from tokentui.domain.slots import Authentication, Slot

NONE, INTERNAL = Authentication.NONE, Authentication.INTERNAL


@pytest.mark.parametrize(
    "target", ["//po", "/po/../po", "/po%2f", "/po;x", "/po#x", "/p%6f", b"/\xff", "", "*", "http://h/po"]
)
def test_rule_1_a_target_that_is_not_canonical_is_400_and_no_rfc_error(target: str | bytes) -> None:
    decision = ask(guard_of(endpoint("all", "/*", NONE)), target)
    assert (decision.allowed, decision.status, decision.error) == (False, 400, "")
    assert (decision.reason, decision.rule, decision.endpoint) == (Reason.BAD_TARGET, 1, None)


def test_rule_2_a_path_without_an_active_endpoint_is_403_unknown_endpoint() -> None:
    guard = guard_of(endpoint(authentication=NONE), endpoint("old", active=False, authentication=NONE))
    for target in ("/other", "/po/", "/po/x", "/", "/PO", "/old"):
        decision = ask(guard, target)
        assert (decision.allowed, decision.status, decision.error) == (False, 403, "")
        assert (decision.reason, decision.rule) == (Reason.UNKNOWN_ENDPOINT, 2)


def test_rule_2_the_most_literal_endpoint_answers() -> None:
    ladder = (endpoint("literal", "/a/b", NONE), endpoint("param", "/a/{x}", NONE), endpoint("rest", "/a/*", NONE))
    answering = [ask(guard_of(*ladder[rung:]), "/a/b").endpoint for rung in range(3)]
    assert answering == list(ladder)


def test_rule_2_an_inactive_endpoint_leaves_its_path_to_the_next_best() -> None:
    below = endpoint("rest", "/*", NONE)
    assert ask(guard_of(below, endpoint(active=False)), "/po").endpoint == below


@pytest.mark.parametrize(
    ("method", "slot"),
    [("POST", "POST"), ("PUT", "POST"), ("PATCH", "POST"), ("GET", "GET"), ("HEAD", "GET"), ("DELETE", "DELETE")],
)
def test_rule_3_each_method_is_guarded_by_its_slot(method: str, slot: str) -> None:
    place, erp = endpoint(allow_deleting=True), token()
    for mapped_slot in Slot:
        decision = ask(guard_of(place, erp, assign(erp, place, mapped_slot)), "/po", "erp-value", method=method)
        assert decision.slot == slot
        assert decision.allowed == (mapped_slot == slot)


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "CONNECT", "get", "Get", "", "PROPFIND", "GET ", "delete"])
def test_rule_3_any_other_method_is_never_allowed_and_case_matters(method: str) -> None:
    decision = ask(guard_of(endpoint(authentication=NONE, allow_deleting=True)), method=method)
    assert (decision.status, decision.reason, decision.rule) == (403, Reason.METHOD_NOT_ALLOWED, 3)
    assert decision.slot is None


def test_rule_3_delete_needs_allow_deleting_even_where_nothing_else_guards() -> None:
    refused = ask(guard_of(endpoint(authentication=NONE)), method="DELETE")
    assert (refused.status, refused.error, refused.reason) == (403, "", Reason.METHOD_NOT_ALLOWED)
    assert "Allow deleting is off" in refused.explanation
    assert ask(guard_of(endpoint(authentication=NONE, allow_deleting=True)), method="DELETE").allowed


def test_rule_3_a_method_that_the_endpoint_does_not_answer_is_refused_whatever_is_mapped() -> None:
    erp = token()
    guard = mapped(erp, endpoint(methods=(Slot.GET,)), Slot.POST, Slot.GET, Slot.DELETE)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert ask(guard, "/po", "erp-value", method=method).reason is Reason.METHOD_NOT_ALLOWED
    assert ask(guard, "/po", "erp-value", method="HEAD").allowed


def test_rule_4_a_client_outside_the_ip_filter_is_403_even_with_a_good_token() -> None:
    guard = mapped(token(), endpoint(ip_filter=("10.0.0.0/8", "2001:db8::/32")))
    for client in ("192.0.2.1", "::1", "", "unknown", "10.0.0.1, 192.0.2.1"):
        decision = ask(guard, "/po", "erp-value", client=client)
        assert (decision.status, decision.error, decision.rule) == (403, "", 4)
        assert decision.reason is Reason.IP_NOT_ALLOWED
    for client in ("10.1.2.3", "::ffff:10.1.2.3", "2001:db8::7"):
        assert ask(guard, "/po", "erp-value", client=client).allowed


@pytest.mark.parametrize("anywhere", [(), ("*",)])
def test_rule_4_an_empty_filter_or_a_star_is_anywhere(anywhere: tuple[str, ...]) -> None:
    assert ask(guard_of(endpoint(authentication=NONE, ip_filter=anywhere)), client="whatever").allowed


def test_rule_4_guards_free_endpoints_too() -> None:
    assert not ask(guard_of(endpoint(authentication=NONE, ip_filter=("10.0.0.1",)))).allowed


def test_rule_5_an_endpoint_without_authentication_is_free_whatever_the_credential() -> None:
    guard = guard_of(endpoint(authentication=NONE))
    for headers in ((), bearer("unknown"), ("",), ("Bearer a", "Bearer b")):
        decision = guard.decide(Request("GET", "/po?access_token=x", headers, "192.0.2.1"), NOW)
        assert (decision.allowed, decision.status, decision.reason, decision.rule) == (True, 200, Reason.FREE, 5)
        assert (decision.token_id, decision.token_name, decision.kind) == ("", "", "")


@pytest.mark.parametrize("headers", [(), ("Basic dTpw",)])
def test_rule_6_no_credential_is_401_without_an_error_code(headers: tuple[str, ...]) -> None:
    decision = guard_of(endpoint()).decide(Request("GET", "/po", headers, ""), NOW)
    assert (decision.status, decision.error, decision.reason) == (401, "", Reason.NO_CREDENTIAL)
    assert decision.rule == 6


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        ("/po", ("Bearer erp-value", "Bearer erp-value")),
        ("/po?access_token=erp-value", ("Bearer erp-value",)),
        ("/po?access_token=erp-value", ("Basic dTpw",)),
        ("/po?access_token=erp-value&access_token=erp-value", ()),
        ("/po?access_token=", ()),
        ("/po?access_token=erp%20value", ()),
        ("/po", ("Bearer",)),
        ("/po", ("",)),
        ("/po", ("Bearer erp-value, Bearer erp-value",)),
    ],
)
def test_rule_6_several_credentials_or_a_malformed_one_are_400_invalid_request(
    target: str, headers: tuple[str, ...]
) -> None:
    decision = mapped(token()).decide(Request("GET", target, headers, ""), NOW)
    assert (decision.status, decision.error, decision.reason) == (400, "invalid_request", Reason.INVALID_REQUEST)
    assert decision.rule == 6


def test_a_credential_may_come_by_header_in_any_case_or_by_the_query() -> None:
    guard = mapped(token())
    assert guard.decide(Request("GET", "/po", ("bEARER erp-value",), ""), NOW).allowed
    assert guard.decide(Request("GET", b"/po?x=1&access_token=erp-value", (), ""), NOW).allowed
