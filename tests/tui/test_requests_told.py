"""The data viewer: one request told with what would let it pass, and the ways there from elsewhere."""

import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.tui.conftest import NOW, Open, desk_at
from tests.tui.driving import WIDE, Ui
from tests.tui.viewing import open_viewer, record, rows, total
from tokentui.services.desk import Desk
from tokentui.services.endpoints import set_endpoints_active
from tokentui.services.rotating import rotate
from tokentui.services.tokens import reveal_now, set_active
from tokentui.tui.dialogs.confirm import Confirm
from tokentui.tui.dialogs.explain import ExplainDialog
from tokentui.tui.dialogs.request_details import RequestDetails
from tokentui.tui.dialogs.token_settings import TokenSettings
from tokentui.tui.screens.assign import AssignScreen
from tokentui.tui.screens.endpoint import EndpointScreen
from tokentui.tui.screens.requests import RequestsScreen

# ---------------------------------------------------------------------- one request


async def first_refused(ui: Ui, text: str) -> None:
    """Open the story of the newest refused request whose row holds this."""
    await open_viewer(ui)
    await ui.press("m")
    await ui.see("refused · ")
    await ui.press("slash")
    await ui.write(text)
    await ui.until(lambda: rows(ui) and all(text in row for row in rows(ui)))
    await ui.press("enter", "enter")
    await ui.at(RequestDetails)


async def test_enter_tells_why_it_was_refused_what_now_and_what_would_let_it_pass(open_ui: Open) -> None:
    async with open_ui(size=WIDE) as ui:
        await first_refused(ui, "chatbot")
        await ui.see(
            "endpoint token chatbot",
            "✗ refused  403 insufficient_scope",
            "it was not mapped to that",
            "Now ✗ refused",
            "What would let it pass",
        )
        assert "m  Map chatbot to GET at invoicing/invoices." in ui.text
        assert "s  Assign chatbot to endpoints." in ui.text
        await ui.press("i", "g", "a", "d")
        await ui.pilot.pause()
        assert isinstance(ui.screen, RequestDetails)
        await ui.press("escape")
        await ui.at(RequestsScreen)


async def test_from_one_that_is_not_mapped_m_leads_to_the_tokens_tab_and_s_to_assign(open_ui: Open) -> None:
    async with open_ui() as ui:
        await first_refused(ui, "chatbot")
        await ui.press("m")
        await ui.at(EndpointScreen)
        await ui.see("invoicing/invoices", "Secondary tokens")
        await ui.until(lambda: "chatbot" in ui.cursor_line)
        await ui.press("q")
        await ui.at(RequestsScreen)
        await ui.press("enter")
        await ui.at(RequestDetails)
        await ui.press("s")
        await ui.at(AssignScreen)
        await ui.see("chatbot › Assign")


async def test_from_one_with_a_disabled_token_t_leads_to_its_settings(open_ui: Open) -> None:
    async with open_ui() as ui:
        await first_refused(ui, "old-crm")
        await ui.press("t")
        await ui.at(TokenSettings)
        await ui.see("old-crm")


async def test_what_would_let_a_disabled_token_pass_is_done_by_its_key(open_ui: Open, desk: Desk) -> None:
    async with open_ui() as ui:
        await first_refused(ui, "old-crm")
        await ui.see("e  Enable old-crm.")
        await ui.press("e")
        await ui.told("old-crm is enabled. u takes it back.")
        assert isinstance(ui.screen, RequestsScreen)
    assert desk.reader().token_by_name("old-crm").enabled


async def open_request(ui: Ui, desk: Desk, token: str, endpoint: str, **fields: object) -> None:
    """Open the story of a request that is the newest one."""
    record(desk, token, endpoint, at=NOW + timedelta(seconds=1), **fields)
    await open_viewer(ui)
    await ui.until(lambda: "09:26:54" in ui.cursor_line)
    await ui.press("enter")
    await ui.at(RequestDetails)


async def test_an_inactive_token_is_activated_where_its_refusal_is_told(open_ui: Open, desk: Desk) -> None:
    set_active(desk, [desk.reader().token_by_name("chatbot").id], False)
    async with open_ui() as ui:
        await open_request(ui, desk, "chatbot", "orders/order-status", status=401, reason="inactive_token")
        await ui.see("d  Activate chatbot")
        await ui.press("d")
        await ui.told("chatbot is activated. u takes it back.")
    assert desk.reader().token_by_name("chatbot").active


async def test_an_inactive_endpoint_is_activated_where_a_refusal_there_is_told(open_ui: Open, desk: Desk) -> None:
    path = desk.reader().endpoint_by_ref("orders/returns").path
    set_endpoints_active(desk, [desk.reader().endpoint_by_ref("orders/returns").id], False)
    gone = {"path": path, "endpoint_id": "", "token_id": "", "kind": "", "slot": ""}
    async with open_ui() as ui:
        await open_request(ui, desk, "chatbot", "orders/returns", status=403, reason="unknown_endpoint", **gone)
        await ui.see("d  Activate orders/returns")
        await ui.press("d")
        await ui.told("orders/returns is activated. u takes it back.")
    assert desk.reader().endpoint_by_ref("orders/returns").active


