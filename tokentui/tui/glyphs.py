"""What a terminal cannot draw, drawn with what it can: each character by as many cells of plain ones.

The kernel's console draws the 256 or 512 characters of its font, and a session whose locale knows no UTF-8 has
another idea of every byte above 127. Words stand beside all our glyphs, so none of them is missed.
"""

import unicodedata
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_PLAIN = str.maketrans(
    {
        **dict(zip("●○◌◐◔◉▣◈◇◆■", "*o.~!*#%<=x", strict=True)),
        **dict(zip("✓✗↻›▌▲▼•·…–−→←↑↓×“”‘’", "vX@>#^v*.~-->-^vx\"\"''", strict=True)),
        "\N{BULLET OPERATOR}": "*",
        "\N{REPLACEMENT CHARACTER}": "?",
    }
)
#: From here on the kernel's console has no letters; before it, as many as the font of the language holds.
_CONSOLE_LETTERS_END = 0x530


class PlainGlyphs(LineFilter):
    """Replaces what `charset` does not hold, cell by cell."""

    def __init__(self, charset: str) -> None:
        super().__init__()
        self._charset = charset

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments, each as wide as it was."""
        return [
            segment if segment.text.isascii() else Segment(plain(segment.text, self._charset), segment.style)
            for segment in segments
        ]


def plain(text: str, charset: str = "ascii") -> str:
    """`text` in characters of `charset`, and in as many cells."""
    return "".join(character if character.isascii() else _drawn(character, charset) for character in text)


@lru_cache(maxsize=4096)
def _drawn(character: str, charset: str) -> str:
    if character.isalpha() and _holds(charset, character):
        return character
    replaced = character.translate(_PLAIN)
    if not replaced.isascii():
        replaced = _line(character) or _base_letter(character)
    return replaced.ljust(cell_len(character), "?")[: cell_len(character)]


def _holds(charset: str, letter: str) -> bool:
    if charset == "console":
        return ord(letter) < _CONSOLE_LETTERS_END
    try:
        letter.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def _line(character: str) -> str:
    """What a line or a block is drawn with, of which frames and scrollbars are made; empty for all else."""
    name = unicodedata.name(character, "")
    if name.startswith("BOX DRAWINGS"):
        if "HORIZONTAL" in name and not any(word in name for word in ("VERTICAL", "DOWN", "UP")):
            return "-"
        return "|" if "VERTICAL" in name and "HORIZONTAL" not in name else "+"
    return " " if "BLOCK" in name or "ONE EIGHTH" in name or "SHADE" in name else ""


def _base_letter(character: str) -> str:
    base = unicodedata.normalize("NFKD", character)[0]
    return base if base.isascii() and base.isprintable() else "?"
