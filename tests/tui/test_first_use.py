"""What a new admin does by accident, at odd moments or with a broken setup."""

from tests.tui.conftest import NOW, Open
from tests.tui.driving import Ui
from tokentui.domain.errors import SealError
from tokentui.domain.slots import Slot
from tokentui.services.desk import Desk
from tokentui.store.vault import KeyVault
from tokentui.tui.dialogs.confirm import Confirm
from tokentui.tui.dialogs.token_settings import TokenSettings
from tokentui.tui.screens.assign import AssignScreen


async def on_tokens(ui: Ui) -> None:
    await ui.press("2")
    await ui.see("bank-import")


async def test_a_first_key_in_token_settings_does_not_replace_the_name(open_ui: Open, desk: Desk) -> None:
    token = desk.reader().token_by_name("bank-import")
    async with open_ui() as ui:
        await on_tokens(ui)
        await ui.press("enter")
        await ui.at(TokenSettings)
        await ui.press("s", "enter")
        await ui.told("Renamed bank-import to bank-imports. u takes it back.")
        assert desk.reader().token(token.id).name == "bank-imports"


async def test_a_question_about_marked_tokens_names_every_one_of_them(open_ui: Open) -> None:
    async with open_ui() as ui:
        await on_tokens(ui)
        await ui.press("space", "space", "space", "down", "space", "e")
        await ui.at(Confirm)
        await ui.see("Disable 4 tokens?", "bank-import", "bi-dashboard", "bookkeeping", "crm", "Refused at once at 7")


async def test_the_cell_cursor_starts_and_stays_on_slots_that_are_on(open_ui: Open, desk: Desk) -> None:
    async with open_ui() as ui:
        await ui.see("Order status")
        await ui.press("slash", *"order status", "enter", "enter")
        await ui.see("Secondary tokens", "space Map")
        table = ui.page.query_one("TokensTab RowTable")
        assert getattr(table, "slot_key") == Slot.GET  # noqa: B009  # the query gives a plain widget
        await ui.press("right", "left")
        assert getattr(table, "slot_key") == Slot.GET  # noqa: B009  # as above


async def test_space_ticks_the_only_slot_of_an_endpoint_wherever_the_cursor_stands(open_ui: Open) -> None:
    async with open_ui() as ui:
        await on_tokens(ui)
        await ui.press("s")
        await ui.at(AssignScreen)
        await ui.see("catalogue/price-lists")
        await ui.press("down", "space")
        await ui.see("Save changes +1 −0")


async def test_a_key_that_is_not_there_is_told_before_a_form_is_filled_in(open_ui: Open, desk: Desk) -> None:
    def lost() -> bytes:
        raise SealError("The key file /k is not there. Put it back.")

    without = Desk(desk.store, KeyVault(lost), clock=lambda: NOW)
    async with open_ui(without) as ui:
        await ui.told("The key file /k is not there. Put it back.")
        await ui.see("Catalogue search")


async def test_a_long_message_takes_the_lines_it_needs(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.see("Catalogue search")
        ui.page.say("The store has a long name, " * 4 + "and here is what helps.", "error")
        await ui.see("and here is what helps.")


async def test_an_empty_shelf_says_how_to_get_back(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.see("Catalogue search")
        await ui.press("i")
        await ui.see("Nothing is inactive.", "Back to the active ones")


async def test_the_footer_never_drops_the_way_back_and_help(open_ui: Open) -> None:
    async with open_ui() as ui:
        await on_tokens(ui)
        await ui.until(lambda: "q Quit" in ui.footer and "? Help" in ui.footer)
