"""The requests seen: kept beside the store for its owner alone, read while others write, damaged ones told."""

import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.domain.worlds import NOW
from tests.store.requests_contract import HOUR, RequestsContract, seen
from tokentui.domain.errors import StoreError
from tokentui.domain.requests import SeenRequest
from tokentui.store import request_recording, request_selecting
from tokentui.store.memory_requests import MemoryRequests
from tokentui.store.protocol import Requests
from tokentui.store.queries import Window
from tokentui.store.request_log import RequestLog
from tokentui.store.request_queries import RequestQuery, TallyBy


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store's folder, with a name that an address would have to escape."""
    folder = tmp_path / "a b?c#d%25é"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def log(folder: Path) -> RequestLog:
    return RequestLog(folder / "tokens.json")


class TestRequestLog(RequestsContract):
    """In SQLite."""


class TestMemoryRequests(RequestsContract):
    """In memory."""

    @pytest.fixture
    def log(self) -> Requests:
        return MemoryRequests()


def test_nothing_is_made_by_reading_and_nothing_can_be_said(log: RequestLog) -> None:
    assert log.began() is None
    assert log.last_seen() == {}
    assert log.calls(["erp"], NOW) == log.calls_at(["orders"], NOW) == 0
    assert log.stamp() == ()
    assert not log.path.exists()


def test_all_files_are_the_owners_alone_whatever_the_umask(log: RequestLog) -> None:
    before = os.umask(0)
    try:
        log.record([seen()])
        with sqlite3.connect(log.path) as open_:
            open_.execute("SELECT count(*) FROM requests").fetchone()
            log.record([seen()])
            modes = {path.name: path.stat().st_mode & 0o777 for path in log.path.parent.iterdir()}
        open_.close()
    finally:
        os.umask(before)
    assert set(modes.values()) == {0o600}
    assert f"{log.path.name}-wal" in modes


def test_the_stamp_is_another_as_soon_as_something_was_recorded(log: RequestLog) -> None:
    log.record([seen()])
    with sqlite3.connect(log.path) as reader:  # keeps the write-ahead log: the file itself stays as it is
        reader.execute("SELECT count(*) FROM requests").fetchone()
        before = log.stamp()
        assert log.stamp() == before
        log.record([seen("crm")])
        assert log.stamp() != before
        assert "crm" in log.last_seen()
    reader.close()


def test_what_was_found_is_kept_while_the_stamp_stands(log: RequestLog) -> None:
    log.record([seen()])
    assert log.last_seen() is log.last_seen()


def test_who_reads_never_waits_for_who_writes(log: RequestLog) -> None:
    log.record([seen()])
    ended = threading.Event()
    faults: list[Exception] = []

    def read() -> None:
        while not ended.is_set():
            try:
                assert log.calls(["erp"], NOW) >= 1
                assert "erp" in log.last_seen()
            except Exception as error:  # noqa: BLE001  # told below, in the test's own thread
                faults.append(error)
                return

    reader = threading.Thread(target=read)
    reader.start()
    writer = (
        "import sys; from datetime import timedelta; from pathlib import Path; from tests.domain.worlds import NOW\n"
        "from tokentui.domain.requests import SeenRequest; from tokentui.store.request_log import RequestLog\n"
        "log = RequestLog(Path(sys.argv[1]))\n"
        "for number in range(300):\n"
        "    at = NOW + timedelta(seconds=number)\n"
        "    log.record([SeenRequest(at=at, method='GET', path='/', token_id='erp', status=200, reason='allowed')])\n"
    )
    store = log.path.with_name("tokens.json")
    subprocess.run([sys.executable, "-c", writer, store], check=True, cwd=Path(__file__).parents[2], timeout=60)
    ended.set()
    reader.join()
    assert faults == []
    assert log.calls(["erp"], NOW) == 301


@pytest.mark.parametrize(
    "content", [b"no database at all, and long enough for a header" * 9, b"SQLite format 3\0 cut"]
)
def test_a_damaged_file_is_told_and_left_as_it_is(log: RequestLog, content: bytes) -> None:
    log.path.write_bytes(content)
    for ask in (log.began, log.last_seen, lambda: log.calls(["erp"], NOW), lambda: log.record([seen()])):
        with pytest.raises(StoreError, match="requests seen"):
            ask()
    assert log.path.read_bytes() == content


def test_another_programs_database_is_told_and_left_as_it_is(log: RequestLog) -> None:
    with sqlite3.connect(log.path) as other:
        other.execute("CREATE TABLE requests (something TEXT)")
    other.close()
    before = log.path.read_bytes()
    with pytest.raises(StoreError, match="another program"):
        log.record([seen()])
    with pytest.raises(StoreError, match="another program"):
        log.last_seen()
    assert log.path.read_bytes() == before


