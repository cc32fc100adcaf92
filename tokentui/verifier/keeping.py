"""The recorder in a process of its own, which steps back behind those who answer.

What it cannot keep up with, and what is under way to it when it dies, is counted as lost; the next one keeps the
count.
"""

import os
import select
import signal
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from tokentui.verifier.children import Child, Closes, Pause, begin, how_ended
from tokentui.verifier.frames import Channel
from tokentui.verifier.recorder import Recorder

#: So many decisions may wait to be kept.
CAPACITY = 50_000
#: What the process is called where processes are listed, in at most 15 characters.
NAME = "tokentui-record"
#: How far it steps back (`nice(2)`), where it cannot have what the others leave alone (`SCHED_IDLE` of sched(7)).
_NICE = 19
#: How long one turn waits for something to do, in seconds.
_TURN_SECONDS = 0.05
#: How long it has to keep what waits at the end, in seconds.
_PATIENCE = 20.0
#: Numbers that both sides see: decisions that were kept, that were dropped, and losses whose number was kept.
_KEPT, _DROPPED, _LOST_KEPT = 0, 1, 2


class Keeper:
    """The supervisor's side: gives the recorder what there is to keep, and replaces it where it dies."""

    def __init__(
        self,
        recorder: Recorder,
        told: Callable[[str], object] = lambda line: None,
        *,
        capacity: int = CAPACITY,
        not_its: Iterable[Closes] = (),
    ) -> None:
        """The `recorder` is used in the process of its own alone, where `not_its` is closed."""
        self._recorder, self._told, self._capacity, self._not_its = recorder, told, capacity, tuple(not_its)
        self._child: Child | None = None
        self._pause = Pause()
        #: Of those before: decisions kept, and losses whose number was kept.
        self._kept, self._lost_kept = 0, 0
        #: Decisions that this one was given, and losses that it was told.
        self._given, self._lost_told = 0, 0
        #: Decisions that are lost, but those that this one dropped.
        self._lost = 0
        #: Why nothing can be recorded; empty where it can.
        self.trouble = ""

    @property
    def channel(self) -> Channel | None:
        """The channel to the process, where there is one."""
        return None if self._child is None else self._child.channel

    @property
    def kept(self) -> int:
        """How many decisions were kept, since the start."""
        return self._kept + self._count(_KEPT)

    @property
    def lost(self) -> int:
        """How many decisions could not be kept, since the start."""
        return self._lost + self._count(_DROPPED)

    @property
    def waiting(self) -> int:
        """How many decisions wait to be kept."""
        return self._given - self._count(_KEPT) - self._count(_DROPPED)

    def _count(self, which: int) -> int:
        return 0 if self._child is None else self._child.channel.counts[which]

    def take(self, rows: bytes, amount: int) -> None:
        """Take decisions to be kept; where too many wait, they are lost."""
        channel = self.channel
        if channel is None or self.waiting + amount > self._capacity or not channel.send({"amount": amount}, rows):
            self.lose(amount)
        else:
            self._given += amount

    def lose(self, amount: int) -> None:
        """Count decisions that nobody can keep any more."""
        self._lost += amount

    def begin(self, not_its: Iterable[Closes]) -> None:
        """Begin the process, where there is none; `not_its` is closed there."""
        if self._child is None and self._pause.over:
            self._begin(not_its)

    def _begin(self, not_its: Iterable[Closes]) -> None:
        self._given = self._lost_told = 0
        try:
            self._child = begin(self._work, (*self._not_its, *not_its), at_end=signal.SIG_IGN)
        except OSError as error:
            self._pause.longer()
            self._told(f"What records requests cannot begin, and is tried again: {error.strerror or error}.")

    def tend(self) -> None:
        """Tell what is lost, send what waits, and see whether the process has ended."""
        child = self._child
        if child is None:
            return
        for message in child.channel.received():
            self.trouble = message["trouble"]
        child.channel.push()
        untold = self._lost - self._lost_kept - self._lost_told
        if untold and child.channel.send({"lost": untold}):
            self._lost_told += untold
        if child.channel.closed:
            code = self._part_with(child)
            self._told(f"What records requests {how_ended(code)}; another takes its place.")

    def end(self) -> None:
        """Let it keep what waits, or the number of what is lost; what it has not kept then is lost."""
        self.tend()
        if self._child is None and self._lost > self._lost_kept:
            self._begin(())
            self.tend()
        child = self._child
        if child is None:
            return
        child.channel.flush(_PATIENCE)
        child.channel.finish()
        if not select.select([child.channel], (), (), _PATIENCE)[0]:
            os.kill(child.pid, signal.SIGKILL)
        self._part_with(child)

    def _part_with(self, child: Child) -> int:
        code = child.ended()
        self._lost += self._given - child.channel.counts[_KEPT]
        self._kept += child.channel.counts[_KEPT]
        self._lost_kept += child.channel.counts[_LOST_KEPT]
        child.channel.close()
        self._child, self.trouble = None, ""
        self._given = self._lost_told = 0
        self._pause.after(child)
        return code

    def _work(self, channel: Channel) -> NoReturn:
        """Until nothing more can come, whatever signal comes to all processes of a group."""
        code = 1
        try:
            _step_back()
            keep(channel, self._recorder)
            code = 0
        finally:
            os._exit(code)


def _step_back() -> None:
    with suppress(OSError):
        Path("/proc/self/comm").write_text(NAME)
    with suppress(OSError):
        os.nice(_NICE)
    if sys.platform == "linux":
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def keep(channel: Channel, recorder: Recorder) -> None:
    """Keep what comes, until nothing more can come."""
    told, counts = "", channel.counts

    def publish() -> None:
        counts[_KEPT], counts[_DROPPED], counts[_LOST_KEPT] = recorder.kept, recorder.dropped, recorder.lost_kept

    recorder.counted = publish
    while not channel.closed:
        select.select([channel], (), (), 0 if recorder.busy else _TURN_SECONDS)
        for message in channel.received():
            if "rows" in message:
                recorder.take(message["rows"], message["amount"])
            recorder.lose(message.get("lost", 0))
        recorder.keep_some()
        if recorder.trouble != told:
            told = recorder.trouble
            channel.send({"trouble": told})
    recorder.end(_PATIENCE / 4)
