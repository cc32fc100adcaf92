"""Assign endpoint tokens: every endpoint with its slots to tick, and what Save would change."""

import pytest

from tests.tui.conftest import Open
from tests.tui.driving import Ui
from tokentui.domain.slots import Slot
from tokentui.tui.screens.assign import AssignScreen
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen
from tokentui.tui.screens.endpoints import EndpointsScreen


async def assign(ui: Ui, token: str = "bank-import") -> None:
    """Open the screen for a token."""
    await ui.press("2")
    await ui.at(EndpointTokensScreen)
    await ui.go(token)
    await ui.press("s")
    await ui.at(AssignScreen)
    await ui.until(lambda: ui.cursor_line and "of 20" in ui.lines[2])


def mapped(ui: Ui, token: str = "bank-import") -> dict[str, tuple[Slot, ...]]:
    reader = ui.desk.reader()
    found = reader.assignments_of(reader.token_by_name(token).id)
    return {reader.endpoint(one.endpoint_id).ref: one.slots for one in found}


def ticks(ui: Ui, ref: str) -> str:
    """The cells of an endpoint's three slots, without the cursor's brackets."""
    row = ui.row(f" {ref} ").replace("[", " ").replace("]", " ")
    return "".join(row[x] for x in (row_x(ui, slot) for slot in Slot))


def row_x(ui: Ui, slot: Slot) -> int:
    """Where the middle of a slot's column is."""
    header = ui.row("Endpoint ▲")
    return header.index(slot) + (len(slot) - 1) // 2


BEFORE = {"invoicing/invoices": (Slot.GET,), "invoicing/credit-notes": (Slot.GET,)}


async def test_every_endpoint_is_there_with_its_slots_and_only_those(open_ui: Open) -> None:
    async with open_ui() as ui:
        await assign(ui)
        assert ui.lines[2].endswith("20 of 20")
        assert ticks(ui, "invoicing/invoices") == "·✓ "
        assert ticks(ui, "catalogue/products") == "···"
        assert ticks(ui, "stock/goods-received") == "·  "


async def test_space_ticks_the_slot_and_a_line_tells_what_save_will_change(open_ui: Open) -> None:
    async with open_ui() as ui:
        await assign(ui)
        await ui.press("space")
        await ui.until(lambda: "Save changes +1 −0 · 20 of 20" in ui.lines[2])
        assert ticks(ui, "catalogue/pictures") == "+··"
        await ui.go("invoicing/invoices")
        await ui.press("right", "space")
        await ui.until(lambda: "Save changes +1 −1" in ui.lines[2])
        assert ticks(ui, "invoicing/invoices") == "·− "
        assert mapped(ui) == BEFORE
        await ui.press("space")
        await ui.until(lambda: "+1 −0" in ui.lines[2])


@pytest.mark.parametrize("key", ["enter", "w", "ctrl+s"])
async def test_save_maps_and_unmaps_as_one_change_after_a_question(open_ui: Open, key: str) -> None:
    async with open_ui() as ui:
        await assign(ui)
        await ui.press("space")
        await ui.go("invoicing/invoices")
        await ui.press("right", "space", key)
        await ui.see("bank-import is refused at once at 1 endpoint:", "invoicing/invoices")
        await ui.answer("Save +1 −1?", "y")
        await ui.told("Saved the assignments of bank-import: +1 −1.")
        assert mapped(ui) == {"catalogue/pictures": (Slot.POST,), "invoicing/credit-notes": (Slot.GET,)}
        await ui.press("u")
        await ui.see("bank-import is unmapped from POST of catalogue/pictures.")
        await ui.answer("Undo “assigned bank-import”?", "y")
        await ui.told("Undone: assigned bank-import.")
        assert mapped(ui) == BEFORE


async def test_save_that_cuts_nobody_off_does_not_ask(open_ui: Open) -> None:
    async with open_ui() as ui:
        await assign(ui)
        await ui.press("space", "w")
        await ui.told("Saved the assignments of bank-import: +1 −0.")


async def test_a_ticks_all_slots_of_an_endpoint_and_takes_them_away(open_ui: Open) -> None:
    async with open_ui() as ui:
        await assign(ui)
        await ui.press("a")
        await ui.until(lambda: ticks(ui, "catalogue/pictures") == "+++")
        await ui.press("a")
        await ui.until(lambda: ticks(ui, "catalogue/pictures") == "···")


async def test_t_ticks_a_whole_group_at_once(open_ui: Open) -> None:
    async with open_ui() as ui:
        await assign(ui)
        await ui.press("t")
        await ui.until(lambda: "+8 −0" in ui.lines[2])
        for ref, cells in (("pictures", "+++"), ("price-lists", " + "), ("products", "+++"), ("search", " + ")):
            assert ticks(ui, f"catalogue/{ref}") == cells
        assert ticks(ui, "orders/returns") == "·· "
        await ui.press("t")
        await ui.until(lambda: "Save changes" not in ui.lines[2])


async def test_the_filter_narrows_the_endpoints_and_ticks_stay(open_ui: Open) -> None:
    async with open_ui() as ui:
        await assign(ui)
        await ui.press("space", "slash")
        await ui.write("invoicing")
        await ui.press("enter")
        await ui.until(lambda: ui.lines[2].endswith("+1 −0 · 3 of 20"))
        await ui.press("escape")
        await ui.until(lambda: ui.lines[2].endswith("20 of 20"))
        assert ticks(ui, "catalogue/pictures") == "+··"


async def test_h_leaves_just_the_ticked_endpoints(open_ui: Open) -> None:
    async with open_ui() as ui:
        await assign(ui)
        await ui.press("h")
        await ui.miss("catalogue/products")
        await ui.see("invoicing/invoices", "invoicing/credit-notes")
        await ui.press("h")
        await ui.see("catalogue/products")


@pytest.mark.parametrize("key", ["q", "escape", "1", "ctrl+q"])
async def test_leaving_with_unsaved_ticks_asks_whatever_the_way_out(open_ui: Open, key: str) -> None:
    async with open_ui() as ui:
        await assign(ui)
        await ui.press("space", key)
        await ui.see("The assignment of bank-import has edits that are not saved.")
        await ui.press("enter")
        await ui.at(AssignScreen)
        assert "+1 −0" in ui.lines[2]
        assert mapped(ui) == BEFORE


async def test_ticks_are_saved_on_the_way_to_another_section(open_ui: Open) -> None:
    async with open_ui() as ui:
        await assign(ui)
        await ui.press("space", "1")
        await ui.answer("Unsaved edits", "s")
        await ui.at(EndpointsScreen)
        await ui.until(lambda: mapped(ui).get("catalogue/pictures") == (Slot.POST,))


async def test_leaving_without_ticks_does_not_ask(open_ui: Open) -> None:
    async with open_ui() as ui:
        await assign(ui)
        await ui.press("escape")
        await ui.at(EndpointTokensScreen)


async def test_a_slot_that_the_endpoint_lacks_cannot_be_ticked(open_ui: Open) -> None:
    async with open_ui() as ui:
        await assign(ui)
        await ui.go("invoicing/invoices")
        await ui.press("right", "right", "space")
        await ui.told("invoicing/invoices has no DELETE slot.")
        assert "Save changes" not in ui.lines[2]
