"""A passphrase is typed here and tried; it is never shown, and not kept once it was tried."""

import asyncio
from collections.abc import Awaitable, Callable

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from tokentui.domain.errors import TokenTuiError
from tokentui.tui.reveals import forget
from tokentui.tui.widgets.entry import QuietEntry

#: How long after a wrong passphrase the next one is not taken, in seconds.
SLOW_DOWN = 1.0


class Passphrase(Vertical):
    """A masked field; `attempt` opens the keys with what was typed, and raises what is wrong with it."""

    DEFAULT_CSS = """
    Passphrase {
        height: auto;
        & > Static { display: none; color: $text-error; height: auto; }
        &.-invalid > Static { display: block; }
    }
    """

    class Passed(Message):
        """The keys are open."""

    def __init__(self, attempt: Callable[[str], Awaitable[None]]) -> None:
        super().__init__()
        self._attempt = attempt
        #: Whether one is being tried, or was wrong a moment ago: the next may be written, and is not taken yet.
        self._waits = False

    def compose(self) -> ComposeResult:
        yield QuietEntry(id="passphrase", placeholder="passphrase", password=True)
        yield Static("", markup=False)

    def enter(self) -> None:
        """Take the focus."""
        self.query_one(QuietEntry).focus()

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        if not self._waits and self.query_one(QuietEntry).value:
            self._waits = True
            self._try()

    @work(exclusive=True, group="passphrase")
    async def _try(self) -> None:
        entry = self.query_one(QuietEntry)
        self._tell("")
        try:
            await self._attempt(self._taken(entry))
        except TokenTuiError as error:
            self._tell(f"✗ {error}")
            await asyncio.sleep(SLOW_DOWN)
        else:
            self._taken(entry)  # what was typed meanwhile
            self.post_message(self.Passed())
        self._waits = False

    def _taken(self, entry: QuietEntry) -> str:
        """What stands in the field, which is empty then."""
        text = entry.value
        entry.clear()
        self.app.call_after_refresh(forget)
        return text

    def _tell(self, trouble: str) -> None:
        self.query_one(Static).update(trouble)
        self.set_class(bool(trouble), "-invalid")
