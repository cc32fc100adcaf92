"""What cannot be told or kept is counted as lost, and everything after it goes on."""

import asyncio
import errno
import os
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import pytest

from tests.domain.worlds import NOW
from tests.verifier.batch import noted, rows
from tests.verifier.live import wait_until
from tokentui.domain.decision import Decision, Reason, Request
from tokentui.domain.requests import SeenRequest
from tokentui.store.memory_requests import MemoryRequests
from tokentui.store.queries import Window
from tokentui.store.request_queries import RequestQuery
from tokentui.verifier.batches import packed, unpacked
from tokentui.verifier.frames import MOST_WAITING, Channel
from tokentui.verifier.keeping import Keeper
from tokentui.verifier.recorder import BATCH, Recorder
from tokentui.verifier.reporting import Reporter
from tokentui.verifier.supervisor import CannotServe, Supervisor

GOOD, BAD = "/good", "/bad"


def told_paths(messages: Iterable[Any]) -> list[str]:
    """The paths in the rows of messages."""
    return [one.path for message in messages if "rows" in message for one in unpacked(message["rows"])]


class Choosy(MemoryRequests):
    """Requests that cannot be kept with one of a certain path among them, for a reason that nobody thought of."""

    @contextmanager
    def recording(self) -> Iterator[Any]:
        with super().recording() as inner:
            record = inner.record

            def choosy(requests: Iterable[SeenRequest]) -> None:
                batch = list(requests)
                if any(each.path == BAD for each in batch):
                    raise ValueError("quotes a secret")
                record(batch)

            inner.record = choosy
            yield inner


def test_a_batch_that_cannot_be_kept_for_whatever_reason_is_lost_and_the_next_ones_are_kept() -> None:
    told: list[str] = []
    requests = Choosy()
    recorder = Recorder(requests, told.append, clock=lambda: NOW)
    for names in ([GOOD] * BATCH, [BAD, *[GOOD] * (BATCH - 1)], [GOOD] * BATCH):
        recorder.take(rows(*names), BATCH)
    recorder.end()
    assert (recorder.kept, recorder.dropped) == (2 * BATCH, BATCH)
    assert requests.lost(NOW) == BATCH
    assert requests.page(RequestQuery(), Window(0, 1)).total == 2 * BATCH
    assert told == ["Requests are not recorded: an unexpected ValueError.", "Requests are recorded again."]


@pytest.fixture
def pair() -> Iterator[tuple[Channel, Channel]]:
    ours, its = (Channel(each) for each in socket.socketpair())
    yield ours, its
    ours.close()
    its.close()


async def test_a_decision_that_cannot_be_told_is_counted_with_the_next_message_and_telling_goes_on(
    pair: tuple[Channel, Channel],
) -> None:
    ours, its = pair
    reporter, loop = Reporter(ours), asyncio.get_running_loop()
    reporter.begin(loop, lambda: None)
    odd = Decision(Reason.UNKNOWN_TOKEN, about="\ud800")  # no UTF-8, so no JSON
    reporter(Request("GET", b"/x"), odd, NOW, 1)
    assert await _heard(its, "lost") == 1
    reporter(Request("GET", b"/y"), Decision(Reason.NO_CREDENTIAL), NOW, 1)
    assert [one.path for one in unpacked(await _heard(its, "rows"))] == ["/y"]
    reporter.end(loop)


async def _heard(channel: Channel, what: str) -> Any:
    for _ in range(1000):
        for message in channel.received():
            if message.get(what):
                return message[what]
        await asyncio.sleep(0.01)
    return pytest.fail(f"no {what} was told")


def test_what_is_lost_is_told_though_nothing_else_comes(pair: tuple[Channel, Channel]) -> None:
    ours, its = pair
    reporter = Reporter(ours)
    reporter._lost = 5
    reporter._tell()
    wait_until(lambda: [message["lost"] for message in its.received()] == [5], "it is told")
    assert reporter._lost == 0


def test_a_worker_that_ends_while_too_much_waits_tells_its_last_decisions_and_what_it_lost(
    pair: tuple[Channel, Channel],
) -> None:
    ours, its = pair
    while ours.send({"lost": 0, "text": "x" * 100_000}):
        pass
    assert ours.waiting > MOST_WAITING
    reporter, loop = Reporter(ours), asyncio.new_event_loop()
    reporter(Request("GET", b"/x"), Decision(Reason.NO_CREDENTIAL), NOW, 1)
    reporter._tell()  # no room: it is lost
    reporter(Request("GET", b"/y"), Decision(Reason.NO_CREDENTIAL), NOW, 1)
    ending = threading.Thread(target=reporter.end, args=(loop,))
    ending.start()
    heard: list[Any] = []
    wait_until(lambda: heard.extend(its.received()) or not ending.is_alive(), "it ends")  # type: ignore[func-returns-value]
    heard.extend(its.received())
    loop.close()
    assert sum(message["lost"] for message in heard) == 1
    assert told_paths(heard) == ["/y"]


def test_nothing_is_sent_twice_where_the_other_side_does_not_listen(pair: tuple[Channel, Channel]) -> None:
    ours, its = pair
    while ours.send({"text": "x" * 100_000}):
        pass
    ours.flush(0.01)
    taken: list[Any] = list(its.received())
    ours.flush(0.01)
    assert list(its.received()) == [] or not taken
    assert ours.closed


def test_of_a_worker_that_has_gone_what_it_told_is_heard_and_what_it_could_not_tell_is_lost() -> None:
    def work(channel: Channel) -> NoReturn:
        try:
            channel.counts[0] = 10
            channel.send({"ready": True})
            channel.send({**packed([noted()] * 3)[0], "lost": 2}, rows("/x", "/y", "/z"))
        finally:
            os._exit(0)

    keeper = Keeper(Recorder(MemoryRequests(), pytest.fail))
    supervisor = Supervisor(work, 1, keeper)
    supervisor._ready = True
    supervisor._begin_worker()
    (worker,) = supervisor._workers.values()
    os.waitid(os.P_PID, worker.child.pid, os.WEXITED | os.WNOWAIT)
    worker.channel.send({"waiting": 0})  # to nobody
    assert worker.channel.closed
    keeper.begin(())
    supervisor._bury(worker)
    assert keeper.lost == 2 + 5
    wait_until(lambda: keeper.kept == 3, "what it told is kept")
    keeper.end()


def test_where_all_workers_fail_at_the_start_it_says_why_and_leaves_nobody_behind() -> None:
    def work(channel: Channel) -> NoReturn:
        channel.send({"failed": "The store is damaged."})
        os._exit(1)

    keeper = Keeper(Recorder(MemoryRequests(), print))
    supervisor = Supervisor(work, 3, keeper)
    with pytest.raises(CannotServe, match="The store is damaged"):
        supervisor.run(lambda: pytest.fail("nobody answers"))
    assert not supervisor._workers
    assert keeper.channel is None
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_where_there_can_be_no_more_processes_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def fork() -> int:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    told: list[str] = []
    supervisor = Supervisor(
        lambda channel: os._exit(0), 1, Keeper(Recorder(MemoryRequests(), print)), told=told.append
    )
    monkeypatch.setattr(os, "fork", fork)
    with pytest.raises(CannotServe, match="There can be no more processes"):
        supervisor.run(lambda: pytest.fail("nobody answers"))
    supervisor._ending, supervisor._ready = False, True
    supervisor._begin_worker()
    assert not supervisor._pause.over
    assert told == [
        "A worker cannot begin, and another will be tried: "
        "There can be no more processes: Resource temporarily unavailable."
    ]
