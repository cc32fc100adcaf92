"""The tabs of an endpoint, on one line: General and Tokens."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class TabLine(Widget, can_focus=True):
    """The tabs, the current one marked; the arrows go from one to the next."""

    DEFAULT_CSS = """
    TabLine {
        height: 1;
        padding: 0 1;
        background: $panel;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "turn(-1)", "Tab left", show=False, id="tabs.left", tooltip="The tab to the left"),
        Binding("right", "turn(1)", "Tab right", show=False, id="tabs.right", tooltip="The tab to the right"),
        Binding("enter,down", "into", "Into the tab", id="tabs.into", tooltip="Go into the tab's fields"),
    ]

    tabs: reactive[tuple[str, ...]] = reactive[tuple[str, ...]]((), layout=False)
    current: reactive[str] = reactive("")

    class Turned(Message):
        """Another tab is wanted."""

        def __init__(self, tab: str) -> None:
            super().__init__()
            self.tab = tab

    class Into(Message):
        """The user wants to go into the tab."""

    def render(self) -> Content:
        return Content(" ").join(map(self._tab, self.tabs))

    def _tab(self, tab: str) -> Content:
        current = tab == self.current
        style = (
            ("bold reverse " if self.has_focus else "bold underline ") + "$text-primary"
            if current
            else "$foreground-muted"
        )
        return Content.styled(f" {tab} ", style)

    def action_turn(self, step: int) -> None:
        at = self.tabs.index(self.current) + step
        if 0 <= at < len(self.tabs):
            self.post_message(self.Turned(self.tabs[at]))

    def action_into(self) -> None:
        self.post_message(self.Into())

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        x = 1
        for tab in self.tabs:
            if x <= event.x < x + len(tab) + 2:
                self.post_message(self.Turned(tab))
            x += len(tab) + 3


def following(tabs: Sequence[str], current: str) -> str:
    """The tab after `current`, the first after the last."""
    return tabs[(tabs.index(current) + 1) % len(tabs)]
