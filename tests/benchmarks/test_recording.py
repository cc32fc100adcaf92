"""Recording and pruning where a million requests are kept: what a batch costs, and how long the recorder is held."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from pathlib import Path
from statistics import median, quantiles

import pytest

from tests.benchmarks.a_month import DAYS, NOW, REQUESTS, a_month, copied, desk_at, traffic
from tokentui.domain.requests import SeenRequest
from tokentui.verifier.recorder import BATCH

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]

#: How long a step of pruning may hold the recorder, in milliseconds.
HOLD = 50.0
#: So many rows go in one, as the recorder has it.
STEP = 200
#: So many steps are measured of each kind.
STEPS = 600


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_month(tmp_path_factory.mktemp("month"))


@pytest.fixture
def store(month: Path, tmp_path: Path) -> Path:
    """A month that may be changed."""
    return copied(month, tmp_path)


class Times:
    """How long something took each time, in milliseconds: on the clock, and of the processor."""

    def __init__(self) -> None:
        self.clock: list[float] = []
        self.processor: list[float] = []

    @contextmanager
    def one(self) -> Iterator[None]:
        clock, processor = time.perf_counter(), time.thread_time()
        yield
        self.clock.append((time.perf_counter() - clock) * 1000)
        self.processor.append((time.thread_time() - processor) * 1000)

    def __str__(self) -> str:
        each = (("clock", self.clock), ("processor", self.processor))
        return f"{len(self.clock)} times; " + "; ".join(
            f"{name} median {median(took):.1f}, of a hundred 99 within {quantiles(took, n=100)[98]:.1f}, "
            f"longest {max(took):.1f} ms"
            for name, took in each
        )


def later(store: Path, number: int) -> Iterator[SeenRequest]:
    """So many requests of the next two minutes."""
    return traffic(desk_at(store), number, NOW + timedelta(minutes=2), 2 / (24 * 60))


@pytest.mark.parametrize("size", [50, BATCH])
def test_a_batch_is_recorded_fast_however_many_are_kept(
    store: Path, size: int, capsys: pytest.CaptureFixture[str]
) -> None:
    number = 60 * size
    every, times = later(store, number + size), Times()
    with desk_at(store).store.requests.recording() as recording:
        recording.record(list(islice(every, size)))
        while batch := list(islice(every, size)):
            with times.one():
                recording.record(batch)
    a_second = number / sum(times.processor) * 1000
    with capsys.disabled():
        print(f"\nbatches of {size} among {REQUESTS:,}: {a_second:,.0f} requests a second of the processor; {times}")
    assert a_second >= 2_000


@pytest.mark.parametrize("recorded", [0, 50, BATCH])
@pytest.mark.parametrize("by", ["age", "rows"])
def test_pruning_a_million_requests_holds_the_recorder_for_short_steps(
    store: Path, by: str, recorded: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Between batches that are recorded, and where none are; to move the log into the file is a step of its own."""
    before = NOW - timedelta(days=DAYS) * (0.8 if by == "age" else 2)
    most = REQUESTS * (2 if by == "age" else 0.8)
    times, others, every, removed = Times(), Times(), later(store, STEPS * recorded), 0
    with desk_at(store).store.requests.recording() as recording:
        for _ in range(STEPS):
            batch = list(islice(every, recorded))
            with others.one():
                recording.record(batch)
            with times.one():
                removed += recording.prune(before, int(most), STEP).removed
    with capsys.disabled():
        print(f"\npruning by {by}, {removed:,} removed: {times}")
        print(f"  batches of {recorded} recorded between two steps: {others}" if recorded else "  nothing recorded")
    assert removed >= STEPS * STEP / 3
    assert max(times.processor) <= HOLD
    assert median(times.clock) <= HOLD
