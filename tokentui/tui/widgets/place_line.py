"""The line that says where one is: the way here on the left, the state of what is shown on the right."""

from collections.abc import Sequence

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

#: So few characters of each filter are left, if there are more, before the line of all of them is cut.
LEAST = 6


class PlaceLine(Widget):
    """`Endpoints › orders/purchase-orders` and `● active  ▣ token`; filters between are shortened."""

    DEFAULT_CSS = """
    PlaceLine {
        height: 1;
        padding: 0 1;
        text-style: bold;
    }
    """

    place: reactive[str] = reactive("")
    state: reactive[str] = reactive("")
    #: What the rows are filtered by, a text each; it stands before the state.
    filters: reactive[tuple[str, ...]] = reactive[tuple[str, ...]](())

    def render(self) -> Content:
        width = self.content_size.width
        state = Content.styled(self._right, "not bold $foreground-muted")
        place = Content(self.place).truncate(max(width - state.cell_length - 1, 1), ellipsis=True)
        gap = width - place.cell_length - state.cell_length
        return Content.assemble(place, " " * max(gap, 1), state)

    @property
    def _right(self) -> str:
        """Filters and state, the filters as short as the place and the state beside them want it."""
        if not self.filters:
            return self.state
        behind = f" · {self.state}"
        room = self.content_size.width - Content(self.place).cell_length - 1 - Content(behind).cell_length
        return f"{Content(shortened(self.filters, room)).truncate(max(room, 1), ellipsis=True)}{behind}"


def shortened(parts: Sequence[str], room: int) -> str:
    """The parts with dots between, the longest of them cut first where there are more characters than `room`."""
    left = list(parts)
    while len(" · ".join(left)) > room and len(longest := max(left, key=len)) > LEAST:
        left[left.index(longest)] = f"{longest[:-2].rstrip()}…"
    return " · ".join(left)
