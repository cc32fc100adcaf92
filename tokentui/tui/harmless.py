"""The last thing that every line goes through: nothing in it is obeyed by the terminal instead of shown.

Names and descriptions are refused where they hold such characters, but a store may come from elsewhere, and messages
quote files, addresses and hosts. A control sequence in one could write to the clipboard or draw another screen.
"""

import re

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

#: Control characters, line separators, and marks that turn the direction of the text around them.
_OBEYED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


class Harmless(LineFilter):
    """Takes away what a terminal would obey, and leaves each line as wide as it was."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments without control characters."""
        if all(segment.text.isprintable() for segment in segments):
            return segments
        return [Segment(_shown(segment.text), segment.style) for segment in segments]


def _shown(text: str) -> str:
    return _OBEYED.sub(lambda found: "?" * cell_len(found[0]), text)
