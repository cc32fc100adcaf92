"""What the requests seen must tell on every backend: subclass `RequestsContract`, and give it a fixture `log`."""

from datetime import timedelta
from typing import Any

import pytest

from tests.domain.worlds import NOW
from tokentui.domain.requests import SeenRequest
from tokentui.domain.slots import Slot
from tokentui.store.protocol import Requests
from tokentui.store.queries import LastSeen, RequestFilter

HOUR = timedelta(hours=1)


def seen(token_id: str = "erp", **fields: Any) -> SeenRequest:
    given = {"at": NOW, "method": "GET", "path": "/orders", "status": 200, "reason": "allowed", **fields}
    return SeenRequest(token_id=token_id, **given)


class RequestsContract:
    """Who was seen when, and how often."""

    def test_where_nothing_was_recorded_nothing_can_be_said(self, log: Requests) -> None:
        assert log.began() is None
        assert log.last_seen() == log.last_seen(["erp"]) == {}
        assert log.last_let_in() == {}
        assert log.calls(["erp"], NOW) == log.calls_at(["orders"], NOW) == 0
        assert log.stamp() == ()

    def test_a_token_was_last_seen_when_it_was_let_in_last_by_each_of_its_values(self, log: Requests) -> None:
        log.record([seen(at=NOW), seen(at=NOW + HOUR), seen(at=NOW - HOUR)])
        log.record([seen(at=NOW + 2 * HOUR, previous=True), seen("crm", at=NOW, previous=True)])
        log.record([seen(at=NOW + 9 * HOUR, status=403, reason="insufficient_scope"), seen("", at=NOW)])
        assert log.last_seen() == {
            "erp": LastSeen(NOW + HOUR, NOW + 2 * HOUR),
            "crm": LastSeen(None, NOW),
        }

    def test_last_seen_may_be_asked_of_some_tokens_only(self, log: Requests) -> None:
        log.record([seen(f"t{number}", at=NOW + number * HOUR) for number in range(7_000)])
        log.record([seen("t3", at=NOW, previous=True)])
        assert log.last_seen(["t3", "t5", "nobody"]) == {
            "t3": LastSeen(NOW + 3 * HOUR, NOW),
            "t5": LastSeen(NOW + 5 * HOUR),
        }
        assert log.last_seen([]) == {}
        many = [f"t{number}" for number in range(1_000, 9_000)]
        assert set(log.last_seen(many)) == {f"t{number}" for number in range(1_000, 7_000)}
        assert len(log.last_seen()) == 7_000
        assert log.last_seen(["t4"]) == {"t4": LastSeen(NOW + 4 * HOUR)}

    def test_of_all_tokens_is_told_when_they_were_last_let_in_by_whichever_value(self, log: Requests) -> None:
        log.record([seen("b", at=NOW), seen("a", at=NOW + HOUR), seen("c", at=NOW - HOUR)])
        log.record([seen("c", at=NOW + 2 * HOUR, previous=True), seen("b", at=NOW + 9 * HOUR, status=401)])
        assert log.last_let_in() == {"a": NOW + HOUR, "b": NOW, "c": NOW + 2 * HOUR}

    def test_requests_are_known_from_the_earliest_on(self, log: Requests) -> None:
        log.record([seen(at=NOW + HOUR), seen(at=NOW)])
        log.record([seen(at=NOW - HOUR)])
        assert log.began() == NOW - HOUR

    def test_calls_are_counted_by_token_and_by_endpoint_since_a_moment(self, log: Requests) -> None:
        log.record(
            seen(
                f"t{number % 3}",
                endpoint_id=f"e{number % 2}",
                at=NOW + number * HOUR,
                status=(200, 403)[number % 2],
            )
            for number in range(12)
        )
        assert log.calls(["t0"], NOW) == 4
        assert log.calls(["t0", "t1"], NOW + 6 * HOUR) == 4
        assert log.calls_at(["e0"], NOW) == 6
        assert log.calls([], NOW) == log.calls(["other"], NOW) == 0

    @pytest.mark.parametrize(
        ("only", "by_token", "at_endpoint"),
        [
            (RequestFilter(), 5, 6),
            (RequestFilter(endpoint_ids=frozenset({"orders"})), 4, 6),
            (RequestFilter(endpoint_ids=frozenset({"orders", "stock"})), 5, 6),
            (RequestFilter(endpoint_ids=frozenset()), 0, 0),
            (RequestFilter(slots=frozenset({Slot.GET})), 3, 4),
            (RequestFilter(slots=frozenset({Slot.GET, Slot.POST})), 5, 6),
            (RequestFilter(slots=frozenset()), 0, 0),
            (RequestFilter(previous=True), 1, 1),
            (RequestFilter(previous=False), 4, 5),
            (RequestFilter(let_in=True), 4, 5),
            (RequestFilter(let_in=False), 1, 1),
            (RequestFilter(endpoint_ids=frozenset({"orders"}), slots=frozenset({Slot.POST}), let_in=True), 1, 1),
        ],
    )
    def test_calls_may_be_those_of_some_endpoints_slots_values_and_decisions_only(
        self, log: Requests, only: RequestFilter, by_token: int, at_endpoint: int
    ) -> None:
        log.record(
            [
                seen(endpoint_id="orders", slot=Slot.GET),
                seen(endpoint_id="orders", slot=Slot.GET, previous=True),
                seen(endpoint_id="orders", slot=Slot.POST),
                seen(endpoint_id="orders", slot=Slot.POST, status=403, reason="ip_not_allowed"),
                seen(endpoint_id="stock", slot=Slot.GET),
                seen("crm", endpoint_id="orders", slot=Slot.GET),
                seen("", endpoint_id="orders", slot=Slot.GET),
                seen(endpoint_id="orders", slot=Slot.GET, at=NOW - HOUR),
            ]
        )
        assert log.calls(["erp"], NOW, only) == by_token
        assert log.calls_at(["orders"], NOW, only) == at_endpoint

    def test_thousands_of_ids_may_be_asked_for_at_once(self, log: Requests) -> None:
        log.record(seen(f"t{number}") for number in range(2_500))
        assert log.calls([f"t{number}" for number in range(5_000)], NOW) == 2_500
        log.record(seen(endpoint_id=f"e{number}") for number in range(2_500))
        many = RequestFilter(endpoint_ids=frozenset(f"e{number}" for number in range(5_000)))
        assert log.calls(["erp"], NOW, many) == 2_500
