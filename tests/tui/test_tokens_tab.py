"""The Tokens tab of an endpoint: primary tokens, and which endpoint token is mapped to which slot."""

from dataclasses import replace

import pytest

from tests.tui.conftest import Hourglass, Open
from tests.tui.driving import WIDE, Ui
from tokentui.domain.fields import EndpointFields
from tokentui.domain.records import Endpoint
from tokentui.domain.slots import Slot
from tokentui.services.desk import Desk
from tokentui.services.endpoints import edit_endpoint, generate_primary, primary_hint, reveal_primary
from tokentui.tui.dialogs.confirm import Confirm
from tokentui.tui.screens.endpoint import EndpointScreen
from tokentui.tui.words import MASK


async def open_tokens(ui: Ui, name: str = "Purchase orders") -> None:
    """The Tokens tab of the endpoint with this name, its lists shown."""
    await ui.go(name)
    await ui.press("enter")
    await ui.at(EndpointScreen)
    await ui.see("Primary tokens", " mapped", "[ ] Hide unassigned")


def endpoint(ui: Ui, ref: str = "orders/purchase-orders") -> Endpoint:
    return ui.desk.reader().endpoint_by_ref(ref)


def slots(ui: Ui, token: str, ref: str = "orders/purchase-orders") -> tuple[Slot, ...]:
    reader = ui.desk.reader()
    found = reader.assignment(reader.token_by_name(token).id, endpoint(ui, ref).id)
    return found.slots if found is not None else ()


async def go_to_primary(ui: Ui, slot: Slot) -> None:
    """Up from the tokens to the primary of a slot."""
    await ui.press("home", "k")
    await ui.until(lambda: ui.cursor_line.startswith("› DELETE"))
    await ui.press_often("k", list(reversed(Slot)).index(slot))
    await ui.until(lambda: ui.cursor_line.startswith(f"› {slot}"))


