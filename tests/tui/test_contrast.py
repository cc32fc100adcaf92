"""Every text is told from its background: computed from what is drawn on each screen and dialog, in each theme."""

import pytest

from tests.tui.colours import told, written
from tests.tui.conftest import Open
from tests.tui.driving import Ui
from tests.tui.test_pictures import PICTURES, press, settled

#: Theme → the least contrast of any text: 7 is WCAG's AAA, 4.5 its AA.
LEAST = {
    "high-contrast-dark": 7.0,
    "high-contrast-light": 7.0,
    "colour-blind-safe": 4.5,
    "textual-dark": 4.5,
    "textual-light": 4.5,
}


async def at_picture(ui: Ui, name: str) -> None:
    """Go where the picture of this name is taken."""
    keys, text = PICTURES[name]
    await settled(ui, "Catalogue search")
    for key in keys:
        await press(ui, key)
        if key in ("2", "4", "enter", "s", "i", "h"):
            await settled(ui, "TokenTUI")
    await settled(ui, text)


@pytest.mark.parametrize("name", PICTURES)
async def test_every_text_is_told_from_its_background_in_our_themes_and_the_default_ones(
    open_ui: Open, name: str
) -> None:
    async with open_ui() as ui:
        await at_picture(ui, name)
        for theme, least in LEAST.items():
            ui.app.theme = theme
            await ui.pilot.pause()
            found = list(written(ui))
            assert found
            poor = [each for each in found if each.contrast < least]
            assert not poor, f"{theme}:\n{told(poor)}"
