"""Keeps the batches that workers tell, and forgets what is too old.

The decisions are out long before. What cannot be kept, because the disk is full, waits, and what could never be kept
is counted as lost; the count is kept too. What is older than it is to be kept goes in small steps.
"""

from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic, sleep

from tokentui.domain.errors import StoreError
from tokentui.services.desk import utc_now
from tokentui.services.wording import amount
from tokentui.store.protocol import Recording, Requests
from tokentui.verifier.batches import unpacked

#: So many decisions are kept in one go, or one batch of a worker's.
BATCH = 512
#: How often keeping is tried again after it failed, in seconds.
_AGAIN_SECONDS = 1.0
#: How often it is looked whether something is too old, in seconds, and how many go in one step: more than come in one
#: batch of a worker's.
_PRUNE_SECONDS = 60.0
_STEP = 300


@dataclass(frozen=True, slots=True)
class Retention:
    """How long and how many requests are kept."""

    days: int = 30
    rows: int = 1_000_000


class Recorder:
    """Keeps decisions in the requests seen. Used by one thread."""

    def __init__(
        self,
        requests: Requests,
        told: Callable[[str], object],
        *,
        retention: Retention | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """`told` takes a line for the log whenever keeping begins to fail, and when it works again."""
        self._requests, self._told, self._clock = requests, told, clock
        self._retention = retention or Retention()
        #: Rows as workers pack them, and how many each has.
        self._batches: deque[tuple[bytes, int]] = deque()
        self._open = ExitStack()
        self._recording: Recording | None = None
        #: Why nothing can be kept; empty where it can.
        self.trouble = ""
        self._not_before = 0.0
        self._prune_at = 0.0
        #: How many were kept since nothing was too old or too much, and whether something still is.
        self._since_pruned, self._behind = 0, False
        #: How many decisions wait, were kept, and were not, since it began.
        self.waiting, self.kept, self.dropped = 0, 0, 0
        #: Called as soon as one of these numbers is another: whoever counts on them may be killed in the next moment.
        self.counted: Callable[[], object] = lambda: None
        #: Of those that are lost, here or before they came here: how many it is to keep the number of, and has kept.
        self._lost, self.lost_kept = 0, 0

    @property
    def busy(self) -> bool:
        """Whether something could be kept at once."""
        return bool(self._batches or self._lost) and monotonic() >= self._not_before

    def take(self, rows: bytes, amount: int) -> None:
        """Take so many decisions to be kept."""
        self._batches.append((rows, amount))
        self.waiting += amount

    def lose(self, amount: int) -> None:
        """Keep the number of decisions that nobody can keep any more."""
        self._lost += amount

    def keep_some(self) -> bool:
        """Keep some batches, and forget what is too old; False where nothing was kept. What fails is told once."""
        if monotonic() < self._not_before:
            return False
        batches, waiting = self._next(), self.waiting
        try:
            if self._recording is not None and self._recording.moved():
                self._close()
            if batches or self._lost:
                self._keep(self._recording or self._begin(), batches)
            if monotonic() >= self._prune_at or self._since_pruned > self._retention.rows // 100:
                self._prune()
        except StoreError as error:
            self._close()
            self._not_before = monotonic() + _AGAIN_SECONDS
            self._tell(f"Requests are not recorded: {error}")
            return False
        except Exception as error:  # noqa: BLE001 - something in them that nobody thought of: go on without it
            self._close()
            self._drop(len(batches) if self.waiting == waiting else 0)
            self._tell(f"Requests are not recorded: an unexpected {type(error).__name__}.")
            return bool(batches)
        self._tell("")
        return bool(batches)

    def end(self, patience: float = 0.0) -> None:
        """Keep what waits; what cannot be kept now, though tried again for so many seconds, is lost."""
        until = monotonic() + patience
        self._not_before = 0.0
        while self.keep_some() or (self._batches and self._not_before < until):
            sleep(max(0.0, self._not_before - monotonic()))
        if self.waiting:
            self._told(f"{amount(self.waiting, 'request')} could not be recorded.")
        self._drop(len(self._batches))
        self._close()

    def _next(self) -> list[bytes]:
        """The first that are waiting, until they are enough: no more than go in a step, where something is to go."""
        batches: list[bytes] = []
        together, most = 0, _STEP if self._behind else BATCH
        for rows, number in self._batches:
            together += number
            if batches and together > most:
                break
            batches.append(rows)
        return batches

    def _went(self, batches: int) -> int:
        """So many batches wait no longer: how many decisions that are."""
        went = sum(self._batches.popleft()[1] for _ in range(batches))
        self.waiting -= went
        return went

    def _drop(self, batches: int) -> None:
        went = self._went(batches)
        self.dropped += went
        self._lost += went
        self.counted()

    def _begin(self) -> Recording:
        self._recording = self._open.enter_context(self._requests.recording())
        return self._recording

    def _close(self) -> None:
        self._recording = None
        try:
            self._open.close()
        except StoreError as error:
            self._tell(f"Requests are not recorded: {error}")

    def _keep(self, recording: Recording, batches: list[bytes]) -> None:
        if self._lost:
            recording.lose(self._clock(), self._lost)
            self.lost_kept += self._lost
            self._lost = 0
            self.counted()
        recording.record([one for rows in batches for one in unpacked(rows)])
        went = self._went(len(batches))
        self.kept += went
        self.counted()
        self._since_pruned += went

    def _prune(self) -> None:
        """A small step, between two batches; also where nothing has come since it began."""
        self._behind = False
        if self._recording is not None or self._requests.stamp():
            recording = self._recording or self._begin()
            before = self._clock() - timedelta(days=self._retention.days)
            pruned = recording.prune(before, self._retention.rows, _STEP)
            if pruned.more and not pruned.removed:  # else what goes would not keep step with what comes
                pruned = recording.prune(before, self._retention.rows, _STEP)
            self._behind = pruned.more
        if not self._behind:
            self._prune_at, self._since_pruned = monotonic() + _PRUNE_SECONDS, 0

    def _tell(self, trouble: str) -> None:
        if trouble != self.trouble:
            self._told(trouble or "Requests are recorded again.")
        self.trouble = trouble
