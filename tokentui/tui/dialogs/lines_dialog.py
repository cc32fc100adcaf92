"""What the dialogs share that show lines of text: they are scrolled by the keys, and closed."""

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tokentui.tui.dialogs.dialog import Dialog, ResultT


class LinesDialog(Dialog[ResultT]):
    """Shows `lines` below a title, or another `body`; whoever makes it binds its keys to `close` and `scroll`."""

    #: What the lower border says of its keys.
    KEYS: ClassVar[str] = "↑↓ scroll   esc close"

    @property
    def title_text(self) -> str:
        """What stands in the upper border."""
        raise NotImplementedError

    @property
    def keys_text(self) -> str:
        """What the lower border says of the keys here."""
        return self.KEYS

    def lines(self) -> Iterable[Content]:
        """What is shown."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(self.title_text)
            dialog.border_subtitle = self.keys_text
            with VerticalScroll(classes="lines"):
                yield self.body()

    def body(self) -> Widget:
        """The widget that shows them."""
        return Static(Content("\n").join(self.lines()))

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def action_close(self) -> None:
        self.dismiss(None)

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)
