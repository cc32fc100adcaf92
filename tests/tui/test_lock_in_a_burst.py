"""The lock key among keys that come in a burst: it takes its turn, and waits for none of them long."""

import threading
from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input

from tests.store.holding import held_by_somebody
from tests.tui.conftest import Hourglass, Open
from tests.tui.driving import Ui
from tests.tui.locked import FIVE_MINUTES, unlock
from tests.tui.rotating import show_tokens, token
from tokentui.services.tokens import reveal_now
from tokentui.tui.dialogs.confirm import Confirm
from tokentui.tui.dialogs.lock import LockScreen
from tokentui.tui.dialogs.token_settings import TokenSettings
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """A reveal goes on when this is set, and keys behind it wait so long."""
    go_on = threading.Event()

    def slow(*args: object) -> object:
        assert go_on.wait(10)
        return reveal_now(*args)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr("tokentui.tui.token_deeds.reveal_now", slow)
    return go_on


async def locked_and_open_again(ui: Ui) -> None:
    await ui.at(LockScreen)
    await unlock(ui)


@pytest.mark.parametrize("key", ["L", "ctrl+l"])
async def test_a_lock_key_behind_the_enter_of_a_field_locks_and_the_keyboard_lives_on(
    open_ui: Open, key: str
) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await ui.press("slash")
        await ui.until(lambda: isinstance(ui.app.focused, Input))
        await ui.burst("enter", key)
        await locked_and_open_again(ui)
        row = ui.cursor_line
        await ui.press("j")
        await ui.until(lambda: ui.cursor_line != row)


async def test_a_key_that_is_due_after_too_long_a_pause_locks_and_the_keyboard_lives_on(
    open_ui: Open, hourglass: Hourglass, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a SIGSTOP between two keys of a burst: the second one was in time when it came."""
    async with open_ui() as ui:
        await show_tokens(ui)
        monkeypatch.setattr("tokentui.tui.elapsed.Deadline._look", lambda self: None)
        for key in ("j", "e"):
            ui.app.post_message(events.Key(key, key))
        deliver = ui.app._typed._deliver_one

        async def after_a_pause(event: events.Key | events.Paste) -> None:
            hourglass.passed += FIVE_MINUTES
            await deliver(event)

        monkeypatch.setattr(ui.app._typed, "_deliver_one", after_a_pause)
        await locked_and_open_again(ui)
        monkeypatch.setattr(ui.app._typed, "_deliver_one", deliver)
        assert token(ui).enabled
        row = ui.cursor_line
        await ui.press("j")
        await ui.until(lambda: ui.cursor_line != row)


async def test_what_was_typed_before_the_lock_key_is_done_before(open_ui: Open) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await ui.burst("e", "y", "L")
        await locked_and_open_again(ui)
        await ui.until(lambda: not token(ui).enabled)


async def test_a_question_that_was_asked_for_before_stands_below_the_lock(open_ui: Open) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await ui.burst("e", "L")
        await locked_and_open_again(ui)
        await ui.at(Confirm)
        assert token(ui).enabled


async def test_the_lock_key_locks_where_no_other_key_is_an_answer(open_ui: Open) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await ui.burst("e", "x", "L")
        await locked_and_open_again(ui)
        assert isinstance(ui.screen, Confirm)


async def test_a_capital_l_that_is_meant_for_a_form_is_a_letter_of_it(open_ui: Open) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await ui.burst("a", "L", "x")
        await ui.at(TokenSettings)
        await ui.until(lambda: ui.screen.query_one("#name", Input).value == "Lx")


async def test_it_waits_for_no_key_long_and_tells_afterwards_what_was_dropped(
    open_ui: Open, stuck: threading.Event
) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        row = ui.cursor_line
        await ui.burst("v", "j", "j", "L", "enter", "enter", "enter")
        await ui.at(LockScreen)
        assert not stuck.is_set()
        stuck.set()
        await unlock(ui)
        await ui.at(EndpointTokensScreen)
        await ui.told("2 keys that were typed before it locked are dropped.")
        assert ui.cursor_line == row


async def test_what_follows_the_lock_key_is_dropped_and_not_told(open_ui: Open) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await ui.burst("L", "ctrl+l", "j", "d", "y")
        await locked_and_open_again(ui)
        assert ui.message == ""
        assert token(ui).active


async def test_a_row_that_waits_for_somebody_elses_lock_keeps_no_screen_open(open_ui: Open, store: Path) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        with held_by_somebody(store):
            await ui.burst("e", "y", "L")
            await ui.at(LockScreen)
        await unlock(ui)
        await ui.until(lambda: not token(ui).enabled)
