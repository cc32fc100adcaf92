"""Explain as a dialog: from wherever an endpoint or a token is, without leaving, without saving, without a value."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.tui.conftest import Open, desk_at
from tests.tui.driving import SMALL, Ui
from tokentui.domain.errors import StoreError
from tokentui.domain.fields import EndpointFields
from tokentui.services.desk import Desk
from tokentui.services.endpoints import edit_endpoint
from tokentui.services.explaining import Call, Explanation, explain
from tokentui.services.tokens import reveal_token, set_enabled
from tokentui.store.vault import KeyVault
from tokentui.tui.dialogs.explain import ExplainDialog, Subject
from tokentui.tui.screens.endpoint import EndpointScreen
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen
from tokentui.tui.screens.endpoints import EndpointsScreen
from tokentui.tui.widgets.primary_list import PrimaryList
from tokentui.tui.widgets.tab_line import TabLine

SALES = "/api/endpoint/orders/sales-orders"
INVOICES = "/api/endpoint/invoicing/invoices"


async def explain_here(ui: Ui) -> None:
    """Press E and wait for the dialog."""
    await ui.press("E")
    await ui.at(ExplainDialog)
    await ui.until(lambda: ui.app.focused is not None and ui.app.focused.id == "target")


async def open_tokens_tab(ui: Ui, name: str) -> None:
    await ui.go(name)
    await ui.press("enter")
    await ui.see("Primary tokens", "bank-import")


async def on_token(ui: Ui, name: str) -> None:
    await ui.press("2")
    await ui.at(EndpointTokensScreen)
    await ui.go(name)


async def fill(ui: Ui, field: str, text: str) -> None:
    """Put `text` in the place of what stands in a field."""
    await ui.tab_to(field)
    await ui.press("end", "ctrl+u")
    await ui.write(text)


def told(ui: Ui) -> str:
    """What stands in the dialog, on one line."""
    inside = (line.split("│")[1].strip() for line in ui.lines if line.count("│") == 2)
    return " ".join(line for line in inside if line)


class TestBeginning:
    async def test_the_list_of_endpoints_gives_the_path_under_the_cursor(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await ui.go("Sales orders")
            await explain_here(ui)
            assert SALES in ui.row("│   Target ")
            assert "◉ GET" in ui.row("│   Method ")
            assert "◉ none   ○ typed" in ui.row("│   Token ")
            assert "the client's address" in ui.row("│   From ")

    async def test_general_gives_the_path_of_the_open_endpoint(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await open_tokens_tab(ui, "Sales orders")
            await ui.press("t")
            await ui.until(lambda: isinstance(ui.app.focused, TabLine))
            await explain_here(ui)
            assert SALES in ui.row("│   Target ")
            assert "◉ none   ○ typed" in ui.row("│   Token ")

    async def test_the_tokens_tab_gives_path_slot_and_token_under_the_cursor(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await open_tokens_tab(ui, "Sales orders")
            await ui.press("j", "right", "right")
            await explain_here(ui)
            assert SALES in ui.row("│   Target ")
            assert "◉ DELETE" in ui.row("│   Method ")
            assert "○ none   ◉ bi-dashboard   ○ typed" in ui.row("│   Token ")

    async def test_the_primaries_give_the_primary_under_the_cursor(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await open_tokens_tab(ui, "Sales orders")
            await ui.press("k", "k")
            await ui.until(lambda: ui.one(PrimaryList).has_focus)
            await explain_here(ui)
            assert "◉ GET" in ui.row("│   Method ")
            assert "◉ GET primary" in ui.row("│   Token ")
            await fill(ui, "client", "10.20.1.1")
            await ui.press("enter")
            await ui.see("✓ allowed", "✓ 9", "it passes as primary token orders/sales-orders GET")

    async def test_the_list_of_tokens_gives_the_token_under_the_cursor(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await on_token(ui, "bank-import")
            await explain_here(ui)
            assert "○ none   ◉ bank-import   ○ typed" in ui.row("│   Token ")
            assert "/pets/7" in ui.row("│   Target ")  # only an example
            assert not ui.screen.query_one("#target", Input).value

    async def test_a_new_endpoint_and_an_empty_list_give_nothing_and_it_opens_all_the_same(
        self, open_ui: Open, empty_store: Path
    ) -> None:
        async with open_ui(desk_at(empty_store)) as ui:
            for keys, place in (((), EndpointsScreen), (("2",), EndpointTokensScreen)):
                await ui.press(*keys)
                await ui.at(place)
                await explain_here(ui)
                await ui.press("enter")
                await ui.see("✗ Type a target.")
                await ui.press("escape")
                await ui.at(place)
            await ui.press("1", "a")
            await ui.at(EndpointScreen)
            await ui.press("escape")
            await explain_here(ui)
            assert "◉ none   ○ typed" in ui.row("│   Token ")

    async def test_an_endpoint_without_get_begins_with_a_slot_that_it_has(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await ui.go("Payments received")
            await explain_here(ui)
            assert "◉ POST" in ui.row("│   Method ")

    async def test_in_a_field_capital_e_is_a_letter(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await ui.press("enter")
            await ui.see("Details")
            await ui.tab_to("name")
            await ui.press("E")
            assert isinstance(ui.screen, EndpointScreen)
            assert ui.screen.query_one("#name", Input).value == "Catalogue searchE"


class TestAnswer:
    async def test_enter_tells_verdict_and_steps_in_place_within_80_by_24(self, open_ui: Open) -> None:
        async with open_ui(size=SMALL) as ui:
            await on_token(ui, "bank-import")
            await explain_here(ui)
            await ui.write(INVOICES)
            await fill(ui, "client", "10.20.1.1")
            await ui.press("enter")
            await ui.see("✓ allowed  200 allowed", "Endpoint token bank-import may use GET of endpoint")
            steps = [line.split("│")[1].strip() for line in ui.lines if "│  ✓ " in line or "│  ✗ " in line]
            assert [step[:3] for step in steps[1:]] == [f"✓ {rule}" for rule in range(1, 10)]
            assert "Explain (enter)" in ui.text
            assert isinstance(ui.screen, ExplainDialog)

    async def test_all_fields_and_a_whole_answer_find_room(self, open_ui: Open) -> None:
        async with open_ui(size=SMALL) as ui:
            await ui.go("Exports")
            await explain_here(ui)
            await fill(ui, "client", "2001:db8:20::ffff:ffff:ffff:ffff")
            await ui.tab_to("token")
            await ui.press("right")
            await fill(ui, "value", reveal_token(ui.desk, ui.desk.reader().token_by_name("tax-adviser")))
            await ui.press("enter")
            await ui.see("✓ allowed", "│   From", "✓ 1", "✓ 9", "Explain (enter)")

    async def test_what_finds_no_room_is_scrolled_by_up_and_down(self, open_ui: Open) -> None:
        async with open_ui(size=SMALL) as ui:
            endpoint = ui.desk.reader().endpoint_by_ref("orders/sales-orders")
            networks = tuple(f"10.{number}.0.0/16" for number in range(80))
            fields = replace(EndpointFields.of(endpoint), ip_filter=networks)
            await asyncio.to_thread(edit_endpoint, ui.desk, endpoint, fields)
            await ui.go("Sales orders")
            await explain_here(ui)
            await fill(ui, "client", "::1")
            await ui.press("enter")
            await ui.see("✗ denied", "Explain (enter)")
            assert "✗ 4" not in ui.text
            await ui.press_often("down", 30)
            await ui.see("✗ 4  ::1 is outside 10.0.0.0/16, ", "Explain (enter)")
            await ui.press_often("up", 30)
            await ui.see("✗ denied")

    async def test_another_request_is_explained_again_and_the_old_answer_goes_at_once(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await ui.go("Sales orders")
            await explain_here(ui)
            await ui.press("enter")
            await ui.see("✗ denied  403 ip_not_allowed", "Give it in From.")
            await fill(ui, "client", "10.20.1.1")
            await ui.miss("denied")
            await ui.press("enter")
            await ui.see("✗ denied  401 no_credential", "✓ 4  10.20.1.1 is inside 10.20.0.0/16", "✗ 6  no token came")
            await ui.tab_to("method")
            await ui.press("right")
            await ui.miss("denied")

    async def test_enter_explains_from_every_field(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await ui.go("Sales orders")
            await explain_here(ui)
            edits = {"method": "right", "token": "right", "value": "x", "client": "1", "target": "x"}
            for field, key in edits.items():
                await ui.tab_to(field)
                await ui.press(key)
                await ui.miss("✗ ")
                await ui.press("enter")
                await ui.see("✗ ")
            await ui.tab_to("explain")
            await ui.press("enter")
            await ui.see("✗ ")

    async def test_an_address_that_is_none_is_told_beside_its_field(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await ui.go("Sales orders")
            await explain_here(ui)
            await fill(ui, "client", "home")
            await ui.press("enter")
            await ui.see("✗ The client's address is no IP address")
            await fill(ui, "client", "::1")
            await ui.press("enter")
            await ui.see("✗ denied  403 ip_not_allowed")
            assert "no IP address" not in ui.text

    async def test_a_late_answer_to_another_request_is_dropped(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            gate, asked = asyncio.Event(), list[Call]()

            async def slow(call: Call) -> Explanation:
                asked.append(call)
                await gate.wait()
                return explain(ui.desk, ui.desk.reader(), call)

            await ui.app.push_screen(ExplainDialog(Subject("GET", SALES, None), slow))
            await ui.press("enter")
            await ui.until(lambda: len(asked) == 1)
            await ui.write("x")
            gate.set()
            await ui.pilot.pause()
            assert "denied" not in ui.text
            await ui.press("enter")
            await ui.see("✗ denied  403 unknown_endpoint")

    async def test_a_dialog_that_is_closed_before_the_answer_takes_it_nowhere(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            gate, asked = asyncio.Event(), list[Call]()

            async def gone(call: Call) -> Explanation:
                asked.append(call)
                await gate.wait()
                raise StoreError("It has gone.")

            await ui.app.push_screen(ExplainDialog(Subject("GET", SALES, None), gone))
            await ui.press("enter")
            await ui.until(lambda: len(asked) == 1)
            await ui.press("escape")
            await ui.at(EndpointsScreen)
            gate.set()
            await ui.pilot.pause()
            assert ui.app.is_running

    async def test_it_explains_what_the_store_holds_now(self, open_ui: Open, other_desk: Desk) -> None:
        async with open_ui() as ui:
            await on_token(ui, "monitoring")
            await explain_here(ui)
            await ui.write("/api/endpoint/stock/stock-levels")
            await ui.press("enter")
            await ui.see("✓ allowed")
            token = other_desk.reader().token_by_name("monitoring")
            await asyncio.to_thread(set_enabled, other_desk, [token.id], False)
            await ui.press("enter")
            await ui.see("✗ denied  401 disabled_token", "✗ 7  monitoring is disabled")


class TestWays:
    @pytest.mark.parametrize("key", ["escape", "q"])
    async def test_it_closes_and_nothing_was_saved(self, open_ui: Open, key: str) -> None:
        async with open_ui() as ui:
            before = ui.desk.store.stamp()
            await explain_here(ui)
            await ui.press("enter")
            await ui.see("✓ allowed  200 free")
            await ui.tab_to("method")
            await ui.press(key)
            await ui.at(EndpointsScreen)
            assert ui.desk.store.stamp() == before
            assert ui.desk.history == []

    async def test_the_palette_finds_it(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await ui.press("colon")
            await ui.choose("refused", "Explain: Why a request is allowed or refused  (E)")
            await ui.at(ExplainDialog)

    async def test_a_store_that_is_only_looked_at_explains_too(self, open_ui: Open, store: Path) -> None:
        async with open_ui(desk_at(store, read_only=True)) as ui:
            await ui.until(lambda: "read-only" in ui.lines[0])
            await on_token(ui, "monitoring")
            await explain_here(ui)
            await ui.write("/api/endpoint/stock/stock-levels")
            await ui.press("enter")
            await ui.see("✓ allowed")

    async def test_a_store_that_has_gone_is_told_in_the_dialog_until_it_is_back(
        self, open_ui: Open, store: Path
    ) -> None:
        async with open_ui() as ui:
            await ui.go("Sales orders")
            await explain_here(ui)
            store.rename(store.with_name("elsewhere"))
            await ui.press("enter")
            await ui.until(lambda: "has gone" in told(ui))
            assert isinstance(ui.screen, ExplainDialog)
            store.with_name("elsewhere").rename(store)
            await ui.press("enter")
            await ui.see("✗ denied  403 ip_not_allowed")
            assert "has gone" not in told(ui)

    async def test_a_store_that_is_damaged_is_told_in_the_dialog(self, open_ui: Open, store: Path) -> None:
        async with open_ui() as ui:
            await explain_here(ui)
            content = store.read_bytes()
            store.write_bytes(content[:-20])
            await ui.press("enter")
            await ui.until(lambda: "cut or damaged" in told(ui))
            store.write_bytes(content)

    async def test_a_key_that_does_not_open_the_value_is_told_in_the_dialog(self, open_ui: Open, desk: Desk) -> None:
        desk.vault = KeyVault(lambda: b"another key".ljust(32))
        async with open_ui(desk) as ui:
            await on_token(ui, "monitoring")
            await explain_here(ui)
            await ui.write(SALES)
            await ui.press("enter")
            await ui.until(lambda: "The sealed value does not open" in told(ui))


async def test_without_a_target_nothing_is_asked_and_no_answer_speaks_of_the_example(open_ui: Open) -> None:
    async with open_ui() as ui:
        await on_token(ui, "bank-import")
        await explain_here(ui)
        await ui.see("e.g. /pets/7")
        await ui.press("enter")
        await ui.see("✗ Type a target.")
        assert "denied" not in ui.text
