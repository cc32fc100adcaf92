"""Rotate: from the list to a copied new value, with a grace time for the old one."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.tui.conftest import NOW, Hourglass, Open
from tests.tui.rotating import DAY, HOUR, ask_to_rotate, rotated_earlier, saw, show_tokens, token
from tokentui.domain.fields import TokenFields
from tokentui.services.desk import Desk
from tokentui.services.rotating import rotate
from tokentui.services.tokens import add_token, edit_token, reveal_token
from tokentui.store.request_log import RequestLog
from tokentui.tui.dialogs.pick import Pick
from tokentui.tui.dialogs.rotate import Rotate
from tokentui.tui.dialogs.rotated import Rotated
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen
from tokentui.tui.widgets.secret_field import RevealedValue


class TestOne:
    async def test_from_the_list_to_a_copied_new_value_it_takes_four_keys_at_most(
        self, open_ui: Open, copied: list[str]
    ) -> None:
        async with open_ui() as ui:
            await show_tokens(ui)
            old, keys = reveal_token(ui.desk, token(ui)), 0
            for key, then in (("r", Rotate), ("enter", Rotated), ("c", Rotated)):
                await ui.press(key)
                keys += 1
                await ui.at(then)
            await ui.until(lambda: copied)
            assert keys <= 4
            assert copied == [reveal_token(ui.desk, token(ui))]
            assert copied != [old]
            assert token(ui).grace_until == NOW + DAY

    async def test_the_dialog_tells_what_depends_on_it_and_when_the_old_value_dies(
        self, open_ui: Open, desk: Desk
    ) -> None:
        saw(desk, desk.reader().token_by_name("bank-import"), 2 * HOUR)
        async with open_ui() as ui:
            await ask_to_rotate(ui)
            await ui.see("2 endpoints (GET): invoicing/credit-notes", "Last seen      2 hours ago")
            await ui.see("◉ 24 h", "works until Sun 15 Mar 2026 09:26 UTC, in 24 h")

    async def test_the_moment_is_told_in_the_admins_own_time(
        self, open_ui: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TZ", "Europe/Prague")
        time.tzset()
        async with open_ui() as ui:
            await ask_to_rotate(ui)
            await ui.see("works until Sun 15 Mar 2026 10:26 CET, in 24 h")

    @pytest.mark.parametrize(
        ("keys", "period", "told"),
        [(("left",), HOUR, "in 1 h"), ((), DAY, "in 24 h"), (("right",), 7 * DAY, "in 7 days")],
    )
    async def test_the_arrows_choose_the_grace_time(
        self, open_ui: Open, keys: tuple[str, ...], period: timedelta, told: str
    ) -> None:
        async with open_ui() as ui:
            await ask_to_rotate(ui)
            await ui.press(*keys)
            await ui.see(told)
            await ui.press("enter")
            await ui.at(Rotated)
            assert told in ui.row("Old value")
            assert token(ui).grace_until == NOW + period

    async def test_until_a_date_is_typed_and_an_error_stands_beside_it(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await ask_to_rotate(ui)
            assert "Until" not in ui.text
            await ui.press("right", "right")
            await ui.until(lambda: isinstance(ui.app.focused, Input))
            await ui.write("2026-03-01")
            await ui.press("enter")
            await ui.see("✗ '2026-03-01' is over already")
            assert not token(ui).in_grace(NOW)
            await ui.press("ctrl+u")
            await ui.write("2026-03-20 12:00")
            await ui.see("works until Fri 20 Mar 2026 12:00 UTC, in 6 days")
            await ui.press("enter")
            await ui.at(Rotated)
            assert token(ui).grace_until == NOW.replace(day=20, hour=12, minute=0, second=0)

    async def test_without_grace_it_asks_with_cancel_focused_and_no_leads_back_to_the_dialog(
        self, open_ui: Open
    ) -> None:
        async with open_ui() as ui:
            before = token(ui)
            await ask_to_rotate(ui)
            await ui.press("left", "left")
            await ui.see("Old value      refused at once")
            await ui.press("enter")
            await ui.see("The value that stands is refused at once at 2", "invoicing/invoices")
            assert ui.app.focused is not None
            assert ui.app.focused.id == "cancel"
            await ui.answer("Rotate bank-import without grace?", "enter")
            await ui.at(Rotate)
            assert token(ui) == before
            await ui.see("◉ none")
            await ui.press("enter")
            await ui.answer("Rotate bank-import without grace?", "y")
            await ui.see("Old value      refused from now on")
            assert token(ui).grace_until is None

    async def test_a_token_that_is_mapped_to_nothing_is_rotated_without_grace_and_a_question(
        self, open_ui: Open
    ) -> None:
        async with open_ui() as ui:
            await ask_to_rotate(ui, "intern-project")
            await ui.see("Mapped to      no endpoint")
            await ui.press("left", "left", "enter")
            await ui.at(Rotated)

    async def test_the_end_of_the_token_is_the_end_of_the_old_value(self, open_ui: Open, desk: Desk) -> None:
        one = desk.reader().token_by_name("bank-import")
        edit_token(desk, one, TokenFields(name=one.name, expires_at=NOW + 2 * HOUR))
        async with open_ui() as ui:
            await ask_to_rotate(ui)
            await ui.see("works until Sat 14 Mar 2026 11:26 UTC: the token", "expires then")
            await ui.press("enter")
            await ui.see("works until Sat 14 Mar 2026 11:26 UTC, in 2 h")
            assert token(ui).previous_until == NOW + 2 * HOUR

    async def test_of_an_expired_token_it_is_told_that_the_new_value_is_refused_too(
        self, open_ui: Open, desk: Desk
    ) -> None:
        add_token(desk, TokenFields(name="aaa", expires_at=NOW - DAY))
        async with open_ui() as ui:
            await ui.press("2")
            await ui.go("aaa")
            await ui.press("r")
            await ui.see("the new value is refused too")

    async def test_rotating_in_a_grace_time_is_told_and_asked_since_it_ends_it(
        self, open_ui: Open, desk: Desk
    ) -> None:
        one = desk.reader().token_by_name("bank-import")
        first = rotated_earlier(desk, one, 5 * DAY)
        saw(desk, one, 2 * timedelta(minutes=1))
        saw(desk, one, 3 * DAY, previous=True)
        async with open_ui() as ui:
            await ask_to_rotate(ui)
            await ui.see("new value 2 minutes ago, old value 3 days ago", "In grace now", "rotating again ends it")
            await ui.press("enter")
            await ui.see("The value from before the last rotation is refused at once")
            await ui.answer("Rotate bank-import again?", "n")
            await ui.at(Rotate)
            await ui.press("enter")
            await ui.answer("Rotate bank-import again?", "y")
            await ui.at(Rotated)
            assert token(ui).previous == first.secret

    async def test_escape_changes_nothing(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            before = ui.desk.store.stamp()
            await ask_to_rotate(ui)
            await ui.press("escape")
            await ui.at(EndpointTokensScreen)
            assert ui.desk.store.stamp() == before

    async def test_what_somebody_else_rotated_meanwhile_stays_and_is_told(
        self, open_ui: Open, other_desk: Desk
    ) -> None:
        async with open_ui() as ui:
            await ask_to_rotate(ui)
            (theirs,) = rotate(other_desk, [token(ui).id], NOW + HOUR)
            await ui.press("enter")
            await ui.told("Somebody else gave bank-import a new value meanwhile.")
            await ui.at(EndpointTokensScreen)
            assert token(ui) == theirs

    async def test_undo_asks_and_brings_the_old_value_back(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            before = token(ui)
            await ask_to_rotate(ui)
            await ui.press("enter")
            await ui.at(Rotated)
            await ui.press("enter")
            await ui.told("Rotated bank-import. u takes it back.")
            await ui.press("u")
            await ui.see("The new value of bank-import is refused; the one before works")
            await ui.answer("Undo “rotated bank-import”?", "y")
            await ui.told("Undone: rotated bank-import.")
            assert (token(ui).secret, token(ui).previous) == (before.secret, None)

    async def test_log_trouble_keeps_nobody_from_rotating(self, open_ui: Open, desk: Desk) -> None:
        RequestLog(Path(desk.store.location)).path.write_bytes(b"no database at all" * 100)
        async with open_ui() as ui:
            await ask_to_rotate(ui)
            await ui.see("Last seen      –")
            await ui.press("enter")
            await ui.at(Rotated)


class TestRotated:
    async def test_the_new_value_is_masked_and_v_shows_it_for_30_seconds(
        self, open_ui: Open, hourglass: Hourglass
    ) -> None:
        async with open_ui() as ui:
            await ask_to_rotate(ui)
            await ui.press("enter")
            await ui.at(Rotated)
            value = reveal_token(ui.desk, token(ui))
            assert value not in ui.text
            assert f"••••  {value[-4:]}" in ui.row("New value")
            await ui.press("v")
            await ui.see(value, "v Hide")
            await ui.press("v")
            await ui.miss(value, "v Hide")
            await ui.see("v Reveal")
            await ui.press("v")
            await ui.see(value, "v Hide")
            hourglass.let_pass(30)
            await ui.miss(value, "v Hide")

    async def test_a_picture_of_the_screen_hides_it(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await ask_to_rotate(ui)
            await ui.press("enter")
            await ui.at(Rotated)
            await ui.press("v")
            value = reveal_token(ui.desk, token(ui))
            await ui.see(value)
            assert value not in ui.app.export_screenshot()
            assert ui.one(RevealedValue).value is None

    async def test_no_message_shows_the_new_value(self, open_ui: Open, copied: list[str]) -> None:
        sent: list[str] = []
        async with open_ui(seen=lambda message: sent.append(repr(message))) as ui:
            await ask_to_rotate(ui)
            await ui.press("enter")
            await ui.at(Rotated)
            await ui.press("v", "c", "C")
            await ui.at(Pick)
            await ui.press("enter")
            await ui.until(lambda: len(copied) == 2)
            await ui.at(Rotated)
            await ui.press("enter")
            await ui.at(EndpointTokensScreen)
            value = reveal_token(ui.desk, token(ui))
            assert sent
            assert not any(value in message for message in sent)
