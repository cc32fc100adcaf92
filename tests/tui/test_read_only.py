"""A store that is only looked at offers nothing that would change it."""

from pathlib import Path

import pytest
from textual import events

from tests.tui.conftest import Open, desk_at
from tests.tui.driving import Ui
from tokentui.services.desk import Desk
from tokentui.tui.actions import CHANGES
from tokentui.tui.dialogs.help import Help
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen
from tokentui.tui.screens.endpoints import EndpointsScreen
from tokentui.tui.widgets.endpoint_form import EndpointForm


@pytest.fixture
def looking(store: Path) -> Desk:
    return desk_at(store, read_only=True)


PLACES = {
    "endpoints": ((), "Catalogue search"),
    "inactive endpoints": (("i",), "inactive"),
    "tokens": (("2",), "bank-import"),
    "inactive tokens": (("2", "i"), "legacy-fax"),
    "sums": (("3", "t"), "Calls ▼"),
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


@pytest.mark.parametrize("field", ["name", "slug", "group", "path", "ip_filter", "description"])
async def test_a_field_can_be_read_and_copied_but_not_written_into(open_ui: Open, looking: Desk, field: str) -> None:
    async with open_ui(looking) as ui:
        await go_to(ui, "endpoint")
        form = ui.page.query_one(EndpointForm)
        before = form.fields
        await ui.tab_to(field)
        await ui.press("x", "backspace", "home", "delete", "ctrl+u", "ctrl+k", "shift+end", "ctrl+x", "ctrl+v")
        await ui.pilot.pause()
        assert form.fields == before
        assert ui.app.focused is not None
        assert ui.app.focused.id == field
        ui.app.post_message(events.Paste("pasted"))
        await ui.pilot.pause()
        assert form.fields == before
        assert "*" not in ui.lines[2]


async def test_what_is_selected_in_a_field_is_copied(open_ui: Open, looking: Desk) -> None:
    async with open_ui(looking) as ui:
        await go_to(ui, "endpoint")
        await ui.tab_to("path")
        await ui.press("home", "shift+end", "ctrl+c")
        await ui.until(lambda: ui.app.clipboard == "/api/endpoint/catalogue/search")


async def test_no_switch_of_the_form_can_be_turned(open_ui: Open, looking: Desk) -> None:
    async with open_ui(looking) as ui:
        await go_to(ui, "endpoint")
        form = ui.page.query_one(EndpointForm)
        before = form.fields
        for _ in range(20):
            await ui.press("tab", "space", "right", "left")
        assert form.fields == before
        assert all(control.disabled for control in form.query("Tick, Choice, Button"))


async def test_letters_are_keys_in_a_field_that_cannot_be_written_into(open_ui: Open, looking: Desk) -> None:
    async with open_ui(looking) as ui:
        await go_to(ui, "endpoint")
        await ui.tab_to("name")
        await ui.until(lambda: "q Back" in ui.footer)
        await ui.press("q")
        await ui.at(EndpointsScreen)


async def test_the_form_says_that_it_is_read_only(open_ui: Open, looking: Desk) -> None:
    async with open_ui(looking) as ui:
        await go_to(ui, "endpoint")
        assert "read-only" in ui.row("Details")
        await ui.tab_to("name")
        await ui.press("enter")
        await ui.told("Read-only")


def newer(store: Path) -> None:
    """A newer TokenTUI takes the store over."""
    store.write_bytes(store.read_bytes().replace(b'"schema_version":1', b'"schema_version":2'))


async def test_edits_ask_before_they_are_left_in_a_store_that_became_read_only(open_ui: Open, store: Path) -> None:
    async with open_ui() as ui:
        await ui.go("Catalogue search")
        await ui.press("enter")
        await ui.see("Details")
        await ui.tab_to("name")
        await ui.write("x")
        newer(store)
        await ui.see("read-only")
        await ui.press("y")
        assert ui.page.query_one(EndpointForm).fields.name == "Catalogue searchx"
        await ui.press("q")
        await ui.see("catalogue/search has edits that are not saved.")


async def test_enter_on_a_token_opens_no_form(open_ui: Open, looking: Desk) -> None:
    async with open_ui(looking) as ui:
        await go_to(ui, "tokens")
        await ui.press("enter")
        await ui.pilot.pause()
        assert isinstance(ui.screen, EndpointTokensScreen)