async def test_an_endpoint_that_is_wanted_for_a_path_is_added_from_there(open_ui: Open, desk: Desk) -> None:
    gone = {"path": "/nope", "endpoint_id": "", "token_id": "", "kind": "", "slot": ""}
    async with open_ui() as ui:
        await open_request(ui, desk, "chatbot", "orders/returns", status=403, reason="unknown_endpoint", **gone)
        await ui.see("a  Add an endpoint that answers to /nope.")
        await ui.press("a")
        await ui.at(EndpointScreen)
        await ui.see("new endpoint", "/nope")


async def test_what_an_application_with_an_old_value_needs_is_copied_from_there(
    open_ui: Open, desk: Desk, copied: list[str]
) -> None:
    token = desk.reader().token_by_name("chatbot")
    rotate(replace(desk, clock=lambda: NOW - timedelta(days=2)), [token.id], NOW - timedelta(days=1))
    value = reveal_now(desk, desk.reader().token(token.id))
    async with open_ui() as ui:
        await open_request(
            ui, desk, "chatbot", "orders/order-status", status=401, reason="replaced_token", previous=True
        )
        await ui.see("c  Copy the new value of chatbot")
        await ui.press("c")
        await ui.told("Copied the token of chatbot.")
    assert copied == [value]


async def test_the_token_of_any_request_is_disabled_from_there_after_the_same_question_as_in_its_list(
    open_ui: Open, desk: Desk
) -> None:
    async with open_ui() as ui:
        await open_request(ui, desk, "chatbot", "orders/order-status")
        await ui.see("✓ allowed", "e  Disable chatbot", "t  Settings of chatbot")
        await ui.press("e")
        await ui.at(Confirm)
        await ui.see("Refused at once at", "in the last 24 h by this token")
        asked = ui.text
        await ui.press("escape")
        await ui.at(RequestsScreen)
        assert desk.reader().token_by_name("chatbot").enabled
        await ui.press("2")
        await ui.see("bank-import")
        await ui.go("chatbot")
        await ui.press("e")
        await ui.at(Confirm)
        assert question(ui.text) == question(asked) != []
        await ui.press("escape", "3", "enter")
        await ui.at(RequestDetails)
        await ui.press("e")
        await ui.answer("Disable chatbot?", "y")
        await ui.told("chatbot is disabled. u takes it back.")
    assert not desk.reader().token_by_name("chatbot").enabled


def question(text: str) -> list[str]:
    """The lines of a question, without what lies behind it."""
    return [line.split("│")[1] for line in text.split("\n") if line.count("│") == 2]


async def test_t_leads_from_a_request_that_passed_to_the_settings_of_its_token(open_ui: Open, desk: Desk) -> None:
    async with open_ui() as ui:
        await open_request(ui, desk, "shop-frontend", "catalogue/products")
        await ui.press("t")
        await ui.at(TokenSettings)
        await ui.see("shop-frontend")


async def test_where_nothing_can_be_changed_no_request_offers_to(open_ui: Open, desk: Desk, store: Path) -> None:
    record(desk, "shop-frontend", "catalogue/products", at=NOW + timedelta(seconds=1))
    async with open_ui(desk_at(store, read_only=True)) as ui:
        await open_viewer(ui)
        await ui.press("enter")
        await ui.at(RequestDetails)
        assert "Disable" not in ui.text
        await ui.press("e")
        await ui.pilot.pause()
        assert isinstance(ui.screen, RequestDetails)


async def test_a_token_that_was_not_looked_at_is_not_told_as_missing(open_ui: Open) -> None:
    async with open_ui(size=WIDE) as ui:
        await open_viewer(ui)
        await ui.press("m", "slash")
        await ui.write("reports/exports")
        await ui.until(lambda: rows(ui) and all("reports/exports" in row for row in rows(ui)))
        await ui.press("enter")
        await ui.see("ip_not_allowed", "token not looked at")
        await ui.press("enter")
        await ui.at(RequestDetails)
        await ui.see("Token    not looked at")
        await ui.press("escape", "t")
        await ui.see("no token looked at")
        assert "without a token" not in ui.text


async def test_from_one_outside_the_ip_filter_i_leads_to_that_field(open_ui: Open) -> None:
    async with open_ui() as ui:
        await first_refused(ui, "reports/exports")
        await ui.press("i")
        await ui.at(EndpointScreen)
        await ui.until(lambda: ui.app.focused is not None and ui.app.focused.id == "ip_filter")


@pytest.mark.parametrize(("method", "field"), [("POST", "method-POST"), ("DELETE", "allow_deleting")])
async def test_from_one_whose_method_has_no_slot_g_leads_to_the_switch_of_that_slot(
    open_ui: Open, desk: Desk, method: str, field: str
) -> None:
    given = {
        "method": method,
        "slot": method,
        "status": 403,
        "reason": "method_not_allowed",
        "token_id": "",
        "kind": "",
    }
    async with open_ui() as ui:
        await open_request(ui, desk, "chatbot", "orders/order-status", **given)
        await ui.see(f"g  Let orders/order-status answer {method}.")
        await ui.press("g")
        await ui.at(EndpointScreen)
        await ui.until(lambda: ui.app.focused is not None and ui.app.focused.id == field)


