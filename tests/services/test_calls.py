"""How often something was called lately, and the words for it; where nobody knows, that is said and nothing fails."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Clock
from tokentui.domain.fields import EndpointFields
from tokentui.domain.records import Endpoint
from tokentui.domain.requests import SeenRequest
from tokentui.domain.slots import Authentication, Slot
from tokentui.services.calls import Calls, calls_at, calls_by, calls_by_primary, calls_through
from tokentui.services.desk import Desk
from tokentui.services.endpoints import add_endpoint, generate_primary

POST, GET, DELETE = Slot
HOUR = timedelta(hours=1)


@pytest.fixture
def store_folder(admin: Desk) -> Path:
    folder = Path(admin.store.location).parent
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@pytest.fixture
def record(admin: Desk, store_folder: Path) -> Callable[..., None]:
    """Lets a request have been seen `ago`."""

    def record_it(ago: timedelta = HOUR, **fields: Any) -> None:
        given = {"method": "GET", "path": "/orders", "status": 200, "reason": "allowed", **fields}
        admin.store.requests.record([SeenRequest(at=admin.clock() - ago, **given)])

    return record_it


@pytest.mark.parametrize(
    ("calls", "by", "told"),
    [
        (Calls(214), "by this token", "called 214 times in the last 24 h by this token"),
        (Calls(1), "by this token", "called 1 time in the last 24 h by this token"),
        (Calls(1_234_567), "", "called 1,234,567 times in the last 24 h"),
        (Calls(0), "by this token", "no call by this token was recorded in the last 24 h"),
        (Calls(0), "", "no call was recorded in the last 24 h"),
        (Calls(3, 5 * HOUR), "", "called 3 times in the 5 h since recording began"),
        (Calls(0, timedelta(minutes=12)), "", "no call was recorded in the 12 min since recording began"),
        (Calls(3, timedelta(minutes=119)), "", "called 3 times in the 119 min since recording began"),
        (Calls(3, timedelta(seconds=119)), "", "called 3 times in the 119 s since recording began"),
        (Calls(3, timedelta(seconds=-9)), "", "called 3 times in the 1 s since recording began"),
        (Calls(None), "by this token", "no requests are recorded yet"),
        (Calls(None, trouble="It broke."), "by this token", "how often it was called is unknown: It broke"),
    ],
)
def test_what_is_known_of_calls_is_told_in_a_clause(calls: Calls, by: str, told: str) -> None:
    assert calls.told(by) == told


def test_where_nothing_was_ever_recorded_nobody_knows_how_often_it_was_called(admin: Desk) -> None:
    assert calls_by(admin, ["erp"]) == calls_at(admin, {"orders": (GET,)}) == Calls(None)


def test_calls_that_passed_in_the_last_24_hours_are_counted(admin: Desk, record: Callable[..., None]) -> None:
    for ago in (HOUR, 23 * HOUR, 25 * HOUR):
        record(ago, token_id="erp", endpoint_id="orders", slot=GET)
    record(token_id="erp", endpoint_id="orders", slot=POST, previous=True)
    record(token_id="erp", endpoint_id="orders", slot=GET, status=403, reason="ip_not_allowed")
    record(token_id="crm", endpoint_id="stock", slot=GET)
    assert calls_by(admin, ["erp"]) == Calls(3)
    assert calls_by(admin, ["erp", "crm"]) == Calls(4)
    assert calls_by(admin, ["erp"], previous=True) == Calls(1)
    assert calls_at(admin, {"orders": (POST, GET)}) == Calls(3)
    assert calls_at(admin, {"orders": (POST,)}) == Calls(1)
    assert calls_at(admin, {"orders": (GET,), "stock": (GET, POST)}) == Calls(3)
    assert calls_at(admin, {}) == Calls(0)


def test_calls_through_mappings_are_those_of_their_tokens_endpoints_and_slots(
    admin: Desk, record: Callable[..., None]
) -> None:
    for token, endpoint, slot in (
        ("erp", "orders", GET),
        ("erp", "orders", POST),
        ("erp", "stock", GET),
        ("crm", "orders", GET),
        ("crm", "stock", POST),
    ):
        record(token_id=token, endpoint_id=endpoint, slot=slot)
    record(25 * HOUR, token_id="erp")
    assert calls_through(admin, [("erp", "orders", (GET,))]) == Calls(1)
    assert calls_through(admin, [("erp", "orders", (GET, POST)), ("erp", "stock", (GET,))]) == Calls(3)
    assert calls_through(admin, [("erp", "orders", (GET,)), ("crm", "stock", (GET, POST))]) == Calls(2)
    assert calls_through(admin, []) == Calls(0)


def test_where_recording_began_lately_the_time_since_then_is_told(admin: Desk, record: Callable[..., None]) -> None:
    record(2 * HOUR, token_id="erp")
    calls = calls_by(admin, ["erp"])
    assert calls.number == 1
    assert 2 * HOUR <= calls.period < 3 * HOUR


@pytest.fixture
def orders(admin: Desk) -> Endpoint:
    return add_endpoint(admin, EndpointFields(name="Orders", group="g", authentication=Authentication.TOKEN))


def test_calls_by_a_primary_are_those_that_came_with_the_value_that_stands(
    admin: Desk, clock: Clock, orders: Endpoint, record: Callable[..., None]
) -> None:
    record(30 * HOUR, token_id=f"{orders.id}.GET", kind="primary")
    clock.now += 3 * HOUR
    record(2 * HOUR, token_id=f"{orders.id}.GET", kind="primary")
    record(2 * HOUR, token_id=f"{orders.id}.POST", kind="primary")
    assert calls_by_primary(admin, orders, GET).number == 1
    fresh = generate_primary(admin, orders.id, GET)
    assert calls_by_primary(admin, fresh, GET).number == 0


def test_a_log_that_cannot_be_read_makes_calls_unknown_and_nothing_fails(admin: Desk, store_folder: Path) -> None:
    (store_folder / "requests.sqlite").write_bytes(b"damaged, and long enough for the header of a database" * 9)
    calls = calls_by(admin, ["erp"])
    assert calls.number is None
    assert calls.told("by this token").startswith("how often it was called is unknown: The requests seen ")
    assert not calls.told().endswith(".")
    assert replace(calls, trouble="") == Calls(None)
