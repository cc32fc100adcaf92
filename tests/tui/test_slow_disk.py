"""While somebody else holds the store, keys go on: nothing is saved twice, typed in vain, or undone unseen."""

from pathlib import Path

import pytest

from tests.store.holding import held_by_somebody
from tests.tui.conftest import Open
from tests.tui.driving import Ui
from tokentui.domain.fields import TokenFields
from tokentui.services.desk import Desk
from tokentui.services.tokens import edit_token
from tokentui.tui.dialogs.confirm import Confirm
from tokentui.tui.dialogs.help import Help
from tokentui.tui.dialogs.leave import Leave
from tokentui.tui.screens.assign import AssignScreen
from tokentui.tui.screens.endpoint import EndpointScreen
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen
from tokentui.tui.screens.endpoints import EndpointsScreen
from tokentui.tui.screens.page_screen import AnyPage
from tokentui.tui.widgets.endpoint_form import EndpointForm


def refs(desk: Desk) -> list[str]:
    return [endpoint.ref for endpoint in desk.reader().iter_endpoints() if endpoint.group == "tills"]


async def new_endpoint(ui: Ui) -> EndpointForm:
    await ui.see("Catalogue search")
    await ui.press("a")
    await ui.at(EndpointScreen)
    await ui.see("new endpoint")
    form = ui.page.query_one(EndpointForm)
    await ui.write("Till")
    await ui.tab_to("group")
    await ui.press("end", *["backspace"] * 20)
    await ui.write("tills")
    await ui.until(lambda: form.fields.group == "tills")
    return form


async def test_saving_twice_adds_once(open_ui: Open, store: Path, desk: Desk) -> None:
    async with open_ui() as ui:
        await new_endpoint(ui)
        with held_by_somebody(store):
            await ui.press("enter", "enter", "ctrl+s")
        await ui.told("Added tills/till.")
        await ui.app.workplace.perform(lambda: None)  # all changes that were asked for are through
        assert refs(desk) == ["tills/till"]


async def test_what_is_typed_during_a_save_stays_and_is_unsaved(open_ui: Open, store: Path, desk: Desk) -> None:
    async with open_ui() as ui:
        form = await new_endpoint(ui)
        await ui.tab_to("name")
        with held_by_somebody(store):
            await ui.press("enter", "end", *" two")
            await ui.until(lambda: form.fields.name == "Till two")
        await ui.told("Added tills/till.")
        await ui.until(lambda: form.fields.slug == "till")
        assert form.fields.name == "Till two"
        await ui.see("*")
        assert refs(desk) == ["tills/till"]


@pytest.mark.parametrize(("key", "screen"), [("q", EndpointsScreen), ("2", EndpointTokensScreen)])
async def test_leaving_during_a_save_waits_for_it_and_asks_nothing(
    open_ui: Open, store: Path, desk: Desk, key: str, screen: type[AnyPage]
) -> None:
    async with open_ui() as ui:
        await new_endpoint(ui)
        with held_by_somebody(store):
            await ui.press("enter", "escape", key)
            assert isinstance(ui.screen, EndpointScreen)
        await ui.at(screen)
        assert refs(desk) == ["tills/till"]


async def test_leaving_again_during_the_save_on_the_way_out_asks_nothing_more(
    open_ui: Open, store: Path, desk: Desk
) -> None:
    async with open_ui() as ui:
        await new_endpoint(ui)
        await ui.press("escape", "q")
        await ui.at(Leave)
        with held_by_somebody(store):
            await ui.press("s", "q", "q")
            assert isinstance(ui.screen, EndpointScreen)
        await ui.at(EndpointsScreen)
        assert refs(desk) == ["tills/till"]


async def test_what_is_typed_during_the_save_on_the_way_out_asks_once_more(
    open_ui: Open, store: Path, desk: Desk
) -> None:
    async with open_ui() as ui:
        form = await new_endpoint(ui)
        await ui.press("escape", "q")
        await ui.at(Leave)
        with held_by_somebody(store):
            await ui.press("s")
            await ui.tab_to("description")
            await ui.write("x")
            await ui.until(lambda: form.fields.description == "x")
        await ui.see("tills/till has edits that are not saved.")
        assert refs(desk) == ["tills/till"]


async def test_ticks_are_on_screen_until_they_are_saved(open_ui: Open, store: Path, desk: Desk) -> None:
    async with open_ui() as ui:
        await ui.press("2")
        await ui.see("bank-import")
        await ui.press("s")
        await ui.at(AssignScreen)
        await ui.see("catalogue/pictures")
        await ui.press("space")
        with held_by_somebody(store):
            await ui.press("w", "w", "q")
            await ui.told("Saving")
            assert isinstance(ui.screen, AssignScreen)
            assert "Save changes +1 −0" in ui.lines[2]
        await ui.told("Saved the assignments of bank-import: +1 −0.")
        assert isinstance(ui.screen, EndpointTokensScreen)


async def test_help_that_is_opened_while_ticks_are_saved_stays_open(open_ui: Open, store: Path) -> None:
    async with open_ui() as ui:
        await ui.press("2")
        await ui.see("bank-import")
        await ui.press("s")
        await ui.at(AssignScreen)
        await ui.see("catalogue/pictures")
        await ui.press("space")
        with held_by_somebody(store):
            await ui.press("w", "question_mark")
            await ui.at(Help)
        await ui.told("Saved the assignments of bank-import: +1 −0.")
        assert isinstance(ui.screen, Help)
        await ui.press("escape")
        await ui.at(AssignScreen)
        await ui.until(lambda: "Save changes" not in ui.lines[2])
        await ui.press("q")
        await ui.at(EndpointTokensScreen)


async def test_help_that_is_opened_during_the_save_on_the_way_out_stays_open(
    open_ui: Open, store: Path, desk: Desk
) -> None:
    async with open_ui() as ui:
        await new_endpoint(ui)
        await ui.press("escape", "q")
        await ui.at(Leave)
        with held_by_somebody(store):
            await ui.press("s", "question_mark")
            await ui.at(Help)
        await ui.told("Added tills/till.")
        await ui.app.workplace.perform(lambda: None)
        await ui.pilot.pause()
        assert isinstance(ui.screen, Help)
        await ui.press("escape")
        await ui.at(EndpointScreen)
        await ui.press("q")
        await ui.at(EndpointsScreen)


async def test_undo_is_of_the_change_that_was_asked_about(open_ui: Open, store: Path, desk: Desk) -> None:
    reader = desk.reader()
    edit_token(desk, reader.token_by_name("bank-import"), TokenFields(name="bank-import", description="harmless"))
    async with open_ui() as ui:
        await ui.press("2")
        await ui.see("bank-import")
        await ui.go("load-test")
        with held_by_somebody(store):
            await ui.press("e", "u")
        await ui.at(Confirm)
        await ui.see("Undo “enabled load-test”?")
        await ui.press("n")
        assert desk.reader().token_by_name("load-test").enabled
