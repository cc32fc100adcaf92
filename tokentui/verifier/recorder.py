"""The supervisor's side of the recording: what workers tell waits in a bounded queue, and is kept in batches.

The decision is out long before. What cannot be kept, because the queue is full or the disk is, is counted as lost,
and the count is kept as soon as something can be. What is older than it is to be kept goes in small steps.
"""

from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from time import monotonic

from tokentui.domain.errors import StoreError
from tokentui.services.desk import utc_now
from tokentui.services.wording import amount
from tokentui.store.protocol import Recording, Requests
from tokentui.verifier.seen import Seen

#: So many decisions may wait to be kept.
CAPACITY = 50_000
#: So many are kept in one go.
BATCH = 500
#: How often keeping is tried again after it failed, in seconds.
_AGAIN_SECONDS = 1.0
#: How often it is looked whether something is too old, in seconds, and how many go in one step.
_PRUNE_SECONDS = 60.0
_STEP = 200


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
        capacity: int = CAPACITY,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """`told` takes a line for the log whenever keeping begins to fail, and when it works again."""
        self._requests, self._told, self._capacity, self._clock = requests, told, capacity, clock
        self._retention = retention or Retention()
        self._waiting: deque[Seen] = deque()
        self._open = ExitStack()
        self._recording: Recording | None = None
        self._trouble = ""
        self._not_before = 0.0
        self._prune_at = 0.0
        #: How many decisions were kept, and how many were not, since it began.
        self.kept, self.lost = 0, 0
        self._lost_untold = 0

    @property
    def waiting(self) -> int:
        """How many decisions wait to be kept."""
        return len(self._waiting)

    @property
    def busy(self) -> bool:
        """Whether something could be kept at once."""
        return bool(self._waiting) and monotonic() >= self._not_before

    def take(self, seen: Seen) -> None:
        """Take a decision to be kept; where too many wait, it is lost."""
        if len(self._waiting) >= self._capacity:
            self.lose(1)
        else:
            self._waiting.append(seen)

    def lose(self, amount: int) -> None:
        """Count decisions that nobody can keep any more."""
        self.lost += amount
        self._lost_untold += amount

    def keep_some(self) -> bool:
        """Keep a batch, and forget what is too old; False where nothing was kept. What fails is told once."""
        if monotonic() < self._not_before:
            return False
        batch = list(islice(self._waiting, BATCH))
        try:
            if self._recording is not None and self._recording.moved():
                self._close()
            if batch or self._lost_untold:
                self._keep(self._recording or self._begin(), batch)
            if monotonic() >= self._prune_at:
                self._prune()
        except StoreError as error:
            self._close()
            self._not_before = monotonic() + _AGAIN_SECONDS
            self._tell(f"Requests are not recorded: {error}")
            return False
        except Exception as error:  # noqa: BLE001 - something in this batch that nobody thought of: go on without it
            self._close()
            self._drop(len(batch))
            self._tell(f"Requests are not recorded: an unexpected {type(error).__name__}.")
            return bool(batch)
        self._tell("")
        return bool(batch)

    def _drop(self, amount: int) -> None:
        for _ in range(amount):
            self._waiting.popleft()
        self.lose(amount)

    def end(self) -> None:
        """Keep what waits; what cannot be kept now is lost."""
        self._not_before = 0.0
        while self.keep_some():
            pass
        if self._waiting:
            self._told(f"{amount(len(self._waiting), 'request')} could not be recorded.")
        self.lose(len(self._waiting))
        self._waiting.clear()
        self._close()

    def _begin(self) -> Recording:
        self._recording = self._open.enter_context(self._requests.recording())
        return self._recording

    def _close(self) -> None:
        self._recording = None
        try:
            self._open.close()
        except StoreError as error:
            self._tell(f"Requests are not recorded: {error}")

    def _keep(self, recording: Recording, batch: list[Seen]) -> None:
        recording.record([each.request() for each in batch])
        for _ in batch:
            self._waiting.popleft()
        self.kept += len(batch)
        if self._lost_untold:
            recording.lose(self._clock(), self._lost_untold)
            self._lost_untold = 0

    def _prune(self) -> None:
        """A small step, between two batches; also where nothing has come since it began."""
        if self._recording is None and not self._requests.stamp():
            self._prune_at = monotonic() + _PRUNE_SECONDS
            return
        recording = self._recording or self._begin()
        before = self._clock() - timedelta(days=self._retention.days)
        if not recording.prune(before, self._retention.rows, _STEP).more:
            self._prune_at = monotonic() + _PRUNE_SECONDS

    def _tell(self, trouble: str) -> None:
        if trouble != self._trouble:
            self._told(trouble or "Requests are recorded again.")
        self._trouble = trouble
