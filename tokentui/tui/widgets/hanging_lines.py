"""Lines of which each has a head (a label, a key): what finds no room goes on below the text, not below the head."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget


class Line(NamedTuple):
    """A head, which may be empty, and the text behind it."""

    head: Content
    text: Content


class HangingLines(Widget):
    """The lines, as high as they are at its width."""

    DEFAULT_CSS = """
    HangingLines { height: auto; }
    """

    def __init__(self, lines: Iterable[Line]) -> None:
        super().__init__()
        self._lines = tuple(lines)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(list(self._wrapped(width)))

    def render(self) -> Content:
        return Content("\n").join(self._wrapped(self.content_size.width))

    def _wrapped(self, width: int) -> Iterator[Content]:
        for head, text in self._lines:
            room = max(1, width - head.cell_length)
            first, *more = text.wrap(room) or [Content("")]
            yield head + first
            yield from (line.pad_left(head.cell_length) for line in more)
