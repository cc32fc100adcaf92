"""Section 3, the data viewer: who called what with which token, filtered by keys, and live."""

from datetime import timedelta
from pathlib import Path

import pytest
from textual.app import App

from tests.tui.conftest import NOW, Open, desk_at
from tests.tui.driving import WIDE
from tests.tui.viewing import open_viewer, record, rows, state, total
from tokentui.services.desk import Desk
from tokentui.store.request_queries import first_tallied
from tokentui.tui.dialogs.pick import Pick
from tokentui.tui.dialogs.request_details import RequestDetails
from tokentui.tui.screens import request_list
from tokentui.tui.screens.requests import RequestsScreen
from tokentui.tui.widgets.masthead import Masthead
from tokentui.tui.workplace import Workplace

DAMAGED = b"damaged, and long enough for the header of a database" * 9

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


async def test_m_turns_through_all_refused_and_allowed(open_ui: Open, desk: Desk) -> None:
    allowed, refused = total(desk, let_in=True), total(desk, let_in=False)
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("m")
        await ui.see(f"refused · {refused} of {total(desk):,}")
        assert all("✗" in row for row in rows(ui))
        await ui.press("m")
        await ui.see(f"allowed · {allowed:,} of {total(desk):,}")
        await ui.press("m")
        await ui.see(f"{total(desk):,} of {total(desk):,}")


async def test_p_turns_through_the_periods(open_ui: Open, desk: Desk) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        starts = (NOW - timedelta(hours=1), first_tallied(NOW), NOW - timedelta(days=7))
        for words, since in zip(("last hour", "24 hours", "7 days"), starts, strict=True):
            await ui.press("p")
            amount = total(desk, since=since)
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
        await ui.press("m", "p", "p")
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
        await ui.told("Following ended; f follows again.")
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
        assert ui.message == ""


@pytest.mark.usefixtures("quick")
async def test_that_following_ended_is_told_once_and_no_longer_than_that_is_so(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("f")
        await ui.see("● following")
        await ui.press("j")
        await ui.told("Following ended; f follows again.")
        ui.page.unsay(ui.message)
        await ui.press("j", "j")
        await ui.pilot.pause()
        assert ui.message == ""
        await ui.press("f")
        await ui.see("● following")
        await ui.press("j")
        await ui.told("Following ended; f follows again.")
        await ui.press("f")
        await ui.until(lambda: ui.message == "")


@pytest.mark.parametrize("keys", [("m",), ("p",), ("t",), ("slash", "c")])
async def test_why_a_key_did_nothing_is_told_until_another_changes_what_is_shown(
    open_ui: Open, keys: tuple[str, ...]
) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("r")
        await ui.told("r does nothing here")
        await ui.press("j")
        await ui.pilot.pause()
        assert "r does nothing here" in ui.message
        await ui.press(*keys)
        await ui.until(lambda: ui.message == "")


async def test_what_has_failed_is_told_also_when_something_else_is_shown(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        ui.page.say("It failed.", "error")
        await ui.press("m")
        await ui.see("refused · ")
        await ui.pilot.pause()
        assert ui.message == "It failed."


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


@pytest.mark.usefixtures("quick")
async def test_who_comes_back_to_the_viewer_follows_still(open_ui: Open, desk: Desk) -> None:
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
