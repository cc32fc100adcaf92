"""A checkbox whose state is a glyph, not only a colour."""

from textual.content import Content
from textual.widgets import Checkbox


class Tick(Checkbox):
    """`[■] label` where it is on, `[ ] label` where it is off."""

    DEFAULT_CSS = """
    Tick {
        border: none;
        padding: 0;
        background: transparent;
        margin-right: 2;
        &:focus { border: none; text-style: reverse; }
    }
    """

    def render(self) -> Content:
        return Content.assemble(("[■] " if self.value else "[ ] ", "bold" if self.value else ""), self.label)
