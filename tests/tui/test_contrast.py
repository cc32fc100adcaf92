"""Every text is told from its background: computed from what is drawn on each screen and dialog, in each theme."""

from pathlib import Path

import pytest

from tests.tui.colours import told, written
from tests.tui.conftest import Open, desk_at
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
        await check_all_themes(ui)


async def check_all_themes(ui: Ui) -> None:
    """See to it that what is on top can be read in every theme."""
    for theme, least in LEAST.items():
        ui.app.theme = theme
        await ui.pilot.pause()
        found = list(written(ui))
        assert found
        poor = [each for each in found if each.contrast < least]
        assert not poor, f"{theme}:\n{told(poor)}"


@pytest.mark.parametrize("kind", ["done", "busy", "warning", "error"])
async def test_every_kind_of_message_is_told_from_its_background(open_ui: Open, kind: str) -> None:
    async with open_ui() as ui:
        await ui.see("Catalogue search")
        ui.page.say("What there is to say.", kind)
        await ui.see("What there is to say.")
        await check_all_themes(ui)


@pytest.mark.parametrize(
    ("keys", "text"),
    [(("2", "i"), "legacy-fax"), (("2", "slash", *"bank"), "1 of 37"), (("down", "enter"), "Primary tokens")],
    ids=["inactive", "filter", "primaries"],
)
async def test_what_is_on_the_shelf_in_the_filter_and_off_is_told_from_its_background(
    open_ui: Open, keys: tuple[str, ...], text: str
) -> None:
    async with open_ui() as ui:
        await ui.see("Catalogue search")
        for key in keys:
            await press(ui, key)
        await settled(ui, text)
        await check_all_themes(ui)


async def test_what_can_only_be_read_can_be_read(open_ui: Open, store: Path) -> None:
    async with open_ui(desk_at(store, read_only=True)) as ui:
        await ui.until(lambda: "read-only" in ui.lines[0])
        await ui.press("enter")
        await settled(ui, "read-only: fields can be copied")
        await check_all_themes(ui)


async def test_the_lock_can_be_read(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.see("Catalogue search")
        await ui.press("L")
        await ui.see("Locked", "this only hides the screen")
        await check_all_themes(ui)
