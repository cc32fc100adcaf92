"""The line that says where one is: the way here on the left, the state of what is shown on the right."""

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget


class PlaceLine(Widget):
    """`Endpoints › orders/purchase-orders` and `● active  ▣ token`."""

    DEFAULT_CSS = """
    PlaceLine {
        height: 1;
        padding: 0 1;
        text-style: bold;
    }
    """

    place: reactive[str] = reactive("")
    state: reactive[str] = reactive("")

    def render(self) -> Content:
        width = self.content_size.width
        state = Content.styled(self.state, "not bold $foreground-muted")
        place = Content(self.place).truncate(max(width - state.cell_length - 1, 1), ellipsis=True)
        gap = width - place.cell_length - state.cell_length
        return Content.assemble(place, " " * max(gap, 1), state)
