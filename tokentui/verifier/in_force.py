"""The records by which is decided: those of the store as it is, or for a bounded time as it last could be read."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic

from tokentui.domain.decision import Guard
from tokentui.domain.errors import TokenTuiError
from tokentui.store.protocol import Stamp, Store, Vault

#: How often the store is looked at, in seconds: a change is to be obeyed within one.
LOOK_SECONDS = 0.2
#: A store that could not be read is read again where its file is the same after so many times as long as that took:
#: it may be large, and it may be whole again without being another, as where its key is put back.
_EASE = 10
#: How long the last good records hold while the store cannot be read, in seconds, unless said otherwise.
MAX_STALE = 300.0


@dataclass(frozen=True, slots=True)
class Health:
    """What the records by which is decided are worth now."""

    #: Whether anybody can be let in.
    ok: bool
    #: How long ago the store was last found to be as the records say, in seconds; None where it never was.
    age: float | None
    #: What is wrong with the store; empty where nothing is.
    trouble: str
    #: In how many seconds everybody is refused, unless the store is put right; None where nothing is wrong.
    left: float | None
    endpoints: int = 0
    tokens: int = 0


class InForce:
    """The guard made of one store. `look` and `watch` are one thread's, `guard` and `health` anybody's."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        *,
        max_stale: float = MAX_STALE,
        told: Callable[[str], object] = lambda line: None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """The `vault` need not be able to do more than make digests.

        `told` takes a line for the log whenever something goes wrong or right again.
        """
        self._store, self._vault, self._max_stale, self._told, self._clock = store, vault, max_stale, told, clock
        self._guard: Guard | None = None
        self._stamp: Stamp | None = None
        #: The store that could not be read, and until when it is not read again.
        self._failed: tuple[Stamp | None, float] | None = None
        self._confirmed: float | None = None
        self._trouble = "The store has not been read yet."
        self._told_refusing = False
        self._amounts = (0, 0)
        self._closed = threading.Event()

    @property
    def guard(self) -> Guard | None:
        """What decides now; None where the store has not been readable for too long, and everybody is refused."""
        if self._confirmed is None or self._clock() - self._confirmed > self._max_stale:
            return None
        return self._guard

    def health(self) -> Health:
        """How it stands."""
        age = None if self._confirmed is None else self._clock() - self._confirmed
        left = None if age is None or not self._trouble else max(0.0, self._max_stale - age)
        return Health(self.guard is not None, age, self._trouble, left, *self._amounts)

    def look(self) -> bool:
        """Look at the store once, and take over what has changed; False where it could not be read, which is told."""
        began = self._clock()  # what is found was true then, however long it takes to read
        stamp: Stamp | None = None
        try:
            stamp = self._store.stamp()
            if self._failed_lately(stamp, began):
                self._tell_refusing()
                return False
            if stamp != self._stamp or self._failed is not None:
                self._take_over()
                self._stamp = stamp
        except Exception as error:  # noqa: BLE001  # whatever it is: the last good records hold, for a time
            ended = self._clock()
            self._failed = stamp, ended + _EASE * (ended - began)
            self._tell(str(error) if isinstance(error, TokenTuiError) else f"An unexpected {type(error).__name__}.")
            self._tell_refusing()
            return False
        self._tell("")
        self._failed, self._confirmed = None, began
        return True

    def _failed_lately(self, stamp: Stamp, now: float) -> bool:
        return self._failed is not None and self._failed[0] == stamp and now < self._failed[1]

    def _take_over(self) -> None:
        """Records and key are of one moment: the records in force go on with the key that they were sealed under."""
        reader = self._store.reader()
        self._vault.follow(reader.key_id)
        digest = self._vault.digester()
        guard = Guard(reader.iter_endpoints(), reader.iter_tokens(), reader.iter_assignments(), digest)
        counts = reader.counts()
        self._guard, self._amounts = guard, (counts.endpoints, counts.tokens)

    def _tell(self, trouble: str) -> None:
        """A line when it goes wrong, and when it is right again; whoever begins has the answer of `look`."""
        if trouble != self._trouble and self._confirmed is not None:
            so_long = f"{self._max_stale:g} s"
            self._say(
                f"{trouble} What was read of it last is obeyed for {so_long} at the most, then everybody is refused."
                if trouble
                else "The store is read again, and obeyed."
            )
        self._trouble = trouble
        self._told_refusing = self._told_refusing and bool(trouble)

    def _tell_refusing(self) -> None:
        """Once: from now on nobody is let in."""
        if self.guard is None and self._confirmed is not None and not self._told_refusing:
            self._told_refusing = True
            self._say(f"Everybody is refused: the store could not be read for {self._max_stale:g} s. {self._trouble}")

    def _say(self, line: str) -> None:
        with suppress(OSError, ValueError):  # a log that cannot be written is no reason to look no more
            self._told(line)

    def watch(self) -> None:
        """Look again and again, until `close`."""
        while not self._closed.wait(LOOK_SECONDS):
            self.look()

    def close(self) -> None:
        """Let `watch` end."""
        self._closed.set()
