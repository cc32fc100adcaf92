"""One token value, shown on a line of its own so that it can be selected by hand, for 30 seconds."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tokentui.tui.dialogs.dialog import Dialog
from tokentui.tui.reveals import Reveals, draw_over
from tokentui.tui.words import MASK


class Reveal(Reveals, Dialog[bool]):
    """Shows a value; True when the user asked to copy it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v,escape,q,enter", "hide", "Hide", id="reveal.hide", tooltip="Hide the value"),
        Binding("c", "copy", "Copy", id="reveal.copy", tooltip="Copy the value and hide it"),
    ]

    ALLOW_SELECT = False

    def __init__(self, name: str, value: str) -> None:
        super().__init__()
        self._name = name
        #: What is to be shown, until it is.
        self._value: str | None = value
        self._shown = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(self._name or "")
            dialog.border_subtitle = "v Hide   c Copy"
            yield Static(MASK, id="value", markup=False)
            yield Static("It hides itself after 30 seconds.", classes="quiet")

    def on_screen_resume(self) -> None:
        """Show the value; where it was hidden before that, or by what lay above, there is nothing to be shown."""
        if self._value is not None:
            self.query_one("#value", Static).update(self._value)
            self._value, self._shown = None, True
            self.hide_in_time()
        elif not self._shown:
            self.action_hide()

    def conceal(self) -> None:
        """Take the value off the screen, and forget it."""
        self._value, self._shown = None, False
        for shown in self.query("#value").results(Static):  # before it is composed there is none
            shown.update(MASK)
            draw_over(shown)
        self.hidden()

    def time_is_up(self) -> None:
        """Close, too."""
        self.action_hide()

    def action_hide(self) -> None:
        self.conceal()
        if self.is_current:
            self.dismiss(False)

    def action_copy(self) -> None:
        self.dismiss(True)
