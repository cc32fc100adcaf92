"""Section 1: what the list of endpoints shows, how it is filtered, and what its keys do."""

import pytest

from tests.tui.conftest import Open
from tests.tui.driving import WIDE, Ui
from tokentui.domain.fields import EndpointFields
from tokentui.domain.records import Endpoint
from tokentui.domain.slots import Authentication
from tokentui.services.desk import Desk
from tokentui.services.endpoints import add_endpoint
from tokentui.tui.screens.endpoint import EndpointScreen
from tokentui.tui.screens.endpoints import EndpointsScreen


async def test_a_row_shows_name_ref_methods_authentication_mapped_tokens_and_active(open_ui: Open) -> None:
    async with open_ui(size=WIDE) as ui:
        row = ui.row("Sales orders")
    assert row.split("  ")[1] == "Sales orders"
    for word in ("orders/sales-orders", "POST GET DEL", "▣ token", " 12 ", "/api/endpoint/orders/sal", "● active"):
        assert word in row


async def test_the_counts_of_active_records_stand_at_the_top(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.until(lambda: "20 endpoints · 37 tokens" in ui.lines[0])


async def test_the_filter_works_as_one_types_and_tells_n_of_m(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("slash")
        await ui.write("or")
        await ui.until(lambda: "of 20" in ui.lines[2] and "20 of 20" not in ui.lines[2])
        await ui.write("ders/")
        await ui.until(lambda: ui.lines[2].endswith("4 of 20"))
        await ui.miss("Catalogue search")
        assert "/ orders/" in ui.lines[3]


async def test_enter_keeps_the_filter_and_escape_clears_it(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("slash")
        await ui.write("orders/")
        await ui.press("enter", "j")
        await ui.until(lambda: ui.cursor_line.startswith("› Purchase orders"))
        await ui.press("escape")
        await ui.until(lambda: ui.lines[2].endswith("20 of 20") and "/ " not in ui.lines[3])


async def test_escape_in_the_filter_clears_it_and_leads_back_to_the_list(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("slash")
        await ui.write("zzz")
        await ui.see("No endpoint fits.")
        await ui.press("escape")
        await ui.until(lambda: ui.lines[2].endswith("20 of 20"))
        await ui.press("j")
        assert ui.cursor_line.startswith("› Credit notes")


async def test_in_the_filter_the_footer_names_no_key_that_is_a_letter_there(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("slash")
        await ui.until(lambda: "To the list" in ui.footer)
        assert "/ Filter" not in ui.footer
        assert "⏎ To the list" in ui.footer
        assert "esc Clear" in ui.footer
        assert "f1 Help" in ui.footer


async def test_m_turns_through_all_get_post_and_delete(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("m")
        await ui.see("GET · 18 of 18", "Stock levels")
        await ui.miss("Goods received")
        await ui.press("m")
        await ui.see("POST · 14 of 14", "Goods received")
        await ui.miss("Stock levels")
        await ui.press("m")
        await ui.see("DELETE · 5 of 5", "Stocktaking")
        await ui.press("m")
        await ui.until(lambda: ui.lines[2].endswith(" 20 of 20"))


async def test_i_turns_to_the_inactive_ones_and_back(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("i")
        await ui.until(lambda: "Endpoints › inactive" in ui.lines[2])
        assert "i Active" in ui.footer
        await ui.press("i")
        await ui.until(lambda: ui.lines[2].startswith(" Endpoints  "))
        assert "i Inactive" in ui.footer


async def test_d_deactivates_after_a_question_and_activates_where_the_inactive_are_shown(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.go("Products")
        await ui.press("d")
        await ui.see("8 endpoint tokens mapped; the mappings stay.")
        await ui.answer("Deactivate catalogue/products?", "y")
        await ui.told("catalogue/products is deactivated. u takes it back.")
        await ui.miss("Products  ")
        mapped = ui.desk.reader().assignments_at(products(ui).id)
        assert not products(ui).active
        assert len(mapped) == 8
        await ui.press("i")
        await ui.see("catalogue/products")
        assert "d Activate" in ui.footer
        await ui.press("d")
        await ui.told("catalogue/products is activated. u takes it back.")
        assert products(ui).active


def products(ui: Ui) -> Endpoint:
    return ui.desk.reader().endpoint_by_ref("catalogue/products")


async def test_a_key_is_about_all_marked_rows(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("space", "space")
        await ui.until(lambda: "2 marked · 20 of 20" in ui.lines[2])
        assert ui.row("Catalogue search").startswith(" ▌")
        await ui.press("d")
        await ui.see("catalogue/search", "invoicing/credit-notes")
        await ui.answer("Deactivate 2 endpoints?", "y")
        await ui.told("2 endpoints deactivated.")
        await ui.until(lambda: ui.lines[2].endswith(" 18 of 18"))
        assert "marked" not in ui.lines[2]


async def test_u_takes_back_the_last_change_and_is_offered_only_where_there_is_one(open_ui: Open) -> None:
    async with open_ui() as ui:
        assert "u Undo" not in ui.footer
        await ui.press("d")
        await ui.answer("Deactivate catalogue/search?", "y")
        await ui.told("is deactivated")
        await ui.until(lambda: "u Undo" in ui.footer)
        await ui.press("u")
        await ui.told("Undone: deactivated catalogue/search.")
        await ui.until(lambda: ui.lines[2].endswith("20 of 20") and "u Undo" not in ui.footer)


async def test_a_adds_an_endpoint_and_the_cursor_goes_to_it(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.go("Price lists")
        await ui.press("a")
        await ui.at(EndpointScreen)
        await ui.write("Příjem zboží #2")
        await ui.press("enter")
        await ui.told("Added catalogue/prijem-zbozi-2. Generated its POST and GET primary.")
        await ui.press("escape", "q")
        await ui.at(EndpointsScreen)
        await ui.until(lambda: ui.cursor_line.startswith("› Příjem zboží #2"))
    added = ui.desk.reader().endpoint_by_ref("catalogue/prijem-zbozi-2")
    assert added.path == "/api/endpoint/catalogue/prijem-zbozi-2"


async def test_capital_c_clones_under_a_free_slug_with_primaries_of_its_own(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.go("Products")
        await ui.press("C")
        await ui.at(EndpointScreen)
        await ui.see("Products (copy)", "products-2")
        await ui.press("escape", "w")
        await ui.told("Added catalogue/products-2.")
    old, new = (ui.desk.reader().endpoint_by_ref(f"catalogue/{slug}") for slug in ("products", "products-2"))
    assert new.slots == old.slots
    assert {secret.digest for secret in new.primaries.values()}.isdisjoint(
        secret.digest for secret in old.primaries.values()
    )


async def test_enter_opens_and_q_comes_back_to_the_same_row(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.go("Returns")
        await ui.press("enter")
        await ui.at(EndpointScreen)
        await ui.see("Endpoints › orders/returns")
        await ui.press("q")
        await ui.at(EndpointsScreen)
        assert ui.cursor_line.startswith("› Returns")


async def test_o_orders_by_the_next_column_and_capital_o_reverses(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("o")
        await ui.see("Group/slug ▲")
        await ui.press("home")
        await ui.until(lambda: "catalogue/pictures" in ui.lines[4])
        await ui.press("O")
        await ui.see("Group/slug ▼")
        await ui.press("home")
        await ui.until(lambda: "stock/warehouses" in ui.lines[4])
        await ui.press("o", "o", "o")
        await ui.see("Mapped▲")


@pytest.mark.parametrize(
    ("keys", "name"),
    [
        (("j",), "Credit notes"),
        (("j", "k"), "Catalogue search"),
        (("down", "down"), "Customers"),
        (("down", "down", "up"), "Credit notes"),
        (("end",), "Warehouses"),
        (("end", "home"), "Catalogue search"),
        (("pagedown",), "Suppliers"),
        (("end", "pageup"), "Credit notes"),
    ],
)
async def test_j_k_arrows_home_end_and_pages_move(open_ui: Open, keys: tuple[str, ...], name: str) -> None:
    async with open_ui() as ui:
        await ui.press(*keys)
        await ui.until(lambda: ui.cursor_line.startswith("›"))
        assert ui.cursor_line[2:].startswith(name)


async def test_q_in_a_section_quits_and_the_footer_says_so(open_ui: Open) -> None:
    async with open_ui(size=WIDE) as ui:
        assert "q Quit" in ui.footer
        await ui.press("q")
        await ui.until(lambda: not ui.app.is_running)
        assert ui.app.return_code in (0, None)


async def test_a_name_with_control_characters_from_another_program_is_shown_harmless(
    open_ui: Open, desk: Desk
) -> None:
    add_endpoint(desk, EndpointFields(name="[bold]x[/]", group="a", authentication=Authentication.NONE))
    async with open_ui() as ui:
        assert "[bold]x[/]" in ui.row("a/bold-x")
