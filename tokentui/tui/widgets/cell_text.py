"""What a cell says, made safe for a terminal and exactly as wide as its column."""

from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from tokentui.tui.widgets.columns import Justify

ELLIPSIS = "…"
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_CONTROL_PICTURES = 0x2400
#: A cell is one base character and its marks. More marks than these are no writing, but bytes on the line.
_CHARACTERS_A_CELL = 4
#: Terminals do not agree on how wide these make the character before them.
_VARIATION_SELECTORS = dict.fromkeys(range(0xFE00, 0xFE10))


class Cell(NamedTuple):
    """A text and the state it is drawn in: `state="disabled"` takes the component class `row-table--disabled`."""

    text: str
    state: str = ""


def printable(text: str) -> str:
    """`text` without anything that a terminal would obey instead of showing it.

    Control characters become their pictures. What else is not printable (bidirectional overrides, zero-width
    joiners, lone surrogates, line separators) becomes a replacement character, odd spaces become a space.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, text.translate(_VARIATION_SELECTORS)))


def fit(text: str, width: int, justify: Justify = "left") -> str:
    """`text` in exactly `width` cells, cut with `…` where it is longer."""
    if width <= 0:
        return ""
    longest = width * _CHARACTERS_A_CELL
    shown = printable(text[:longest])
    size = len(shown) if shown.isascii() else cell_len(shown)
    if size > width or len(text) > longest:
        return set_cell_size(shown, width - 1) + ELLIPSIS
    return _justified(shown, width - size, justify)


def _justified(text: str, spare: int, justify: Justify) -> str:
    left = {"left": 0, "center": spare // 2, "right": spare}[justify]
    return " " * left + text + " " * (spare - left)


@lru_cache(maxsize=4096)
def _shown(character: str) -> str:
    if character.isprintable():
        return character
    if character.isspace() and ord(character) > 0x9F and character not in "\u2028\u2029":
        return " "
    if ord(character) < 0x20:
        return chr(_CONTROL_PICTURES + ord(character))
    return "\N{SYMBOL FOR DELETE}" if character == "\x7f" else _REPLACEMENT
