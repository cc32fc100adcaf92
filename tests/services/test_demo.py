"""The demo's store: what happened in it could have happened, and nothing of it is left to be undone."""

from collections.abc import Iterable
from random import Random

import pytest

from tests.tui.conftest import NOW
from tokentui.domain.records import EndpointToken
from tokentui.domain.requests import SeenRequest
from tokentui.services.demo import fill
from tokentui.services.desk import Desk
from tokentui.store.memory import Memory, MemoryStore
from tokentui.store.memory_requests import MemoryRequests
from tokentui.store.queries import EVERYTHING
from tokentui.store.trail_queries import ActivityQuery
from tokentui.store.vault import KeyVault


class Recorded(MemoryRequests):
    """Requests that can be looked at one by one."""

    def __init__(self) -> None:
        super().__init__()
        self.each: list[SeenRequest] = []

    def record(self, requests: Iterable[SeenRequest]) -> None:
        batch = list(requests)
        self.each += batch
        super().record(batch)


@pytest.fixture(scope="module")
def requests() -> Recorded:
    return Recorded()


@pytest.fixture(scope="module")
def desk(requests: Recorded) -> Desk:
    """A desk at a demo store."""
    desk = Desk(
        MemoryStore(Memory(requests=requests)),
        KeyVault(lambda: bytes(32)),
        clock=lambda: NOW,
        random=Random(0).randbytes,
    )
    fill(desk)
    return desk


def test_every_call_came_after_its_token_and_endpoint_were_made(desk: Desk, requests: Recorded) -> None:
    reader = desk.reader()
    for one in requests.each:
        if one.endpoint_id:
            assert reader.endpoint(one.endpoint_id).created_at <= one.at <= NOW
        if one.kind == "endpoint":
            assert reader.token(one.token_id).created_at <= one.at


def test_what_was_let_in_was_mapped_and_no_token_was_let_in_once_it_was_off(desk: Desk, requests: Recorded) -> None:
    reader = desk.reader()
    for one in requests.each:
        if one.let_in and one.kind == "endpoint":
            token = reader.token(one.token_id)
            mapped = reader.assignment(token.id, one.endpoint_id)
            assert mapped is not None
            assert one.slot in mapped.slots
            assert token.disabled_at is None or one.at < token.disabled_at


def test_the_old_value_of_the_rotated_token_is_still_used_and_has_time_left(desk: Desk) -> None:
    (token,) = [each for each in desk.reader().iter_tokens() if each.previous is not None]
    seen = desk.store.requests.last_seen()[token.id]
    assert token.in_grace(NOW)
    assert token.rotated_at is not None
    assert seen.at is not None
    assert seen.by_previous is not None
    assert seen.at > token.rotated_at
    assert seen.by_previous > token.rotated_at


def test_some_tokens_were_never_seen_and_some_not_for_a_month(desk: Desk) -> None:
    seen = desk.store.requests.last_seen()

    def days(token: EndpointToken) -> int | None:
        last = seen[token.id].last if token.id in seen else None
        return None if last is None else (NOW - last).days

    active = [days(token) for token in desk.reader().iter_tokens() if token.active]
    assert active.count(None) >= 3
    assert any(each is not None and each > 30 for each in active)
    assert sum(each == 0 for each in active) >= 20


def test_the_trail_of_its_past_is_whole_and_nothing_can_be_undone(desk: Desk) -> None:
    activity = desk.store.activity()
    assert activity.verify(None, NOW).problems == ()
    assert {entry.who.user for entry in activity.page(ActivityQuery(), EVERYTHING, NOW).rows} >= {"eva", "jan"}
    assert desk.history == []
