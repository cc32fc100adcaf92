"""Section 3, the data viewer: who called what with which token, filtered by keys, live, and told one by one."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.app import App

from tests.tui.conftest import NOW, Open, desk_at
from tests.tui.driving import WIDE, Ui
from tokentui.domain.requests import SeenRequest
from tokentui.services.desk import Desk
from tokentui.services.settings import Settings
from tokentui.store.queries import Window
from tokentui.store.request_queries import RequestQuery
from tokentui.tui.dialogs.explain import ExplainDialog
from tokentui.tui.dialogs.pick import Pick
from tokentui.tui.dialogs.request_details import RequestDetails
from tokentui.tui.dialogs.token_settings import TokenSettings
from tokentui.tui.screens import request_list
from tokentui.tui.screens.assign import AssignScreen
from tokentui.tui.screens.endpoint import EndpointScreen
from tokentui.tui.screens.requests import RequestsScreen
from tokentui.tui.widgets.masthead import Masthead
from tokentui.tui.workplace import Workplace

DAMAGED = b"damaged, and long enough for the header of a database" * 9


def total(desk: Desk, **query: Any) -> int:
    """How many requests the query selects."""
    return desk.store.requests.page(RequestQuery(**query), Window()).total


def record(desk: Desk, token: str, endpoint: str, **fields: Any) -> None:
    """Let a request be seen, now unless said."""
    reader = desk.reader()
    there = reader.endpoint_by_ref(endpoint)
    given = {
        "at": NOW,
        "method": "GET",
        "slot": "GET",
        "path": there.path,
        "endpoint_id": there.id,
        "token_id": reader.token_by_name(token).id,
        "kind": "endpoint",
        "address": "10.20.4.38",
        "status": 200,
        "reason": "allowed",
    }
    desk.store.requests.record([SeenRequest(**{**given, **fields})])


async def open_viewer(ui: Ui) -> None:
    await ui.press("3")
    await ui.at(RequestsScreen)
    await ui.see("Outcome", "✓ allowed")


def rows(ui: Ui) -> list[str]:
    """The lines of the list."""
    begin = next(y for y, line in enumerate(ui.lines) if " Outcome" in line) + 1
    return [line for line in ui.lines[begin:20] if line.strip()]


def state(ui: Ui) -> str:
    """The place line."""
    return ui.lines[2]


# ---------------------------------------------------------------------- the list


async def test_3_shows_who_called_what_the_newest_first(open_ui: Open, desk: Desk) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        assert "3 Data viewer" in ui.lines[1]
        every = f"{total(desk):,}"
        assert f"{every} of {every}" in state(ui)
        times = [row[2:10] for row in rows(ui)]
        assert times == sorted(times, reverse=True)
        assert len(times) == 15
        assert "GET     catalogue/produ…  ▣ shop-fronte…  ✓ allowed" in rows(ui)[0]
        assert "✗ refused: IP filter" in ui.row("reports/exports")
        assert "?8f3a90c1" in ui.row("✗ refused: unknown")


async def test_a_wide_window_shows_addresses_and_how_long_it_took_too(open_ui: Open) -> None:
    async with open_ui(size=WIDE) as ui:
        await open_viewer(ui)
        line = ui.row("shop-frontend ")
        assert "10.20.4.11" in line
        assert "9 µs" in line


async def test_below_the_list_stands_all_of_the_row_under_the_cursor(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("j")
        await ui.see("GET /api/endpoint/stock/stock-levels  → stock/stock-levels GET")
        assert "✓ 200 allowed · from 10.20.4.33 · endpoint token monitoring · 9 µs" in ui.text


async def test_a_request_of_another_day_has_its_date(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("end")
        await ui.until(lambda: not rows(ui)[-1].startswith("  09:"))
        assert rows(ui)[-1].strip("› ").startswith(("25-", "07-", "08-", "02-", "01-", "03-"))


@pytest.mark.parametrize("size", [(80, 24), WIDE])
async def test_a_new_source_address_of_a_token_is_marked_by_glyph_and_word(
    open_ui: Open, desk: Desk, size: tuple[int, int]
) -> None:
    record(desk, "chatbot", "orders/order-status", address="198.51.100.99")
    record(desk, "chatbot", "invoicing/invoices", address="198.51.100.98", status=403, reason="insufficient_scope")
    async with open_ui(size=size) as ui:
        await open_viewer(ui)
        await ui.see("✓ allowed  ◆ new addr", "✗ not mapped ◆ new", "new for this token")


async def test_neither_a_query_nor_a_value_is_shown(open_ui: Open, desk: Desk) -> None:
    async with open_ui(size=WIDE) as ui:
        await open_viewer(ui)
        await ui.press("enter")
        await ui.at(RequestDetails)
        for secret in ("access_token", "Bearer", "?access"):
            assert secret not in ui.text


async def test_there_is_one_order_and_no_key_for_another(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        before = rows(ui)
        await ui.press("o", "O")
        await ui.pilot.pause()
        assert rows(ui) == before


# ---------------------------------------------------------------------- filters


async def test_m_turns_through_all_allowed_and_refused(open_ui: Open, desk: Desk) -> None:
    allowed, refused = total(desk, let_in=True), total(desk, let_in=False)
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("m")
        await ui.see(f"allowed · {allowed:,} of {allowed:,}")
        await ui.press("m")
        await ui.see(f"refused · {refused} of {refused}")
        assert all("✗" in row for row in rows(ui))
        await ui.press("m")
        await ui.see(f"{total(desk):,} of {total(desk):,}")


async def test_p_turns_through_the_periods(open_ui: Open, desk: Desk) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        for words, length in (("last hour", 1), ("24 hours", 24), ("7 days", 168)):
            await ui.press("p")
            amount = total(desk, since=NOW - timedelta(hours=length))
            await ui.see(f"{words} · {amount:,} of {amount:,}")
        await ui.press("p")
        await ui.see(f"  {total(desk):,} of {total(desk):,}")


@pytest.mark.parametrize(
    ("text", "shown"),
    [("OLD-CRM", "old-crm"), ("orders/ret", "orders/returns"), ("8f3a", "?8f3a90c1"), ("198.51", "–")],
)
async def test_the_filter_finds_tokens_endpoints_addresses_and_fingerprints(
    open_ui: Open, desk: Desk, text: str, shown: str
) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("slash")
        await ui.write(text)
        await ui.until(lambda: rows(ui) and all(shown in row for row in rows(ui)))
        assert f"of {total(desk):,}" in state(ui)
        await ui.press("escape")
        await ui.see(f"{total(desk):,} of {total(desk):,}")


async def test_w_picks_the_token_whose_requests_are_shown(open_ui: Open, desk: Desk) -> None:
    amount = total(desk, token_ids=frozenset({desk.reader().token_by_name("monitoring").id}))
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("w")
        await ui.at(Pick)
        await ui.see("All tokens", "monitoring  59 calls in the last 24 h")
        await ui.press("down", "down", "enter")
        await ui.see(f"monitoring · {amount} of {amount}")
        assert all("▣ monitoring" in row for row in rows(ui))
        await ui.press("w")
        await ui.at(Pick)
        await ui.press("enter")
        await ui.see(f"{total(desk):,} of {total(desk):,}")


async def test_e_picks_the_endpoint_whose_requests_are_shown(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("e")
        await ui.at(Pick)
        await ui.see("All endpoints", "orders/sales-orders")
        await ui.press("down", "enter")
        await ui.see("catalogue/products · ")
        await ui.until(lambda: all("catalogue/produ…" in row for row in rows(ui)))


async def test_who_picks_none_leaves_the_filter_as_it_is(open_ui: Open, desk: Desk) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("w")
        await ui.at(Pick)
        await ui.press("escape")
        await ui.at(RequestsScreen)
        assert f"{total(desk):,} of {total(desk):,}" in state(ui)


async def test_a_shows_those_from_the_address_under_the_cursor_and_then_all(open_ui: Open, desk: Desk) -> None:
    amount = total(desk, address="10.20.4.11")
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("a")
        await ui.see(f"from 10.20.4.11 · {amount} of {amount}")
        await ui.press("a")
        await ui.see(f"  {total(desk):,} of {total(desk):,}")


async def test_filters_add_up_stand_in_one_line_and_escape_clears_them(open_ui: Open, desk: Desk) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("m", "m", "p", "p")
        await ui.see("refused · 24 hours · ")
        assert "esc" not in ui.footer.lower().split()
        await ui.press("escape")
        await ui.see(f"  {total(desk):,} of {total(desk):,}")


async def test_where_no_request_fits_the_way_out_is_told(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("slash")
        await ui.write("zzz")
        await ui.see("No request fits.", "Esc  Clear the filters")


# ---------------------------------------------------------------------- live


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_list, "FOLLOW_SECONDS", 0.05)


@pytest.mark.usefixtures("quick")
async def test_f_follows_the_newest_as_they_come_and_stops_when_one_goes_down(open_ui: Open, desk: Desk) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("f")
        await ui.see("● following")
        for number, name in enumerate(("chatbot", "forecast"), 1):
            record(desk, name, "orders/order-status", at=NOW + timedelta(seconds=number))
            await ui.until(lambda name=name: name in ui.cursor_line)  # type: ignore[misc]  # bound now
            assert ui.cursor_line == rows(ui)[0]
        await ui.press("j")
        await ui.miss("● following")
        stays = ui.cursor_line
        record(desk, "crm", "orders/order-status", at=NOW + timedelta(seconds=3))
        ui.page.store_changed()
        await ui.see(f"{total(desk):,} of {total(desk):,}")
        assert ui.cursor_line == stays


@pytest.mark.usefixtures("quick")
async def test_f_again_stops_following(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("f")
        await ui.see("● following")
        await ui.press("f")
        await ui.miss("● following")


@pytest.mark.usefixtures("quick")
async def test_while_nothing_comes_following_sends_no_byte(
    open_ui: Open, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[object] = []
    monkeypatch.setattr(App, "_display", lambda self, screen, update: sent.append(update) if update else None)
    looks: list[object] = []
    stamp = Workplace.requests_stamp

    def counted(self: Workplace) -> object:
        looks.append(stamp(self))
        return looks[-1]

    monkeypatch.setattr(Workplace, "requests_stamp", counted)
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("f")
        await ui.see("● following")
        before = len(looks)
        await ui.until(lambda: len(looks) > before + 10 and ui.page.is_settled)
        await ui.until(lambda: ui.page.query_one(Masthead).findings is not None)
        await ui.pilot.pause()
        sent.clear()
        before = len(looks)
        await ui.until(lambda: len(looks) > before + 10)
        assert sent == []


def test_new_ones_are_looked_for_twice_a_second_at_most() -> None:
    assert request_list.FOLLOW_SECONDS >= 0.5


# ---------------------------------------------------------------------- what is not there


async def test_where_nothing_was_recorded_it_says_what_records(open_ui: Open, empty_store: Path) -> None:
    async with open_ui(desk_at(empty_store)) as ui:
        await ui.press("3")
        await ui.see("Nothing recorded yet.", "`tokentui serve` records")
        await ui.press("t")
        await ui.see("Nothing was recorded in the last 24 hours.")
    assert not empty_store.parent.exists()


async def test_what_could_not_be_recorded_is_told_as_long_as_it_is_lately(open_ui: Open, desk: Desk) -> None:
    with desk.store.requests.recording() as recording:
        recording.lose(NOW - timedelta(hours=2), 1_234)
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.see("! 1,234 requests could not be recorded in the last 24 h.")


async def test_requests_that_cannot_be_read_are_told_and_the_other_sections_stand(open_ui: Open, store: Path) -> None:
    store.with_name("requests.sqlite").write_bytes(DAMAGED)
    async with open_ui() as ui:
        await ui.press("3")
        await ui.told("requests.sqlite cannot be read")
        await ui.press("1")
        await ui.see("20 of 20")


# ---------------------------------------------------------------------- sums


async def test_t_turns_to_the_sums_by_token_and_by_endpoint_with_a_sparkline_a_row(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("t")
        await ui.see("Data viewer › By token › the last 24 hours", "Calls ▼", "label-printer")
        line = ui.row("monitoring ")
        assert line.split()[2:6] == ["59", "–", "now", "1"]
        assert len(line.split("1  ", 1)[1].strip()) == 24
        assert set(line.split("1  ", 1)[1].strip()) <= set("▁▂▃▄▅▆▇█")
        assert "✗ 2" in ui.row("chatbot")
        await ui.press("t")
        await ui.see("By endpoint › the last 24 hours", "stock/stock-l…")
        await ui.press("t")
        await ui.see("Outcome")


async def test_a_terminal_that_draws_few_characters_gets_a_sparkline_of_plain_ones(open_ui: Open) -> None:
    async with open_ui(settings=Settings(glyphs="ascii")) as ui:
        await ui.press("3")
        await ui.see("v allowed")
        await ui.press("t")
        await ui.see("monitoring ")
        spark = ui.row("monitoring ").split("1  ", 1)[1].strip()
        assert spark.isascii()
        assert len(set(spark)) > 1


async def test_enter_in_the_sums_shows_the_requests_that_they_add_up(open_ui: Open, desk: Desk) -> None:
    amount = total(desk, unknown=True)
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("t")
        await ui.see("monitoring ")
        await ui.press("end")
        await ui.see("unknown tokens")
        await ui.go("unknown tokens")
        await ui.press("enter")
        await ui.see(f"unknown tokens · {amount} of {amount}")
        assert all("?" in row for row in rows(ui))


async def test_sums_are_ordered_and_filtered_as_other_lists(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("t")
        await ui.see("Calls ▼")
        await ui.press("o")
        await ui.see("Refused ▲")
        await ui.press("O")
        await ui.see("Refused ▼")
        await ui.press("home")
        await ui.until(lambda: "unknown tokens" in ui.cursor_line)
        await ui.press("slash")
        await ui.write("chat")
        await ui.see("1 of 3")


# ---------------------------------------------------------------------- one request


async def first_refused(ui: Ui, text: str) -> None:
    """Open the story of the newest refused request whose row holds this."""
    await open_viewer(ui)
    await ui.press("m", "m")
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
        await ui.press("t", "i", "g")
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


async def test_from_one_outside_the_ip_filter_i_leads_to_that_field(open_ui: Open) -> None:
    async with open_ui() as ui:
        await first_refused(ui, "reports/exports")
        await ui.press("i")
        await ui.at(EndpointScreen)
        await ui.until(lambda: ui.app.focused is not None and ui.app.focused.id == "ip_filter")


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


# ---------------------------------------------------------------------- from other sections


async def test_x_on_a_token_shows_its_requests_and_q_comes_back(open_ui: Open, desk: Desk) -> None:
    amount = total(desk, token_ids=frozenset({desk.reader().token_by_name("crm").id}))
    async with open_ui() as ui:
        await ui.press("2")
        await ui.see("bank-import")
        await ui.go("crm")
        await ui.press("x")
        await ui.at(RequestsScreen)
        await ui.see(f"crm · {amount} of {amount}")
        await ui.press("q")
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


async def test_leaving_the_viewer_ends_what_it_follows(open_ui: Open, desk: Desk, quick: None) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("f")
        await ui.see("● following")
        await ui.press("1")
        await ui.see("20 of 20")
        record(desk, "forecast", "orders/order-status", at=NOW + timedelta(seconds=1))
        await ui.press("3")
        await ui.at(RequestsScreen)
        await ui.until(lambda: "forecast" in ui.cursor_line)
