"""One of a few words on one line: the arrows or Space choose."""

from collections.abc import Mapping
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class Choice(Widget, can_focus=True):
    """`options` maps each value to its label; the chosen one is marked by a glyph and by colour."""

    DEFAULT_CSS = """
    Choice {
        height: 1;
        width: 1fr;
        &:focus { background: $surface-lighten-1; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space", "turn(1)", "Next", show=False, id="choice.next", tooltip="The next choice"),
        Binding("left", "turn(-1)", "Previous", show=False, id="choice.previous", tooltip="The choice before"),
    ]

    value: reactive[str] = reactive("")

    class Changed(Message):
        """Another value is chosen."""

        def __init__(self, choice: "Choice", value: str) -> None:
            super().__init__()
            self.choice, self.value = choice, value

    def __init__(self, options: Mapping[str, str], value: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._options = dict(options)
        self.set_reactive(Choice.value, value)

    def render(self) -> Content:
        return Content("   ").join(map(self._option, self._options))

    def _option(self, value: str) -> Content:
        chosen = value == self.value
        style = "bold $text-accent" if chosen else "$foreground-muted"
        return Content.assemble((f"{'◉' if chosen else '○'} {self._options[value]}", style))

    def action_turn(self, step: int) -> None:
        values = list(self._options)
        self.value = values[(values.index(self.value) + step) % len(values)]

    def watch_value(self, value: str) -> None:
        if self.is_mounted:
            self.post_message(self.Changed(self, value))

    def on_click(self, event: events.Click) -> None:
        x = 0
        for value, label in self._options.items():
            if x <= event.x < x + len(label) + 2:
                self.value = value
            x += len(label) + 5
