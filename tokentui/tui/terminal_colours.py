"""Colours as the terminal can show them: of 16, two that can be told apart; of none, what stands out is reversed.

A theme is made of true colours. On a terminal of 16 each becomes the nearest one, and what was grey on blue is then
white on cyan, which nobody can read. Which 16 a terminal shows is its user's choice, so several known sets count.
"""

from colorsys import rgb_to_hls
from functools import lru_cache

from rich.color import Color as RichColor
from rich.color import ColorSystem, ColorType
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

#: The least contrast of a text (WCAG 2.2, 1.4.3 asks for 4.5 of small and 3 of large or bold ones).
LEAST = 4.5
#: A background with this contrast to the page stands out: a cursor, a selection, a button that has the focus.
STANDS_OUT = 1.8

_VGA = (
    "000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa 555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff"
)
_XTERM = (
    "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff"
)
#: What the 16 numbers look like on the kernel's console, and in xterm.
PALETTES = tuple(
    tuple(ColorTriplet(*bytes.fromhex(colour)) for colour in colours.split()) for colours in (_VGA, _XTERM)
)
_BLACK, _WHITE = 0, 15
#: Backgrounds are of the first eight: the bright ones are darkened, or blink, on some terminals. These are red,
#: grey, green, cyan, blue and magenta, a sixth of the circle of hues each. There is no yellow: brown as it is on some
#: terminals, nothing can be read on it that can on others.
_GREY = 7
_HUES = (1, _GREY, 2, 6, 4, 5)
#: Luminances and a saturation: what is darker than `DARK` is black, what has no colour to speak of black or grey.
DARK, GREY, BRIGHT, PALE = 0.05, 0.2, 0.75, 0.25


def contrast(one: ColorTriplet, other: ColorTriplet) -> float:
    """How well two colours are told apart, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@lru_cache(maxsize=4096)
def _luminance(colour: ColorTriplet) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


class SixteenColours(LineFilter):
    """Every text in a colour that can be read on its background, of 16."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments in colours of the terminal."""
        return [Segment(text, style and in_sixteen(style)) for text, style, _ in segments]


@lru_cache(maxsize=4096)
def in_sixteen(style: Style) -> Style:
    """The style in colours of the 16; one on the terminal's own background is left as it is."""
    fore, back = (style.bgcolor, style.color) if style.reverse else (style.color, style.bgcolor)
    if back is None or ColorType.DEFAULT in (back.type, fore.type if fore is not None else back.type):
        return style
    behind = _nearest_background(back)
    number = _legible(_number(fore) if fore is not None else behind, behind)
    bold = bool(style.bold) and _told_apart(_brightened(number), behind)
    colours = Style(
        color=RichColor.from_ansi(number), bgcolor=RichColor.from_ansi(behind), reverse=False, bold=bold, dim=False
    )
    return style + colours


def _number(colour: RichColor) -> int:
    return colour.downgrade(ColorSystem.STANDARD).number or _BLACK


def _nearest_background(colour: RichColor) -> int:
    """Of the first eight, by hue: by distance, two reds of one button would become red and brown."""
    if colour.triplet is None:
        return _number(colour) % 8
    light = _luminance(colour.triplet)
    hue, _, saturation = rgb_to_hls(*colour.triplet.normalized)
    if light < DARK:
        return _BLACK
    if saturation < PALE or light > BRIGHT:
        return _GREY if light > GREY else _BLACK
    return _HUES[round(hue * len(_HUES)) % len(_HUES)]


def _legible(number: int, behind: int) -> int:
    if _told_apart(number, behind):
        return number
    return max((_BLACK, _WHITE), key=lambda plain: _least_contrast(plain, behind))


def _told_apart(number: int, behind: int) -> bool:
    return _least_contrast(number, behind) >= LEAST


def _least_contrast(number: int, behind: int) -> float:
    return min(contrast(palette[number], palette[behind]) for palette in PALETTES)


def _brightened(number: int) -> int:
    """What many terminals make of a bold colour of the first eight."""
    return number % 8 + 8


class NoColours(LineFilter):
    """No colour at all, as NO_COLOR asks (https://no-color.org); what stands out by its background is reversed."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments without colours."""
        return [Segment(text, style and without_colours(style)) for text, style, _ in segments]


@lru_cache(maxsize=4096)
def without_colours(style: Style) -> Style:
    """What is left of the style, on a page that is black."""
    return Style(
        bold=style.bold,
        italic=style.italic,
        underline=style.underline,
        strike=style.strike,
        reverse=_stands_out(style.color if style.reverse else style.bgcolor),
        meta=style.meta or None,
    )


def _stands_out(behind: RichColor | None) -> bool:
    black = PALETTES[0][_BLACK]
    return behind is not None and behind.triplet is not None and contrast(behind.triplet, black) >= STANDS_OUT
