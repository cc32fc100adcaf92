"""One decision: at most 10 µs at 100,000 tokens, and at most 1.3 times what it takes at 1,000."""

import gc
import hmac
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from tokentui.domain.decision import Guard, Request
from tokentui.domain.records import Assignment, Endpoint, EndpointToken, Secret
from tokentui.domain.slots import Authentication, Slot
from tokentui.domain.values import generate

NOW = datetime(2025, 6, 1, tzinfo=UTC)
ENDPOINTS = 500
#: As many distinct tokens are cycled through at both sizes, so that both have the same use of the processor's caches.
CYCLED = 1000
#: The best of all rounds is kept for each so many requests, so that another program's turn does not count.
PART = 50
ROUNDS = 150
KEY = os.urandom(32)

World = tuple[Guard, list[Request]]


def keyed_digest(value: str) -> str:
    return hmac.digest(KEY, value.encode(), "sha256").hex()


def endpoint(number: int) -> Endpoint:
    return Endpoint(
        id=f"endpoint-{number:08}",
        name=f"Endpoint {number}",
        group="group",
        slug=f"slug-{number}",
        path=f"/api/endpoint/group/slug-{number}" if number % 2 else f"/rest/slug-{number}/{{id}}",
        authentication=Authentication.TOKEN,
        ip_filter=("10.0.0.0/8", "192.0.2.7") if number % 4 < 2 else (),
        created_at=NOW,
    )


def token(number: int, value: str) -> EndpointToken:
    secret = Secret(sealed="", digest=keyed_digest(value), hint="", generated_at=NOW)
    return EndpointToken(
        id=f"token-{number:08}",
        name=f"app-{number}",
        secret=secret,
        expires_at=NOW.replace(year=2030),
        created_at=NOW,
    )


def request(number: int, value: str) -> Request:
    place = number % ENDPOINTS
    path = f"/api/endpoint/group/slug-{place}" if place % 2 else f"/rest/slug-{place}/{number}"
    return Request("GET", f"{path}?page={number}", (f"Bearer {value}",), f"10.0.{place % 250}.7")


def world(size: int) -> World:
    """A guard of so many tokens, each mapped to one endpoint, and requests with some of them."""
    values = [generate(os.urandom) for _ in range(size)]
    tokens = [token(number, value) for number, value in enumerate(values)]
    assignments = [
        Assignment(
            token_id=each.id, endpoint_id=f"endpoint-{number % ENDPOINTS:08}", slots=(Slot.GET,), created_at=NOW
        )
        for number, each in enumerate(tokens)
    ]
    start = time.perf_counter()
    guard = Guard([endpoint(number) for number in range(ENDPOINTS)], tokens, assignments, keyed_digest)
    print(f"\n{size:>7} tokens: guard made in {(time.perf_counter() - start) * 1000:.0f} ms")
    return guard, [request(number, values[number]) for number in random.sample(range(size), CYCLED)]


def microseconds(guard: Guard, requests: list[Request]) -> list[float]:
    """What one decision takes, in each part of the cycle."""
    decide, clock, spent = guard.decide, time.perf_counter, []
    for first in range(0, CYCLED, PART):
        part = requests[first : first + PART]
        start = clock()
        for each in part:
            decide(each, NOW)
        spent.append((clock() - start) / PART * 1e6)
    return spent


@contextmanager
def without_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@pytest.mark.benchmark
def test_a_decision_takes_10_microseconds_at_most_and_hardly_more_with_a_hundred_times_the_tokens() -> None:
    worlds = {size: world(size) for size in (1_000, 100_000)}
    for guard, requests in worlds.values():
        assert all(guard.decide(each, NOW).allowed for each in requests)
    best = {size: [float("inf")] * (CYCLED // PART) for size in worlds}
    with without_collector():
        for _ in range(ROUNDS):
            for size, (guard, requests) in worlds.items():
                best[size] = list(map(min, best[size], microseconds(guard, requests)))
    small, large = (sum(parts) / len(parts) for parts in best.values())
    print(f"one decision: {small:.2f} µs at 1,000 tokens, {large:.2f} µs at 100,000; ratio {large / small:.2f}")
    assert large <= 10
    assert large / small <= 1.3
