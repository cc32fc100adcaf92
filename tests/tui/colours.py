"""Which colours stand on the screen, and how well they are told apart, also by eyes with two kinds of cones."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import cbrt, dist

from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual._context import visible_screen_stack
from textual.strip import Strip

from tests.tui.driving import Ui
from tokentui.tui.screens.page_screen import PageScreen

#: Frames, scrollbars and blocks: no text, and told by their place.
_DRAWN = frozenset(chr(number) for number in range(0x2500, 0x25A0)) - {"▌"}


@dataclass(frozen=True)
class Written:
    """A text on the screen in one style."""

    y: int
    text: str
    style: Style

    @property
    def colours(self) -> tuple[ColorTriplet, ColorTriplet]:
        """Of the text and of what is behind it."""
        fore, back = self.style.color, self.style.bgcolor
        assert fore is not None, self
        assert back is not None, self
        pair = fore.get_truecolor(), back.get_truecolor(foreground=False)
        return pair[::-1] if self.style.reverse else pair

    @property
    def contrast(self) -> float:
        return contrast(*self.colours)


def strips(ui: Ui) -> list[Strip]:
    """The lines of what is on top: of the page, or of the dialog over it, since what lies below has no say."""
    visible_screen_stack.set(ui.app._background_screens)
    drawn = ui.app.screen._compositor.render_strips()
    if isinstance(ui.screen, PageScreen):
        return drawn
    dialog = ui.screen.query(".dialog, CommandList")
    if not dialog:  # it is opening
        return []
    region = dialog.first().region
    lines = drawn[max(region.y, 0) : region.bottom]
    return [strip.crop(max(region.x, 0), region.right) for strip in lines]


def written(ui: Ui) -> Iterator[Written]:
    """Every text on top, without blanks, frames and scrollbars."""
    for y, strip in enumerate(strips(ui)):
        for text, style, _ in strip:
            shown = _text(text).strip()
            if shown and style is not None:
                yield Written(y, shown, style)


def without_colours(lines: Iterable[Strip]) -> list[list[Segment]]:
    """The texts as somebody sees them who sees no colour: their characters, bold, reverse and underline."""
    return [[Segment(_text(text), _plain(style)) for text, style, _ in strip] for strip in lines]


def _text(text: str) -> str:
    """Without frames and scrollbars."""
    return "".join(" " if character in _DRAWN else character for character in text)


def _plain(style: Style | None) -> Style:
    if style is None:
        return Style()
    return Style(bold=bool(style.bold), reverse=bool(style.reverse), underline=bool(style.underline))


def contrast(one: ColorTriplet, other: ColorTriplet) -> float:
    """Contrast ratio, 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted(luminance(linear(colour)) for colour in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


Linear = tuple[float, float, float]


def linear(colour: ColorTriplet) -> Linear:
    """The light of each primary, 0 to 1 (IEC 61966-2-1)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized
    )
    return red, green, blue


def luminance(light: Linear) -> float:
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), light, strict=True))


#: What is seen without one kind of cones (Machado, Oliveira and Fernandes 2009, table 1, severity 1.0).
SIGHTS: dict[str, tuple[Linear, Linear, Linear]] = {
    "all": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def as_seen(colour: ColorTriplet, sight: str) -> Linear:
    """The light that stands for a colour with this sight."""
    light = linear(colour)
    red, green, blue = (
        min(1.0, max(0.0, sum(a * b for a, b in zip(row, light, strict=True)))) for row in SIGHTS[sight]
    )
    return red, green, blue


def difference(one: Linear, other: Linear) -> float:
    """How different two lights look: the distance in CIE L*a*b* (1976); from some 10 on at a glance."""
    return dist(_lab(one), _lab(other))


_XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
_D65 = (0.9505, 1.0, 1.089)


def _lab(light: Linear) -> Linear:
    x, y, z = (
        _root(sum(a * b for a, b in zip(row, light, strict=True)) / white)
        for row, white in zip(_XYZ, _D65, strict=True)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _root(part: float) -> float:
    return cbrt(part) if part > 0.008856 else 7.787 * part + 16 / 116


def told(found: Iterable[Written]) -> str:
    """Contrast, line and text of each, for a failure."""
    return "\n".join(
        f"{each.contrast:5.2f}  {each.colours[0].hex} on {each.colours[1].hex}  {each.y:3}  {each.text!r}"
        for each in sorted(found, key=lambda each: each.contrast)
    )
