"""A store that is only looked at offers nothing that would change it."""

from pathlib import Path

import pytest

from tests.tui.conftest import Open, desk_at
from tests.tui.driving import Ui
from tokentui.services.desk import Desk
from tokentui.tui.actions import CHANGES
from tokentui.tui.dialogs.help import Help
from tokentui.tui.screens.endpoint import EndpointScreen
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen


@pytest.fixture
def looking(store: Path) -> Desk:
    return desk_at(store, read_only=True)


PLACES = {
    "endpoints": ((), "Catalogue search"),
    "inactive endpoints": (("i",), "inactive"),
    "tokens": (("2",), "bank-import"),
    "inactive tokens": (("2", "i"), "legacy-fax"),
    "endpoint": (("enter",), "Details"),
    "tokens tab": (("j", "enter"), "Primary tokens"),
    "primaries": (("j", "enter", "k"), "Primary tokens"),
}


async def go_to(ui: Ui, place: str) -> None:
    keys, seen = PLACES[place]
    await ui.until(lambda: "read-only" in ui.lines[0])
    for key in keys:
        await ui.press(key)
        await ui.pilot.pause()
    await ui.see(seen)


@pytest.mark.parametrize("place", list(PLACES))
async def test_no_action_that_changes_the_store_is_offered(open_ui: Open, looking: Desk, place: str) -> None:
    async with open_ui(looking) as ui:
        await go_to(ui, place)
        offered = {each.binding.action for each in ui.screen.active_bindings.values() if each.enabled}
        assert offered & CHANGES == set()
        assert offered


@pytest.mark.parametrize("place", list(PLACES))
async def test_no_key_changes_anything(open_ui: Open, looking: Desk, place: str) -> None:
    async with open_ui(looking) as ui:
        before = looking.store.stamp()
        await go_to(ui, place)
        screen = ui.screen
        clone = "" if "tokens" in place else "C"  # of a token it copies the value
        await ui.press(*"adegrRsuwI", *clone, "space", "ctrl+s")
        await ui.pilot.pause()
        assert looking.store.stamp() == before
        assert ui.screen is screen


async def test_read_only_is_told_at_the_top_of_every_page(open_ui: Open, looking: Desk) -> None:
    async with open_ui(looking) as ui:
        for key in ("2", "1", "enter"):
            await ui.press(key)
            await ui.until(lambda: "read-only" in ui.lines[0])


async def test_help_names_no_key_that_changes(open_ui: Open, looking: Desk) -> None:
    async with open_ui(looking, size=(100, 60)) as ui:
        await go_to(ui, "tokens")
        await ui.press("question_mark")
        await ui.at(Help)
        assert "Change" not in ui.text
        assert "Copy the token's value" in ui.text


async def test_values_can_still_be_revealed(open_ui: Open, looking: Desk) -> None:
    async with open_ui(looking) as ui:
        await go_to(ui, "tokens")
        await ui.press("v")
        await ui.see("It hides itself after 30 seconds.")


async def test_an_edited_form_is_refused_and_may_be_left(open_ui: Open, looking: Desk) -> None:
    async with open_ui(looking) as ui:
        await go_to(ui, "endpoint")
        await ui.tab_to("name")
        await ui.write("x")
        await ui.press("enter")
        await ui.told("The store was opened read-only.")
        assert isinstance(ui.screen, EndpointScreen)
        await ui.press("escape", "2")
        await ui.at(EndpointTokensScreen)


async def test_enter_on_a_token_opens_no_form(open_ui: Open, looking: Desk) -> None:
    async with open_ui(looking) as ui:
        await go_to(ui, "tokens")
        await ui.press("enter")
        await ui.pilot.pause()
        assert isinstance(ui.screen, EndpointTokensScreen)
