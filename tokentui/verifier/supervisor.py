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
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, NoReturn

from tokentui.domain.errors import TokenTuiError
from tokentui.verifier.frames import Channel
from tokentui.verifier.recorder import Recorder
from tokentui.verifier.seen import Seen

#: How often the workers are told how the recording stands, in seconds.
_NEWS_SECONDS = 1.0
#: How long one turn waits for something to do, in seconds.
_TURN_SECONDS = 0.05
#: How long workers have to end, in seconds.
_PATIENCE = 10.0
#: A worker that lives shorter than this, in seconds, is not replaced at once for ever.
_SHORT_LIFE = 2.0
_MOST_SHORT_LIVES = 5

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
        self._short_lives = 0

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
        before = {number: signal.signal(number, self._end) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _end(self, number: int, frame: object) -> None:
        self._ending = True

    # ------------------------------------------------------------------ workers

    def _begin_worker(self) -> None:
        ours, its = socket.socketpair()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            ours.close()
            for other in self._workers.values():
                other.channel.close()
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            self._work(Channel(its))
        its.close()
        self._workers[pid] = _Worker(pid, Channel(ours))

    def _wait_until_ready(self) -> None:
        while not self._ending and not all(worker.ready for worker in self._workers.values()):
            self._turn()

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

    def _listen(self, worker: _Worker) -> None:
        for message in worker.channel.received():
            if "failed" in message:
                raise CannotServe(message["failed"])
            worker.ready = worker.ready or bool(message.get("ready"))
            self._recorder.lose(message.get("lost", 0))
            for row in message.get("seen", ()):
                seen = Seen(*row)
                self._recorder.take(seen)
                self._hear(seen)

    def _tell_news(self) -> None:
        if monotonic() - self._told_news < _NEWS_SECONDS:
            return
        self._told_news = monotonic()
        standing = {"waiting": self._recorder.waiting, "lost": self._recorder.lost, **self._news()}
        for worker in self._workers.values():
            if not worker.channel.waiting:  # one that does not listen gets no more to listen to
                worker.channel.send(standing)

    def _bury(self, worker: _Worker) -> None:
        """A worker has ended by itself: put another one in its place."""
        del self._workers[worker.pid]
        worker.channel.close()
        code = os.waitstatus_to_exitcode(os.waitpid(worker.pid, 0)[1])
        if self._ending:
            return
        if not worker.ready:
            raise CannotServe(f"A worker ended before it could answer, with exit code {code}.")
        self._short_lives = self._short_lives + 1 if monotonic() - worker.born < _SHORT_LIFE else 0
        if self._short_lives > _MOST_SHORT_LIVES:
            raise CannotServe(f"Workers end as soon as they begin, the last with exit code {code}.")
        self._told(f"A worker ended with exit code {code}; another takes its place.")
        self._begin_worker()

    def _end_workers(self) -> None:
        """Let them answer what is under way and tell the last decisions; who does not end is killed."""
        for worker in self._workers.values():
            os.kill(worker.pid, signal.SIGTERM)
        end = monotonic() + _PATIENCE
        while self._workers:
            for worker in list(self._workers.values()):
                self._listen(worker)
                if monotonic() > end:
                    os.kill(worker.pid, signal.SIGKILL)
                if worker.channel.closed:
                    del self._workers[worker.pid]
                    worker.channel.close()
                    os.waitpid(worker.pid, 0)
            self._recorder.keep_some()
            if self._workers:
                select.select([worker.channel for worker in self._workers.values()], (), (), _TURN_SECONDS)
