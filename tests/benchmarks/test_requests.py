"""The requests seen: how fast they are recorded, and asked for by lists and by questions, where there are many."""

import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest

from tokentui.domain.requests import SeenRequest
from tokentui.domain.slots import Slot
from tokentui.store.queries import RequestFilter, Window
from tokentui.store.request_log import RequestLog
from tokentui.store.request_queries import RequestQuery, TallyBy
from tokentui.store.request_recording import DatabaseRecording
from tokentui.store.request_tables import lay_out

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
DAY_AGO = NOW - timedelta(hours=24)
BATCH = 200
LET_IN = RequestFilter(let_in=True)
#: Every second request comes with this token, to this endpoint.
BUSY, BUSY_ENDPOINT = "019ca2b0-5a10-7c3e-9f00-busy00000000", "019ca2b0-5a10-7c3e-9f00-orders000000"


def requests(number: int, tokens: int) -> Iterator[SeenRequest]:
    """So many requests of the last two days, by so many tokens besides the busy one, the newest last."""
    busy = SeenRequest(
        at=NOW,
        method="GET",
        path="/api/endpoint/orders/purchase-orders",
        endpoint_id=BUSY_ENDPOINT,
        slot=Slot.GET,
        token_id=BUSY,
        kind="endpoint",
        address="10.20.30.40",
        status=200,
        reason="allowed",
        duration=9,
    )
    for place in range(number):
        at = NOW - timedelta(days=2) * (number - place) / number
        if place % 2:
            yield replace(busy, at=at)
        else:
            id, other = place // 2 % tokens, f"019ca2b0-5a10-7c3e-9f00-{place // 2 % 500:012}"
            yield replace(busy, at=at, token_id=f"019ca2b0-5a10-7c3e-9f01-{id:012}", endpoint_id=other)


def batches(number: int, tokens: int, size: int) -> Iterator[list[SeenRequest]]:
    every = requests(number, tokens)
    return iter(lambda: list(islice(every, size)), [])


def filled(folder: Path, number: int, tokens: int) -> RequestLog:
    log = RequestLog(folder / "tokens.json")
    for batch in batches(number, tokens, 20_000):
        log.record(batch)
    return log


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> RequestLog:
    """A million requests, by a thousand tokens and the busy one."""
    return filled(tmp_path_factory.mktemp("large"), 1_000_000, 1_000)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> RequestLog:
    """Ten thousand requests, by ten tokens and the busy one."""
    return filled(tmp_path_factory.mktemp("small"), 10_000, 10)


def milliseconds(deed: Callable[[], object], rounds: int = 5) -> float:
    """Of the best round."""
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        deed()
        times.append((time.perf_counter() - begin) * 1000)
    return min(times)


def test_recording_keeps_up_with_a_busy_verifier(tmp_path: Path) -> None:
    """Against a connection that stays open, and so writes through at its end only."""
    log = RequestLog(tmp_path / "tokens.json")
    bare = sqlite3.connect(tmp_path / "bare.sqlite")
    bare.execute("PRAGMA synchronous = NORMAL")
    lay_out(bare)
    recording = DatabaseRecording(bare)
    ours, its = [], []
    for batch in batches(60 * BATCH, 1_000, BATCH):  # in turns, so that both meet the same disk
        ours.append(milliseconds(lambda: log.record(batch), 1))  # noqa: B023  # called at once
        begin = time.perf_counter()
        recording.record(batch)
        its.append((time.perf_counter() - begin) * 1000)
    bare.close()
    ours_, its_ = statistics.median(ours), statistics.median(its)
    print(
        f"\na batch of {BATCH}: {ours_:.1f} ms, {BATCH / ours_ * 1000:,.0f} requests a second; "
        f"SQLite alone {its_:.1f} ms, ratio {ours_ / its_:.2f}"
    )
    assert BATCH / ours_ * 1000 >= 2_000


def test_last_seen_of_a_page_does_not_grow_with_the_tokens(tmp_path: Path) -> None:
    took: dict[int, float] = {}
    for tokens in (1_000, 100_000):
        folder = tmp_path / str(tokens)
        folder.mkdir()
        log = filled(folder, 2 * tokens, tokens)
        page = [f"019ca2b0-5a10-7c3e-9f01-{place * 5:012}" for place in range(200)]
        assert len(log.last_seen(page)) == 200
        took[tokens] = milliseconds(lambda: log.last_seen(page), 20)  # noqa: B023  # called at once
        order = milliseconds(log.last_let_in)
        every = milliseconds(log.last_seen)
        print(
            f"\n{tokens:,} tokens: last seen of a page of 200 {took[tokens]:.2f} ms; "
            f"of all, to order by it, {order:.0f} ms; by each of their values {every:.0f} ms"
        )
    assert took[100_000] <= 2 * took[1_000] + 1


