"""A desk of its own for every test: a store, a key, a clock that ticks, and randomness that comes out the same."""

import gc
import os
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tokentui.services.desk import Desk
from tokentui.store.tinydb_store import TinyDBStore
from tokentui.store.vault import KeyVault

MASTER_KEY = bytes(range(32))
BEGINNING = datetime(2025, 6, 1, 12, 0, tzinfo=UTC)


class Clock:
    """Shows a second more each time somebody looks; `now` may be set."""

    def __init__(self, now: datetime = BEGINNING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def randomness() -> Callable[[int], bytes]:
    """A source of random bytes that gives the same in every run."""
    return random.Random(1).randbytes


@pytest.fixture
def vault() -> KeyVault:
    return KeyVault(lambda: MASTER_KEY)


@pytest.fixture
def store(tmp_path: Path) -> TinyDBStore:
    """A store whose file is made by the first change."""
    return TinyDBStore(tmp_path / "data" / "tokens.json")


@pytest.fixture
def admin(store: TinyDBStore, vault: KeyVault, clock: Clock, randomness: Callable[[int], bytes]) -> Desk:
    """The desk of one admin."""
    return Desk(store=store, vault=vault, clock=clock, random=randomness)


@pytest.fixture
def desk(admin: Desk) -> Desk:
    """The desk, where there is one admin only."""
    return admin


@pytest.fixture
def other_admin(store: TinyDBStore, vault: KeyVault, clock: Clock, randomness: Callable[[int], bytes]) -> Desk:
    """The desk of a second admin, who works at the same store in another process."""
    return Desk(store=TinyDBStore(Path(store.location)), vault=vault, clock=clock, random=randomness)


def pytest_configure(config: pytest.Config) -> None:
    """Look for garbage more seldom: all tests of a run are in the memory, and each look goes through all of them.

    Benchmarks measure with Python's own thresholds.
    """
    if config.getoption("markexpr") != "benchmark":
        gc.set_threshold(20_000, 20, 20)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits for programs or takes long comes first: at the end no worker is left alone with it."""
    items.sort(key=lambda item: not any(item.get_closest_marker(name) for name in ("system", "timeout")))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where `TOKENTUI_FORBID_SKIPS` is set, as in CI, a skipped test is a failed run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("TOKENTUI_FORBID_SKIPS") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
