"""A form whose save fails late does not come over what its user does by then: it waits until it is asked for."""

from pathlib import Path

import pytest
from textual.widgets import Input

from tests.store.holding import held_by_somebody
from tests.tui.conftest import Open
from tests.tui.driving import Ui
from tests.tui.editing import show_token
from tokentui.services.desk import Desk
from tokentui.store.tinydb_store import TinyDBStore
from tokentui.tui.dialogs.rotate import Rotate
from tokentui.tui.dialogs.token_settings import TokenSettings
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen
from tokentui.tui.screens.endpoints import EndpointsScreen
from tokentui.tui.widgets.choice import Choice


@pytest.fixture
def hasty(desk: Desk, store: Path) -> Desk:
    """A desk that waits for a lock for as long as a user does who has gone on by then."""
    desk.store = TinyDBStore(store, lock_timeout=1.2)
    return desk


def name(ui: Ui) -> str:
    return ui.screen.query_one("#name", Input).value


async def test_an_edited_token_waits_until_it_is_opened_again(open_ui: Open, hasty: Desk, store: Path) -> None:
    async with open_ui(hasty) as ui:
        await show_token(ui, "bank-import")
        with held_by_somebody(store):
            await ui.press("enter")
            await ui.at(TokenSettings)
            await ui.write("-2")
            await ui.press("enter", "1")
            await ui.at(EndpointsScreen)
            await ui.told("bank-import is not saved: The store ")
            assert "Enter on it opens the form as it was." in ui.message
            await ui.pilot.pause()
            assert isinstance(ui.screen, EndpointsScreen)
        await ui.press("2", "enter")
        await ui.at(TokenSettings)
        assert name(ui) == "bank-import-2"
        await ui.press("enter")
        await ui.told("Renamed bank-import to bank-import-2.")


async def test_who_moves_on_in_the_same_list_is_left_in_peace(open_ui: Open, hasty: Desk, store: Path) -> None:
    async with open_ui(hasty) as ui:
        await show_token(ui, "bank-import")
        with held_by_somebody(store):
            await ui.press("a")
            await ui.at(TokenSettings)
            await ui.write("till")
            await ui.press("enter", "j")
            await ui.told("till is not added: The store ")
            await ui.pilot.pause()
            assert isinstance(ui.screen, EndpointTokensScreen)
        await ui.press("a")
        await ui.at(TokenSettings)
        assert name(ui) == "till"
        await ui.press("enter")
        await ui.told("Added till.")
        await ui.press("a")
        await ui.at(TokenSettings)
        assert name(ui) == ""


async def test_a_rotation_waits_with_what_was_chosen(open_ui: Open, hasty: Desk, store: Path) -> None:
    async with open_ui(hasty) as ui:
        await show_token(ui, "bank-import")
        with held_by_somebody(store):
            await ui.press("r")
            await ui.at(Rotate)
            await ui.press("right")
            chosen = ui.screen.query_one(Choice).value
            await ui.press("enter", "j")
            await ui.told("bank-import is not rotated: The store ")
            await ui.pilot.pause()
            assert isinstance(ui.screen, EndpointTokensScreen)
        await ui.press("k", "r")
        await ui.at(Rotate)
        assert ui.screen.query_one(Choice).value == chosen
