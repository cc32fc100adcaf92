"""How far a deed has come that takes a moment and is not to be stopped."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label, ProgressBar

from tokentui.tui.dialogs.dialog import Dialog


class Progress(Dialog[None]):
    """A bar under a title; whoever opened it closes it."""

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(self._title)
            yield ProgressBar(total=100, show_eta=False)
            yield Label(self._text, classes="quiet", markup=False)

    def reached(self, share: float) -> None:
        """`share` of the work, 0 to 1, is done."""
        for bar in self.query(ProgressBar):  # one that is closed already has none
            bar.update(progress=share * 100)
