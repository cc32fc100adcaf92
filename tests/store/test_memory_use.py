"""What a store keeps in memory: what it holds now, once, and not the file around it."""

import gc
import threading
import tracemalloc
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.domain.worlds import NOTE, assign, endpoint, token
from tests.store.contract import run_together, save
from tokentui.domain.records import EndpointToken
from tokentui.store import file_format, safe_storage
from tokentui.store.queries import TokenQuery, Window
from tokentui.store.record_tables import table_of
from tokentui.store.tables import Table, Tables
from tokentui.store.tinydb_store import TinyDBStore

PO = endpoint("po")
TOKENS = [replace(token(f"application-{number}"), description="x" * 900) for number in range(4000)]


@pytest.fixture
def file(store: TinyDBStore) -> Path:
    """A file of 5 MB."""
    save(store, PO, *TOKENS, *(assign(each, PO) for each in TOKENS))
    return Path(store.location)


@pytest.fixture
def without_collector() -> Iterator[None]:
    """As the command line runs, and as the UI runs with what was there before its first list."""
    gc.disable()
    yield
    gc.enable()


class Memory:
    """Bytes that Python holds more than at the beginning, now and at most."""

    now: int
    peak: int


@contextmanager
def measured() -> Iterator[Memory]:
    memory = Memory()
    gc.collect()
    tracemalloc.start()
    try:
        yield memory
        memory.now, memory.peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()


def look(store: TinyDBStore) -> None:
    reader = store.reader()
    reader.counts()
    reader.assignments_at(PO.id)
    reader.token_page(TokenQuery(), Window(0, 50))


def toggled(store: TinyDBStore) -> EndpointToken:
    with store.change(NOTE) as transaction:
        record = transaction.reader.token(TOKENS[0].id)
        return transaction.put(replace(record, enabled=not record.enabled))


def test_a_store_that_was_read_takes_little_more_memory_than_its_file(file: Path) -> None:
    """Neither what was parsed nor the file is kept beside it."""
    with measured() as memory:
        reader = TinyDBStore(file).reader()
        assert reader.counts().tokens == len(reader.assignments_at(PO.id)) == len(TOKENS)
    assert memory.now <= 1.5 * file.stat().st_size
    assert memory.peak <= 2.5 * file.stat().st_size


@pytest.mark.usefixtures("without_collector")
def test_a_content_goes_before_the_next_one_is_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = TinyDBStore(file)
    look(store)
    kept = weakref.ref(store.reader())
    toggled(TinyDBStore(file))
    at_parsing: list[object] = []

    def parse(path: Path, lines: list[bytes]) -> Tables:
        at_parsing.append(kept())
        return file_format.parse(path, lines)

    monkeypatch.setattr(safe_storage, "parse", parse)
    look(store)
    assert at_parsing == [None]


@pytest.mark.usefixtures("without_collector")
def test_changes_add_up_to_nothing(file: Path) -> None:
    store = TinyDBStore(file)
    toggled(store)
    look(store)
    with measured() as memory:
        for _ in range(10):
            toggled(store)
            look(store)
    assert memory.now <= 0.1 * file.stat().st_size
    assert memory.peak <= 0.8 * file.stat().st_size


def test_a_table_is_parsed_once_however_many_ask_at_the_same_time(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []
    together = threading.Barrier(4)

    def noted(name: str, *args: Any) -> Table:
        parsed.append(name)
        return table_of(name, *args)

    monkeypatch.setattr(file_format, "table_of", noted)
    store = TinyDBStore(file)

    def ask() -> None:
        reader = store.reader()
        together.wait()
        reader.counts()

    run_together(*[ask] * 4)
    assert sorted(parsed) == ["endpoints", "meta", "tokens"]
