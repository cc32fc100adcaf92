"""The filter: one line that appears at `/`, filters as one types, and goes with Esc."""

from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import var
from textual.widgets import Static

if TYPE_CHECKING:
    from tokentui.tui.widgets.filter_input import FilterInput


class FilterBar(Horizontal):
    """The filter's label and input; hidden while it is empty and not in use."""

    DEFAULT_CSS = """
    FilterBar {
        height: 1;
        display: none;
        padding: 0 1;
        &.-open { display: block; }
        Static { width: auto; color: $text-accent; text-style: bold; }
    }
    """

    class Left(Message):
        """The user is done with typing; the list has the word again."""

    class Changed(Message):
        """The filter's text is another one."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    text: var[str] = var("", init=False)
    _input: "FilterInput | None" = None

    async def open(self) -> None:
        """Show the filter and type into it."""
        from tokentui.tui.widgets.filter_input import FilterInput

        self.add_class("-open")
        if self._input is None:
            self._input = FilterInput()
            await self.mount(Static("/ "), self._input)
        self.screen.set_focus(self._input)  # at once: `focus` comes after the keys that wait already

    def clear(self) -> None:
        """Empty and hide the filter."""
        if self._input is not None:
            self._input.action_clear()

    def empty(self) -> None:
        """Take the text away; the filter itself stays only where somebody types into it."""
        if self._input is not None:
            self._input.value = ""
        self.set_class(self.has_focus_within, "-open")

    def on_filter_bar_changed(self, event: Changed) -> None:
        self.text = event.text

    def on_filter_bar_left(self) -> None:
        if not self.text:
            self.remove_class("-open")
