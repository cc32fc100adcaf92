"""Drives the application by its keys, and reads what stands on its screen."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar

from textual import events
from textual._context import visible_screen_stack
from textual.command import CommandList, CommandPalette
from textual.message import Message
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from tokentui.services.desk import Desk
from tokentui.tui.app import TokenTuiApp
from tokentui.tui.screens.page_screen import AnyPage, PageScreen
from tokentui.tui.widgets.key_hints import KeyHints
from tokentui.tui.widgets.masthead import Masthead
from tokentui.tui.widgets.message_line import MessageLine

SMALL = (80, 24)
WIDE = (120, 40)
#: How long a condition may take to come true, in seconds.
PATIENCE = 10.0

WidgetT = TypeVar("WidgetT", bound=Widget)


def screen_text(app: TokenTuiApp) -> str:
    """What is on the screen now, line by line, a dialog over the page below it."""
    # Textual's public ways end in a file or a terminal; this is how it makes a picture.
    visible_screen_stack.set(app._background_screens)
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)


async def wait_for(
    condition: Callable[[], object], what: Callable[[], str] = str, patience: float = PATIENCE
) -> None:
    """Until `condition` holds; `what` tells what was there instead."""
    end = monotonic() + patience
    while not condition():
        assert monotonic() < end, f"waited {patience} s in vain; there is:\n{what()}"
        await asyncio.sleep(0.01)


@dataclass
class Ui:
    """An open application, as a user has it: keys in, screen out."""

    app: TokenTuiApp
    pilot: Pilot[None]

    @property
    def desk(self) -> Desk:
        return self.app.workplace.desk

    @property
    def text(self) -> str:
        return screen_text(self.app)

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @property
    def screen(self) -> Screen[Any]:
        return self.app.screen

    @property
    def page(self) -> AnyPage:
        """The full screen that is shown, below whatever dialog."""
        return next(screen for screen in reversed(self.app.screen_stack) if isinstance(screen, PageScreen))

    @property
    def message(self) -> str:
        """The message line of the page."""
        return self.page.query_one(MessageLine).text

    @property
    def footer(self) -> str:
        """The last line of the page: the keys that it offers."""
        return self.page.query_one(KeyHints).render().plain

    async def press(self, *keys: str) -> None:
        """Press keys, each when the one before has been seen to."""
        for key in keys:
            await self.pilot.press(key)

    async def burst(self, *keys: str) -> None:
        """Press keys faster than any of them is seen to, as a slow line delivers them."""
        for key in keys:
            self.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await self.pilot.pause()

    async def write(self, text: str) -> None:
        """Write into whatever has the focus."""
        await self.pilot.press(*text)

    async def choose(self, words: str, title: str) -> None:
        """In the palette that is opening, find the command with this title by some words, and do it."""
        await self.at(CommandPalette)
        await self.until(lambda: isinstance(self.app.focused, Input) and not self.app.focused.value)
        await self.write(words)
        commands = self.screen.query_one(CommandList)

        def first() -> str:
            at = commands.highlighted
            return str(commands.get_option_at_index(at).prompt) if at is not None else ""

        await self.until(lambda: first().startswith(title))
        await self.press("enter")

    async def tab_to(self, id: str) -> None:
        """Press Tab until the widget with this id has the focus."""
        for _ in range(40):
            if self.app.focused is not None and self.app.focused.id == id:
                return
            await self.press("tab")
        raise AssertionError(f"Tab does not come to {id!r}, only to {self.app.focused}")

    async def answer(self, title: str, key: str) -> None:
        """Wait for a question with this title, and press a key there."""
        await self.see(f"─ {title} ─")
        asked = self.screen
        await self.press(key)
        await self.until(lambda: self.screen is not asked)

    async def until(self, condition: Callable[[], object], patience: float = PATIENCE) -> None:
        """Wait for a condition."""
        await wait_for(condition, lambda: self.text, patience)

    async def see(self, *texts: str, patience: float = PATIENCE) -> None:
        """Wait until all of this is on the screen."""
        await self.until(lambda: all(text in self.text for text in texts), patience)

    async def miss(self, *texts: str, patience: float = PATIENCE) -> None:
        """Wait until none of this is on the screen."""
        await self.until(lambda: not any(text in self.text for text in texts), patience)

    async def told(self, text: str) -> None:
        """Wait until the message line says this."""
        await self.until(lambda: text in self.message)

    async def at(self, kind: type[Screen[Any]]) -> None:
        """Wait until a screen or dialog of this kind is on top, and what it shows has come."""
        await self.until(lambda: isinstance(self.screen, kind))
        await self.pilot.pause()

    def row(self, text: str) -> str:
        """The line of the screen that holds this text."""
        found = [line for line in self.lines if text in line]
        assert found, f"no line with {text!r} in:\n{self.text}"
        return found[0]

    @property
    def cursor_line(self) -> str:
        """The line that the cursor of a list stands on."""
        return next((line for line in self.lines if line.startswith("›")), "")

    def one(self, kind: type[WidgetT]) -> WidgetT:
        """The one widget of this kind on top."""
        return self.screen.query_one(kind)

    async def go(self, name: str) -> None:
        """Put the cursor on the row in view whose line begins with this."""
        await self.until(lambda: self._place(name) is not None and self.cursor_line)
        lines = self.lines
        steps = (self._place(name) or 0) - lines.index(self.cursor_line)
        await self.press_often("j" if steps > 0 else "k", abs(steps))
        await self.until(lambda: self.cursor_line[2:].startswith(name))

    def _place(self, name: str) -> int | None:
        return next((y for y, line in enumerate(self.lines) if line[2:].startswith(name)), None)

    async def press_often(self, key: str, times: int) -> None:
        """Press one key again and again."""
        await self.pilot.press(*[key] * times)


@asynccontextmanager
async def opened(
    app: TokenTuiApp, size: tuple[int, int] = SMALL, seen: Callable[[Message], None] | None = None
) -> AsyncIterator[Ui]:
    """The application, open, its first list shown."""
    async with app.run_test(size=size, message_hook=seen) as pilot:
        app.animation_level = "none"
        ui = Ui(app, pilot)
        await ui.until(lambda: isinstance(app.screen, PageScreen) and bool(app.screen.query(Masthead)))
        await ui.until(lambda: " of " in ui.lines[2])
        yield ui
        app.exit()
