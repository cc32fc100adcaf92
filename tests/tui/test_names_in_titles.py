"""A name stands in a title as it is: square brackets in it are no markup."""

from pathlib import Path

import pytest

from tests.tui.conftest import Open, desk_at
from tests.tui.driving import Ui
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.slots import Authentication
from tokentui.services.assigning import assign
from tokentui.services.desk import Desk
from tokentui.services.endpoints import add_endpoint
from tokentui.services.tokens import add_token, edit_token
from tokentui.tui.screens.activity import ActivityScreen
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen

NAMES = ["[/]", "[red]erp[/red]", "[@click=app.exit]erp[/]"]


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def desk(empty_store: Path, name: str) -> Desk:
    """A desk with one token of that name, mapped to one endpoint."""
    desk = desk_at(empty_store)
    token = add_token(desk, TokenFields(name=name))
    endpoint = add_endpoint(desk, EndpointFields(name="Orders", group="g", authentication=Authentication.TOKEN))
    assign(desk, token.id, add={endpoint.id: endpoint.slots}, remove={})
    return desk


async def show_tokens(ui: Ui) -> None:
    await ui.press("2")
    await ui.at(EndpointTokensScreen)
    await ui.until(lambda: ui.cursor_line)


async def test_of_a_question(open_ui: Open, desk: Desk, name: str) -> None:
    async with open_ui(desk) as ui:
        await show_tokens(ui)
        await ui.press("e")
        await ui.answer(f"Disable {name}?", "n")


async def test_of_a_revealed_value(open_ui: Open, desk: Desk, name: str) -> None:
    async with open_ui(desk) as ui:
        await show_tokens(ui)
        await ui.press("v")
        await ui.see(f"─ {name} ─")


async def test_of_a_conflict(open_ui: Open, desk: Desk, name: str) -> None:
    async with open_ui(desk) as ui:
        await show_tokens(ui)
        await ui.press("enter")
        await ui.see("─ Token settings ─")
        token = desk.reader().token_by_name(name)
        edit_token(desk, token, TokenFields(name=name, description="theirs"))
        await ui.press("x", "enter")
        await ui.see(f"─ Somebody else changed {name} ─")


async def test_of_an_entry_in_the_activity(open_ui: Open, desk: Desk, name: str) -> None:
    async with open_ui(desk) as ui:
        await ui.press("5")
        await ui.at(ActivityScreen)
        await ui.until(lambda: ui.cursor_line)
        await ui.press("end", "enter")
        await ui.see(f"─ added {name} ─")
