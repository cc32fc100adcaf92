"""No way out of a form loses what was edited: a dialog is answered first, a page asks."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.command import CommandList, CommandPalette
from textual.widgets import Input

from tests.store.holding import held_by_somebody
from tests.tui.conftest import Open
from tests.tui.driving import WIDE, Ui
from tests.tui.editing import edit_token, show_token, tick_endpoint, write_new_endpoint
from tokentui.services.desk import Desk
from tokentui.store.tinydb_store import TinyDBStore
from tokentui.tui.dialogs.import_file import ImportDialog
from tokentui.tui.dialogs.leave import Leave
from tokentui.tui.dialogs.token_settings import TokenSettings
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen
from tokentui.tui.screens.endpoints import EndpointsScreen
from tokentui.tui.workplace import Workplace


async def write_path(ui: Ui) -> None:
    await ui.press("I")
    await ui.at(ImportDialog)
    await ui.write("tills")


async def edit_endpoint(ui: Ui) -> None:
    await write_new_endpoint(ui)
    await ui.press("escape")


Edit = Callable[[Ui], Awaitable[None]]

dialogs = pytest.mark.parametrize("edit", [edit_token, write_path])
pages = pytest.mark.parametrize("edit", [tick_endpoint, edit_endpoint])

#: What every palette offers, so that it is known when all of it is there.
LAST_OFFERED = "Picture: "
ELSEWHERE = ("Quit: ", "Endpoints: ", "Tokens: ")


async def offered(ui: Ui) -> list[str]:
    """All commands of the palette, which is left open."""
    await ui.press("ctrl+p")
    await ui.at(CommandPalette)
    commands = ui.screen.query_one(CommandList)

    def titles() -> list[str]:
        return [str(commands.get_option_at_index(at).prompt) for at in range(commands.option_count)]

    await ui.until(lambda: any(title.startswith(LAST_OFFERED) for title in titles()))
    await ui.pilot.pause()
    return titles()


@dialogs
async def test_the_palette_in_a_dialog_offers_nothing_that_goes_elsewhere(open_ui: Open, edit: Edit) -> None:
    async with open_ui(size=WIDE) as ui:
        await edit(ui)
        dialog = type(ui.screen)
        assert [title for title in await offered(ui) if title.startswith(ELSEWHERE)] == []
        await ui.press("escape")
        await ui.at(dialog)


@dialogs
@pytest.mark.parametrize("action", ["quit", "section('endpoints')", "section('tokens')", "command_palette"])
async def test_no_action_leads_out_of_a_dialog_past_its_answer(open_ui: Open, edit: Edit, action: str) -> None:
    async with open_ui() as ui:
        await edit(ui)
        dialog = type(ui.screen)
        page = ui.page
        written = [each.value for each in ui.screen.query(Input)]
        await ui.app.run_action(action)
        await ui.pilot.pause()
        await ui.press("escape" if isinstance(ui.screen, CommandPalette) else "end")
        await ui.at(dialog)
        assert ui.page is page
        assert [each.value for each in ui.screen.query(Input)] == written


@dialogs
@pytest.mark.parametrize("key", ["ctrl+q", "ctrl+c"])
async def test_no_key_leads_out_of_a_dialog_past_its_answer(open_ui: Open, edit: Edit, key: str) -> None:
    async with open_ui() as ui:
        await edit(ui)
        dialog = type(ui.screen)
        await ui.press(key)
        await ui.pilot.pause()
        assert ui.app.is_running
        assert isinstance(ui.screen, dialog)


async def test_a_dialog_that_opens_on_the_way_out_is_answered_first(open_ui: Open) -> None:
    async with open_ui() as ui:
        await edit_token(ui)
        await ui.app.action_quit()
        ui.app.action_section("endpoints")
        await ui.pilot.pause()
        assert ui.app.is_running
        assert isinstance(ui.screen, TokenSettings)
        assert isinstance(ui.page, EndpointTokensScreen)


@pages
@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("leave tokentui", "Quit: Leave"),
        ("go to endpoints", "Endpoints: Go to"),
        ("go to endpoint tokens", "Tokens: Go to"),
    ],
)
async def test_the_palettes_ways_out_of_a_page_ask_where_there_are_edits(
    open_ui: Open, edit: Edit, words: str, title: str
) -> None:
    async with open_ui(size=WIDE) as ui:
        await edit(ui)
        page = type(ui.screen)
        await ui.press("ctrl+p")
        await ui.choose(words, title)
        await ui.at(Leave)
        await ui.press("n")
        await ui.at(page)
        assert ui.app.is_running


@pages
async def test_ctrl_q_asks_where_there_are_edits_and_discard_leaves(open_ui: Open, edit: Edit) -> None:
    async with open_ui() as ui:
        await edit(ui)
        await ui.press("ctrl+q")
        await ui.at(Leave)
        await ui.press("ctrl+q")
        await ui.pilot.pause()
        assert isinstance(ui.screen, Leave)
        await ui.press("d")
        await ui.until(lambda: not ui.app.is_running)


@pages
async def test_ctrl_c_leaves_nothing(open_ui: Open, edit: Edit) -> None:
    async with open_ui() as ui:
        await edit(ui)
        page = type(ui.screen)
        await ui.press("ctrl+c")
        await ui.pilot.pause()
        assert isinstance(ui.screen, page)


async def test_ctrl_c_on_a_list_says_in_the_message_line_which_key_quits(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("ctrl+c")
        await ui.told("q leads back, and from a section out; ^q quits.")
        assert isinstance(ui.screen, EndpointsScreen)


# ---------------------------------------------------------------------- what is being saved


@pytest.fixture
def hasty_desk(store: Path, desk: Desk) -> Desk:
    """A desk that waits for somebody else's lock for a moment only."""
    desk.store = TinyDBStore(store, lock_timeout=0.5)
    return desk


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_who_quits_is_told_of_a_change_that_was_not_saved(
    open_ui: Open, store: Path, hasty_desk: Desk, key: str
) -> None:
    async with open_ui(hasty_desk) as ui:
        await show_token(ui, "load-test")
        with held_by_somebody(store):
            await ui.press("e", key)
            await ui.told("is locked by")
            await ui.pilot.pause()
            assert ui.app.is_running
        await ui.press(key)
        await ui.until(lambda: not ui.app.is_running)


