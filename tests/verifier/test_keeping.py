"""The recorder in its own process: it steps back, what it cannot take is counted as lost, and it is replaced."""

import errno
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.domain.worlds import NOW
from tests.verifier.batch import rows
from tests.verifier.live import records, wait_until
from tokentui.domain.errors import StoreError
from tokentui.store.memory_requests import MemoryRequests
from tokentui.store.queries import Window
from tokentui.store.request_log import RequestLog
from tokentui.store.request_queries import RequestQuery
from tokentui.verifier import keeping
from tokentui.verifier.children import ENDS
from tokentui.verifier.keeping import Keeper
from tokentui.verifier.recorder import Recorder


class Broken(MemoryRequests):
    """Requests that cannot be kept."""

    @contextmanager
    def recording(self) -> Iterator[Any]:
        raise StoreError("The disk is full.")
        yield


@pytest.fixture
def log(tmp_path: Path) -> RequestLog:
    return RequestLog(tmp_path / "tokens.json")


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def keeper(log: RequestLog, told: list[str]) -> Iterator[Keeper]:
    with kept_by(Keeper(recorder(log), told.append)) as keeper:
        yield keeper


def recorder(log: RequestLog) -> Recorder:
    return Recorder(log, print, clock=lambda: NOW)


@contextmanager
def kept_by(keeper: Keeper) -> Iterator[Keeper]:
    keeper.begin(())
    try:
        yield keeper
    finally:
        keeper.end()


def process_of(keeper: Keeper) -> int:
    assert keeper._child is not None
    return keeper._child.pid


def total(log: RequestLog) -> int:
    return log.page(RequestQuery(), Window(0, 1)).total


def tended(keeper: Keeper, goal: int) -> bool:
    keeper.tend()
    return keeper.kept + keeper.lost >= goal


def test_what_is_given_is_kept_by_a_process_that_is_named_and_steps_back(keeper: Keeper, log: RequestLog) -> None:
    keeper.take(rows("/0", "/1"), 2)
    wait_until(lambda: tended(keeper, 2), "it is kept")
    assert (keeper.kept, keeper.lost, keeper.waiting) == (2, 0, 0)
    assert total(log) == 2
    assert records(process_of(keeper))
    assert os.getpriority(os.PRIO_PROCESS, process_of(keeper)) == 19
    assert os.sched_getscheduler(process_of(keeper)) == os.SCHED_IDLE


def test_where_the_queue_is_full_decisions_are_lost_and_their_number_is_kept(log: RequestLog) -> None:
    with kept_by(Keeper(recorder(log), capacity=3)) as keeper:
        os.kill(process_of(keeper), signal.SIGSTOP)
        keeper.take(rows("/0", "/1"), 2)
        keeper.take(rows("/2", "/3"), 2)
        keeper.take(rows("/4"), 1)
        assert (keeper.waiting, keeper.lost) == (3, 2)
        os.kill(process_of(keeper), signal.SIGCONT)
        wait_until(lambda: tended(keeper, 5), "the rest is kept")
        wait_until(lambda: log.lost(NOW) == 2, "the number is kept")
    assert total(log) == 3


def test_where_it_dies_what_was_under_way_is_lost_the_next_one_keeps_the_number_and_goes_on(
    keeper: Keeper, log: RequestLog, told: list[str]
) -> None:
    first = process_of(keeper)
    os.kill(first, signal.SIGSTOP)
    keeper.take(rows("/0", "/1"), 2)
    keeper.tend()
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    wait_until(lambda: tended(keeper, 2), "that it has gone is seen")
    assert (keeper.kept, keeper.lost, keeper.waiting) == (0, 2, 0)
    assert told == ["What records requests was killed by SIGKILL; another takes its place."]
    keeper.take(rows("/2"), 1)  # while there is none
    wait_until(lambda: keeper.begin(()) or keeper.channel is not None, "another one begins")  # type: ignore[func-returns-value]
    keeper.take(rows("/3"), 1)
    wait_until(lambda: tended(keeper, 4), "the next one is kept")
    wait_until(lambda: log.lost(NOW) == 3, "the number is kept")
    assert (keeper.kept, keeper.lost, total(log)) == (1, 3, 1)


