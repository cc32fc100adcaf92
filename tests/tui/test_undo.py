"""`u` takes back the last change of this session; where that cuts somebody off, it asks like any other change."""

from tests.tui.conftest import Open
from tests.tui.driving import Ui
from tokentui.domain.slots import Slot
from tokentui.services.assigning import assign
from tokentui.services.desk import Desk
from tokentui.services.endpoints import generate_primary
from tokentui.services.tokens import set_enabled
from tokentui.tui.dialogs.confirm import Confirm


async def on_tokens(ui: Ui) -> None:
    await ui.press("2")
    await ui.see("bank-import")


async def test_undo_of_a_cut_asks_nothing_and_lets_pass_again(open_ui: Open, desk: Desk) -> None:
    token = desk.reader().token_by_name("bank-import")
    async with open_ui() as ui:
        await on_tokens(ui)
        set_enabled(desk, [token.id], False)
        await ui.press("u")
        await ui.told("Undone: disabled bank-import.")
        assert desk.reader().token(token.id).enabled


async def test_undo_that_disables_a_mapped_token_asks_and_names_what_it_hits(open_ui: Open, desk: Desk) -> None:
    token = desk.reader().token_by_name("old-crm")
    async with open_ui() as ui:
        await on_tokens(ui)
        set_enabled(desk, [token.id], True)
        await ui.press("u")
        await ui.at(Confirm)
        await ui.see("Undo “enabled old-crm”?", "old-crm is disabled again: refused at 2 endpoints.")
        await ui.press("enter")
        await ui.until(lambda: not isinstance(ui.screen, Confirm))
        assert desk.reader().token(token.id).enabled
        await ui.press("u")
        await ui.at(Confirm)
        await ui.press("y")
        await ui.told("Undone: enabled old-crm.")
        assert not desk.reader().token(token.id).enabled


async def test_undo_of_a_generated_primary_asks_since_the_new_one_may_be_in_use(open_ui: Open, desk: Desk) -> None:
    endpoint = desk.reader().endpoint_by_ref("orders/returns")
    async with open_ui() as ui:
        await on_tokens(ui)
        generate_primary(desk, endpoint.id, Slot.GET)
        await ui.press("u")
        await ui.at(Confirm)
        await ui.see("The new GET primary of orders/returns is refused")


async def test_undo_of_a_mapping_asks_and_names_token_slot_and_endpoint(open_ui: Open, desk: Desk) -> None:
    token, endpoint = desk.reader().token_by_name("new-portal"), desk.reader().endpoint_by_ref("orders/returns")
    async with open_ui() as ui:
        await on_tokens(ui)
        assign(desk, token.id, add={endpoint.id: (Slot.GET,)}, remove={})
        await ui.press("u")
        await ui.at(Confirm)
        await ui.see("new-portal is unmapped from GET of orders/returns.")
        await ui.press("y")
        await ui.told("Undone: ")
        assert desk.reader().assignments_of(token.id) == ()


async def test_where_nothing_is_left_undo_says_so(open_ui: Open) -> None:
    async with open_ui() as ui:
        await on_tokens(ui)
        await ui.press("u")
        await ui.told("Nothing more to undo in this session.")
