"""One token value, shown on a line of its own so that it can be selected by hand, for 30 seconds."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tokentui.tui.dialogs.dialog import Dialog
from tokentui.tui.reveals import Reveals
from tokentui.tui.words import MASK, REVEAL_SECONDS


class Reveal(Reveals, Dialog[bool]):
    """Shows a value; True when the user asked to copy it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v,escape,q,enter", "hide", "Hide", id="reveal.hide", tooltip="Hide the value"),
        Binding("c", "copy", "Copy", id="reveal.copy", tooltip="Copy the value and hide it"),
    ]

    def __init__(self, name: str, value: str) -> None:
        super().__init__()
        self._name = name
        self._value = value

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(self._name or "")
            dialog.border_subtitle = "v Hide   c Copy"
            yield Static(self._value, id="value", markup=False)
            yield Static("It hides itself after 30 seconds.", classes="quiet")

    def on_mount(self) -> None:
        self.set_timer(REVEAL_SECONDS, self.action_hide)

    def conceal(self) -> None:
        """Take the value off the screen."""
        self.query_one("#value", Static).update(MASK)

    def action_hide(self) -> None:
        self.conceal()
        if self.is_current:
            self.dismiss(False)

    def action_copy(self) -> None:
        self.dismiss(True)
