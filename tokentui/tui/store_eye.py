"""The eye on the store: sees, from a thread of its own, that somebody saved, here or in another process."""

import threading
from collections.abc import Callable

from tokentui.domain.errors import TokenTuiError
from tokentui.store.protocol import Stamp, Store

#: How often the store is looked at for changes that others made, in seconds.
WATCH_SECONDS = 0.5


class StoreEye:
    """Looks at `store` until it is closed; made before a list is read, so that no change falls between the two."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._closed = threading.Event()
        self._seen = self._look()
        self._failure = ""

    def watch(self, changed: Callable[[str], None], failed: Callable[[str], object]) -> None:
        """Until `close`: tell `changed` of each change, with what is wrong with the store (empty for nothing).

        Nothing else ends it. What goes wrong, with looking or in `changed`, is told to `failed` once and tried again.
        """
        while not self._closed.wait(WATCH_SECONDS):
            try:
                self._look_again(changed)
            except Exception as error:  # noqa: BLE001  # whatever it is: an eye that is shut shows old rows for ever
                self._fail(_kind(error), failed)
            else:
                self._failure = ""

    def close(self) -> None:
        """Let `watch` end."""
        self._closed.set()

    def _look(self) -> tuple[Stamp | None, str]:
        """The store's stamp, or what is wrong with the store."""
        try:
            return self._store.stamp(), ""
        except TokenTuiError as error:
            return None, str(error)

    def _look_again(self, changed: Callable[[str], None]) -> None:
        now = self._look()
        if now != self._seen:
            changed(now[1])
            self._seen = now

    def _fail(self, failure: str, failed: Callable[[str], object]) -> None:
        if failure != self._failure and not self._closed.is_set():
            failed(f"What others save may not be seen: {failure}. It is tried again all the time.")
        self._failure = failure


def _kind(error: Exception) -> str:
    """What went wrong, without the text of an error that nobody foresaw: it could hold a token value."""
    reason = error.strerror if isinstance(error, OSError) else None
    return reason or f"an unexpected {type(error).__name__}"
