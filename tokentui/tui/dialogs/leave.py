"""The question on the way out of a form with unsaved edits."""

from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from tokentui.tui.dialogs.dialog import Dialog

Answer = Literal["save", "discard", "stay"]


class Leave(Dialog[Answer]):
    """Save, discard, or stay where one is."""

    CUTS = True
    AUTO_FOCUS = "#stay"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s,w", "answer('save')", "Save", id="leave.save", tooltip="Save, then leave"),
        Binding("d", "answer('discard')", "Discard", id="leave.discard", tooltip="Leave and forget the edits"),
        Binding("n,escape,q", "answer('stay')", "Stay", id="leave.stay", tooltip="Go on editing"),
        Binding("right", "app.focus_next", show=False, id="leave.next", tooltip="The next button"),
        Binding("left", "app.focus_previous", show=False, id="leave.previous", tooltip="The previous button"),
    ]

    def __init__(self, what: str) -> None:
        super().__init__()
        self._what = what

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Unsaved edits"
            yield Static(f"{self._what} has edits that are not saved.", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Go on editing (n)", id="stay", compact=True)
                yield Button("Save (s)", id="save", variant="primary", compact=True)
                yield Button("Discard (d)", id="discard", variant="error", compact=True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        answer: dict[str | None, Answer] = {"stay": "stay", "save": "save", "discard": "discard"}
        self.dismiss(answer[event.button.id])

    def action_answer(self, answer: Answer) -> None:
        self.dismiss(answer)
