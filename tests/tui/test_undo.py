"""`u` takes back the last change of this session; where that cuts somebody off, it asks like any other change."""

from dataclasses import replace
from typing import Any

import pytest

from tests.tui.conftest import Open
from tests.tui.driving import Ui
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.slots import Authentication, Slot
from tokentui.services.assigning import assign
from tokentui.services.desk import Desk
from tokentui.services.endpoints import edit_endpoint, generate_primary
from tokentui.services.tokens import add_token, set_active, set_enabled
from tokentui.tui.dialogs.confirm import Confirm
from tokentui.tui.endpoint_deeds import cut_question
from tokentui.tui.undo_deed import undo_question


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


@pytest.mark.parametrize(
    ("ref", "edit", "hit"),
    [
        ("catalogue/search", {"authentication": Authentication.INTERNAL}, "anybody may call it"),
        ("catalogue/price-lists", {"authentication": Authentication.NONE}, "Every caller without a token"),
        ("orders/returns", {"path": "/moved"}, "/moved is refused"),
        ("orders/sales-orders", {"ip_filter": ()}, "Only these addresses"),
    ],
)
def test_undo_of_an_edit_asks_as_the_edit_the_other_way_does(
    desk: Desk, ref: str, edit: dict[str, Any], hit: str
) -> None:
    endpoint = desk.reader().endpoint_by_ref(ref)
    edit_endpoint(desk, endpoint, replace(EndpointFields.of(endpoint), **edit))
    question = undo_question(desk, desk.reader(), desk.history[-1])
    assert question is not None
    assert hit in " ".join(question.hits)


def test_an_emptied_path_asks_since_the_default_path_is_another(desk: Desk) -> None:
    endpoint = desk.reader().endpoint_by_ref("orders/returns")
    moved = edit_endpoint(desk, endpoint, replace(EndpointFields.of(endpoint), path="/moved"))
    assert cut_question(desk, desk.reader(), moved, replace(EndpointFields.of(moved), path="")) is not None
    assert cut_question(desk, desk.reader(), moved, EndpointFields.of(moved)) is None


@pytest.mark.parametrize("kind", [Authentication.TOKEN, Authentication.INTERNAL])
def test_guarding_what_was_free_asks_since_callers_without_a_token_are_refused(
    desk: Desk, kind: Authentication
) -> None:
    endpoint = desk.reader().endpoint_by_ref("catalogue/search")
    question = cut_question(desk, desk.reader(), endpoint, replace(EndpointFields.of(endpoint), authentication=kind))
    assert question is not None
    assert "Every caller without a token is refused at once." in question.hits


# ---------------------------------------------------------------------- where the cursor goes


async def deactivate(ui: Ui, name: str) -> None:
    await ui.press("d")
    await ui.until(lambda: isinstance(ui.screen, Confirm) or "is deactivated" in ui.message)
    if isinstance(ui.screen, Confirm):
        await ui.press("y")
    await ui.told(f"{name} is deactivated.")
    await ui.until(lambda: ui.lines[2].endswith("36 of 36"))


async def test_undo_of_a_deactivation_brings_the_screen_back_as_it_was(open_ui: Open) -> None:
    async with open_ui() as ui:
        await on_tokens(ui)
        await ui.press("end", *["k"] * 23)
        await ui.until(lambda: ui.lines[4] == ui.cursor_line)
        at_top, below = ui.cursor_line.split()[1], ui.lines[5]
        before = ui.lines[3:21]
        await deactivate(ui, at_top)
        await ui.until(lambda: ui.cursor_line[2:] == below[2:])
        await ui.press("u")
        await ui.told("Undone: ")
        await ui.until(lambda: ui.lines[3:21] == before)


async def test_undo_brings_the_cursor_to_the_record_from_far_away(open_ui: Open, desk: Desk) -> None:
    async with open_ui() as ui:
        await on_tokens(ui)
        await ui.go("chatbot")
        await deactivate(ui, "chatbot")
        await ui.press("end")
        await ui.until(lambda: not ui.cursor_line.startswith("› chatbot"))
        await ui.press("u")
        await ui.told("Undone: deactivated chatbot.")
        await ui.until(lambda: ui.cursor_line.startswith("› chatbot"))


async def test_undo_of_a_deed_on_several_leaves_the_cursor_on_one_of_them(open_ui: Open, desk: Desk) -> None:
    async with open_ui() as ui:
        await on_tokens(ui)
        await ui.go("chatbot")
        ids = [desk.reader().token_by_name(name).id for name in ("bank-import", "chatbot", "monitoring")]
        set_enabled(desk, ids, False)
        await ui.until(lambda: "○ off" in ui.cursor_line)
        await ui.press("u")
        await ui.told("Undone: disabled 3 tokens.")
        await ui.until(lambda: "● on" in ui.cursor_line)
        assert ui.cursor_line.startswith("› chatbot")


async def test_undo_of_a_deed_on_several_goes_to_the_first_by_name(open_ui: Open, desk: Desk) -> None:
    async with open_ui() as ui:
        await on_tokens(ui)
        ids = [desk.reader().token_by_name(name).id for name in ("monitoring", "chatbot", "crm")]
        set_active(desk, ids, False)
        await ui.press("end")
        await ui.press("u")
        await ui.told("Undone: deactivated 3 tokens.")
        await ui.until(lambda: ui.cursor_line.startswith("› chatbot"))


async def test_undo_of_a_mapping_goes_to_the_token_or_the_endpoint_as_the_list_shows(
    open_ui: Open, desk: Desk
) -> None:
    token, endpoint = desk.reader().token_by_name("new-portal"), desk.reader().endpoint_by_ref("orders/returns")
    async with open_ui() as ui:
        for section, name in (("2", "new-portal"), ("1", "Returns")):
            assign(desk, token.id, add={endpoint.id: (Slot.GET,)}, remove={})
            await ui.press(section, "home", "u")
            await ui.at(Confirm)
            await ui.press("y")
            await ui.told("Undone: ")
            await ui.until(lambda name=name: ui.cursor_line.startswith(f"› {name}"))  # type: ignore[misc]  # bound now


async def test_undo_of_what_the_list_does_not_show_leaves_the_cursor(open_ui: Open, desk: Desk) -> None:
    async with open_ui() as ui:
        await ui.go("Returns")
        set_enabled(desk, [desk.reader().token_by_name("bank-import").id], False)
        add_token(desk, TokenFields(name="zeta"))
        await ui.press("u")
        await ui.told("Undone: added zeta.")
        await ui.press("u")
        await ui.told("Undone: disabled bank-import.")
        await ui.pilot.pause()
        assert ui.cursor_line.startswith("› Returns")
