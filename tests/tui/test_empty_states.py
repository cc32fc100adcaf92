"""Where there is nothing to show, the screen says what to do next."""

from pathlib import Path

import pytest

from tests.tui.conftest import Open, desk_at
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.slots import Authentication
from tokentui.services.desk import Desk
from tokentui.services.endpoints import add_endpoint
from tokentui.services.tokens import add_token
from tokentui.tui.dialogs.import_file import ImportDialog
from tokentui.tui.screens.assign import AssignScreen
from tokentui.tui.screens.endpoint import EndpointScreen
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen


@pytest.fixture
def empty(empty_store: Path) -> Desk:
    """A desk at a store that is not there yet."""
    return desk_at(empty_store)


async def test_no_endpoints_name_add_import_and_demo(open_ui: Open, empty: Desk) -> None:
    async with open_ui(empty) as ui:
        await ui.see("No endpoints here yet.", "a  Add one", "I  Import an OpenAPI file", "tokentui --demo")
        for gone in ("d Deactivate", "C Clone", "u Undo"):
            assert gone not in ui.footer
        await ui.press("I")
        await ui.at(ImportDialog)


async def test_a_in_an_empty_list_opens_the_form(open_ui: Open, empty: Desk) -> None:
    async with open_ui(empty) as ui:
        await ui.press("a")
        await ui.at(EndpointScreen)
        await ui.see("new endpoint")


async def test_no_tokens_name_add(open_ui: Open, empty: Desk) -> None:
    async with open_ui(empty) as ui:
        await ui.press("2")
        await ui.at(EndpointTokensScreen)
        await ui.see("No endpoint tokens here yet.", "a  Add one for each application")
        for gone in ("Disable", "Assign", "Copy", "Reveal", "Deactivate"):
            assert gone not in ui.footer


async def test_looking_at_an_empty_store_makes_no_file(open_ui: Open, empty: Desk, empty_store: Path) -> None:
    async with open_ui(empty) as ui:
        await ui.press("2", "i", "1", "i")
        await ui.pilot.pause()
    assert not empty_store.parent.exists()


@pytest.mark.parametrize("section", ["1", "2"])
async def test_a_filter_that_finds_nothing_names_its_way_out(open_ui: Open, section: str) -> None:
    async with open_ui() as ui:
        await ui.press(section, "slash")
        await ui.write("zzz")
        await ui.see("fits.", "Esc  Clear the filter", "0 of ")


@pytest.mark.parametrize("section", ["1", "2"])
async def test_no_inactive_ones_name_the_way_back(open_ui: Open, empty: Desk, section: str) -> None:
    async with open_ui(empty) as ui:
        await ui.press(section, "i")
        await ui.see("Nothing is inactive.", "i  Back to the active ones")


async def test_no_tokens_in_the_tokens_tab_name_where_they_are_added(open_ui: Open, empty: Desk) -> None:
    add_endpoint(empty, EndpointFields(name="x", group="a", authentication=Authentication.TOKEN))
    async with open_ui(empty) as ui:
        await ui.press("enter")
        await ui.see("There are no endpoint tokens yet.", "2  Go to Endpoint tokens, a adds one")


async def test_hiding_all_tokens_of_an_endpoint_names_the_key_that_shows_them(open_ui: Open, empty: Desk) -> None:
    add_endpoint(empty, EndpointFields(name="x", group="a", authentication=Authentication.TOKEN))
    add_token(empty, TokenFields(name="t"))
    async with open_ui(empty) as ui:
        await ui.press("enter")
        await ui.see("0 of 1 mapped")
        await ui.press("h")
        await ui.see("No token is mapped to this endpoint.", "h  Show all tokens, then Space maps one")


async def test_nothing_to_assign_says_so(open_ui: Open, empty: Desk) -> None:
    add_token(empty, TokenFields(name="t"))
    async with open_ui(empty) as ui:
        await ui.press("2")
        await ui.go("t ")
        await ui.press("s")
        await ui.at(AssignScreen)
        await ui.see("No endpoints to assign.")


async def test_a_filter_that_finds_nothing_to_assign_names_its_way_out(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("2")
        await ui.go("crm")
        await ui.press("s")
        await ui.at(AssignScreen)
        await ui.press("slash")
        await ui.write("zzz")
        await ui.see("Esc  Clear the filter")