def test_the_calls_of_a_token_do_not_grow_with_the_requests_of_others(small: RequestLog, large: RequestLog) -> None:
    took = {}
    for log, tokens in ((small, 10), (large, 1_000)):
        one, ten = "019ca2b0-5a10-7c3e-9f01-000000000003", [f"019ca2b0-5a10-7c3e-9f01-{id:012}" for id in range(10)]
        number = log.calls([one], DAY_AGO, LET_IN)
        took[log] = milliseconds(lambda: log.calls([one], DAY_AGO, LET_IN), 20)  # noqa: B023  # called at once
        ten_ = milliseconds(lambda: log.calls(ten, DAY_AGO, LET_IN))  # noqa: B023  # as above
        print(f"\n{tokens:,} tokens: one came {number} times, {took[log]:.2f} ms; ten {ten_:.2f} ms")
    assert took[large] <= 3 * took[small] + 1


def test_what_a_question_asks_of_a_million_requests_comes_while_one_looks(large: RequestLog) -> None:
    """A token and an endpoint that half of all requests are of, a quarter of a million in the last 24 h."""
    through = RequestFilter(endpoint_ids=frozenset({BUSY_ENDPOINT}), slots=frozenset({Slot.GET}), let_in=True)
    every = [BUSY, *(f"019ca2b0-5a10-7c3e-9f01-{id:012}" for id in range(1_000))]
    questions: dict[str, Callable[[], int]] = {
        "by the busy token": lambda: large.calls([BUSY], DAY_AGO, LET_IN),
        "with its old value": lambda: large.calls([BUSY], DAY_AGO, replace(LET_IN, previous=True)),
        "through its mapping": lambda: large.calls([BUSY], DAY_AGO, through),
        "at the busy endpoint": lambda: large.calls_at([BUSY_ENDPOINT], DAY_AGO, LET_IN),
        "at one of its slots": lambda: large.calls_at([BUSY_ENDPOINT], DAY_AGO, replace(LET_IN, slots=through.slots)),
        "by all 1,001 tokens": lambda: large.calls(every, DAY_AGO, LET_IN),
    }
    print(f"\n1,000,000 requests, {large.path.stat().st_size / 1e6:.0f} MB:")
    for what, ask in questions.items():
        took = milliseconds(ask, 3)
        print(f"  {what}: {ask():,} calls in {took:.0f} ms")
        assert took <= 2_000


# ---------------------------------------------------------------------- the data viewer

#: What one step may take, in milliseconds of one processor.
STEP = 100.0
#: As many addresses as there are, and as many tokens that nobody has, of one in fifty requests.
ADDRESSES, STRANGERS = 3_000, 500
TOKENS = tuple(f"019ca2b0-5a10-7c3e-9f01-{id:012}" for id in range(1_000))


def varied(number: int) -> Iterator[SeenRequest]:
    """As `requests`, from many addresses, some refused, some with tokens that nobody has."""
    for place, one in enumerate(requests(number, len(TOKENS))):
        address = f"10.{place % ADDRESSES // 250}.{place % 250}.7"
        if place % 50 == 6:
            stranger = f"{place // 50 % STRANGERS:08x}"
            yield replace(one, token_id="", kind="", fingerprint=stranger, address=address, status=401, reason="x")
        elif place % 20 == 5:
            yield replace(one, address=address, status=403, reason="insufficient_scope")
        else:
            yield replace(one, address=address)


@pytest.fixture(scope="module")
def viewed(tmp_path_factory: pytest.TempPathFactory) -> RequestLog:
    log = RequestLog(tmp_path_factory.mktemp("viewed") / "tokens.json")
    every = varied(1_000_000)
    while batch := list(islice(every, 20_000)):
        log.record(batch)
    return log


def processor_ms(deed: Callable[[], object], rounds: int = 3) -> float:
    """Of the best round; others that work on the machine do not count."""
    times = []
    for _ in range(rounds):
        begin = time.thread_time()
        deed()
        times.append((time.thread_time() - begin) * 1000)
    return min(times)


