"""Locking: after a while without a key whatever is shown is covered, and nothing below can be seen or done.

Work that is under way goes on, and is told after unlocking. `LockingApp` is the part of the application that sees to
this: all keys and all actions come through it.
"""

from typing import Any

from textual import events, work
from textual.actions import ActionParseResult
from textual.binding import Binding
from textual.dom import DOMNode

from tokentui.tui.actions import LOOK
from tokentui.tui.elapsed import Deadline
from tokentui.tui.leaving import LeavingApp
from tokentui.tui.reveals import conceal_all
from tokentui.tui.screens.page_screen import PageScreen

#: How long a text that was cut or copied in a field can be pasted from within, in seconds.
PASTE_SECONDS = 60.0


def lock_key() -> Binding:
    """Locks from wherever one is; in a field, `L` is a letter and ctrl+l is not."""
    return Binding(
        "L,ctrl+l",
        "lock",
        "Lock",
        show=False,
        priority=True,
        id="app.lock",
        group=LOOK,
        tooltip="Cover the screen and hide all values, now",
    )


class LockingApp(LeavingApp):
    """An application that locks itself; whoever makes it sets `lock_after`."""

    #: How long without a key before it locks, in seconds; 0 is never.
    lock_after: float = 0.0

    def __init__(self) -> None:
        super().__init__()
        self._idle = Deadline(self, self.lock)
        self._cut = ""
        self._forgets_cut = Deadline(self, self._forget_cut)

    def on_mount(self) -> None:
        self.workplace.ask_passphrase = self._ask_passphrase
        self._wait_for_keys()

    async def _ask_passphrase(self) -> bool:
        """Ask in a dialog, unless the lock asks for it already."""
        from tokentui.tui.dialogs.unlock import Unlock

        if self.held:
            await self.when_free()
            return True
        unlocked = await self.push_screen_wait(Unlock(self.workplace.unlock))
        self._show_hints()
        return unlocked

    def _show_hints(self) -> None:
        """The last characters of values could not be read before."""
        for screen in self.screen_stack:
            if isinstance(screen, PageScreen):
                screen.store_changed()

    def _wait_for_keys(self) -> None:
        if self.lock_after:
            self._idle.set(self.lock_after)

    # ------------------------------------------------------------------ locking and unlocking

    def action_lock(self) -> None:
        self.lock()

    def lock(self) -> None:
        """Cover what is shown, hide what is revealed, and drop the keys once the deeds under way are done."""
        if self.held:
            return
        from tokentui.tui.dialogs.lock import LockScreen

        self.conceal()
        self._forget_cut()
        self._idle.clear()
        self.cover(LockScreen(self.workplace))

    def on_lock_screen_opened(self) -> None:
        """The user has unlocked it; what has come meanwhile to be revealed is not."""
        if self.held:
            self.conceal()
            self.uncover()
            self._wait_for_keys()
            self._show_hints()

    def on_lock_screen_leave_requested(self) -> None:
        self._leave_locked()

    @work(exclusive=True, group="leave")
    async def _leave_locked(self) -> None:
        """Leave without unlocking, once all is saved, where nothing would be lost by it."""
        from tokentui.tui.dialogs.lock import LockScreen

        *below, lock = self.screen_stack
        unsaved = bool(self.workplace.drafts.names) or any(
            not isinstance(screen, PageScreen) or screen.edited for screen in below
        )
        if not unsaved and await self.workplace.all_done():
            await self.leave()
        elif isinstance(lock, LockScreen):
            lock.tell("Something is open that is not saved. Unlock first.")

    def conceal(self) -> None:
        """Take every revealed value off the screen."""
        for screen in self.screen_stack:
            conceal_all(screen)

    # ------------------------------------------------------------------ keys and actions

    async def on_event(self, event: events.Event) -> None:
        """As Textual does; the first key after too long a pause does no more than to bring up the lock.

        What comes while the application closes is for nobody.
        """
        nobody_left = isinstance(event, events.InputEvent | events.Paste) and not self.screen_stack
        if not nobody_left and not self._comes_late(event):
            await self.hear(event)

    async def hear(self, event: events.Event) -> None:
        """What is done with an event that comes in time."""
        await super().on_event(event)

    def _comes_late(self, event: events.Event) -> bool:
        """Judged by the clock, not by whether a timer has run: the program may have stood still."""
        if self.held or not isinstance(event, events.InputEvent | events.Paste) or event.is_forwarded:
            return False
        if self._idle.over:
            self.lock()
            return True
        if not isinstance(event, events.MouseMove):
            self._wait_for_keys()
        return False

    async def run_action(
        self,
        action: "str | ActionParseResult",
        default_namespace: DOMNode | None = None,
        namespaces: Any = None,
    ) -> bool:
        """As Textual does, of the lock alone while it is locked."""
        if self.held and (default_namespace is None or self.screen not in default_namespace.ancestors_with_self):
            return False
        return await super().run_action(action, default_namespace, namespaces)

    # ------------------------------------------------------------------ Textual's own clipboard

    def keep_cut(self, text: str) -> None:
        """What was cut or copied in a field is not kept for longer than one would paste it."""
        self._cut = text
        self._forgets_cut.set(PASTE_SECONDS)

    @property
    def clipboard(self) -> str:
        """What was cut or copied in a field a moment ago."""
        return self._cut

    def _forget_cut(self) -> None:
        self._cut = ""
        self._forgets_cut.clear()
