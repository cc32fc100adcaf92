"""Requests with names, found by what people type, and added up."""

from typing import Any

import pytest

from tests.domain.worlds import NOW
from tests.services.seen.world import request, rows
from tokentui.domain.reasons import Reason
from tokentui.domain.records import Endpoint, EndpointToken
from tokentui.services.desk import Desk
from tokentui.services.viewing import of_tally, short_reason, tally_rows, without_token
from tokentui.store.queries import Window
from tokentui.store.request_queries import UNKNOWN, RequestQuery, TallyBy
from tokentui.tui.request_rows import COLUMNS

REFUSED: dict[str, Any] = {"status": 403, "reason": "insufficient_scope"}


def test_rows_have_the_names_of_their_records_or_say_what_is_gone_or_unknown(
    desk: Desk, endpoint: Endpoint, token: EndpointToken
) -> None:
    desk.store.requests.record(
        [
            request(endpoint, token),
            request(endpoint, token_id=f"{endpoint.id}.GET", kind="primary"),
            request(endpoint, fingerprint="1a2b3c4d", status=401, reason="unknown_token"),
            request(endpoint, token_id="019ca2b0-000000c0ffee", kind="endpoint"),
            request(endpoint, endpoint_id="", slot="", status=403, reason="unknown_endpoint"),
        ]
    )
    assert [(row.endpoint, row.token) for row in reversed(rows(desk))] == [
        ("orders/returns", "Zásilky"),
        ("orders/returns", "orders/returns GET"),
        ("orders/returns", "?1a2b3c4d"),
        ("orders/returns", "gone …c0ffee"),
        ("", ""),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("zasil", ["token"]),
        ("ZÁSIL", ["token"]),
        ("ders/ret", ["token", "stranger"]),
        ("10.0.0.", ["token", "stranger"]),
        ("10.0.0.8", ["stranger"]),
        ("0.0", []),
        ("?1A2b", ["stranger"]),
        ("1a2b", ["stranger"]),
        ("nobody", []),
    ],
)
def test_a_text_finds_names_refs_and_how_addresses_and_fingerprints_begin(
    desk: Desk, endpoint: Endpoint, token: EndpointToken, text: str, found: list[str]
) -> None:
    stranger = request(
        endpoint, fingerprint="1a2b3c4d", address="10.0.0.8", status=401, reason="unknown_token", path="stranger"
    )
    desk.store.requests.record([request(endpoint, token, path="token"), stranger])
    assert [row.request.path for row in reversed(rows(desk, text=text))] == found


def test_every_reason_fits_the_column_of_outcomes() -> None:
    width = next(column.width for column in COLUMNS if column.key == "outcome")
    refusing = [reason for reason in Reason if reason.status != 200]
    assert [reason for reason in refusing if len(f"✗ refused: {short_reason(reason)}") > width] == []
    assert short_reason("something_newer") == "something newer"


def test_of_a_token_that_no_rule_looked_at_it_is_not_said_that_there_was_none() -> None:
    unseen = {reason for reason in Reason if without_token(reason) == "not looked at"}
    assert unseen == {
        Reason.UNTRUSTED_PROXY,
        Reason.BAD_QUESTION,
        Reason.BAD_TARGET,
        Reason.UNKNOWN_ENDPOINT,
        Reason.METHOD_NOT_ALLOWED,
        Reason.IP_NOT_ALLOWED,
        Reason.FREE,
    }
    assert without_token("no_credential") == "missing"
    assert without_token("something_newer") == "not known"


def test_a_line_of_the_sums_leads_to_the_requests_that_it_adds_up(
    desk: Desk, endpoint: Endpoint, token: EndpointToken
) -> None:
    desk.store.requests.record(
        [
            request(endpoint, token),
            request(endpoint, token, **REFUSED),
            request(endpoint, fingerprint="1a2b3c4d", status=401, reason="unknown_token"),
            request(endpoint, status=401, reason="no_credential"),
            request(endpoint, endpoint_id="", slot="", status=403, reason="unknown_endpoint"),
        ]
    )
    requests, reader = desk.store.requests, desk.reader()
    for by, names in (
        (TallyBy.TOKEN, {"Zásilky": 2, "unknown tokens": 1, "no token looked at": 2}),
        (TallyBy.ENDPOINT, {"orders/returns": 4, "no endpoint": 1}),
    ):
        sums = list(tally_rows(requests, reader, by, NOW))
        assert {row.name: row.tally.calls for row in sums} == names
        for row in sums:
            page = requests.page(of_tally(RequestQuery(), by, row.tally.id), Window())
            assert page.total == row.tally.calls
    assert UNKNOWN in [row.id for row in tally_rows(requests, reader, TallyBy.TOKEN, NOW)]
