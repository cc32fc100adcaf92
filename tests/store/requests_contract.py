"""What the requests seen must tell on every backend: subclass `RequestsContract`, and give it a fixture `log`."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.domain.worlds import NOW
from tokentui.domain.requests import SeenRequest
from tokentui.domain.slots import Slot
from tokentui.store.protocol import Requests
from tokentui.store.queries import LastSeen, RequestFilter, Window
from tokentui.store.request_queries import UNKNOWN, Pruned, RequestQuery, Tally, TallyBy

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
        assert log.last_id() == ""

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

    # ------------------------------------------------------------------ lists

    def test_a_page_lists_the_newest_first_and_says_where_a_request_stands(self, log: Requests) -> None:
        log.record(seen(path=f"/{number}", at=NOW + number * HOUR) for number in (3, 1, 4, 0, 2))
        page = log.page(RequestQuery(), Window(1, 2))
        assert [row.request.path for row in page.rows] == ["/3", "/2"]
        assert (page.offset, page.total, page.of, page.at) == (1, 5, 5, None)
        there = log.page(RequestQuery(), Window(0, 2, around=page.rows[1].id))
        assert (there.at, there.offset) == (2, 1)
        assert log.page(RequestQuery(), Window(9, 2)).offset == 3
        assert log.page(RequestQuery(), Window(0, 2, around="no such")).at is None

    def test_a_row_tells_all_that_was_recorded(self, log: Requests) -> None:
        one = seen(
            endpoint_id="orders",
            slot=Slot.POST,
            method="PUT",
            kind="endpoint",
            previous=True,
            address="192.0.2.7",
            status=403,
            reason="insufficient_scope",
            duration=12,
        )
        log.record([one, seen("", fingerprint="0123abcd", status=401, reason="unknown_token", at=NOW - HOUR)])
        rows = log.page(RequestQuery(), Window()).rows
        assert rows[0].request == one
        assert rows[1].request.fingerprint == "0123abcd"

    @pytest.mark.parametrize(
        ("query", "paths"),
        [
            (RequestQuery(), "edcba"),
            (RequestQuery(token_ids=frozenset({"erp"})), "ba"),
            (RequestQuery(token_ids=frozenset({"erp", "crm"})), "cba"),
            (RequestQuery(token_ids=frozenset()), ""),
            (RequestQuery(endpoint_ids=frozenset({"orders"})), "dba"),
            (RequestQuery(endpoint_ids=frozenset({"orders"}), let_in=False), "db"),
            (RequestQuery(let_in=True), "ca"),
            (RequestQuery(fingerprint="0123abcd"), "d"),
            (RequestQuery(unknown=True), "d"),
            (RequestQuery(unknown=True, let_in=True), ""),
            (RequestQuery(unknown=False, token_ids=frozenset({""})), "e"),
            (RequestQuery(unknown=False, text="192.0.2.19"), "e"),
            (RequestQuery(token_ids=frozenset({"erp"}), endpoint_ids=frozenset({"orders"}), let_in=False), "b"),
            (RequestQuery(token_ids=frozenset({"crm"}), endpoint_ids=frozenset({"orders"})), ""),
            (RequestQuery(endpoint_ids=frozenset({"orders"}), address="192.0.2.1"), "a"),
            (RequestQuery(text="nothing has this"), ""),
            (RequestQuery(let_in=False, text="er", text_tokens=frozenset({"erp"})), "b"),
            (RequestQuery(endpoint_ids=frozenset({"orders"}), text="er", text_tokens=frozenset({"erp"})), "ba"),
            (RequestQuery(address="192.0.2.1"), "ca"),
            (RequestQuery(since=NOW + HOUR, until=NOW + 3 * HOUR), "cb"),
            (RequestQuery(text="192.0.2"), "edcba"),
            (RequestQuery(text="192.0.2.1"), "eca"),
            (RequestQuery(text="0123"), "d"),
            (RequestQuery(text="er", text_tokens=frozenset({"erp"})), "ba"),
            (RequestQuery(text="o", text_endpoints=frozenset({"orders"}), let_in=False), "db"),
            (RequestQuery(text="x", text_tokens=frozenset({"crm"}), text_endpoints=frozenset({"orders"})), "dcba"),
        ],
    )
    def test_a_page_may_be_of_some_requests_only(self, log: Requests, query: RequestQuery, paths: str) -> None:
        refused: dict[str, Any] = {"status": 403, "reason": "insufficient_scope"}
        log.record(
            [
                seen(path="a", endpoint_id="orders", address="192.0.2.1"),
                seen(path="b", endpoint_id="orders", address="192.0.2.2", at=NOW + HOUR, **refused),
                seen("crm", path="c", endpoint_id="stock", address="192.0.2.1", at=NOW + 2 * HOUR),
                seen(
                    "",
                    path="d",
                    fingerprint="0123abcd",
                    endpoint_id="orders",
                    address="192.0.2.3",
                    at=NOW + 3 * HOUR,
                    **refused,
                ),
                seen("", path="e", address="192.0.2.19", at=NOW + 4 * HOUR, **refused),
            ]
        )
        page = log.page(query, Window())
        assert "".join(row.request.path for row in page.rows) == paths
        assert page.total == len(paths)

    def test_those_recorded_after_one_are_told_whenever_they_were_made(self, log: Requests) -> None:
        log.record([seen(path="a"), seen(path="b", at=NOW + HOUR)])
        last = log.last_id()
        assert last == max((row.id for row in log.page(RequestQuery(), Window()).rows), key=int)
        assert log.page(RequestQuery(after=last), Window()).rows == ()
        log.record([seen(path="c", at=NOW - HOUR), seen("crm", path="d", address="192.0.2.1")])
        for query, paths in ((RequestQuery(after=last), "dc"), (RequestQuery(after=last, text="192.0.2"), "d")):
            page = log.page(query, Window())
            assert ("".join(row.request.path for row in page.rows), page.total) == (paths, len(paths))

    @pytest.mark.parametrize("text", ["", "192.0.2"])
    def test_any_window_of_a_list_holds_what_stands_there(self, log: Requests, text: str) -> None:
        log.record(seen(path=f"{number}", at=NOW + (number // 3) * HOUR, address="192.0.2.1") for number in range(20))
        query = RequestQuery(text=text)
        paths = [row.request.path for row in log.page(query, Window()).rows]
        assert paths == [f"{number}" for number in reversed(range(20))]
        for offset in range(20):
            page = log.page(query, Window(offset, 4))
            assert [row.request.path for row in page.rows] == paths[page.offset : page.offset + 4]
            assert page.offset == min(offset, 16)
            there = log.page(query, Window(around=page.rows[0].id))
            assert there.at == page.offset

    def test_of_how_many_the_text_selects_is_told(self, log: Requests) -> None:
        log.record([seen(address="192.0.2.1"), seen(address="192.0.2.2"), seen("crm", address="192.0.2.1")])
        page = log.page(RequestQuery(token_ids=frozenset({"erp"}), text="192.0.2.1"), Window())
        assert (page.total, page.of) == (1, 2)

    def test_of_how_many_the_outcome_selects_is_told(self, log: Requests) -> None:
        log.record([seen(), seen(status=403), seen(status=401), seen("crm")])
        for let_in, many in ((True, 2), (False, 2), (None, 4)):
            page = log.page(RequestQuery(let_in=let_in), Window())
            assert (page.total, page.of) == (many, 4)
        erp = RequestQuery(token_ids=frozenset({"erp"}), let_in=False)
        assert (log.page(erp, Window()).total, log.page(erp, Window()).of) == (2, 3)
        named = log.page(replace(erp, text="crm", text_tokens=frozenset({"crm"})), Window())
        assert (named.total, named.of) == (0, 3)

    def test_of_how_many_is_right_when_some_have_gone(self, log: Requests) -> None:
        log.record(seen(at=NOW + number * HOUR, status=(200, 403)[number % 3 == 0]) for number in range(9))
        with log.recording() as recording:
            recording.prune(NOW + 2 * HOUR, 1_000, 100)
            recording.prune(NOW, 5, 100)
            recording.record([seen(at=NOW + 20 * HOUR, status=403)])
        for let_in, many in ((None, 6), (True, 4), (False, 2)):
            page = log.page(RequestQuery(let_in=let_in), Window())
            assert (len(page.rows), page.total, page.of) == (many, many, 6)

    def test_a_token_from_a_new_address_is_marked_once_and_not_its_very_first(self, log: Requests) -> None:
        log.record([seen(address="192.0.2.1"), seen(address="192.0.2.1", at=NOW + HOUR)])
        log.record([seen(address="192.0.2.2", at=NOW + 2 * HOUR), seen(address="192.0.2.2", at=NOW + 3 * HOUR)])
        log.record(
            [seen(address="192.0.2.2", at=NOW + 4 * HOUR), seen("crm", address="192.0.2.2", at=NOW + 5 * HOUR)]
        )
        log.record([seen("", address="192.0.2.9", at=NOW + 6 * HOUR)])
        marked = [row.request.at for row in log.page(RequestQuery(), Window()).rows if row.new_address]
        assert marked == [NOW + 2 * HOUR]

    # ------------------------------------------------------------------ sums

    def test_a_tally_adds_up_the_calls_of_a_day_by_token_or_endpoint(self, log: Requests) -> None:
        log.record(
            [
                seen(endpoint_id="orders", address="192.0.2.1", at=NOW - HOUR),
                seen(endpoint_id="orders", address="192.0.2.2", at=NOW, status=403, reason="x"),
                seen("crm", endpoint_id="orders", address="192.0.2.1", at=NOW),
                seen("", fingerprint="aa", endpoint_id="stock", address="192.0.2.9", at=NOW, status=401, reason="x"),
                seen("", fingerprint="bb", endpoint_id="stock", address="192.0.2.8", at=NOW, status=401, reason="x"),
                seen(endpoint_id="orders", at=NOW - 30 * HOUR),
            ]
        )
        assert log.tallies(TallyBy.TOKEN, NOW) == (
            Tally(UNKNOWN, 2, 2, NOW, 0),
            Tally("erp", 2, 1, NOW, 2),
            Tally("crm", 1, 0, NOW, 1),
        )
        by_endpoint = {tally.id: tally for tally in log.tallies(TallyBy.ENDPOINT, NOW)}
        assert (by_endpoint["orders"].calls, by_endpoint["orders"].refused, by_endpoint["orders"].addresses) == (
            3,
            1,
            2,
        )
        assert by_endpoint["stock"].calls == 2

    def test_the_calls_of_each_hour_of_a_day_are_told_of_those_that_are_asked_for(self, log: Requests) -> None:
        assert log.hours(TallyBy.TOKEN, ["erp"], NOW) == {}
        log.record([seen(endpoint_id="orders", at=NOW - age) for age in (0 * HOUR, HOUR, HOUR, 23 * HOUR, 30 * HOUR)])
        log.record([seen("crm", endpoint_id="orders", at=NOW + HOUR)])  # by a clock that is ahead
        log.record([seen("", fingerprint="aa", status=401), seen("", status=401)])
        none = [0] * 21
        assert log.hours(TallyBy.TOKEN, ["erp", "crm", "gone"], NOW) == {
            "erp": (1, *none, 2, 1),
            "crm": (0, *none, 0, 1),
        }
        assert log.hours(TallyBy.ENDPOINT, ["orders"], NOW) == {"orders": (1, *none, 2, 2)}
        assert log.hours(TallyBy.TOKEN, [UNKNOWN, ""], NOW) == dict.fromkeys((UNKNOWN, ""), (0, *none, 0, 1))

    # ------------------------------------------------------------------ what is lost, and what goes

    def test_what_could_not_be_recorded_is_counted(self, log: Requests) -> None:
        assert log.lost(NOW) == 0
        with log.recording() as recording:
            recording.lose(NOW - HOUR, 5)
            recording.lose(NOW, 7)
        assert log.lost(NOW) == 7
        assert log.lost(NOW - HOUR) == 12

    def test_pruning_removes_the_oldest_in_steps_and_who_was_seen_stays_known(self, log: Requests) -> None:
        log.record(seen(path=f"/{number}", at=NOW + number * HOUR) for number in range(10))
        with log.recording() as recording:
            assert recording.prune(NOW + 4 * HOUR, 1_000, 3) == Pruned(3, True)
            assert recording.prune(NOW + 4 * HOUR, 1_000, 3) == Pruned(1, False)
            assert recording.prune(NOW, 5, 100) == Pruned(1, False)
        assert [row.request.path for row in log.page(RequestQuery(), Window()).rows] == ["/9", "/8", "/7", "/6", "/5"]
        assert log.last_seen() == {"erp": LastSeen(NOW + 9 * HOUR)}
        assert log.began() == NOW
