"""What workers tell is kept in batches; what cannot be kept is counted, and the count is kept too."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tests.domain.worlds import NOW
from tests.verifier.batch import recorded, rows
from tokentui.domain.errors import StoreError
from tokentui.store.memory_requests import MemoryRecording, MemoryRequests
from tokentui.store.queries import Window
from tokentui.store.request_log import RequestLog
from tokentui.store.request_queries import RequestQuery
from tokentui.verifier import recorder as recorder_module
from tokentui.verifier.recorder import BATCH, Recorder, Retention


class Faulty(MemoryRequests):
    """Requests that cannot be kept while `broken`."""

    broken = True

    @contextmanager
    def recording(self) -> Iterator[MemoryRecording]:
        if self.broken:
            raise StoreError("The disk is full.")
        with super().recording() as recording:
            yield recording


def paths(requests: MemoryRequests | RequestLog) -> list[str]:
    return [row.request.path for row in requests.page(RequestQuery(), Window()).rows]


def test_decisions_are_kept_in_batches_and_in_their_order(tmp_path: Path) -> None:
    log = RequestLog(tmp_path / "tokens.json")
    recorder = Recorder(log, pytest.fail, clock=lambda: NOW)
    names = [f"/{number}" for number in range(BATCH + 5)]
    for begin in range(0, len(names), 64):
        some = names[begin : begin + 64]
        recorder.take(rows(*some, begin=begin), len(some))
    assert recorder.keep_some()
    assert (recorder.kept, recorder.waiting) == (BATCH, 5)
    assert recorder.keep_some()
    assert not recorder.keep_some()
    recorder.end()
    assert paths(log)[:2] == [f"/{BATCH + 4}", f"/{BATCH + 3}"]
    assert (recorder.kept, recorder.dropped) == (BATCH + 5, 0)


def test_the_number_of_what_was_lost_before_is_kept() -> None:
    requests = MemoryRequests()
    recorder = Recorder(requests, pytest.fail, clock=lambda: NOW)
    recorder.lose(2)
    assert recorder.busy
    recorder.keep_some()
    assert requests.lost(NOW) == recorder.lost_kept == 2
    assert not recorder.busy


def test_what_is_kept_is_counted_before_anything_else_is_tried() -> None:
    """Whoever is killed while the next batch is kept would tell what was lost before a second time."""
    requests = MemoryRequests()
    recorder = Recorder(requests, pytest.fail, clock=lambda: NOW)
    seen: list[tuple[int, int, int]] = []

    def note() -> None:
        seen.append((recorder.lost_kept, recorder.kept, requests.page(RequestQuery(), Window(0, 1)).total))

    recorder.counted = note
    recorder.lose(7)
    recorder.take(rows("/0"), 1)
    recorder.keep_some()
    assert seen == [(7, 0, 0), (7, 1, 1)]


def test_what_cannot_be_kept_waits_is_told_once_and_is_kept_later(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(recorder_module, "monotonic", lambda: now[0])
    told: list[str] = []
    requests = Faulty()
    recorder = Recorder(requests, told.append, clock=lambda: NOW)
    recorder.take(rows("/0"), 1)
    for _ in range(3):
        assert not recorder.keep_some()
        assert not recorder.busy
        now[0] += 10
    assert recorder.busy
    requests.broken = False
    assert recorder.keep_some()
    assert told == ["Requests are not recorded: The disk is full.", "Requests are recorded again."]
    assert paths(requests) == ["/0"]


def test_at_the_end_what_cannot_be_kept_is_told_as_lost() -> None:
    told: list[str] = []
    recorder = Recorder(Faulty(), told.append)
    recorder.take(rows("/0"), 1)
    recorder.end()
    assert recorder.dropped == 1
    assert told[-1] == "1 request could not be recorded."


def test_at_the_end_what_cannot_be_kept_is_tried_again_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now, requests = [100.0], Faulty()

    def sleep(seconds: float) -> None:
        now[0] += seconds
        requests.broken = now[0] < 103

    monkeypatch.setattr(recorder_module, "monotonic", lambda: now[0])
    monkeypatch.setattr(recorder_module, "sleep", sleep)
    recorder = Recorder(requests, lambda line: None, clock=lambda: NOW)
    recorder.take(rows("/0"), 1)
    recorder.end(patience=5)
    assert (recorder.kept, recorder.dropped) == (1, 0)
    assert now[0] < 105


def test_what_is_too_old_or_too_much_goes_in_small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_module, "_STEP", 4)
    requests = MemoryRequests()
    recorder = Recorder(
        requests, pytest.fail, retention=Retention(days=1, rows=6), clock=lambda: NOW + timedelta(days=1, seconds=5)
    )
    recorder.take(rows(*(f"/{number}" for number in range(20))), 20)
    recorder.keep_some()
    left = [len(paths(requests))]
    while recorder.keep_some() or left[-1] != len(paths(requests)):
        left.append(len(paths(requests)))
    assert max(before - after for before, after in pairwise(left)) <= 4
    assert len(paths(requests)) == 6


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_however_many_come_no_more_are_kept_than_are_to_be_but_a_hundredth_and_a_batch(
    kind: str, tmp_path: Path
) -> None:
    requests = MemoryRequests() if kind == "memory" else RequestLog(tmp_path / "tokens.json")
    recorder = Recorder(requests, pytest.fail, retention=Retention(rows=2_000), clock=lambda: NOW)
    most = 0
    for batch in range(60):
        recorder.take(rows(*["/x"] * 256, begin=256 * batch), 256)
        if batch % 3 == 0:  # now one waits, now several
            while recorder.keep_some():
                most = max(most, requests.page(RequestQuery(), Window(0, 1)).total)
    assert recorder.kept > 14_000
    assert most > 2_000
    assert most <= 2_000 + 20 + BATCH


@pytest.mark.parametrize("names", [["requests.sqlite"], ["requests.sqlite", "requests.sqlite-wal"]])
def test_where_the_file_is_moved_away_another_one_is_begun_and_nothing_is_lost(
    tmp_path: Path, names: list[str]
) -> None:
    log, away = RequestLog(tmp_path / "tokens.json"), tmp_path / "away"
    recorder = Recorder(log, pytest.fail, clock=lambda: NOW)
    recorder.take(rows("/1"), 1)
    recorder.keep_some()
    away.mkdir()
    for name in names:
        (tmp_path / name).rename(away / name)
    recorder.take(rows("/2"), 1)
    recorder.keep_some()
    assert paths(log) == ["/2"]
    recorder.take(rows("/3"), 1)
    recorder.end()
    assert sorted(paths(log)) == ["/2", "/3"]
    assert paths(RequestLog(away / "tokens.json")) == ["/1"]
    assert (recorder.kept, recorder.dropped) == (3, 0)


def test_where_another_file_is_put_in_its_place_that_one_is_gone_on_with(tmp_path: Path) -> None:
    other = RequestLog(tmp_path / "other.json", tmp_path / "other.sqlite")
    other.record([recorded("/7")])
    log = RequestLog(tmp_path / "tokens.json")
    recorder = Recorder(log, pytest.fail, clock=lambda: NOW)
    recorder.take(rows("/1"), 1)
    recorder.keep_some()
    other.path.rename(log.path)
    recorder.keep_some()  # there is nothing to keep, and it is seen all the same
    assert paths(log) == ["/7"]
    recorder.take(rows("/2"), 1)
    recorder.end()
    assert sorted(paths(log)) == ["/2", "/7"]


def test_what_is_too_old_goes_though_nothing_comes_any_more(tmp_path: Path) -> None:
    log = RequestLog(tmp_path / "tokens.json")
    log.record([recorded(f"/{number}") for number in range(9)])
    recorder = Recorder(log, pytest.fail, retention=Retention(days=1), clock=lambda: NOW + timedelta(days=2))
    recorder.keep_some()
    assert paths(log) == []
    recorder.end()


def test_where_nothing_was_ever_recorded_looking_for_what_is_too_old_makes_no_file(tmp_path: Path) -> None:
    log = RequestLog(tmp_path / "tokens.json")
    recorder = Recorder(log, pytest.fail)
    recorder.keep_some()
    recorder.end()
    assert not log.path.exists()
