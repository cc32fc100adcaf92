"""What was confirmed is what is done, whatever somebody else did while the question stood."""

from tests.tui.conftest import Open
from tests.tui.driving import Ui
from tokentui.domain.slots import Slot
from tokentui.services.assigning import map_slot
from tokentui.services.desk import Desk
from tokentui.services.endpoints import generate_primary
from tokentui.services.tokens import set_active
from tokentui.tui.dialogs.confirm import Confirm
from tokentui.tui.screens.tick_list import TickList

REF = "orders/purchase-orders"


def slots(desk: Desk, name: str) -> tuple[Slot, ...]:
    reader = desk.reader()
    found = reader.assignment(reader.token_by_name(name).id, reader.endpoint_by_ref(REF).id)
    return () if found is None else found.slots


async def ask_to_unmap(ui: Ui, name: str) -> None:
    await ui.go("Purchase orders")
    await ui.press("enter")
    await ui.see("Secondary tokens", " mapped")
    await ui.press("h")
    await ui.see("[■] Hide unassigned")
    await ui.go(name)
    await ui.press("space")
    await ui.at(Confirm)
    await ui.see(f"Unmap {name} from POST here?")


async def test_unmap_is_for_the_token_that_was_confirmed_though_it_left_the_list(
    open_ui: Open, desk: Desk, other_desk: Desk
) -> None:
    async with open_ui() as ui:
        names = ("edi-gateway", "erp-nightly", "old-crm", "partner-acme")
        before = {name: slots(desk, name) for name in names}
        await ask_to_unmap(ui, "edi-gateway")
        set_active(other_desk, [other_desk.reader().token_by_name("edi-gateway").id], False)
        await ui.until(lambda: getattr(ui.page.query_one("TokensTab RowTable"), "row").token.name != "edi-gateway")  # noqa: B009
        await ui.press("y")
        await ui.told("Unmapped edi-gateway from POST.")
        assert slots(desk, "edi-gateway") == (Slot.GET,)
        assert {name: slots(desk, name) for name in names[1:]} == {name: before[name] for name in names[1:]}


async def test_generate_is_of_the_value_that_was_confirmed_and_not_of_a_newer_one(
    open_ui: Open, desk: Desk, other_desk: Desk
) -> None:
    async with open_ui() as ui:
        await ui.go("Purchase orders")
        await ui.press("enter")
        await ui.see("Secondary tokens", " mapped")
        await ui.press("g")
        await ui.at(Confirm)
        theirs = generate_primary(other_desk, desk.reader().endpoint_by_ref(REF).id, Slot.POST)
        await ui.press("y")
        await ui.told(f"Somebody else generated the POST primary of {REF} meanwhile: it stays.")
        assert desk.reader().endpoint_by_ref(REF) == theirs


async def test_ticks_unmap_what_was_confirmed_and_nothing_else(open_ui: Open, desk: Desk, other_desk: Desk) -> None:
    async with open_ui() as ui:
        await ui.press("2")
        await ui.go("edi-gateway")
        await ui.press("s")
        await ui.go(REF)
        await ui.press("space", "w")
        await ui.see("─ Save +0 −1? ─")
        reader = other_desk.reader()
        token, returns = reader.token_by_name("edi-gateway"), reader.endpoint_by_ref("orders/returns")
        map_slot(other_desk, token.id, returns.id, Slot.GET, True)
        await ui.until(lambda: ui.page.query_one(TickList).ticks.is_mapped(returns.id, Slot.GET))
        await ui.press("y")
        await ui.told("Saved the assignments of edi-gateway: +0 −1.")
        assert slots(desk, "edi-gateway") == (Slot.GET,)
        found = desk.reader().assignment(token.id, returns.id)
        assert found is not None
        assert found.slots == (Slot.GET,)
