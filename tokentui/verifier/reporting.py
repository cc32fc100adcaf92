"""A worker's side of the recording: decisions are told to the supervisor in batches, and nobody waits for that."""

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import Any

from tokentui.domain.decision import Decision, Request
from tokentui.verifier.batches import packed
from tokentui.verifier.frames import Channel
from tokentui.verifier.seen import Noted

#: A batch is told when it has so many decisions, or after so many seconds.
_BATCH = 256
_SECONDS = 0.05
#: How long the supervisor has for the last ones, in seconds.
_PATIENCE = 5.0


class Reporter:
    """Tells the supervisor of decisions. Used on the server's loop alone."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._batch: list[Noted] = []
        self._lost = 0
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        #: What the supervisor said last: how the recording stands, and the metrics.
        self.news: dict[str, Any] = {}

    def __call__(self, request: Request, decision: Decision, at: datetime, microseconds: int) -> None:
        """Take a decision; a `Listener`."""
        self._batch.append((request, decision, at, microseconds))
        if len(self._batch) >= _BATCH:
            self._tell()

    def log(self, line: str) -> None:
        """A line for the log, by the supervisor: once, though all workers have the same to say. By any thread."""
        if self._loop is None:
            self._channel.send({"told": line})
            return
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._channel.send, {"told": line})

    def begin(self, loop: asyncio.AbstractEventLoop, orphaned: Any) -> None:
        """Tell from now on, and take news; `orphaned` is called when the supervisor has gone."""
        self._loop = loop
        loop.add_reader(self._channel, self._hear, loop, orphaned)
        self._again(loop)

    def end(self, loop: asyncio.AbstractEventLoop) -> None:
        """Tell the last decisions, as soon as there is room for them."""
        if self._timer is not None:
            self._timer.cancel()
        loop.remove_reader(self._channel)
        self._channel.flush(_PATIENCE)
        self._tell()
        self._tell()  # what the first time showed to be lost
        self._channel.flush(_PATIENCE)

    def _again(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = loop.call_later(_SECONDS, self._again, loop)
        self._tell()

    def _tell(self) -> None:
        """Tell what there is; what the supervisor cannot be told is lost, and told as that with what comes next.

        How many there were is counted where the supervisor sees it whatever becomes of this process.
        """
        self._channel.push()
        if not self._batch and not self._lost:
            return
        batch, self._batch = self._batch, []
        self._channel.counts[0] += len(batch)
        try:
            sums, rows = packed(batch) if batch else ({}, b"")
            told = self._channel.send({**sums, "lost": self._lost}, rows)
        except TypeError:  # something in it is no text that can be sent
            told = False
        self._lost = 0 if told else self._lost + len(batch)

    def _hear(self, loop: asyncio.AbstractEventLoop, orphaned: Any) -> None:
        for news in self._channel.received():
            self.news = news
        if self._channel.closed:
            loop.remove_reader(self._channel)
            orphaned()