async def test_who_quits_keeps_a_form_that_was_not_saved(open_ui: Open, store: Path, hasty_desk: Desk) -> None:
    async with open_ui(hasty_desk) as ui:
        await edit_token(ui)
        with held_by_somebody(store):
            await ui.press("enter", "q")
            await ui.see("✗ bank-import is not saved: ")
        await ui.press("q")
        await ui.answer("Leave without saving?", "n")
        await ui.press("enter")
        await ui.at(TokenSettings)
        assert ui.screen.query_one("#name", Input).value == "bank-import-2"


async def test_who_quits_waits_for_a_change_that_is_saved(open_ui: Open, store: Path, desk: Desk) -> None:
    async with open_ui() as ui:
        await show_token(ui, "load-test")
        with held_by_somebody(store):
            await ui.press("e", "q")
            await ui.told("Waiting for what is being saved")
        await ui.until(lambda: not ui.app.is_running)
    assert desk.reader().token_by_name("load-test").enabled


async def test_a_change_that_failed_after_its_page_was_left_is_told(
    open_ui: Open, store: Path, hasty_desk: Desk
) -> None:
    async with open_ui(hasty_desk) as ui:
        await ui.go("Returns")
        await ui.press("enter")
        await ui.see("Primary tokens", "2 of 37 mapped")
        await ui.go("chatbot")
        with held_by_somebody(store):
            await ui.press("space", "q")
            await ui.at(EndpointsScreen)
            await ui.told("is locked by")


async def test_changes_whose_page_was_left_before_their_turn_are_saved(
    open_ui: Open, store: Path, desk: Desk
) -> None:
    async with open_ui() as ui:
        await ui.go("Returns")
        await ui.press("enter")
        await ui.see("Primary tokens", "2 of 37 mapped")
        await ui.go("chatbot")
        with held_by_somebody(store):
            await ui.press("space", "j", "space", "q")
            await ui.at(EndpointsScreen)
        await ui.app.workplace.all_done()
        endpoint = desk.reader().endpoint_by_ref("orders/returns")
        assert len(desk.reader().assignments_at(endpoint.id)) == 4


async def test_what_is_asked_for_while_the_application_closes_is_not_begun_and_no_fault(
    desk: Desk,
) -> None:
    workplace = Workplace(desk)
    workplace.close()
    begun = []
    with pytest.raises(asyncio.CancelledError):
        await workplace.perform(lambda: begun.append("deed"))
    with pytest.raises(asyncio.CancelledError):
        await workplace.look(lambda reader: begun.append("question"))
    assert not begun


@pytest.mark.parametrize("key", ["q", "escape"])
async def test_the_key_line_of_a_history_says_back_and_esc_leads_there_too(open_ui: Open, key: str) -> None:
    async with open_ui() as ui:
        await ui.until(lambda: ui.cursor_line)
        await ui.press("H")
        await ui.see("› History")
        await ui.until(lambda: " q Back " in ui.footer)
        await ui.press(key)
        await ui.at(EndpointsScreen)


async def test_esc_clears_the_filter_of_a_history_before_it_leads_back(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.until(lambda: ui.cursor_line)
        await ui.press("H")
        await ui.see("› History")
        await ui.press("slash", "a", "enter", "escape")
        await ui.miss("/ a")
        assert "› History" in ui.text
        await ui.press("escape")
        await ui.at(EndpointsScreen)


@pytest.mark.parametrize("section", ["1", "2", "3", "4", "5"])
async def test_esc_does_not_lead_out_of_a_section(open_ui: Open, section: str) -> None:
    async with open_ui() as ui:
        await ui.press(section)
        await ui.until(lambda: ui.cursor_line and " q Quit " in ui.footer)
        page = ui.page
        await ui.press("escape")
        await ui.pilot.pause()
        assert ui.app.is_running
        assert ui.page is page


async def test_esc_leads_back_from_the_requests_of_a_record_once_its_filter_is_cleared(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.go("Returns")
        await ui.press("x")
        await ui.see("Data viewer", "orders/returns · ")
        await ui.until(lambda: " q Back " in ui.footer)
        await ui.press("escape")
        await ui.miss("orders/returns · ")
        assert "Data viewer" in ui.text
        await ui.press("escape")
        await ui.at(EndpointsScreen)


async def test_esc_leads_back_from_an_endpoint(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.go("Customers")
        await ui.press("enter")
        await ui.see("Primary tokens")
        await ui.press("escape")
        await ui.at(EndpointsScreen)
