"""`u takes it back` is told only where `u` takes back just that: where nothing was changed, it is an older deed."""

import pytest

from tests.tui.conftest import Open
from tests.tui.driving import Ui
from tests.tui.editing import show_token, tick_endpoint
from tokentui.domain.slots import Slot
from tokentui.services.assigning import assign, map_slot
from tokentui.services.desk import Desk
from tokentui.services.endpoints import set_endpoints_active
from tokentui.services.tokens import set_enabled
from tokentui.tui import store_eye
from tokentui.tui.dialogs.token_settings import TokenSettings
from tokentui.tui.endpoint_list_deeds import switch
from tokentui.tui.mapping_deeds import remap
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen


@pytest.fixture
def _blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody else saves is not seen before one's own key."""
    monkeypatch.setattr(store_eye, "WATCH_SECONDS", 3600.0)


def disable(desk: Desk, name: str) -> None:
    """A deed that `u` would take back."""
    set_enabled(desk, [desk.reader().token_by_name(name).id], False)


def enabled(desk: Desk, name: str) -> bool:
    return desk.reader().token_by_name(name).enabled


async def test_a_save_of_token_settings_that_changes_nothing_promises_no_undo(open_ui: Open, desk: Desk) -> None:
    async with open_ui() as ui:
        disable(desk, "bank-import")
        await show_token(ui, "crm")
        await ui.press("enter")
        await ui.at(TokenSettings)
        await ui.press("enter")
        await ui.told("crm stays as it was.")
        assert "u takes it back" not in ui.message
        await ui.at(EndpointTokensScreen)
        assert [change.summary for change in desk.history] == ["disabled bank-import"]


@pytest.mark.parametrize("on", [True, False])
async def test_a_mapping_that_somebody_else_made_first_promises_no_undo(
    open_ui: Open, desk: Desk, other_desk: Desk, on: bool
) -> None:
    token, endpoint = desk.reader().token_by_name("crm"), desk.reader().endpoint_by_ref("orders/returns")
    async with open_ui() as ui:
        map_slot(desk, token.id, endpoint.id, Slot.GET, not on)
        map_slot(other_desk, token.id, endpoint.id, Slot.GET, on)
        await remap(ui.page, endpoint.id, token.id, Slot.GET, on)
        words = "mapped to" if on else "unmapped from"
        await ui.told(f"Nothing to do: crm is {words} GET already.")
        assert "u takes it back" not in ui.message


@pytest.mark.usefixtures("_blind")
async def test_an_assignment_that_somebody_else_made_first_promises_no_undo(
    open_ui: Open, desk: Desk, other_desk: Desk
) -> None:
    reader = desk.reader()
    token = reader.token_by_name("bank-import")
    async with open_ui() as ui:
        disable(desk, "crm")
        await tick_endpoint(ui)
        there = reader.endpoint_by_ref("catalogue/pictures")
        assign(other_desk, token.id, add={there.id: there.slots}, remove={})
        await ui.press("w")
        await ui.told("Nothing to do: bank-import is assigned so already.")
        assert "u takes it back" not in ui.message
        assert not enabled(desk, "crm")


async def test_an_endpoint_that_somebody_else_switched_first_promises_no_undo(
    open_ui: Open, desk: Desk, other_desk: Desk
) -> None:
    endpoint = desk.reader().endpoint_by_ref("orders/returns")
    async with open_ui() as ui:
        disable(desk, "crm")
        set_endpoints_active(other_desk, [endpoint.id], False)
        await switch(ui.page, frozenset({endpoint.id}), False)
        await ui.told("Nothing to do: deactivated already.")
        assert "u takes it back" not in ui.message


async def test_u_takes_back_what_it_promised_and_names_it(open_ui: Open, desk: Desk) -> None:
    async with open_ui() as ui:
        await _rename(ui)
        await ui.told("Renamed crm to crm-2. u takes it back.")
        await ui.press("u")
        await ui.told("Undone: edited crm.")
        assert desk.reader().token_by_name("crm")


async def _rename(ui: Ui) -> None:
    await show_token(ui, "crm")
    await ui.press("enter")
    await ui.at(TokenSettings)
    await ui.write("-2")
    await ui.press("enter")