def test_what_it_kept_before_it_died_is_neither_lost_nor_forgotten(keeper: Keeper, log: RequestLog) -> None:
    keeper.lose(5)
    keeper.take(rows("/0"), 1)
    wait_until(lambda: tended(keeper, 6), "it is kept")
    wait_until(lambda: log.lost(NOW) == 5, "the number is kept")
    os.kill(process_of(keeper), signal.SIGKILL)
    wait_until(lambda: keeper.tend() or keeper.channel is None, "that it has gone is seen")  # type: ignore[func-returns-value]
    wait_until(lambda: keeper.begin(()) or keeper.channel is not None, "another one begins")  # type: ignore[func-returns-value]
    keeper.take(rows("/1"), 1)
    keeper.end()
    assert (keeper.kept, keeper.lost) == (2, 5)
    assert (total(log), log.lost(NOW)) == (2, 5)


def test_at_the_end_all_that_waits_is_kept(keeper: Keeper, log: RequestLog) -> None:
    for number in range(40):
        keeper.take(rows(*[f"/{number}"] * 50), 50)
    keeper.end()
    assert (keeper.kept, keeper.lost, keeper.waiting) == (2000, 0, 0)
    assert total(log) == 2000


def test_what_cannot_be_kept_at_the_end_is_lost() -> None:
    keeper = Keeper(Recorder(Broken(), lambda line: None))
    with kept_by(keeper):
        keeper.take(rows("/0", "/1"), 2)
    assert (keeper.kept, keeper.lost, keeper.waiting) == (0, 2, 0)


def test_it_keeps_no_place_to_listen_and_no_channel_of_others_open(log: RequestLog) -> None:
    ours, its = socket.socketpair()
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        keeper = Keeper(recorder(log), not_its=[listening])
        keeper.begin([its])
        wait_until(lambda: records(process_of(keeper)), "it has begun")
        open_ones = {os.readlink(each) for each in Path(f"/proc/{process_of(keeper)}/fd").iterdir()}
        for closed in (listening, its):
            assert f"socket:[{os.fstat(closed.fileno()).st_ino}]" not in open_ones
        keeper.end()
    ours.close()
    its.close()


def test_neither_ctrl_c_nor_sigterm_nor_the_end_of_its_terminal_ends_it_before_its_work_is_done(
    keeper: Keeper, log: RequestLog
) -> None:
    """Each comes to all processes of a group."""
    wait_until(lambda: records(process_of(keeper)), "it has begun")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(process_of(keeper), number)
    keeper.take(rows("/0"), 1)
    keeper.end()
    assert total(log) == 1


def test_where_it_has_died_at_the_end_the_number_of_what_is_lost_is_kept_all_the_same(
    keeper: Keeper, log: RequestLog
) -> None:
    died = process_of(keeper)
    os.kill(died, signal.SIGSTOP)
    keeper.take(rows("/0", "/1"), 2)
    os.kill(died, signal.SIGKILL)
    os.waitid(os.P_PID, died, os.WEXITED | os.WNOWAIT)
    keeper.end()
    assert (keeper.kept, keeper.lost, keeper.waiting) == (0, 2, 0)
    assert (total(log), log.lost(NOW)) == (0, 2)
    keeper.end()  # there is nothing left to do


def test_one_that_is_frozen_at_the_end_is_not_waited_for_for_ever(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "_PATIENCE", 0.1)
    os.kill(process_of(keeper), signal.SIGSTOP)
    for _ in range(100):
        keeper.take(rows(*["/" + "x" * 200] * 250), 250)
    keeper.end()
    assert (keeper.kept, keeper.lost, keeper.waiting) == (0, 25_000, 0)


def test_where_there_can_be_no_more_processes_it_is_told_and_tried_again(
    log: RequestLog, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fork() -> int:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    keeper = Keeper(recorder(log), told.append)
    with monkeypatch.context() as faulty:
        faulty.setattr(os, "fork", fork)
        keeper.begin(())
    keeper.take(rows("/0"), 1)
    assert (keeper.lost, keeper.channel) == (1, None)
    assert told == ["What records requests cannot begin, and is tried again: Resource temporarily unavailable."]
    assert not signal.pthread_sigmask(signal.SIG_BLOCK, ()) & set(ENDS)
    wait_until(lambda: keeper.begin(()) or keeper.channel is not None, "it begins")  # type: ignore[func-returns-value]
    keeper.end()
    assert log.lost(NOW) == 1


def test_from_its_first_moment_on_no_signal_to_end_ends_it(log: RequestLog) -> None:
    for _ in range(20):
        keeper = Keeper(recorder(log))
        keeper.begin(())
        os.kill(process_of(keeper), signal.SIGTERM)
        keeper.take(rows("/0"), 1)
        keeper.end()
        assert (keeper.kept, keeper.lost) == (1, 0)