BUSY_ONE, QUIET = frozenset({BUSY}), frozenset({TOKENS[4]})
THERE = frozenset({BUSY_ENDPOINT})
HALF = frozenset(TOKENS[:500])

STEPS: dict[str, tuple[RequestQuery, Window]] = {
    "open": (RequestQuery(), Window()),
    "scroll by a page": (RequestQuery(), Window(200, 200)),
    "to the middle": (RequestQuery(), Window(500_000, 200)),
    "to the end": (RequestQuery(), Window(999_800, 200)),
    "refused": (RequestQuery(let_in=False), Window()),
    "allowed": (RequestQuery(let_in=True), Window()),
    "allowed, to the middle": (RequestQuery(let_in=True), Window(460_000, 200)),
    "the last 24 hours": (RequestQuery(since=DAY_AGO), Window()),
    "the busy token": (RequestQuery(token_ids=BUSY_ONE), Window()),
    "the busy token, to the middle": (RequestQuery(token_ids=BUSY_ONE), Window(240_000, 200)),
    "a quiet token": (RequestQuery(token_ids=QUIET), Window()),
    "the busy endpoint": (RequestQuery(endpoint_ids=THERE), Window()),
    "token and endpoint that never meet": (RequestQuery(token_ids=QUIET, endpoint_ids=THERE), Window()),
    "the busy token at the busy endpoint": (RequestQuery(token_ids=BUSY_ONE, endpoint_ids=THERE), Window()),
    "the busy endpoint, refused": (RequestQuery(endpoint_ids=THERE, let_in=False), Window()),
    "an address": (RequestQuery(address="10.3.1.7"), Window()),
    "the busy token from an address": (RequestQuery(token_ids=BUSY_ONE, address="10.3.1.7"), Window()),
    "unknown tokens": (RequestQuery(unknown=True), Window()),
    "a fingerprint": (RequestQuery(fingerprint="00000007"), Window()),
    "a text that nothing has": (RequestQuery(text="zz"), Window()),
    "a text that one token has": (RequestQuery(text="zz", text_tokens=QUIET), Window()),
    "a text that the busy token has": (RequestQuery(text="zz", text_tokens=BUSY_ONE), Window()),
    "a text that half of the tokens have": (RequestQuery(text="zz", text_tokens=HALF), Window()),
    "the end of that": (RequestQuery(text="zz", text_tokens=HALF), Window(9_800, 200)),
    "a text that the busy endpoint and half of the tokens have": (
        RequestQuery(text="zz", text_tokens=HALF, text_endpoints=THERE),
        Window(),
    ),
    "a text that many addresses begin with": (RequestQuery(text="10."), Window()),
    "a text that few addresses begin with": (RequestQuery(text="10.11."), Window()),
    "a text that fingerprints begin with": (RequestQuery(text="0000"), Window()),
    "a text that half of the tokens have, refused": (
        RequestQuery(text="zz", text_tokens=HALF, let_in=False),
        Window(),
    ),
    "a text that the busy endpoint has, by a quiet token": (
        RequestQuery(text="zz", text_endpoints=THERE, token_ids=QUIET),
        Window(),
    ),
}


def test_the_data_viewer_opens_filters_and_scrolls_a_million_requests_step_by_step(viewed: RequestLog) -> None:
    print(f"\n1,000,000 requests, {viewed.path.stat().st_size / 1e6:.0f} MB; milliseconds of one processor:")
    took: dict[str, float] = {}
    for what, (query, window) in STEPS.items():
        page = viewed.page(query, window)
        took[what] = processor_ms(lambda: viewed.page(query, window))  # noqa: B023  # called at once
        print(f"  {what}: {took[what]:.1f} ms, {page.total:,}{'+' if page.more else ''} of {page.of:,}")
    row = viewed.page(RequestQuery(), Window(500_000, 1)).rows[0]
    took["a row in the middle stays where it is"] = processor_ms(
        lambda: viewed.page(RequestQuery(), Window(around=row.id))
    )
    for by in TallyBy:
        took[f"by {by}"] = processor_ms(lambda: viewed.tallies(by, NOW))  # noqa: B023  # called at once
        print(f"  by {by}: {took[f'by {by}']:.1f} ms, {len(viewed.tallies(by, NOW)):,} rows")
    assert {what: ms for what, ms in took.items() if ms > STEP} == {}
