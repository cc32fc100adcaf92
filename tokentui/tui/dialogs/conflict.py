"""Two admins edited the same record: both values, side by side, and nothing lost until one is chosen."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from tokentui.tui.dialogs.dialog import Dialog

Answer = Literal["mine", "theirs", "edit"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field, as it is in the form and as somebody else saved it."""

    field: str
    mine: str
    theirs: str


class ConflictDialog(Dialog[Answer]):
    """Save mine over theirs, take theirs, or go back to the form with mine."""

    CUTS = True
    AUTO_FOCUS = "#edit"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "n,escape,q",
            "answer('edit')",
            "Back to the form",
            id="conflict.edit",
            tooltip="Keep my edits in the form",
        ),
        Binding("m", "answer('mine')", "Save mine", id="conflict.mine", tooltip="Save my values over theirs"),
        Binding("t", "answer('theirs')", "Take theirs", id="conflict.theirs", tooltip="Throw my edits away"),
        Binding("right", "app.focus_next", show=False, id="conflict.next", tooltip="The next button"),
        Binding("left", "app.focus_previous", show=False, id="conflict.previous", tooltip="The previous button"),
    ]

    def __init__(self, what: str, differences: tuple[Difference, ...], by: str = "") -> None:
        """`by` says who changed it last, and when."""
        super().__init__()
        self._by = by
        self._what = what
        self._differences = differences

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(f"Somebody else changed {self._what}")
            if self._by:
                yield Static(f"Changed by {self._by}.", classes="quiet", markup=False)
            yield Static(Content("\n").join(map(_lines, self._differences)) if self._differences else _SAME)
            with Horizontal(classes="buttons"):
                yield Button("Back to the form (n)", id="edit", compact=True)
                yield Button("Take theirs (t)", id="theirs", compact=True)
                yield Button("Save mine (m)", id="mine", variant="error", compact=True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        answer: dict[str | None, Answer] = {"edit": "edit", "theirs": "theirs", "mine": "mine"}
        self.dismiss(answer[event.button.id])

    def action_answer(self, answer: Answer) -> None:
        self.dismiss(answer)


_SAME = "The fields here are the same; something else of it was changed."


def _lines(difference: Difference) -> Content:
    return Content.assemble(
        (difference.field, "bold"),
        "\n  yours   ",
        (difference.mine or "(empty)", "$text-success"),
        "\n  theirs  ",
        (difference.theirs or "(empty)", "$text-warning"),
    )
