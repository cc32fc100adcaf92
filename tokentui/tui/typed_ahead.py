"""Keys one after the other: what is typed ahead on a slow line is for what the key before it leads to.

Each key waits until the one before has been through all that hears it, and until what that has begun is there: the
dialog that was asked for, the page with its rows. Else the second key of `r` Enter would be Enter for the list.

Of what was typed before a question could be seen, the first key alone is an answer: `e` `y` is what a practised admin
means, and a word that was typed in the wrong place must not find its `y` further on. A key that comes again before
what it opened could be seen is the same wish, and not a second one.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import takewhile
from math import inf
from time import monotonic
from typing import Any
from weakref import ReferenceType, WeakKeyDictionary, WeakSet, ref

from textual import events
from textual.app import App, ScreenStackError
from textual.dom import DOMNode
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.worker import Worker

from tokentui.tui.stack import covered_stack
from tokentui.tui.working import work_for

#: How often is looked whether what keys wait for has come, in seconds.
LOOK_SECONDS = 0.005
#: How long keys wait before that is told, and before they are dropped, in seconds: longer than for a held lock.
TELL_SECONDS, DROP_SECONDS = 0.5, 8.0
#: How long keys wait for a save, in seconds: often it is done by then, and the row that was added is there.
SAVE_SECONDS = 0.3
#: How often a key goes round: what a key makes a widget say is heard in the second round.
ROUNDS = 2

Typed = events.Key | events.Paste


@dataclass(eq=False, slots=True)
class Hold:
    """A deed under way that may lead to another screen; keys wait for it while none of its screens is there.

    It keeps neither the worker nor the screens: values that they have are gone when they are.
    """

    worker: Callable[[], Worker[Any] | None] = lambda: None
    screens: WeakSet[Screen[Any]] = field(default_factory=WeakSet)
    #: When keys wait for it no longer.
    over_at: float = inf

    def blocks(self, shown: list[Screen[Any]]) -> bool:
        """Whether keys are not for what is shown."""
        return not any(screen in shown for screen in self.screens)

    @property
    def is_over(self) -> bool:
        worker = self.worker()
        return monotonic() >= self.over_at or worker is None or worker.is_finished


@dataclass(eq=False, slots=True)
class Arrival:
    """A screen that can take keys since then, and how many of those that were typed before have come to it."""

    at: float
    asked_by: str
    taken: int = 0


#: The deed that is being done here.
_current: ContextVar[Hold | None] = ContextVar("hold", default=None)


class Passed(Message):
    """Goes behind a key through all that hear it, up to the application."""


class TypedAhead:
    """The keys that wait, in one application."""

    def __init__(
        self, app: App[Any], say: Callable[[str, str], object], locks: Callable[[Typed], bool] = lambda event: False
    ) -> None:
        """`locks`: whether a key would lock now, which is meant whatever is shown."""
        self._app = app
        self._say = say
        self._locks = locks
        self._waiting: deque[Typed] = deque()
        self._due: Typed | None = None
        self._running = False
        self._through = asyncio.Event()
        self._target: Callable[[], MessagePump | None] = lambda: app
        self._holds: list[Hold] = []
        self._arrivals: WeakKeyDictionary[Screen[Any], Arrival] = WeakKeyDictionary()
        #: The last key that was delivered.
        self._last = ""
        _of[app] = ref(self)

    # ------------------------------------------------------------------ what the application tells

    def take(self, event: Typed) -> bool:
        """Keep a key until it is due; False for one that is."""
        if event is self._due:
            return False
        self._waiting.append(event)
        if not self._running:
            self._running = True
            work_for(self._app, self._deliver, "typed")
        return True

    def delivered(self) -> None:
        """The key that was due is on its way: send somebody after it."""
        self._due = None
        with suppress(ScreenStackError):  # the application is closing
            self._follow()

    def passed(self) -> None:
        self._through.set()

    def waits(self, event: Typed) -> bool:
        """Whether this key has not come to its turn."""
        return any(each is event for each in self._waiting)

    def forget(self) -> int:
        """Drop the keys that wait, and wait for none that is under way; how many came before the one that locks."""
        locked = self._due is not None and self._locks(self._due)
        before = 0 if locked else sum(1 for _ in takewhile(lambda each: not self._locks(each), self._waiting))
        self._waiting.clear()
        self._due = None
        self._through.set()
        return before

    def opening(self, screen: Screen[Any]) -> None:
        """A screen comes: keys are for it, once it can take them; and again for what the deed does behind it."""
        hold = _current.get()
        if hold is not None:
            hold.screens.add(screen)
        screen.call_later(self._app.call_later, self._opened, screen)  # after what it does when it begins

    def _opened(self, screen: Screen[Any]) -> None:
        self._arrivals[screen] = Arrival(monotonic(), self._last)

    def hold(self, begin: Callable[[], Worker[Any]]) -> None:
        """Begin a deed, and let keys wait for what it leads to."""
        hold = Hold()
        token = _current.set(hold)
        try:
            hold.worker = ref(begin())
        finally:
            _current.reset(token)
        self._holds.append(hold)

    # ------------------------------------------------------------------ one key after the other

    async def _deliver(self) -> None:
        try:
            while self._waiting:
                if not await self._clear():
                    self._drop()
                elif (event := self._next()) is not None:
                    await self._deliver_one(event)
                else:
                    await asyncio.sleep(10 * LOOK_SECONDS)
        except ScreenStackError:  # the application is closing
            self._waiting.clear()
        finally:
            self._running = False

    def _next(self) -> Typed | None:
        """The first of them; where a dialog has come between, the first that was typed when it could be seen."""
        screen = self._app.screen
        arrival = self._arrivals.get(screen)
        between = arrival is not None and getattr(screen, "COMES_BETWEEN", False)
        for place, event in enumerate(self._waiting):
            if not between or (arrival is not None and event.time >= arrival.at):
                del self._waiting[place]
                return event
        return None

    async def _deliver_one(self, event: Typed) -> None:
        if not self._is_meant(event):
            return
        self._due = event
        self._last = event.key if isinstance(event, events.Key) else ""
        self._through.clear()
        self._app.post_message(event)
        for turn in range(ROUNDS):
            if turn:
                self._through.clear()
                self._follow()
            await self._passed_through()

    def _follow(self) -> None:
        target = self._app.focused or self._app.screen
        self._target = ref(target)
        target.post_message(Passed())

    async def _passed_through(self) -> None:
        """Until it is back, or who had it has gone."""
        while not self._through.is_set():
            try:
                await asyncio.wait_for(self._through.wait(), 10 * LOOK_SECONDS)
            except TimeoutError:
                target = self._target()
                if self._due is None and (target is None or not target.is_attached):
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
        if covered_stack(self._app) is not None:  # keys are for what lies over all, and deeds wait for its end
            return False
        self._holds = [hold for hold in self._holds if not hold.is_over]
        shown, screen = self._app.screen_stack, self._app.screen
        if any(hold.blocks(shown) for hold in self._holds):
            return True
        if len(shown) > 1 and screen not in self._arrivals:
            return True
        return not self._writes and not getattr(screen, "is_settled", True)

    @property
    def _writes(self) -> bool:
        """Whether a field has the focus, whose letters wait for no list."""
        return self._consumes("x", "x")

    def _consumes(self, key: str, character: str | None) -> bool:
        focused = self._app.focused
        return focused is not None and focused.check_consume_key(key, character)

    def _drop(self) -> None:
        for hold in self._holds:
            hold.over_at = 0
        self._waiting.clear()
        self._say("Keys that were typed ahead are dropped: what they were meant for does not come.", "warning")

    def _is_meant(self, event: Typed) -> bool:
        """Whether it may go where it would go now."""
        screen = self._app.screen
        arrival = self._arrivals.get(screen)
        if covered_stack(self._app) is not None and (arrival is None or event.time < arrival.at):
            return False  # nobody has seen that it is locked
        if isinstance(event, events.Paste):
            return self._may_paste()
        if arrival is None or event.time >= arrival.at or self._locks(event):
            return True
        if arrival.taken == 0 and event.key == arrival.asked_by and not self._consumes(event.key, event.character):
            return False  # pressed again because nothing was to be seen yet
        arrival.taken += 1
        return arrival.taken == 1 or not getattr(screen, "CUTS", False)

    def _may_paste(self) -> bool:
        """A paste is for a field: letters of a token must not be keys."""
        if self._writes:
            return True
        self._say("Nothing was done with what was pasted: it is for a field.", "warning")
        return False


#: Held weakly, since it holds its application, which would never go.
_of: WeakKeyDictionary[App[Any], ReferenceType[TypedAhead]] = WeakKeyDictionary()


def hold(node: DOMNode, begin: Callable[[], Worker[Any]]) -> None:
    """Begin a deed of `node` in a worker; keys wait for the screen that it leads to, or for its end."""
    found = _of.get(node.app)
    typed = None if found is None else found()
    if typed is None:
        begin()
    else:
        typed.hold(begin)


def saving(most: float = SAVE_SECONDS) -> None:
    """The deed that is done here saves something now: keys wait for that so long at most, in seconds."""
    hold = _current.get()
    if hold is not None:
        hold.over_at = min(hold.over_at, monotonic() + most)