def test_one_of_a_newer_tokentui_is_told(log: RequestLog) -> None:
    log.record([seen()])
    with sqlite3.connect(log.path) as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(StoreError, match="newer TokenTUI"):
        log.record([seen()])
    with pytest.raises(StoreError, match="newer TokenTUI"):
        log.last_seen()


def test_a_folder_or_a_pipe_in_its_place_is_told(log: RequestLog) -> None:
    os.mkfifo(log.path)
    with pytest.raises(StoreError, match="requests seen"):
        log.last_seen()
    with pytest.raises(StoreError, match="requests seen"):
        log.record([seen()])


def test_a_batch_is_recorded_whole_or_not_at_all(log: RequestLog) -> None:
    log.record([seen()])
    with pytest.raises(StoreError):
        log.record([seen("crm"), seen("crm", status=None)])
    assert log.calls(["crm"], NOW) == 0
    assert "crm" not in log.last_seen()


def test_of_many_that_have_a_text_the_newest_are_listed_and_that_there_are_more_is_told(
    log: RequestLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_selecting, "FEW", 30)
    monkeypatch.setattr(request_selecting, "NEWEST", 10)
    log.record(
        seen(path=f"{number}", at=NOW + number * HOUR, address=f"192.0.2.{number % 4}") for number in range(40)
    )
    query = RequestQuery(text="192.0.2.")
    page = log.page(query, Window(4, 4))
    assert (page.total, page.of, page.more, page.offset) == (10, 40, True, 4)
    assert [row.request.path for row in page.rows] == ["35", "34", "33", "32"]
    assert [row.request.path for row in log.page(query, Window(90, 4)).rows] == ["33", "32", "31", "30"]
    assert log.page(query, Window(0, 4, around=page.rows[0].id)).at == 4
    assert log.page(query, Window(0, 4, around="3")).at is None
    few = log.page(RequestQuery(text="192.0.2.1"), Window())
    assert (few.total, few.more) == (10, False)


@pytest.mark.parametrize("fields", [{}, {"let_in": True}, {"since": NOW + 9 * HOUR}, {"address": "192.0.2.1"}])
@pytest.mark.parametrize("few", [8, 24, 40])
def test_a_text_selects_the_same_whichever_way_it_is_looked_for(
    log: RequestLog, monkeypatch: pytest.MonkeyPatch, few: int, fields: dict[str, Any]
) -> None:
    """By its token, its endpoint, its address, an unknown token's fingerprint, or by several of these."""
    monkeypatch.setattr(request_selecting, "FEW", few)
    monkeypatch.setattr(request_selecting, "NEWEST", 8)
    other = MemoryRequests()
    for each in (log, other):
        each.record(mixed(number) for number in range(40))
    tokens, endpoints = frozenset({"erp", "crm"}), frozenset({"stock", "pets"})
    for query in (
        RequestQuery(text="192", text_tokens=tokens, text_endpoints=endpoints, **fields),
        RequestQuery(text="x", text_tokens=tokens, text_endpoints=endpoints, **fields),
        RequestQuery(text="192.0.2.2", text_tokens=tokens, **fields),
        RequestQuery(text="1924", text_endpoints=frozenset({"pets"}), **fields),
        RequestQuery(text="192.", text_tokens=frozenset({"erp"}), **fields),
    ):
        for window in (Window(0, 4), Window(3, 4), Window(0, 3, around="17")):
            ours, its = log.page(query, window), other.page(query, window)
            if not ours.more:
                assert (ours.total, ours.of, ours.at) == (its.total, its.of, its.at)
            if not ours.more or window.around is None:
                assert [row.id for row in ours.rows] == [row.id for row in its.rows]


def mixed(number: int) -> SeenRequest:
    """One of many that differ in all that a text may select them by; some came at one moment."""
    ids, at = ("erp", "crm", "web", "old", "bot"), NOW + (number - number % 7) * HOUR
    place = {"endpoint_id": ("orders", "stock", "pets")[number % 3], "address": f"192.0.2.{number % 4}"}
    one = seen(ids[number % 5], at=at, status=(200, 403)[number % 2], **place)
    return replace(one, token_id="", fingerprint=f"192{number}") if number % 5 == 4 else one


