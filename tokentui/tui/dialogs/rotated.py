"""After a rotation: the new value, masked, ready to be handed over, and until when the old one works."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tokentui.domain.errors import TokenTuiError
from tokentui.domain.records import EndpointToken
from tokentui.tui.dialogs.dialog import Dialog
from tokentui.tui.widgets.field import Field
from tokentui.tui.widgets.message_line import MessageLine
from tokentui.tui.widgets.secret_field import RevealedValue
from tokentui.tui.words import MASK


@dataclass(frozen=True, slots=True, kw_only=True)
class NewValue:
    """The token with its new value, of which only the last characters are here."""

    token: EndpointToken
    hint: str = field(repr=False)
    #: What becomes of the old value.
    fate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RotatedDesk:
    """What the dialog can ask for: the new value, and to copy it, which says what was done, without the value."""

    reveal: Callable[[], Awaitable[str]]
    copy: Callable[[], Awaitable[str]]
    copy_as: Callable[[], Awaitable[str]]


class Rotated(Dialog[None]):
    """Copy, copy as, reveal; Enter closes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy", id="rotated.copy", tooltip="Copy the new value"),
        Binding("C", "copy_as", "Copy as", id="rotated.copy_as", tooltip="Copy it as a header, .env line or curl"),
        Binding("v", "reveal", "Reveal", id="rotated.reveal", tooltip="Show the new value, or hide it"),
        Binding("enter,escape,q", "close", "Close", id="rotated.close", tooltip="Back to the list"),
    ]

    def __init__(self, new: NewValue, desk: RotatedDesk) -> None:
        super().__init__()
        self._new = new
        self._desk = desk

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(f"Rotated {self._new.token.name}")
            dialog.border_subtitle = _keys("Reveal")
            yield Field("New value", Static(f"{MASK}  {self._new.hint}", markup=False), name="")
            yield RevealedValue(markup=False)
            yield Field("Old value", Static(self._new.fate, markup=False), name="")
            yield MessageLine()

    def on_mount(self) -> None:
        self.watch(self.query_one(RevealedValue), "value", self._tell_keys, init=False)

    def _tell_keys(self, value: str | None) -> None:
        """Name what `v` does now; the value hides itself, too."""
        self.query_one(".dialog", Vertical).border_subtitle = _keys("Reveal" if value is None else "Hide")

    @work(exclusive=True, group="copy")
    async def action_copy(self) -> None:
        await self._tell(self._desk.copy())

    @work(exclusive=True, group="copy_as")
    async def action_copy_as(self) -> None:
        await self._tell(self._desk.copy_as())

    @work(exclusive=True, group="reveal")
    async def action_reveal(self) -> None:
        await self._tell(self._turn())

    async def _turn(self) -> str:
        """Show the value, or hide it."""
        shown = self.query_one(RevealedValue)
        if shown.value is not None:
            shown.conceal()
            return ""
        value = await self._desk.reveal()
        if shown.is_attached:  # the dialog was not closed meanwhile
            shown.value = value
        return ""

    async def _tell(self, doing: Awaitable[str]) -> None:
        """Do it, and say how it went."""
        try:
            text, kind = await doing, "done"
        except TokenTuiError as error:
            text, kind = str(error), "error"
        for line in self.query(MessageLine):  # a dialog that was closed meanwhile has none
            line.say(text, kind)

    def action_close(self) -> None:
        self.dismiss(None)


def _keys(turn: str) -> str:
    """The keys below the dialog; `turn` is what `v` does."""
    return f"c Copy   C Copy as   v {turn}   enter Close"
