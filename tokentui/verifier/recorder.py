"""The supervisor's side of the recording: what workers tell waits in a bounded queue, and is kept in batches.

The decision is out long before. What cannot be kept, because the queue is full or the disk is, is counted as lost.
"""

from collections import deque
from collections.abc import Callable
from itertools import islice

from tokentui.domain.errors import StoreError
from tokentui.store.protocol import Requests
from tokentui.verifier.seen import Seen

#: So many decisions may wait to be kept.
CAPACITY = 50_000
#: So many are kept in one go.
BATCH = 1_000


class Recorder:
    """Keeps decisions in the requests seen. Used by one thread."""

    def __init__(self, requests: Requests, told: Callable[[str], object], capacity: int = CAPACITY) -> None:
        """`told` takes a line for the log whenever keeping begins to fail, and when it works again."""
        self._requests, self._told, self._capacity = requests, told, capacity
        self._waiting: deque[Seen] = deque()
        self._trouble = ""
        self.kept = 0
        #: How many decisions were not kept.
        self.lost = 0

    @property
    def waiting(self) -> int:
        """How many decisions wait to be kept."""
        return len(self._waiting)

    def take(self, seen: Seen) -> None:
        """Take a decision to be kept; where too many wait, it is lost."""
        if len(self._waiting) >= self._capacity:
            self.lost += 1
        else:
            self._waiting.append(seen)

    def keep_some(self) -> bool:
        """Keep a batch; False where nothing waited, or nothing could be kept, which is told once."""
        batch = list(islice(self._waiting, BATCH))
        if not batch:
            return False
        try:
            self._requests.record([each.request() for each in batch])
        except StoreError as error:
            self._tell(f"Requests are not recorded: {error}")
            return False
        for _ in batch:
            self._waiting.popleft()
        self.kept += len(batch)
        self._tell("")
        return True

    def keep_all(self) -> None:
        """Keep what waits; what cannot be kept is lost."""
        while self.keep_some():
            pass
        self.lost += len(self._waiting)
        self._waiting.clear()

    def _tell(self, trouble: str) -> None:
        if trouble != self._trouble:
            self._told(trouble or "Requests are recorded again.")
        self._trouble = trouble
