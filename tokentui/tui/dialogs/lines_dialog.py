"""What the dialogs share that show lines of text: they are scrolled by the keys, and closed."""

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tokentui.tui.dialogs.dialog import Dialog, ResultT


class LinesDialog(Dialog[ResultT]):
    """Shows `lines` below a title; whoever makes it binds its keys to `close` and `scroll`."""

    #: What the lower border says of its keys.
    KEYS: ClassVar[str] = "↑↓ scroll   esc close"

    @property
    def title_text(self) -> str:
        """What stands in the upper border."""
        raise NotImplementedError

    def lines(self) -> Iterable[Content]:
        """What is shown."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(self.title_text)
            dialog.border_subtitle = self.KEYS
            with VerticalScroll(classes="lines"):
                yield Static(Content("\n").join(self.lines()))

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def action_close(self) -> None:
        self.dismiss(None)

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)
