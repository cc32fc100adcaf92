"""Section 2: what the list of endpoint tokens shows, and what its keys do."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.domain.worlds import NOTE
from tests.tui.conftest import NOW, Hourglass, Open, desk_at
from tests.tui.driving import WIDE, Ui
from tokentui.domain.fields import TokenFields
from tokentui.domain.records import EndpointToken
from tokentui.services.desk import Desk
from tokentui.services.tokens import add_token, reveal_token
from tokentui.tui.dialogs.reveal import Reveal
from tokentui.tui.screens.assign import AssignScreen
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen


async def show_tokens(ui: Ui) -> None:
    await ui.press("2")
    await ui.at(EndpointTokensScreen)
    await ui.until(lambda: ui.lines[2].endswith("37 of 37") and ui.cursor_line)


def token(ui: Ui, name: str) -> EndpointToken:
    return ui.desk.reader().token_by_name(name)


def cells(ui: Ui, name: str) -> list[str]:
    return [cell.strip() for cell in ui.row(f"{name} ").strip("›▌ ").split("  ") if cell.strip()]


async def test_a_row_shows_name_description_enabled_assigned_age_and_last_seen(open_ui: Open) -> None:
    async with open_ui(size=WIDE) as ui:
        await show_tokens(ui)
        assert cells(ui, "bank-import") == ["bank-import", "Reads the bank's statements", "● on", "2", "77 d", "10 h"]
        assert cells(ui, "intern-project")[-3:] == ["none", "155 d ↻ due", "–"]


async def test_enabled_is_a_glyph_and_a_word_never_colour_alone(open_ui: Open) -> None:
    async with open_ui(size=WIDE) as ui:
        await show_tokens(ui)
        assert "● on" in ui.row("bank-import")
        assert "○ off" in ui.row("load-test")


async def test_e_disables_after_a_question_and_enables_at_once(open_ui: Open) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await ui.press("e")
        await ui.see("Refused at once at 2 endpoints (GET):", "invoicing/credit-notes", "invoicing/invoices")
        await ui.answer("Disable bank-import?", "y")
        await ui.told("bank-import is disabled. u takes it back.")
        await ui.until(lambda: "○ off" in ui.cursor_line and "e Enable" in ui.footer)
        before = ui.desk.reader().assignments_of(token(ui, "bank-import").id)
        await ui.press("e")
        await ui.told("bank-import is enabled.")
        await ui.until(lambda: "● on" in ui.cursor_line and "e Disable" in ui.footer)
        assert token(ui, "bank-import").enabled
        assert ui.desk.reader().assignments_of(token(ui, "bank-import").id) == before


async def test_disabling_a_token_that_is_mapped_to_nothing_cuts_nobody_off_and_does_not_ask(open_ui: Open) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await ui.go("intern-project")
        await ui.press("e")
        await ui.told("intern-project is disabled.")


async def test_d_deactivates_and_where_the_inactive_are_shown_activates(open_ui: Open) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await ui.go("chatbot")
        before = ui.desk.reader().assignments_of(token(ui, "chatbot").id)
        await ui.press("d")
        await ui.answer("Deactivate chatbot?", "y")
        await ui.told("chatbot is deactivated.")
        await ui.until(lambda: ui.lines[2].endswith("36 of 36"))
        await ui.press("i")
        await ui.until(lambda: "Endpoint tokens › inactive" in ui.lines[2])
        await ui.go("chatbot")
        assert "d Activate" in ui.footer
        await ui.press("d")
        await ui.told("chatbot is activated.")
        await ui.until(lambda: ui.lines[2].endswith(" 3 of 3"))
        assert token(ui, "chatbot").active
        assert ui.desk.reader().assignments_of(token(ui, "chatbot").id) == before


async def test_active_tokens_are_shown_by_default(open_ui: Open) -> None:
    async with open_ui(size=WIDE) as ui:
        await show_tokens(ui)
        assert "legacy-fax" not in ui.text
        await ui.press("i")
        await ui.see("legacy-fax", "pos-wien", "partner-initech")


async def test_enabled_is_no_matter_of_the_shelf(open_ui: Open) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await ui.press("i")
        await ui.see("legacy-fax")
        assert "● on" in ui.row("legacy-fax")


async def test_s_assigns(open_ui: Open) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await ui.press("s")
        await ui.at(AssignScreen)
        await ui.see("Endpoint tokens › bank-import › Assign")


async def test_a_adds_and_the_cursor_goes_to_the_new_token(open_ui: Open) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await ui.press("a")
        await ui.see("─ Add endpoint token ─")
        await ui.write("zeta")
        await ui.press("enter")
        await ui.told("Added zeta. c copies its token, s assigns it to endpoints.")
        await ui.until(lambda: ui.cursor_line.startswith("› zeta"))
        assert token(ui, "zeta").enabled


async def test_a_deed_is_for_all_marked_rows_or_for_none(open_ui: Open) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await ui.press("space", "space", "space")
        await ui.until(lambda: "3 marked · " in ui.lines[2])
        await ui.press("e")
        await ui.see("Refused at once at 5 endpoints (POST GET):", "bank-import", "bi-dashboard", "bookkeeping")
        await ui.answer("Disable 3 tokens?", "y")
        await ui.told("3 tokens disabled. u takes it back.")
        await ui.until(lambda: "marked" not in ui.lines[2])
        assert not any(token(ui, name).enabled for name in ("bank-import", "bi-dashboard", "bookkeeping"))
        await ui.press("u")
        await ui.told("Undone: disabled 3 tokens.")
        assert all(token(ui, name).enabled for name in ("bank-import", "bi-dashboard", "bookkeeping"))


async def test_marks_stay_where_the_question_is_answered_no(open_ui: Open) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await ui.press("space")
        await ui.press("d")
        await ui.answer("Deactivate bank-import?", "n")
        assert "1 marked" in ui.lines[2]
        assert token(ui, "bank-import").active


async def test_space_takes_a_mark_away_again(open_ui: Open) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await ui.press("space", "k", "space")
        await ui.until(lambda: "marked" not in ui.lines[2])


async def test_v_reveals_a_value_and_hides_it_again(open_ui: Open) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        value = reveal_token(ui.desk, token(ui, "bank-import"))
        assert value not in ui.text
        await ui.press("v")
        await ui.at(Reveal)
        assert value in ui.text
        await ui.press("v")
        await ui.miss(value)
        await ui.at(EndpointTokensScreen)


async def test_a_revealed_value_hides_itself_after_30_seconds(open_ui: Open, hourglass: Hourglass) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        value = reveal_token(ui.desk, token(ui, "bank-import"))
        await ui.press("v")
        await ui.see(value, "It hides itself after 30 seconds.")
        hourglass.let_pass(30)
        await ui.miss(value)
        await ui.at(EndpointTokensScreen)


async def test_a_revealed_value_can_be_copied_from_there(open_ui: Open) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await ui.press("v")
        await ui.at(Reveal)
        await ui.press("c")
        await ui.told("the token of bank-import")


async def test_an_expired_token_is_told_by_a_word(open_ui: Open, desk: Desk) -> None:
    expired = add_token(desk, TokenFields(name="aaa-expired"))
    with desk.store.change(NOTE) as transaction:
        transaction.put(replace(expired, expires_at=NOW - timedelta(days=1)))
    async with open_ui(size=WIDE) as ui:
        await ui.press("2")
        await ui.see("aaa-expired")
        assert "expired" in ui.row("aaa-expired").removeprefix("› aaa-expired")


@pytest.mark.parametrize("key", ["o", "O"])
async def test_ordering_keeps_the_cursor_on_its_row(open_ui: Open, key: str) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await ui.go("chatbot")
        await ui.press(key)
        await ui.until(lambda: "Token ▲" not in ui.text)
        await ui.until(lambda: ui.cursor_line.startswith("› chatbot"))


async def test_ten_thousand_tokens_open_with_a_page_and_the_end_is_one_key_away(
    open_ui: Open, desk: Desk, tmp_path: Path
) -> None:
    one = desk.reader().token_by_name("chatbot")
    many = desk_at(tmp_path / "many.json")
    with many.store.change(NOTE) as transaction:
        for number in range(10_000):
            secret = replace(one.secret, digest=f"{number:064x}")
            transaction.put(replace(one, id=f"id-{number:05}", name=f"app-{number:05}", secret=secret, rev=0))
    async with open_ui(many) as ui:
        await ui.press("2")
        await ui.until(lambda: ui.lines[2].endswith("10,000 of 10,000"))
        assert "app-00000" in ui.text
        assert "app-00100" not in ui.text
        await ui.press("end")
        await ui.see("app-09999")


async def test_what_is_typed_in_one_burst_behind_the_slash_is_the_filter_and_no_keys(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("2")
        await ui.see("bank-import")
        await ui.burst("slash", *"shop-mob")
        await ui.until(lambda: "1 of 37" in ui.lines[2] and ui.lines[3].strip() == "/ shop-mob")
