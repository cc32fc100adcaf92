"""Enter saves the token's form from every row, and the form tells what becomes of a value that is replaced."""

import pytest
from textual.widgets import Input

from tests.tui.conftest import Open
from tests.tui.driving import Ui
from tokentui.domain.actors import Actor
from tokentui.domain.fields import TokenFields
from tokentui.services.desk import Desk
from tokentui.services.tokens import edit_token
from tokentui.tui.dialogs.conflict import ConflictDialog
from tokentui.tui.dialogs.token_settings import TokenSettings
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen
from tokentui.tui.widgets.secret_field import SecretField


async def form(ui: Ui) -> None:
    await ui.press("2")
    await ui.at(EndpointTokensScreen)
    await ui.go("load-test")
    await ui.press("enter")
    await ui.at(TokenSettings)


@pytest.mark.parametrize("row", ["name", "value", "description", "expires", "enabled"])
async def test_enter_saves_from_every_row(open_ui: Open, desk: Desk, row: str) -> None:
    async with open_ui() as ui:
        await form(ui)
        await ui.write("-2")
        if row == "value":
            await ui.press("tab")
            assert isinstance(ui.app.focused, SecretField)
        else:
            await ui.tab_to(row)
        await ui.press("enter")
        await ui.told("Renamed load-test to load-test-2.")
        assert not desk.reader().token_by_name("load-test-2").enabled


async def test_a_new_value_says_that_the_old_one_is_refused_and_what_would_keep_it(open_ui: Open) -> None:
    async with open_ui() as ui:
        await form(ui)
        assert "is refused as soon as" not in ui.text
        await ui.press("tab", "r")
        await ui.see("The old value is refused as soon as this is saved.", "r in the list")


async def test_a_conflict_says_who_changed_it_and_when(open_ui: Open, other_desk: Desk) -> None:
    other_desk.actor = Actor("anna", host="gateway")
    async with open_ui() as ui:
        await form(ui)
        await ui.write("-2")
        token = other_desk.reader().token_by_name("load-test")
        edit_token(other_desk, token, TokenFields(name="load-test", description="for anna"))
        await ui.press("enter")
        await ui.at(ConflictDialog)
        await ui.see("Changed by anna on gateway, ")
        await ui.press("n")
        await ui.at(TokenSettings)
        assert ui.screen.query_one("#name", Input).value == "load-test-2"
