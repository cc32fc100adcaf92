"""Assign endpoint tokens: every endpoint with its slots to tick, and what Save would change."""

from dataclasses import replace

import pytest
from textual import events

from tests.tui.conftest import Open
from tests.tui.driving import Ui
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.slots import Slot
from tokentui.services.assigning import map_slot
from tokentui.services.desk import Desk
from tokentui.services.endpoints import edit_endpoint
from tokentui.services.tokens import edit_token
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


# ---------------------------------------------------------------------- in the order of the keys


async def test_enter_right_after_t_saves_the_whole_group(open_ui: Open) -> None:
    async with open_ui() as ui:
        await assign(ui)
        await ui.burst("t", "enter")
        await ui.told("Saved the assignments of bank-import: +8 −0.")
        assert mapped(ui)["catalogue/products"] == tuple(Slot)


async def test_space_right_after_t_takes_a_tick_of_the_group_away(open_ui: Open) -> None:
    async with open_ui() as ui:
        await assign(ui)
        await ui.burst("t", "space")
        await ui.until(lambda: "Save changes +7 −0" in ui.lines[2])
        assert ticks(ui, "catalogue/pictures") == "·++"


async def test_t_is_for_the_group_that_the_key_fell_on(open_ui: Open) -> None:
    async with open_ui() as ui:
        await assign(ui)
        await ui.burst("t", "end")
        await ui.until(lambda: "Save changes +8 −0" in ui.lines[2])
        await ui.press("home")
        assert ticks(ui, "catalogue/pictures") == "+++"


@pytest.mark.parametrize("key", ["q", "1"])
async def test_leaving_right_after_t_asks(open_ui: Open, key: str) -> None:
    async with open_ui() as ui:
        await assign(ui)
        await ui.burst("t", key)
        await ui.see("The assignment of bank-import has edits that are not saved.")


@pytest.mark.parametrize(("answer", "saved"), [("w", True), ("d", False)])
async def test_a_key_right_after_q_answers_the_question(open_ui: Open, answer: str, saved: bool) -> None:
    async with open_ui() as ui:
        await assign(ui)
        await ui.press("space")
        await ui.burst("q", answer)
        await ui.at(EndpointTokensScreen)
        await ui.app.workplace.perform(lambda: None)  # whatever was asked for is through
        assert (mapped(ui) != BEFORE) is saved


async def test_enter_twice_asks_once(open_ui: Open) -> None:
    async with open_ui() as ui:
        await assign(ui)
        await ui.go("invoicing/invoices")
        await ui.press("right", "space")
        await ui.burst("enter", "enter")
        await ui.answer("Save +0 −1?", "y")
        await ui.told("Saved the assignments of bank-import: +0 −1.")
        assert isinstance(ui.screen, EndpointTokensScreen)


# ---------------------------------------------------------------------- while others work at the same


def change_endpoint(desk: Desk, ref: str, **fields: object) -> None:
    endpoint = desk.reader().endpoint_by_ref(ref)
    before = EndpointFields.of(endpoint)
    edit_endpoint(desk, endpoint, replace(before, **fields))  # type: ignore[arg-type]  # its own fields


async def test_ticks_that_cannot_be_saved_stay(open_ui: Open, other_desk: Desk) -> None:
    async with open_ui() as ui:
        await assign(ui)
        await ui.press("right", "right", "a")
        await ui.until(lambda: ticks(ui, "catalogue/pictures") == "+++")
        change_endpoint(other_desk, "catalogue/pictures", allow_deleting=False)
        await ui.press("w")
        await ui.told("catalogue/pictures has no DELETE slot: Allow deleting is off.")
        assert isinstance(ui.screen, AssignScreen)
        assert mapped(ui) == BEFORE
        await ui.until(lambda: "+3 −0" in ui.lines[2])
        await ui.press("space", "w")
        await ui.told("Saved the assignments of bank-import: +2 −0.")


async def test_ticks_that_cannot_be_saved_on_the_way_out_keep_one_here(open_ui: Open, other_desk: Desk) -> None:
    async with open_ui() as ui:
        await assign(ui)
        await ui.press("a")
        change_endpoint(other_desk, "catalogue/pictures", allow_deleting=False)
        await ui.press("1")
        await ui.answer("Unsaved edits", "s")
        await ui.told("catalogue/pictures has no DELETE slot: Allow deleting is off.")
        assert isinstance(ui.screen, AssignScreen)


async def test_what_somebody_else_maps_meanwhile_is_shown_and_own_ticks_stay(open_ui: Open, other_desk: Desk) -> None:
    async with open_ui() as ui:
        await assign(ui)
        await ui.press("space")
        reader = other_desk.reader()
        token = reader.token_by_name("bank-import").id
        map_slot(other_desk, token, reader.endpoint_by_ref("invoicing/invoices").id, Slot.GET, False)
        map_slot(other_desk, token, reader.endpoint_by_ref("catalogue/products").id, Slot.POST, True)
        await ui.until(lambda: ticks(ui, "invoicing/invoices") == "·· ")
        await ui.until(lambda: ticks(ui, "catalogue/products") == "✓··")
        assert ticks(ui, "catalogue/pictures") == "+··"
        assert "+1 −0" in ui.lines[2]


async def test_the_question_names_the_token_as_it_is_called_now(open_ui: Open, other_desk: Desk) -> None:
    async with open_ui() as ui:
        await assign(ui)
        token = other_desk.reader().token_by_name("bank-import")
        edit_token(other_desk, token, TokenFields(name="bank-export"))
        await ui.see("bank-export › Assign")


async def test_space_on_a_tick_of_a_slot_that_is_off_takes_that_tick_away(open_ui: Open, other_desk: Desk) -> None:
    async with open_ui() as ui:
        change_endpoint(other_desk, "invoicing/invoices", methods=(Slot.POST,))
        await assign(ui)
        await ui.go("invoicing/invoices")
        assert ticks(ui, "invoicing/invoices") == "·✓ "
        await ui.press("right", "space")
        await ui.until(lambda: "Save changes +0 −1" in ui.lines[2])
        assert ticks(ui, "invoicing/invoices") == "·− "


async def test_the_question_names_the_slots_that_are_cut_off(open_ui: Open) -> None:
    async with open_ui() as ui:
        await assign(ui)
        await ui.go("invoicing/invoices")
        await ui.press("right", "space", "w")
        await ui.see("bank-import is refused at once at 1 endpoint:", "invoicing/invoices (GET)")


async def test_a_key_that_comes_twice_opens_one_screen(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("2")
        await ui.at(EndpointTokensScreen)
        await ui.until(lambda: ui.cursor_line)
        for _ in range(2):
            ui.app.post_message(events.Key("s", None))
        await ui.at(AssignScreen)
        await ui.until(lambda: len([each for each in ui.app.workers if each.group == "default"]) < 2)
        assert [type(screen) for screen in ui.app.screen_stack] == [EndpointTokensScreen, AssignScreen]