#: What is filtered by → the index that leads there. Of no list a row is looked at that is not shown.
PLANS: dict[str, RequestQuery] = {
    "requests_by_time": RequestQuery(let_in=True, since=NOW),
    "requests_by_token": RequestQuery(token_ids=frozenset({"erp"}), endpoint_ids=frozenset({"orders"}), let_in=True),
    "requests_by_endpoint": RequestQuery(endpoint_ids=frozenset({"orders"}), address="192.0.2.1", let_in=False),
    "requests_by_address": RequestQuery(address="192.0.2.1", let_in=False, since=NOW),
    "requests_refused": RequestQuery(let_in=False, since=NOW, until=NOW + HOUR),
    "requests_unknown": RequestQuery(fingerprint="0123abcd", let_in=False),
}


@pytest.mark.parametrize("text", ["", "er"])
@pytest.mark.parametrize("index", PLANS)
def test_a_list_is_found_in_an_index_alone_and_put_into_no_order(
    log: RequestLog, monkeypatch: pytest.MonkeyPatch, index: str, text: str
) -> None:
    """By the plan that SQLite makes; what a text selects is scanned here, as where it is much."""
    monkeypatch.setattr(request_selecting, "FEW", -1)
    log.record([seen("erp", endpoint_id="orders"), seen("crm", endpoint_id="stock")])
    query = replace(
        PLANS[index], text=text, text_tokens=frozenset({"erp", "crm"}), text_endpoints=frozenset({"orders"})
    )
    plans: dict[str, list[str]] = {"SELECT id FROM requests": [], "SELECT count(*) FROM requests": []}
    with closing(sqlite3.connect(log.path)) as database:
        asked: list[str] = []
        database.set_trace_callback(asked.append)
        request_selecting.page_of(database, query, Window(0, 2))
        database.set_trace_callback(None)
        for statement in asked:
            for kind in plans:
                if statement.startswith(kind):
                    plan = database.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
                    plans[kind] += [step for *_, step in plan if "requests" in step or "ORDER" in step]
    lists, counts = plans.values()
    assert lists
    assert counts
    assert [step for step in lists if f"USING COVERING INDEX {index}" not in step] == []
    assert [step for step in counts if "USING COVERING INDEX" not in step] == []


def passer_by(number: int, zone: str = "") -> SeenRequest:
    return seen("", endpoint_id="orders", address=f"fe80::{number:x}{zone}", at=NOW + number * HOUR / 100)


def counted(log: RequestLog, table: str) -> int:
    with closing(sqlite3.connect(log.path)) as database:
        (amount,) = database.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(amount)


@pytest.mark.parametrize("zone", ["", "%eth-0"])
def test_addresses_that_nobody_knows_any_more_are_forgotten_with_their_requests(log: RequestLog, zone: str) -> None:
    """Else anybody with a network of his own would fill the disk."""
    with log.recording() as recording:
        recording.record([seen(endpoint_id="orders", address="192.0.2.7", at=NOW)])
        for round_ in range(5):
            recording.record([passer_by(number, zone) for number in range(400 * round_, 400 * (round_ + 1))])
            while recording.prune(NOW - 100 * HOUR, 100, 50).more:
                pass
        recording.record([seen(endpoint_id="orders", address="192.0.2.7", at=NOW + 100 * HOUR), passer_by(7, zone)])
    assert counted(log, "words") < 2 * 100 + 10
    assert counted(log, "addresses") < 2 * 100 + 10
    rows = log.page(RequestQuery(), Window(0, 200)).rows
    assert (rows[0].request.address, rows[0].new_address) == ("192.0.2.7", False)
    assert rows[-1].request.address == passer_by(7, zone).address
    assert all(row.request.endpoint_id == "orders" for row in rows)


def test_sums_know_whose_they_are_when_the_requests_have_gone(log: RequestLog) -> None:
    """More came later than are kept: of these nothing else is left, not even an address."""
    gone = seen("019c-erp", endpoint_id="019c-orders", address="", status=403)
    with log.recording() as recording:
        recording.record([gone, gone, replace(gone, token_id="", fingerprint="aa")])
        recording.record(passer_by(number) for number in range(50))
        while recording.prune(NOW - 100 * HOUR, 10, 5).more:
            pass
    assert log.page(RequestQuery(text="x", text_tokens=frozenset({"019c-erp"})), Window()).total == 0
    assert {(tally.id, tally.calls) for tally in log.tallies(TallyBy.TOKEN, NOW)} >= {("019c-erp", 2), ("?", 1)}
    assert ("019c-orders", 3) in {(tally.id, tally.calls) for tally in log.tallies(TallyBy.ENDPOINT, NOW)}


