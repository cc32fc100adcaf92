"""One process that binds the sockets, the workers that answer, and one that records: each a process of its own.

The recorder's work does not slow the answers so, and the file of the requests seen has one writer. Those that die are
replaced; when the supervisor goes, be it killed, they go too.
"""

import os
import select
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

from tokentui.domain.errors import StoreError
from tokentui.verifier.children import ENDS, Child, Pause, Work, begin, how_ended
from tokentui.verifier.frames import Channel
from tokentui.verifier.keeping import Keeper

#: How often the workers are told how the recording stands, in seconds.
_NEWS_SECONDS = 1.0
#: How long one turn waits for something to do, in seconds.
_TURN_SECONDS = 0.05
#: How long workers have to end, in seconds.
_PATIENCE = 10.0

Hear = Callable[[Mapping[str, Any]], object]


class CannotServe(StoreError):
    """The verifier cannot begin, for want of the store, its key or processes: a service manager may try again."""


@dataclass
class _Worker:
    child: Child
    ready: bool = False
    #: How many of its decisions were heard, or heard to be lost.
    heard: int = 0

    @property
    def channel(self) -> Channel:
        return self.child.channel


class Supervisor:
    """Keeps `amount` workers at `work` until it is told to end."""

    def __init__(
        self,
        work: Work,
        amount: int,
        keeper: Keeper,
        *,
        hear: Hear = lambda sums: None,
        news: Callable[[], dict[str, Any]] = dict,
        told: Callable[[str], object] = lambda line: None,
    ) -> None:
        """`hear` is given the sums of each batch, and `news` gives what workers shall know, once a second."""
        self._work, self._amount, self._keeper = work, amount, keeper
        self._hear, self._news, self._told = hear, news, told
        self._workers: dict[int, _Worker] = {}
        self._ending = False
        self._told_news = 0.0
        #: Whether all workers answered once: from then on nothing that one of them says or does is the end of all.
        self._ready = False
        self._pause = Pause()
        self._trouble = ""

    def run(self, ready: Callable[[], object]) -> None:
        """Until it is told to end; `ready` is called when all workers answer. Raises `CannotServe`."""
        with self._signals():
            try:
                self._keeper.begin(())
                for _ in range(self._amount):
                    self._begin_worker()
                self._wait_until_ready()
                ready()
                while not self._ending:
                    self._turn()
            finally:
                self._end_workers()
                self._keeper.end()

    @contextmanager
    def _signals(self) -> Iterator[None]:
        minded = [number for number in ENDS if signal.getsignal(number) is not signal.SIG_IGN]  # as by nohup
        before = {number: signal.signal(number, self._end) for number in minded}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _end(self, number: int, frame: object) -> None:
        self._ending = True

    # ------------------------------------------------------------------ children

    def _channels(self) -> list[Channel]:
        keeping = self._keeper.channel
        return [*(worker.channel for worker in self._workers.values()), *([keeping] if keeping else [])]

    def _begin_worker(self) -> None:
        try:
            child = begin(self._work, self._channels())
        except OSError as error:
            self._pause.longer()
            self._fail(f"There can be no more processes: {error.strerror or error}.")
            return
        self._workers[child.pid] = _Worker(child)

    def _wait_until_ready(self) -> None:
        while not self._ending and not all(worker.ready for worker in self._workers.values()):
            self._turn()
        self._ready = True

    def _turn(self) -> None:
        """Hear, pass on, and see who has ended."""
        self._hear_all()
        self._tell_news()
        for worker in [each for each in self._workers.values() if each.channel.closed]:
            self._bury(worker)
        if self._ending:
            return
        self._keeper.begin(self._channels())
        if len(self._workers) < self._amount and self._pause.over:
            self._begin_worker()

    def _hear_all(self) -> None:
        """What workers say, as soon as one says something; what there is to keep goes to the keeper."""
        by_channel = {worker.channel: worker for worker in self._workers.values()}
        keeping = self._keeper.channel
        sending = [keeping] if keeping and keeping.waiting else []
        for channel in select.select(self._channels(), sending, (), _TURN_SECONDS)[0]:
            if channel in by_channel:
                self._listen(by_channel[channel])
        self._keeper.tend()

    def _listen(self, worker: _Worker) -> None:
        for message in worker.channel.received():
            if "failed" in message:
                self._fail(message["failed"])
            if "told" in message:
                self._tell(message["told"])
            worker.ready = worker.ready or bool(message.get("ready"))
            worker.heard += message.get("lost", 0) + message.get("amount", 0)
            self._keeper.lose(message.get("lost", 0))
            if "rows" in message:
                self._keeper.take(message["rows"], message["amount"])
                self._count(message)

    def _count(self, sums: Mapping[str, Any]) -> None:
        try:
            self._hear(sums)
        except Exception as error:  # noqa: BLE001 - who only counts shall not end who decides
            self._tell(f"Metrics are not kept: an unexpected {type(error).__name__}.")

    def _fail(self, reason: str) -> None:
        """A worker says why it ends: at the start that is the end of all; later the next one may fare better."""
        if self._ending:
            return
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
        keeper = self._keeper
        standing = {"waiting": keeper.waiting, "lost": keeper.lost, "trouble": keeper.trouble, **self._news()}
        for worker in self._workers.values():
            if not worker.channel.waiting:  # one that does not listen gets no more to listen to
                worker.channel.send(standing)

    def _bury(self, worker: _Worker) -> None:
        """A worker has ended by itself, and another one will be put in its place."""
        code = self._part_with(worker)
        if self._ending:
            return
        if not self._ready:
            raise CannotServe(f"A worker {how_ended(code)} before it could answer.")
        self._pause.after(worker.child, worked=worker.ready)
        if worker.ready:
            self._told(f"A worker {how_ended(code)}; another takes its place.")

    def _part_with(self, worker: _Worker) -> int:
        """Hear its last words, and count what it could not tell any more as lost; its exit code."""
        del self._workers[worker.child.pid]
        code = worker.child.ended()
        try:
            self._listen(worker)
        finally:
            self._keeper.lose(max(0, worker.channel.counts[0] - worker.heard))
            worker.channel.close()
        return code

    def _end_workers(self) -> None:
        """Let them answer what is under way and tell the last decisions; who does not end is killed."""
        self._ending = True
        for pid in self._workers:
            os.kill(pid, signal.SIGTERM)
        end = monotonic() + _PATIENCE
        while self._workers:
            for worker in list(self._workers.values()):
                self._listen(worker)
                worker.channel.push()
                if monotonic() > end:
                    os.kill(worker.child.pid, signal.SIGKILL)
                if worker.channel.closed:
                    self._part_with(worker)
            self._keeper.tend()
            if self._workers:
                select.select([worker.channel for worker in self._workers.values()], (), (), _TURN_SECONDS)
