"""The theme for eyes with two kinds of cones: what its colours say apart is seen apart, computed for each kind."""

from itertools import combinations

import pytest
from rich.color_triplet import ColorTriplet
from textual.color import Color

from tests.tui.colours import SIGHTS, as_seen, difference
from tokentui.tui.themes import COLOUR_BLIND

#: What a colour tells: done, look here, wrong, chosen, and nothing.
TELLING = ("success", "warning", "error", "accent", "foreground")
#: Well above what is seen at a glance, 10.
APART = 16.0


def colours(words: str) -> dict[str, ColorTriplet]:
    """The theme's colours for these meanings: of surfaces and buttons, or of words."""
    variables = COLOUR_BLIND.to_color_system().generate() | COLOUR_BLIND.variables
    names = {name: name if name == "foreground" else f"{words}{name}" for name in TELLING}
    return {name: ColorTriplet(*Color.parse(variables[variable]).clamped.rgb) for name, variable in names.items()}


@pytest.mark.parametrize("words", ["", "text-"], ids=["areas", "words"])
@pytest.mark.parametrize("sight", SIGHTS)
def test_the_colours_that_tell_something_are_told_apart_with_every_kind_of_cones(sight: str, words: str) -> None:
    seen = {name: as_seen(colour, sight) for name, colour in colours(words).items()}
    for one, other in combinations(TELLING, 2):
        assert difference(seen[one], seen[other]) >= APART, f"{one} and {other}"


def test_the_measure_finds_a_green_and_a_red_alike_that_are_so_without_the_cones_for_them() -> None:
    green, red = (as_seen(ColorTriplet(*bytes.fromhex(colour)), "deuteranopia") for colour in ("6f9a3f", "b0763c"))
    assert difference(green, red) < APART
