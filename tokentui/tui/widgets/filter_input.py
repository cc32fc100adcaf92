"""What one types the filter into; loaded by the first `/`."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import Input

from tokentui.tui.widgets.filter_bar import FilterBar
from tokentui.tui.widgets.pasting import take_one_line


class FilterInput(Input):
    """Enter and Down lead on to the list; Esc clears."""

    DEFAULT_CSS = """
    FilterInput { width: 1fr; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "leave", "To the list", id="filter.leave", tooltip="Keep the filter, go to the list"),
        Binding("down", "leave", "To the list", show=False, id="filter.down", tooltip="As Enter"),
        Binding("escape", "clear", "Clear", id="filter.clear", tooltip="Clear the filter"),
    ]

    def __init__(self) -> None:
        super().__init__(placeholder="type to filter; Enter keeps it, Esc clears it", compact=True, max_length=200)

    def on_mount(self) -> None:
        """A cursor that blinks costs bytes as an animation does."""
        self.cursor_blink = self.app.animation_level != "none"

    def on_paste(self, event: events.Paste) -> None:
        take_one_line(event)

    def watch_value(self, value: str) -> None:
        self.post_message(FilterBar.Changed(value))

    def action_leave(self) -> None:
        self.post_message(FilterBar.Left())

    def action_clear(self) -> None:
        self.value = ""
        self.post_message(FilterBar.Left())