@pytest.mark.parametrize("from_dialog", [True, False])
async def test_capital_e_explains_it_as_it_would_be_decided_now(open_ui: Open, from_dialog: bool) -> None:
    async with open_ui(size=WIDE) as ui:
        await first_refused(ui, "chatbot")
        if not from_dialog:
            await ui.press("escape")
            await ui.at(RequestsScreen)
        await ui.press("E")
        await ui.at(ExplainDialog)
        await ui.press("enter")
        await ui.see("✗ denied  403 insufficient_scope", "/api/endpoint/invoicing/invoices", "10.20.4.38")


async def test_a_request_whose_token_and_endpoint_are_gone_is_told_all_the_same(open_ui: Open, desk: Desk) -> None:
    record(desk, "chatbot", "orders/returns", token_id="no-such-token", endpoint_id="no-such-endpoint")
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.see("gone …-token", "gone …dpoint")
        await ui.press("enter")
        await ui.at(RequestDetails)
        await ui.see("endpoint token gone …-token")


async def test_moments_in_a_story_are_on_the_admins_clock(
    open_ui: Open, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Europe/Prague")
    time.tzset()
    token = desk.reader().token_by_name("chatbot")
    rotate(replace(desk, clock=lambda: NOW - timedelta(days=2)), [token.id], NOW - timedelta(days=1))
    fields = {"status": 401, "reason": "replaced_token", "previous": True}
    record(desk, "chatbot", "orders/order-status", at=NOW + timedelta(seconds=1), **fields)
    async with open_ui(size=WIDE) as ui:
        await open_viewer(ui)
        await ui.until(lambda: "10:26:54" in ui.cursor_line)
        await ui.press("enter")
        await ui.at(RequestDetails)
        await ui.see("left it valid until 2026-03-13 10:26:53 CET.")
        assert "+00:00" not in ui.text


async def test_what_goes_on_in_another_line_of_a_story_stands_below_its_column(open_ui: Open) -> None:
    async with open_ui() as ui:
        await first_refused(ui, "chatbot")
        await ui.until(lambda: "Now ✗ refused" in ui.text)
        place = ui.lines.index(ui.row("Now ✗ refused"))
        begin, goes_on = ui.lines[place : place + 2]
        assert goes_on.split("│")[1].strip()
        assert begin.index("Endpoint token") == len(goes_on) - len(goes_on.split("│", 1)[1].lstrip())


async def test_the_keys_of_the_token_stand_where_they_are_seen_at_once(open_ui: Open) -> None:
    async with open_ui() as ui:
        await first_refused(ui, "chatbot")
        await ui.see("e disable   t token   E explain now   esc close")


# ---------------------------------------------------------------------- from other sections


@pytest.mark.parametrize("back", ["q", "escape"])
async def test_x_on_a_token_shows_its_requests_and_q_and_esc_come_back(open_ui: Open, desk: Desk, back: str) -> None:
    amount = total(desk, token_ids=frozenset({desk.reader().token_by_name("crm").id}))
    async with open_ui() as ui:
        await ui.press("2")
        await ui.see("bank-import")
        await ui.go("crm")
        await ui.press("x")
        await ui.at(RequestsScreen)
        await ui.see(f"crm · {amount} of {amount}")
        await ui.press(back)
        await ui.see("37 of 37")


async def test_x_on_an_endpoint_shows_the_requests_to_it(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.go("Returns")
        await ui.press("x")
        await ui.at(RequestsScreen)
        await ui.see("orders/returns · ")
        assert all("orders/returns" in row for row in rows(ui))


async def test_x_in_the_tokens_tab_shows_what_that_application_calls_there(open_ui: Open, desk: Desk) -> None:
    reader = desk.reader()
    ids = {
        "token_ids": reader.token_by_name("monitoring").id,
        "endpoint_ids": reader.endpoint_by_ref("stock/stock-levels").id,
    }
    amount = total(desk, **{name: frozenset({id}) for name, id in ids.items()})
    async with open_ui() as ui:
        await ui.go("Stock levels")
        await ui.press("enter")
        await ui.see("Secondary tokens", "bank-import")
        await ui.press("slash")
        await ui.write("monit")
        await ui.see("1 of 40") if "1 of 40" in ui.text else await ui.until(lambda: "monitoring" in ui.text)
        await ui.press("enter")
        await ui.until(lambda: "monitoring" in ui.cursor_line)
        await ui.press("x")
        await ui.at(RequestsScreen)
        await ui.see(f"stock/stock-levels · monitoring · {amount} of {amount}")
        await ui.press("q")
        await ui.at(EndpointScreen)


async def test_the_palette_goes_to_the_data_viewer(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("colon")
        await ui.choose("go to data v", "Data viewer: Go to Data viewer  (3)")
        await ui.at(RequestsScreen)
