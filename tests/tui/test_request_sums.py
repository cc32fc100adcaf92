"""The sums of the data viewer: in order and up to date, with the keys of their tokens, and there and back again."""

from datetime import timedelta

import pytest

from tests.tui.conftest import NOW, Open
from tests.tui.viewing import open_viewer, record, rows, total
from tokentui.services.desk import Desk
from tokentui.services.settings import Settings
from tokentui.store.request_queries import first_tallied
from tokentui.tui.dialogs.pick import Pick
from tokentui.tui.dialogs.token_settings import TokenSettings
from tokentui.tui.screens import tally_list
from tokentui.tui.screens.requests import RequestsScreen


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
        await ui.see("Calls", "monitoring ")
        spark = ui.row("monitoring ").split("1  ", 1)[1].strip()
        assert spark.isascii()
        assert len(set(spark)) > 1


async def test_enter_in_the_sums_shows_the_requests_that_they_add_up(open_ui: Open, desk: Desk) -> None:
    amount = total(desk, unknown=True, since=first_tallied(NOW))
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("t")
        await ui.see("monitoring ")
        await ui.press("end")
        await ui.see("unknown tokens")
        await ui.go("unknown tokens")
        await ui.press("enter")
        await ui.see(f"unknown tokens · 24 hours · {amount} of {amount}")
        assert all("?" in row for row in rows(ui))


async def test_what_enter_shows_begins_when_the_sums_do_at_a_full_hour(open_ui: Open, desk: Desk) -> None:
    first = NOW.replace(minute=0, second=0, microsecond=0) - timedelta(hours=23)
    assert first_tallied(NOW) == first
    for at in (first, first - timedelta(seconds=1), NOW - timedelta(days=20)):
        record(desk, "label-printer", "orders/returns", at=at)
    amount = total(desk, token_ids=frozenset({desk.reader().token_by_name("label-printer").id}), since=first)
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("t")
        await ui.go("label-printer")
        assert ui.cursor_line.split()[2] == str(amount)
        await ui.press("enter")
        await ui.see(f"label-printer · 24 hours · {amount} of {amount}")
        await ui.press("p")
        await ui.see("label-printer · 7 days")


async def test_sums_are_ordered_and_filtered_as_other_lists(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("t")
        await ui.see("Calls ▼")
        await ui.press("o")
        await ui.see("Refused ▼")
        await ui.press("home")
        await ui.until(lambda: "unknown tokens" in ui.cursor_line)
        await ui.press("slash")
        await ui.write("chat")
        await ui.see("1 of 3")


async def test_sums_begin_with_the_most_in_each_column_of_amounts_and_with_the_latest(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("t")
        await ui.see("Calls ▼")
        for label in ("Refused ▼", "Last ▼", "From ▼", "Token ▲", "Calls ▼"):
            await ui.press("o")
            await ui.see(label)


@pytest.mark.parametrize("back", ["q", "escape"])
async def test_q_and_esc_lead_from_the_requests_of_a_sum_back_to_its_line(open_ui: Open, back: str) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("t")
        await ui.go("chatbot")
        await ui.press("enter")
        await ui.see("chatbot · 24 hours", "q Back")
        await ui.press(back)
        await ui.see("By token › the last 24 hours")
        await ui.until(lambda: "chatbot" in ui.cursor_line)


async def test_esc_clears_what_was_filtered_beside_the_sum_before_it_leads_back(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("t")
        await ui.go("chatbot")
        await ui.press("enter")
        await ui.see("chatbot · 24 hours")
        await ui.press("m")
        await ui.see("chatbot · refused · 24 hours")
        await ui.press("escape")
        await ui.see("chatbot · 24 hours")
        await ui.press("escape")
        await ui.see("By token › the last 24 hours")


async def test_e_on_a_sum_disables_its_token_after_a_question_and_enables_it_again(open_ui: Open, desk: Desk) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("t")
        await ui.go("chatbot")
        await ui.until(lambda: "e Disable" in ui.footer)
        await ui.press("e")
        await ui.see("Refused at once at", "in the last 24 h by this token")
        await ui.answer("Disable chatbot?", "y")
        await ui.told("chatbot is disabled. u takes it back.")
        assert not desk.reader().token_by_name("chatbot").enabled
        await ui.until(lambda: "e Enable" in ui.footer)
        assert "chatbot" in ui.cursor_line
        await ui.press("e")
        await ui.told("chatbot is enabled. u takes it back.")
    assert desk.reader().token_by_name("chatbot").enabled


async def test_capital_t_on_a_sum_leads_to_the_settings_of_its_token(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("t")
        await ui.go("chatbot")
        await ui.press("T")
        await ui.at(TokenSettings)
        await ui.see("chatbot")


async def test_the_sums_show_their_keys_and_tell_of_themselves_in_help(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("t")
        await ui.go("chatbot")
        await ui.until(lambda: "e Disable  / Filter  T Token  x Requests  t Sums  q Quit" in ui.footer)
        await ui.press("question_mark")
        await ui.see("Refuse the token everywhere", "To the token's settings", "a bar for")
        await ui.press("escape")
        await ui.press("t")
        await ui.see("By endpoint › the last 24 hours")
        await ui.until(lambda: "x Requests" in ui.footer and "Disable" not in ui.footer)
        await ui.press("e")
        await ui.told("There is no endpoint token under the cursor.")


async def test_sums_are_added_up_anew_when_one_turns_to_them(open_ui: Open, desk: Desk) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("t")
        await ui.until(lambda: ui.row("chatbot ").split()[1] == "24")
        await ui.press("t", "t")
        await ui.see("Outcome")
        record(desk, "chatbot", "orders/order-status")
        await ui.press("t")
        await ui.until(lambda: ui.row("chatbot ").split()[1] == "25")


async def test_sums_are_added_up_anew_for_who_comes_back_from_their_requests(open_ui: Open, desk: Desk) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("t")
        await ui.go("chatbot")
        await ui.press("enter")
        await ui.see("chatbot · 24 hours")
        record(desk, "chatbot", "orders/order-status")
        await ui.press("q")
        await ui.until(lambda: ui.cursor_line.split()[1:3] == ["chatbot", "25"])


async def test_sums_that_are_shown_follow_what_is_recorded(
    open_ui: Open, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tally_list.ANEW_SECONDS == 2.0
    monkeypatch.setattr(tally_list, "ANEW_SECONDS", 0.05)
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.press("t")
        await ui.go("chatbot")
        record(desk, "chatbot", "orders/order-status")
        await ui.until(lambda: ui.cursor_line.split()[1:3] == ["chatbot", "25"])


async def test_whoever_picks_a_token_or_an_endpoint_is_told_of_the_calls_so_far(open_ui: Open, desk: Desk) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        for key, name in (("w", "monitoring"), ("e", "catalogue/products")):
            await ui.press(key)
            await ui.at(Pick)
            before = int(ui.row(f"{name}  ").split(f"{name}  ")[1].split()[0])
            await ui.press("escape")
            await ui.at(RequestsScreen)
            record(desk, "monitoring", "catalogue/products")
            await ui.press(key)
            await ui.at(Pick)
            await ui.see(f"{name}  {before + 1} calls")
            await ui.press("escape")
            await ui.at(RequestsScreen)
