"""What goes wrong inside refuses, and what the admin is told about a decision."""

import pickle
from datetime import datetime

import pytest

from tests.domain.worlds import (
    NOW,
    PRIMARIES,
    SECOND,
    ask,
    assign,
    endpoint,
    guard_of,
    mapped,
    secret,
    token,
)
from tokentui.domain.decision import Decision, Guard, Reason, Request
from tokentui.domain.slots import Authentication, Slot

NONE, INTERNAL = Authentication.NONE, Authentication.INTERNAL


def broken_digest(value: str) -> str:
    raise RuntimeError(f"cannot digest {value}")


def test_whatever_goes_wrong_inside_refuses_and_quotes_no_token() -> None:
    place, erp = endpoint(), token()
    decision = ask(Guard([place], [erp], [assign(erp, place)], broken_digest), "/po", "erp-value")
    assert (decision.allowed, decision.status, decision.error) == (False, 403, "")
    assert (decision.reason, decision.rule) == (Reason.INTERNAL_ERROR, 0)
    assert "RuntimeError in broken_digest" in decision.explanation
    assert "erp-value" not in f"{decision!r}{decision.explanation}"


def test_a_clock_without_a_time_zone_refuses_even_what_is_free() -> None:
    naive = datetime(2025, 6, 1)
    assert ask(guard_of(endpoint(authentication=NONE)), now=naive).reason is Reason.INTERNAL_ERROR
    assert ask(mapped(token(expires_at=naive)), "/po", "erp-value").reason is Reason.INTERNAL_ERROR


def test_requests_and_clocks_that_are_no_such_thing_refuse() -> None:
    guard = guard_of(endpoint(authentication=NONE), endpoint("two"))
    assert guard.decide(Request("GET", None, (), ""), NOW).reason is Reason.INTERNAL_ERROR  # type: ignore[arg-type]
    assert guard.decide(None, NOW).reason is Reason.INTERNAL_ERROR  # type: ignore[arg-type]
    assert guard.decide(Request("GET", "/po", (), ""), None).reason is Reason.INTERNAL_ERROR  # type: ignore[arg-type]
    assert guard.decide(Request("GET", "/two", (None,), ""), NOW).reason is Reason.INTERNAL_ERROR  # type: ignore[arg-type]


def test_two_active_endpoints_of_one_path_refuse_there_and_nowhere_else() -> None:
    guard = guard_of(endpoint("a", "/x/{a}", NONE), endpoint("b", "/x/{b}"), endpoint("free", authentication=NONE))
    decision = ask(guard, "/x/1")
    assert decision.reason is Reason.INTERNAL_ERROR
    assert "orders/a and orders/b" in decision.explanation
    assert ask(guard, "/free").allowed
    assert ask(guard_of(endpoint("a", "/x", NONE), endpoint("b", "/x", active=False)), "/x").allowed


def test_an_ip_filter_that_cannot_be_read_refuses_everybody_there_and_nowhere_else() -> None:
    guard = guard_of(
        endpoint(authentication=NONE, ip_filter=("10.0.0.0/8", "x")), endpoint("free", authentication=NONE)
    )
    assert ask(guard, client="10.0.0.1").reason is Reason.INTERNAL_ERROR
    assert ask(guard, "/free").allowed


def test_a_path_that_cannot_be_read_refuses_everywhere_because_it_may_lie_under_a_free_one() -> None:
    guard = guard_of(endpoint(path="/po/{"), endpoint("free", "/*", NONE))
    decision = ask(guard, "/po/x")
    assert decision.reason is Reason.INTERNAL_ERROR
    assert "orders/po" in decision.explanation


def test_records_that_name_others_that_are_gone_do_no_harm() -> None:
    gone = token("gone")
    assert ask(
        guard_of(endpoint(), assign(gone, endpoint("away")), assign(gone, endpoint())), "/po", "gone-value"
    ).error


def test_the_explanation_is_a_sentence_that_names_the_records() -> None:
    place = endpoint(ip_filter=("192.0.2.0/24",), primaries=PRIMARIES)
    erp = token(expires_at=NOW, previous="old", previous_until=NOW)
    guard = guard_of(place, erp, assign(erp, place))
    early = NOW - SECOND
    told = [
        (ask(guard, "//po"), "The request target is refused as it stands: its path has an empty segment (//)."),
        (ask(guard, "/x"), "No active endpoint answers to the path /x."),
        (ask(guard, method="TRACE"), "Endpoint orders/po has no slot for the method TRACE; its slots are POST, GET."),
        (
            ask(guard, client="::1"),
            "The client address ::1 is outside the IP filter of endpoint orders/po (192.0.2.0/24).",
        ),
        (ask(guard), "Endpoint orders/po wants a token for GET, and the request brought none."),
        (
            ask(guard, "/po", "x"),
            "The token that was sent to endpoint orders/po is not in the store (fingerprint digest o).",
        ),
        (
            ask(guard, "/po", "erp-value"),
            "Endpoint token erp expired at 2025-06-01 12:00:00+00:00, so endpoint orders/po refuses it.",
        ),
        (ask(guard, "/po", "erp-value", now=early), "Endpoint token erp may use GET of endpoint orders/po."),
        (
            ask(guard, "/po", "old", now=early),
            "Endpoint token erp may use GET of endpoint orders/po with its value from before the last rotation, "
            "which is valid until 2025-06-01 12:00:00+00:00.",
        ),
        (
            ask(guard, "/po", "post-value"),
            "Primary token orders/po POST may not use GET of endpoint orders/po: "
            "a primary token is good for its own endpoint and slot only.",
        ),
    ]
    for decision, sentence in told:
        assert decision.explanation == sentence


def test_what_a_caller_sent_is_quoted_short_and_harmless() -> None:
    explanation = ask(guard_of(endpoint()), method="\x1b[2J\n" + "{x}" * 10_000).explanation
    assert explanation.isprintable()
    assert len(explanation) < 500


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_status_and_a_sentence_and_only_two_allow(reason: Reason) -> None:
    decision = Decision(reason, endpoint(), Slot.GET, "token-erp", "erp", "endpoint", "x")
    assert decision.explanation.endswith(".")
    assert decision.allowed == (reason in ("free", "allowed")) == (decision.status == 200)
    assert decision.status in (200, 400, 401, 403)
    assert Reason(str(reason)) is pickle.loads(pickle.dumps(reason)) is reason  # noqa: S301 - our own bytes


def test_no_repr_shows_what_a_caller_or_a_store_keeps_secret() -> None:
    request = Request("GET", "/po?access_token=S3cr3t", ("Bearer S3cr3t",), "")
    assert "S3cr3t" not in repr(request)
    for value in ("S3cr3t", "erp-value"):
        decision = ask(mapped(token()), f"/po?access_token={value}")
        assert value not in f"{decision!r}{decision.explanation}"
        assert secret(value).digest not in repr(decision)
