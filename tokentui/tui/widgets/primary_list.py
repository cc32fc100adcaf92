"""The primary tokens of an endpoint: a line for each slot, masked until one is revealed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tokentui.domain.slots import Slot
from tokentui.tui.reveals import Reveals, draw_over
from tokentui.tui.words import MASK


@dataclass(frozen=True, slots=True)
class PrimaryLine:
    """One slot: the end of its value and when it was made, or why there is none."""

    slot: Slot
    on: bool
    hint: str
    note: str


class PrimaryList(Reveals, Widget, can_focus=True):
    """Lines down, the slot under the cursor up."""

    DEFAULT_CSS = """
    PrimaryList { height: auto; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, id="primaries.up", tooltip="One slot up"),
        Binding(
            "down,j", "move(1)", "Down", show=False, id="primaries.down", tooltip="One slot down, then to the tokens"
        ),
    ]

    ALLOW_SELECT = False

    lines: reactive[tuple[PrimaryLine, ...]] = reactive[tuple[PrimaryLine, ...]]((), layout=True)
    cursor: reactive[int] = reactive(0)
    #: The value that is on screen, by its slot; at most one at a time.
    revealed: reactive[Mapping[Slot, str]] = reactive[Mapping[Slot, str]](dict)

    class Moved(Message):
        """The cursor stands on another slot."""

    class Edge(Message):
        """The cursor was to leave the list at its lower end."""

    @property
    def line(self) -> PrimaryLine | None:
        """The line under the cursor."""
        return self.lines[self.cursor] if self.cursor < len(self.lines) else None

    def render(self) -> Content:
        return Content("\n").join(self._line(place, line) for place, line in enumerate(self.lines))

    def _line(self, place: int, line: PrimaryLine) -> Content:
        at = place == self.cursor and self.has_focus
        value = self.revealed.get(line.slot)
        if not line.on:
            body = Content.styled(line.note, "$foreground-muted")
        elif value is not None:
            body = Content.styled(value, "$text-warning")
        else:
            body = Content.assemble(
                (MASK, "$foreground-muted"), f"  {line.hint:<4}      ", (line.note, "$foreground-muted")
            )
        width = self.content_size.width or self.app.size.width
        text = Content.assemble("›" if at else " ", f" {line.slot:<9}", body).truncate(width, ellipsis=True)
        if not at:
            return text
        bar = text.pad_right(max(0, width - text.cell_length))
        return bar.stylize("$block-cursor-foreground on $block-cursor-background")

    def action_move(self, step: int) -> None:
        if self.cursor + step >= len(self.lines):
            self.post_message(self.Edge())
        else:
            self.cursor = max(0, self.cursor + step)
            self.post_message(self.Moved())

    def reveal(self, slot: Slot, value: str) -> None:
        """Show a value for 30 seconds."""
        self.conceal()
        self.revealed = {slot: value}
        self.hide_in_time()

    def conceal(self) -> None:
        """Take the value off the screen."""
        self.revealed = {}
        draw_over(self)
        self.hidden()

    def on_hide(self) -> None:
        """Another tab is shown: nobody looks at the value any more."""
        self.conceal()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        if event.y < len(self.lines):
            self.cursor = event.y
            self.post_message(self.Moved())
