"""The question before something is cut off: Cancel has the focus, and what would be hit is named."""

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from tokentui.tui.dialogs.dialog import Dialog


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a title, what would be hit (a line each), and the verb on the button."""

    title: str
    hits: tuple[str, ...]
    verb: str


class Confirm(Dialog[bool]):
    """Yes or no; Esc, `n` and Enter on the focused Cancel are no."""

    CUTS = True
    AUTO_FOCUS = "#cancel"
    CSS_PATH = "confirm.tcss"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", "Yes", id="confirm.yes", tooltip="Do it"),
        Binding("n,escape,q", "no", "Cancel", id="confirm.no", tooltip="Leave everything as it is"),
        Binding("up,k", "scroll(-1)", "Up", show=False, id="confirm.up", tooltip="Scroll what it hits"),
        Binding("down,j", "scroll(1)", "Down", show=False, id="confirm.down", tooltip="Scroll what it hits"),
        Binding(
            "left,right,h,l", "other", "Other button", show=False, id="confirm.other", tooltip="To the other button"
        ),
    ]

    def __init__(self, question: Question) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(self._question.title)
            with VerticalScroll(id="hits", can_focus=False):
                yield Static("\n".join(self._question.hits), markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Cancel (n)", id="cancel", compact=True)
                yield Button(f"{self._question.verb} (y)", id="yes", variant="error", compact=True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def action_yes(self) -> None:
        self.dismiss(True)

    def action_no(self) -> None:
        self.dismiss(False)

    def action_scroll(self, lines: int) -> None:
        self.query_one("#hits").scroll_relative(y=lines, animate=False)

    def action_other(self) -> None:
        self.focus_next()
