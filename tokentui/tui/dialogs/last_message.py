"""The last message in full, and after it has gone: the message line cuts what is too long for it."""

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from tokentui.tui.dialogs.lines_dialog import LinesDialog
from tokentui.tui.homely import homely
from tokentui.tui.widgets.cell_text import printable


class LastMessage(LinesDialog[None]):
    """Shows a text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "close", "Close", id="message.close", tooltip="Back to where you were"),
        Binding("j", "scroll(1)", "Down", show=False, id="message.down", tooltip="Scroll down"),
        Binding("k", "scroll(-1)", "Up", show=False, id="message.up", tooltip="Scroll up"),
    ]

    title_text = "The last message"

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = homely(text)

    def lines(self) -> Iterable[Content]:
        return (Content(printable(self._text)),)
