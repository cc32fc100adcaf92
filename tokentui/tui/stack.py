"""The stack of screens, which can be held: what would open, close or turn to a screen then waits, in its order."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from textual.await_complete import AwaitComplete
from textual.message_pump import MessagePump
from textual.screen import Screen

from tokentui.tui.from_threads import ThreadsApp
from tokentui.tui.reveals import Reveals


async def _nothing() -> None:
    """For who only waits."""


class StackApp(ThreadsApp):
    """An application over whose screens one can be laid that stays on top."""

    def __init__(self) -> None:
        super().__init__()
        self._top: Screen[Any] | None = None
        self._free = asyncio.Event()
        self._free.set()

    @property
    def held(self) -> bool:
        """Whether a screen lies over all others that stays on top."""
        return self._top is not None

    def cover(self, top: Screen[Any]) -> None:
        """Lay a screen over all others, until `uncover`."""
        super().push_screen(top)
        self._top = top
        self._free.clear()

    def uncover(self) -> None:
        """Take that screen away; then comes what had to wait."""
        super().pop_screen()
        self._top = None
        self._free.set()

    def push_screen(self, screen: Any, *arguments: Any, **more: Any) -> Any:
        """As Textual does; a value that was to be shown is not, where it comes too late for that."""
        if not self.held:
            return super().push_screen(screen, *arguments, **more)
        if isinstance(screen, Reveals):
            screen.conceal()
        return self._in_turn(lambda: self.push_screen(screen, *arguments, **more))

    def pop_screen(self) -> AwaitComplete:
        """As Textual does."""
        return self.when_free(self.pop_screen) if self.held else super().pop_screen()

    def switch_screen(self, screen: Any) -> Any:
        """As Textual does."""
        return self._in_turn(lambda: self.switch_screen(screen)) if self.held else super().switch_screen(screen)

    def switch_mode(self, mode: str) -> Any:
        """As Textual does."""
        return self._in_turn(lambda: self.switch_mode(mode)) if self.held else super().switch_mode(mode)

    def _in_turn(self, move: Callable[[], Any]) -> Any:
        return asyncio.ensure_future(self._once_free(move))

    def when_free(self, move: Callable[[], Awaitable[Any]] = _nothing) -> AwaitComplete:
        """Change the stack of screens once it is free."""
        return AwaitComplete(self._once_free(move))

    async def _once_free(self, move: Callable[[], Awaitable[Any]]) -> Any:
        while self.held:
            await self._free.wait()
        return await move()


def covered_stack(pump: MessagePump) -> StackApp | None:
    """The application that this belongs to, where its stack is held."""
    app = pump.app
    return app if isinstance(app, StackApp) and app.held else None
