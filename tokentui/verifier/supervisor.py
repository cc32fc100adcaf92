"""One process that binds the sockets and records, and the workers that answer: each a process of its own.

The recorder's work does not slow the answers so, and the file of the requests seen has one writer. Workers that die
are replaced; when the supervisor goes, be it killed, they go too.
"""

import os
import select
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from mmap import mmap
from time import monotonic
from typing import Any, NoReturn

from tokentui.domain.errors import TokenTuiError
from tokentui.verifier.frames import COUNT_BYTES, Channel
from tokentui.verifier.recorder import Recorder
from tokentui.verifier.seen import Seen

#: How often the workers are told how the recording stands, in seconds.
_NEWS_SECONDS = 1.0
#: How long one turn waits for something to do, in seconds.
_TURN_SECONDS = 0.05
#: How long workers have to end, in seconds.
_PATIENCE = 10.0
#: Where a worker lives shorter than this, in seconds, the next one begins after a pause, which grows to the longest.
_SHORT_LIFE = 2.0
_LONGEST_PAUSE = 5.0
#: What tells it to end.
_ENDS = (signal.SIGTERM, signal.SIGINT)

Work = Callable[[Channel], NoReturn]
Hear = Callable[[Seen], object]


class CannotServe(TokenTuiError):
    """The verifier cannot begin, or cannot go on."""


@dataclass
class _Worker:
    pid: int
    channel: Channel
    born: float = field(default_factory=monotonic)
    ready: bool = False
    #: How many of its decisions were heard, or heard to be lost.
    heard: int = 0


class Supervisor:
    """Keeps `amount` workers at `work` until it is told to end."""

    def __init__(
        self,
        work: Work,
        amount: int,
        recorder: Recorder,
        *,
        hear: Hear = lambda seen: None,
        news: Callable[[], dict[str, Any]] = dict,
        told: Callable[[str], object] = lambda line: None,
    ) -> None:
        """`hear` is given each decision, and `news` gives what workers shall know, once a second."""
        self._work, self._amount, self._recorder = work, amount, recorder
        self._hear, self._news, self._told = hear, news, told
        self._workers: dict[int, _Worker] = {}
        self._ending = False
        self._told_news = 0.0
        #: Whether all workers answered once: from then on nothing that one of them says or does is the end of all.
        self._ready = False
        self._pause, self._not_before = 0.0, 0.0
        self._trouble = ""

    def run(self, ready: Callable[[], object]) -> None:
        """Until SIGTERM or SIGINT; `ready` is called when all workers answer. Raises `CannotServe`."""
        with self._signals():
            try:
                for _ in range(self._amount):
                    self._begin_worker()
                self._wait_until_ready()
                ready()
                while not self._ending:
                    self._turn()
            finally:
                self._end_workers()
                self._recorder.end()

    @contextmanager
    def _signals(self) -> Iterator[None]:
        before = {number: signal.signal(number, self._end) for number in _ENDS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _end(self, number: int, frame: object) -> None:
        self._ending = True

    # ------------------------------------------------------------------ workers

    def _begin_worker(self) -> None:
        (ours, its), shared = socket.socketpair(), mmap(-1, COUNT_BYTES)
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):  # a log that cannot be written is no reason to begin none
                stream.flush()
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDS)  # else one that comes now is taken for ours, and lost
        pid = os.fork()
        if pid == 0:
            ours.close()
            for other in self._workers.values():
                other.channel.close()
            for number in _ENDS:
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDS)
            self._work(Channel(its, shared))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDS)
        its.close()
        self._workers[pid] = _Worker(pid, Channel(ours, shared))

    def _wait_until_ready(self) -> None:
        while not self._ending and not all(worker.ready for worker in self._workers.values()):
            self._turn()
        self._ready = True

    def _turn(self) -> None:
        """Hear, keep, and see who has ended."""
        by_channel = {worker.channel: worker for worker in self._workers.values()}
        waits = 0.0 if self._recorder.busy else _TURN_SECONDS
        for channel in select.select(list(by_channel), (), (), waits)[0]:
            self._listen(by_channel[channel])
        self._recorder.keep_some()
        self._tell_news()
        for worker in [each for each in self._workers.values() if each.channel.closed]:
            self._bury(worker)
        if len(self._workers) < self._amount and monotonic() >= self._not_before and not self._ending:
            self._begin_worker()

    def _listen(self, worker: _Worker) -> None:
        for message in worker.channel.received():
            if "failed" in message:
                self._fail(message["failed"])
            if "told" in message:
                self._tell(message["told"])
            worker.ready = worker.ready or bool(message.get("ready"))
            lost, rows = message.get("lost", 0), message.get("seen", ())
            worker.heard += lost + len(rows)
            self._recorder.lose(lost)
            for row in rows:
                seen = Seen(*row)
                self._recorder.take(seen)
                self._count(seen)

    def _count(self, seen: Seen) -> None:
        try:
            self._hear(seen)
        except Exception as error:  # noqa: BLE001 - who only counts shall not end who decides
            self._tell(f"Metrics are not kept: an unexpected {type(error).__name__}.")

    def _fail(self, reason: str) -> None:
        """A worker says why it ends: at the start that is the end of all; later the next one may fare better."""
        if not self._ready:
            raise CannotServe(reason)
        self._tell(f"A worker cannot begin, and another will be tried: {reason}")

    def _tell(self, trouble: str) -> None:
        """Once, though each of the workers meets it again and again."""
        if trouble != self._trouble:
            self._trouble = trouble
            self._told(trouble)

    def _tell_news(self) -> None:
        if monotonic() - self._told_news < _NEWS_SECONDS:
            return
        self._told_news = monotonic()
        standing = {"waiting": self._recorder.waiting, "lost": self._recorder.lost, **self._news()}
        for worker in self._workers.values():
            if not worker.channel.waiting:  # one that does not listen gets no more to listen to
                worker.channel.send(standing)

    def _bury(self, worker: _Worker) -> None:
        """A worker has ended by itself, and another one will be put in its place."""
        code = self._part_with(worker)
        if self._ending:
            return
        if not self._ready:
            raise CannotServe(f"A worker ended before it could answer, with exit code {code}.")
        short = not worker.ready or monotonic() - worker.born < _SHORT_LIFE
        self._pause = min(max(2 * self._pause, 0.1), _LONGEST_PAUSE) if short else 0.0
        self._not_before = monotonic() + self._pause
        if worker.ready:
            self._told(f"A worker ended with exit code {code}; another takes its place.")

    def _part_with(self, worker: _Worker) -> int:
        """Hear its last words, and count what it could not tell any more as lost; its exit code."""
        del self._workers[worker.pid]
        code = os.waitstatus_to_exitcode(os.waitpid(worker.pid, 0)[1])
        try:
            self._listen(worker)
        finally:
            self._recorder.lose(max(0, worker.channel.count[0] - worker.heard))
            worker.channel.close()
        return code

    def _end_workers(self) -> None:
        """Let them answer what is under way and tell the last decisions; who does not end is killed."""
        for worker in self._workers.values():
            os.kill(worker.pid, signal.SIGTERM)
        end = monotonic() + _PATIENCE
        while self._workers:
            for worker in list(self._workers.values()):
                self._listen(worker)
                worker.channel.push()
                if monotonic() > end:
                    os.kill(worker.pid, signal.SIGKILL)
                if worker.channel.closed:
                    self._part_with(worker)
            self._recorder.keep_some()
            if self._workers:
                select.select([worker.channel for worker in self._workers.values()], (), (), _TURN_SECONDS)