#: As files had it before.
BEFORE = """
DROP INDEX addresses_by_address;
DELETE FROM facts WHERE name IN ('kept', 'refused');
CREATE TABLE tallies (
    hour INTEGER NOT NULL, token INTEGER NOT NULL, endpoint INTEGER NOT NULL,
    calls INTEGER NOT NULL, refused INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (hour, token, endpoint)
) WITHOUT ROWID;
INSERT INTO tallies SELECT at - at % 3600000000, token, endpoint, count(*), sum(status <> 200), max(at)
    FROM requests GROUP BY 1, 2, 3;
CREATE INDEX tallies_by_token ON tallies (token);
DROP TABLE token_hours;
DROP TABLE endpoint_hours;
"""


def test_a_file_of_before_tells_the_same_and_is_made_as_it_would_be_now(log: RequestLog) -> None:
    ids = "erp", "crm", "orders", "stock"

    def told() -> list[object]:
        pages = [log.page(RequestQuery(let_in=let_in), Window()) for let_in in (None, True, False)]
        sums = [(log.tallies(by, NOW + HOUR), log.hours(by, ids, NOW + HOUR)) for by in TallyBy]
        return [pages, sums]

    here, there = {"endpoint_id": "orders"}, {"endpoint_id": "stock"}
    log.record([seen(**here), seen(**here, status=403), seen(**there), seen("crm", **here, at=NOW + HOUR)])
    expected = told()
    with closing(sqlite3.connect(log.path)) as database:
        database.executescript(BEFORE)
    assert told() == expected
    with log.recording():
        assert told() == expected
    log.record([seen("crm", **there, at=NOW + HOUR)])
    assert log.hours(TallyBy.ENDPOINT, ["stock"], NOW + HOUR)["stock"][-2:] == (1, 1)
    assert counted(log, "sqlite_master WHERE name = 'addresses_by_address'") == 1
    assert counted(log, "sqlite_master WHERE name LIKE 'tallies%'") == 0


@pytest.mark.parametrize("let_in", [None, True, False])
def test_to_show_all_requests_or_those_of_an_outcome_none_is_counted(log: RequestLog, let_in: bool | None) -> None:
    log.record([seen(), seen(status=403), seen()])
    asked: list[str] = []
    with closing(sqlite3.connect(log.path)) as database:
        database.set_trace_callback(asked.append)
        page = request_selecting.page_of(database, RequestQuery(let_in=let_in), Window())
    assert (page.total, page.of) == ({None: 3, True: 2, False: 1}[let_in], 3)
    assert [statement for statement in asked if "count(*)" in statement] == []


def test_two_recordings_at_once_number_and_add_up_as_one_would(log: RequestLog) -> None:
    """What one of them forgets, and what number it gives to another word then, the other one learns."""
    with log.recording() as one, log.recording() as other:
        one.record([seen("erp", address="192.0.2.1")])
        other.record([seen("erp", address="192.0.2.1", status=403)])
        assert other.prune(NOW + HOUR, 0, 10).removed == 2
        while other.prune(NOW + 9 * HOUR, 0, 10).more:
            pass
        other.record([seen("erp", address="192.0.2.2", at=NOW + 20 * HOUR)])
        one.record([seen("erp", address="192.0.2.1", at=NOW + 20 * HOUR, status=403)])
    rows = log.page(RequestQuery(), Window()).rows
    assert sorted(row.request.address for row in rows) == ["192.0.2.1", "192.0.2.2"]
    assert log.page(RequestQuery(let_in=False), Window()).total == 1
    assert log.page(RequestQuery(), Window()).total == 2


def test_a_step_of_pruning_removes_or_moves_the_log_into_the_file_and_never_both(
    log: RequestLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_recording, "_LOG_PAGES", 1)
    monkeypatch.setattr(request_recording, "_ROWS_BETWEEN", 8)
    log.record(seen(at=NOW + number * HOUR) for number in range(40))
    with log.recording() as recording:
        removed, size = [], []
        for _ in range(6):
            before = log.path.read_bytes()
            removed.append(recording.prune(NOW, 10, 5).removed)
            size.append(log.path.read_bytes() != before)
    assert removed == [5, 5, 0, 5, 5, 0]
    assert size == [False, False, True, False, False, True]


def test_how_many_requests_there_are_is_not_counted_one_by_one(log: RequestLog) -> None:
    """Else each step of pruning would hold the recorder the longer the more there are."""
    log.record(seen() for _ in range(2_000))
    steps: list[None] = []
    with closing(sqlite3.connect(log.path)) as database:
        database.set_progress_handler(lambda: steps.append(None), 1)
        assert database.execute(request_recording._SPAN).fetchone() == (2_000,)
    assert len(steps) < 200