async def test_each_primary_is_a_masked_line_with_its_end_and_its_age(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_tokens(ui)
        for slot in (Slot.POST, Slot.GET):
            hint = primary_hint(ui.desk, endpoint(ui), slot)
            line = ui.row(f" {slot} ")
            assert f"{MASK}  {hint}" in line
            assert "generated 1 year ago" in line
        assert "Allow deleting is off" in ui.row(" DELETE ")


async def test_secondary_tokens_show_enabled_slots_last_seen_and_n_of_m_mapped(open_ui: Open) -> None:
    async with open_ui(size=WIDE) as ui:
        await open_tokens(ui)
        assert "7 of 37 mapped" in ui.row("Secondary tokens")
        for label in ("Token ▲", "Enabled", "POST", "GET", "DELETE", "Last seen"):
            assert label in ui.row("Token ▲")
        assert ui.row("erp-nightly").split()[1:5] == ["●", "on", "✓", "✓"]
        assert ui.row("old-crm").split()[1:5] == ["○", "off", "✓", "·"]
        assert ui.row("chatbot").split()[1:5] == ["●", "on", "·", "·"]


async def test_space_maps_the_slot_under_the_cursor(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_tokens(ui)
        await ui.go("chatbot")
        await ui.press("right")
        await ui.until(lambda: "space Map" in ui.footer)
        await ui.press("space")
        await ui.told("Mapped chatbot to GET. u takes it back.")
        await ui.until(lambda: ui.row("chatbot").split()[4:6] == ["·", "[✓]"])
        await ui.see("8 of 37 mapped")
        assert slots(ui, "chatbot") == (Slot.GET,)


async def test_space_unmaps_a_mapped_slot_after_a_question_and_others_stay(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_tokens(ui)
        await ui.go("edi-gateway")
        await ui.until(lambda: "space Unmap" in ui.footer)
        await ui.press("space")
        await ui.see("POST requests of edi-gateway are refused here at once.")
        await ui.answer("Unmap edi-gateway from POST here?", "n")
        assert slots(ui, "edi-gateway") == (Slot.POST, Slot.GET)
        await ui.press("space")
        await ui.answer("Unmap edi-gateway from POST here?", "y")
        await ui.told("Unmapped edi-gateway from POST.")
        assert slots(ui, "edi-gateway") == (Slot.GET,)
        assert slots(ui, "erp-nightly") == (Slot.POST, Slot.GET)


async def test_a_slot_that_is_off_is_blank_and_cannot_be_come_to(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_tokens(ui)
        await ui.go("chatbot")
        await ui.press("right", "right")
        await ui.until(lambda: "[·]" in ui.row("chatbot"))
        assert ui.row("chatbot").count("·") == 2
        await ui.press("space")
        await ui.told("Mapped chatbot to GET.")
        assert slots(ui, "chatbot") == (Slot.GET,)


async def test_a_mapping_to_a_slot_that_is_off_is_shown_in_brackets(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.go("Product pictures")
        await ui.press("enter", "t")
        await ui.tab_to("allow_deleting")
        await ui.press("space", "escape", "w")
        await ui.answer("Save catalogue/pictures?", "y")
        await ui.told("Saved catalogue/pictures.")
        await ui.press("t", "h")
        await ui.until(lambda: "(✓)" in ui.row("pim-sync"))


async def test_many_tokens_may_share_one_primary_slot(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_tokens(ui)
        mapped = [line for line in ui.lines if line.split()[3:4] == ["✓"]]
        assert len(mapped) >= 2


async def test_h_hides_the_unassigned_and_shows_them_again(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_tokens(ui)
        await ui.press("h")
        await ui.see("[■] Hide unassigned", "supplier-portal")
        await ui.miss("chatbot")
        await ui.press("h")
        await ui.see("[ ] Hide unassigned")
        await ui.press("home")
        await ui.see("chatbot")


async def test_the_filter_narrows_the_tokens_of_the_tab(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_tokens(ui)
        await ui.press("slash")
        await ui.write("partner-")
        await ui.see("partner-acme", "partner-globex")
        await ui.miss("edi-gateway")
        await ui.press("escape")
        await ui.see("edi-gateway")


async def test_j_and_k_lead_from_the_primaries_to_the_tokens_and_back(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_tokens(ui)
        await go_to_primary(ui, Slot.POST)
        await ui.press("j", "j", "j")
        await ui.until(lambda: ui.cursor_line.startswith("› bank-import"))


async def test_g_generates_a_primary_after_a_question_and_the_old_value_is_gone(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_tokens(ui)
        before = {slot: reveal_primary(ui.desk, endpoint(ui), slot) for slot in (Slot.POST, Slot.GET)}
        await go_to_primary(ui, Slot.GET)
        await ui.press("g")
        await ui.see("The GET primary token that stands is refused at once.")
        await ui.answer("Generate a new GET primary of orders/purchase-orders?", "y")
        await ui.told("Generated the GET primary of orders/purchase-orders.")
        await ui.until(lambda: "generated just now" in ui.row(" GET "))
        assert reveal_primary(ui.desk, endpoint(ui), Slot.GET) != before[Slot.GET]
        assert reveal_primary(ui.desk, endpoint(ui), Slot.POST) == before[Slot.POST]


async def test_g_is_not_offered_for_a_slot_that_is_off(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_tokens(ui)
        await go_to_primary(ui, Slot.DELETE)
        await ui.until(lambda: "Generate" not in ui.footer)
        await ui.press("g")
        assert isinstance(ui.screen, EndpointScreen)
        assert Slot.DELETE not in endpoint(ui).primaries


async def test_v_reveals_a_primary_and_hides_it_again(open_ui: Open, hourglass: Hourglass) -> None:
    async with open_ui() as ui:
        await open_tokens(ui)
        value = reveal_primary(ui.desk, endpoint(ui), Slot.POST)
        await go_to_primary(ui, Slot.POST)
        assert value not in ui.text
        await ui.press("v")
        await ui.see(value)
        await ui.press("v")
        await ui.miss(value)


async def test_a_revealed_primary_hides_itself_after_30_seconds(open_ui: Open, hourglass: Hourglass) -> None:
    async with open_ui() as ui:
        await open_tokens(ui)
        value = reveal_primary(ui.desk, endpoint(ui), Slot.POST)
        await go_to_primary(ui, Slot.POST)
        await ui.press("v")
        await ui.see(value)
        hourglass.let_pass(29.9)
        await ui.pilot.pause()
        assert value in ui.text
        hourglass.let_pass(30)
        await ui.miss(value)


async def test_a_revealed_primary_is_hidden_when_one_turns_away_and_stays_hidden(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_tokens(ui)
        value = reveal_primary(ui.desk, endpoint(ui), Slot.POST)
        await go_to_primary(ui, Slot.POST)
        await ui.press("v")
        await ui.see(value)
        await ui.press("t")
        await ui.miss(value)
        await ui.press("t")
        await ui.see("Primary tokens", MASK)
        assert value not in ui.text


async def test_a_revealed_primary_is_gone_when_its_slot_has_another_value(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_tokens(ui)
        value = reveal_primary(ui.desk, endpoint(ui), Slot.POST)
        await go_to_primary(ui, Slot.POST)
        await ui.press("v")
        await ui.see(value)
        await ui.press("g")
        await ui.answer("Generate a new POST primary of orders/purchase-orders?", "y")
        await ui.told("Generated the POST primary")
        await ui.miss(value)


async def test_e_switches_a_token_off_and_on_from_the_endpoint_too(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_tokens(ui)
        await ui.go("chatbot")
        await ui.press("e")
        await ui.answer("Disable chatbot?", "y")
        await ui.told("chatbot is disabled.")
        await ui.until(lambda: "○ off" in ui.row("chatbot") and "e Enable" in ui.footer)
        await ui.press("e")
        await ui.told("chatbot is enabled.")
        assert ui.desk.reader().token_by_name("chatbot").enabled


async def test_enter_edits_the_token_under_the_cursor(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_tokens(ui)
        await ui.go("chatbot")
        await ui.press("enter")
        await ui.see("─ Token settings ─", "Answers")


async def test_a_token_that_is_inactive_is_not_in_the_tab_and_keeps_its_mapping(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_tokens(ui)
        await ui.press("h")
        await ui.see("[■] Hide unassigned")
        assert "partner-initech" not in ui.text
        assert slots(ui, "partner-initech") == (Slot.POST,)


# ---------------------------------------------------------------------- the row that the key fell on


async def test_space_maps_the_row_that_it_fell_on_however_fast_the_next_key_comes(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_tokens(ui)
        await ui.go("chatbot")
        await ui.burst("space", "j")
        await ui.told("Mapped chatbot to POST.")
        assert slots(ui, "chatbot") == (Slot.POST,)


async def test_e_is_for_the_row_that_it_fell_on_however_fast_the_next_key_comes(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_tokens(ui)
        await ui.go("chatbot")
        await ui.burst("e", "j")
        await ui.see("─ Disable chatbot? ─")


async def test_v_reveals_the_token_that_it_fell_on_however_fast_the_next_key_comes(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_tokens(ui)
        await ui.go("chatbot")
        await ui.burst("v", "j")
        await ui.see("─ chatbot ─")


async def test_g_is_for_the_primary_that_it_fell_on_however_fast_the_next_key_comes(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_tokens(ui)
        await go_to_primary(ui, Slot.POST)
        await ui.burst("g", "j")
        await ui.see("─ Generate a new POST primary of orders/purchase-orders? ─")


@pytest.mark.parametrize(("token", "key"), [("chatbot", "e"), ("edi-gateway", "space")])
async def test_a_key_pressed_twice_asks_once(open_ui: Open, token: str, key: str) -> None:
    async with open_ui() as ui:
        await open_tokens(ui)
        await ui.go(token)
        await ui.burst(key, key)
        await ui.at(Confirm)
        await ui.press("n")
        await ui.at(EndpointScreen)


async def test_space_twice_maps_and_asks_to_unmap(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_tokens(ui)
        await ui.go("chatbot")
        await ui.burst("space", "space")
        await ui.answer("Unmap chatbot from POST here?", "y")
        await ui.told("Unmapped chatbot from POST.")
        assert slots(ui, "chatbot") == ()


# ---------------------------------------------------------------------- while others work at the same


def generate(desk: Desk, slot: Slot = Slot.POST) -> str:
    """Somebody else generates a primary; its new value."""
    standing = desk.reader().endpoint_by_ref("orders/purchase-orders")
    return reveal_primary(desk, generate_primary(desk, standing.id, slot), slot)


async def test_a_revealed_primary_is_hidden_when_somebody_else_generates_another(
    open_ui: Open, other_desk: Desk
) -> None:
    async with open_ui() as ui:
        await open_tokens(ui)
        old = reveal_primary(ui.desk, endpoint(ui), Slot.POST)
        await go_to_primary(ui, Slot.POST)
        await ui.press("v")
        await ui.see(old)
        new = generate(other_desk)
        await ui.miss(old)
        await ui.press("v")
        await ui.see(new)


async def test_v_reveals_the_primary_that_stands_though_the_list_is_older(open_ui: Open, other_desk: Desk) -> None:
    async with open_ui() as ui:
        await open_tokens(ui)
        await go_to_primary(ui, Slot.POST)
        new = generate(other_desk)
        await ui.press("v")
        await ui.see(new)


async def test_a_slot_that_somebody_else_switches_off_is_bracketed_at_once(open_ui: Open, other_desk: Desk) -> None:
    async with open_ui() as ui:
        await open_tokens(ui)
        assert "(✓)" not in ui.row("edi-gateway")
        standing = endpoint(ui)
        edit_endpoint(other_desk, standing, replace(EndpointFields.of(standing), methods=(Slot.POST,)))
        await ui.until(lambda: "(✓)" in ui.row("edi-gateway"))
        assert "GET is not among its methods" in ui.row(" GET ")


async def test_unmapping_what_is_refused_already_does_not_say_that_it_cuts_off(
    open_ui: Open, other_desk: Desk
) -> None:
    async with open_ui() as ui:
        standing = endpoint(ui)
        edit_endpoint(other_desk, standing, replace(EndpointFields.of(standing), methods=(Slot.GET,)))
        await open_tokens(ui)
        await ui.go("edi-gateway")
        await ui.press("left", "space")
        await ui.see(
            "─ Unmap edi-gateway from POST here? ─", "POST requests of edi-gateway are refused here already."
        )
