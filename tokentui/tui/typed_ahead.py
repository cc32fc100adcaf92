"""Keys one after the other: what is typed ahead on a slow line is for what the key before it leads to.

Each key waits until the one before has been through all that hears it, and until what that has begun is there: the
dialog that was asked for, the page with its rows. Else the second key of `r` Enter would be Enter for the list.

Of what was typed before a question could be seen, the first key alone is an answer: `e` `y` is what a practised admin
means, and a word that was typed in the wrong place must not find its `y` further on.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.worker import Worker

#: How often is looked whether what keys wait for has come, in seconds.
LOOK_SECONDS = 0.005
#: How long keys wait before that is told, and before they are dropped, in seconds: longer than for a lock that is held.
TELL_SECONDS, DROP_SECONDS = 0.5, 8.0
#: How often a key goes round: what a key makes a widget say is heard in the second round.
ROUNDS = 2

Typed = events.Key | events.Paste


@dataclass(eq=False, slots=True)
class Hold:
    """A deed under way that may lead to another screen; keys wait for it while none of its screens is there."""

    worker: Worker[Any] | None = None
    screens: list[Screen[Any]] = field(default_factory=list)
    #: Whether nothing but a message comes of it any more.
    over: bool = False
    #: Whether it is over as soon as it saves something.
    until_saving: bool = False

    def blocks(self, shown: list[Screen[Any]]) -> bool:
        """Whether keys are not for what is shown."""
        return not (self.over or any(screen in shown for screen in self.screens))

    @property
    def ended(self) -> bool:
        return self.over or (self.worker is not None and self.worker.is_finished)


#: The deed that is being done here.
_current: ContextVar[Hold | None] = ContextVar("hold", default=None)


class Passed(Message):
    """Goes behind a key through all that hear it, up to the application."""


class TypedAhead:
    """The keys that wait, in one application."""

    def __init__(self, app: App[Any], say: Callable[[str, str], object]) -> None:
        self._app = app
        self._say = say
        self._waiting: deque[Typed] = deque()
        self._due: Typed | None = None
        self._running = False
        self._through = asyncio.Event()
        self._target: MessagePump = app
        self._holds: list[Hold] = []
        #: When screens were ready for keys, and how many of those typed before have come to them.
        self._ready: WeakKeyDictionary[Screen[Any], list[float]] = WeakKeyDictionary()
        _of[app] = self

    # ------------------------------------------------------------------ what the application tells

    def take(self, event: Typed) -> bool:
        """Keep a key until it is due; False for one that is."""
        if event is self._due:
            return False
        self._waiting.append(event)
        if not self._running:
            self._running = True
            self._app.run_worker(self._deliver(), group="typed")
        return True

    def delivered(self) -> None:
        """The key that was due is on its way: send somebody after it."""
        self._due = None
        self._follow()

    def passed(self) -> None:
        self._through.set()

    def opening(self, screen: Screen[Any]) -> None:
        """A screen comes: keys are for it, once it can take them; and again for what the deed does behind it."""
        hold = _current.get()
        if hold is not None:
            hold.screens.append(screen)
        screen.call_later(self._app.call_later, self._opened, screen)  # after what it does when it begins

    def _opened(self, screen: Screen[Any]) -> None:
        self._ready[screen] = [monotonic()]

    def hold(self, begin: Callable[[], Worker[Any]], *, until_saving: bool) -> None:
        """Begin a deed, and let keys wait for what it leads to."""
        hold = Hold(until_saving=until_saving)
        token = _current.set(hold)
        try:
            hold.worker = begin()
        finally:
            _current.reset(token)
        self._holds.append(hold)

    # ------------------------------------------------------------------ one key after the other

    async def _deliver(self) -> None:
        try:
            while self._waiting:
                if await self._clear():
                    await self._deliver_one(self._waiting.popleft())
                else:
                    self._drop()
        finally:
            self._running = False

    async def _deliver_one(self, event: Typed) -> None:
        if not self._is_meant(event):
            return
        self._due = event
        self._through.clear()
        self._app.post_message(event)
        for turn in range(ROUNDS):
            if turn:
                self._through.clear()
                self._follow()
            await self._passed_through()

    def _follow(self) -> None:
        self._target = self._app.focused or self._app.screen
        self._target.post_message(Passed())

    async def _passed_through(self) -> None:
        """Until it is back, or who had it has gone."""
        while not self._through.is_set():
            try:
                await asyncio.wait_for(self._through.wait(), 10 * LOOK_SECONDS)
            except TimeoutError:
                if self._due is None and not self._target.is_attached:
                    return

    async def _clear(self) -> bool:
        """Wait until the first key is for what is shown; False where that takes too long."""
        begin, told = monotonic(), False
        while self._blocked():
            waited = monotonic() - begin
            if waited > DROP_SECONDS:
                return False
            if waited > TELL_SECONDS and not told:
                told = True
                self._say("Keys wait for what was asked for before.", "busy")
            await asyncio.sleep(LOOK_SECONDS)
        return True

    def _blocked(self) -> bool:
        self._holds = [hold for hold in self._holds if not hold.ended]
        shown, screen = self._app.screen_stack, self._app.screen
        if any(hold.blocks(shown) for hold in self._holds):
            return True
        if len(shown) > 1 and screen not in self._ready:
            return True
        return not self._writes and not getattr(screen, "is_settled", True)

    @property
    def _writes(self) -> bool:
        """Whether a field has the focus, whose letters wait for no list."""
        focused = self._app.focused
        return focused is not None and focused.check_consume_key("x", "x")

    def _drop(self) -> None:
        for hold in self._holds:
            hold.over = True
        self._waiting.clear()
        self._say("Keys that were typed ahead are dropped: what they were meant for does not come.", "warning")

    def _is_meant(self, event: Typed) -> bool:
        """Whether it may go where it would go now."""
        if isinstance(event, events.Paste):
            return self._may_paste()
        screen = self._app.screen
        ready = self._ready.get(screen)
        if ready is None or not getattr(screen, "CUTS", False) or event.time >= ready[0]:
            return True
        ready.append(event.time)
        return len(ready) == 2

    def _may_paste(self) -> bool:
        """A paste is for a field: letters of a token must not be keys."""
        if self._writes:
            return True
        self._say("Nothing was done with what was pasted: it is for a field.", "warning")
        return False


_of: WeakKeyDictionary[App[Any], TypedAhead] = WeakKeyDictionary()


def hold(node: DOMNode, begin: Callable[[], Worker[Any]], *, until_saving: bool = False) -> None:
    """Begin a deed of `node` in a worker; keys wait for the screen that it leads to, or for its end."""
    typed = _of.get(node.app)
    if typed is None:
        begin()
    else:
        typed.hold(begin, until_saving=until_saving)


def saving() -> None:
    """The deed that is done here saves something now."""
    hold = _current.get()
    if hold is not None and hold.until_saving:
        hold.over = True


def only_saving() -> None:
    """Nothing comes of the deed that is done here any more, but that it is saved and a message."""
    hold = _current.get()
    if hold is not None:
        hold.over = True

