"""Keys that come in a burst: what the application hears goes one after the other, the key that locks among them.

That one takes its turn as all others do, since what was typed before it is meant to be done; but not for long.
"""

from typing import Any

from textual import events, on

from tokentui.tui.escape_key import EscapeKey
from tokentui.tui.idle_keys import IdleKeysApp
from tokentui.tui.locking import lock_key
from tokentui.tui.typed_ahead import Passed, TypedAhead

#: How long the key that locks waits for those before it, in seconds.
LOCK_SECONDS = 0.5


class HearingApp(IdleKeysApp):
    """The part of the application that all keys come through; whoever makes it sets `lock_keys` and `escape`."""

    #: What tells Esc from Alt.
    escape: EscapeKey

    #: The keys that lock, where no field takes them for letters.
    lock_keys: frozenset[str] = frozenset(lock_key().key.split(","))

    def __init__(self) -> None:
        super().__init__()
        self._typed = TypedAhead(self, self.say, self._is_to_lock)
        #: How many keys were dropped when it locked though they came before.
        self._lost = 0

    async def hear(self, event: events.Event) -> None:
        """As Textual does, with the keys one after the other."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().hear(event)
        elif isinstance(event, events.Key) and len(keys := self.escape.apart(event)) > 1:
            for key in keys:
                await self.hear(key)
        elif not self._typed.take(event):
            try:
                await super().hear(event)
            finally:
                self._typed.delivered()
        elif isinstance(event, events.Key) and event.key in self.lock_keys:
            self.set_timer(LOCK_SECONDS, lambda: self._lock_at_last(event))

    def _is_to_lock(self, event: events.Event) -> bool:
        """Whether it is a key that would lock now."""
        if self.held or not isinstance(event, events.Key) or event.key not in self.lock_keys:
            return False
        return self.focused is None or not self.focused.check_consume_key(event.key, event.character)

    def _lock_at_last(self, event: events.Key) -> None:
        if self._typed.waits(event) and self._is_to_lock(event):
            self.lock()

    @on(Passed)
    def _key_passed(self) -> None:
        self._typed.passed()

    def push_screen(self, screen: Any, *arguments: Any, **more: Any) -> Any:
        """As Textual does; the keys that follow are for it."""
        opening = super().push_screen(screen, *arguments, **more)
        if not self.held:
            self._typed.opening(self.screen_stack[-1])
        return opening

    def lock(self) -> None:
        """As every `LockingApp`; what was typed ahead was not meant for the lock."""
        if not self.held:
            self._lost = self._typed.forget()
            super().lock()
            self._typed.opening(self.screen)

    def on_lock_screen_opened(self) -> None:
        """Tell what was not done before it locked; what came behind the lock key was meant for nobody."""
        lost, self._lost = self._lost, 0
        if lost:
            keys = "1 key that was" if lost == 1 else f"{lost} keys that were"
            self.say(f"{keys} typed before it locked {'is' if lost == 1 else 'are'} dropped.", "warning")
