"""Audits the store beside everything else: in a thread of its own, and never for long at a time.

Python runs one thread at a time. An audit of a large store takes seconds, so it rests again and again, and neither a
key nor a question of the screens waits for it.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter, sleep
from typing import TYPE_CHECKING
from weakref import ref

from tokentui.domain.policy import Policy
from tokentui.services.desk import Desk
from tokentui.store.protocol import Reader

if TYPE_CHECKING:
    from tokentui.services.auditing import Audit

#: Seconds of work between two rests, and of a rest: the next key comes to its turn within about the sum.
WORK, REST = 0.002, 0.001
#: How long an audit is as good as a new one where nobody saved: findings come with time, too.
FRESH = timedelta(minutes=1)


class Closed(Exception):
    """Nobody waits for the audit any more."""


@dataclass(frozen=True, slots=True)
class _Kept:
    #: The store as it was audited, not kept alive by this: a reader that is gone is asked for no more.
    reader: "ref[Reader]"
    at: datetime
    audit: "Audit"


class Auditor:
    """Audits the store at a desk, and keeps the last audit as long as it holds."""

    def __init__(self, desk: Desk, policy: Policy) -> None:
        self._desk = desk
        self._policy = policy
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="audit")
        self._kept: _Kept | None = None
        self._closed = False
        self._worked_since = 0.0
        #: How long the last audit took, in seconds: who asks again and again leaves it some peace in between.
        self.took = 0.0

    @property
    def last(self) -> "Audit | None":
        """The last audit, be it of a store that has changed since."""
        return self._kept.audit if self._kept else None

    async def audit(self) -> "Audit":
        """The audit of the store as it is now; raises `StoreError`."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._audit)

    def close(self) -> None:
        """Let the thread end, in the middle of an audit too."""
        self._closed = True
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _audit(self) -> "Audit":
        from tokentui.services.auditing import audit

        reader, now = self._desk.reader(), self._desk.clock()
        kept = self._kept
        if kept is None or kept.reader() is not reader or now - kept.at >= FRESH:
            begin = perf_counter()
            found = audit(reader, self._desk.store.requests, self._policy, now, self._breathe)
            self._kept = kept = _Kept(ref(reader), now, found)
            self.took = perf_counter() - begin
        return kept.audit

    def _breathe(self) -> None:
        if self._closed:
            raise Closed
        if perf_counter() - self._worked_since >= WORK:
            sleep(REST)
            self._worked_since = perf_counter()
