"""After a while without a key the screen is covered: nothing below is seen, and no key does anything there."""

import threading
from pathlib import Path

import pytest
from textual.command import CommandPalette

from tests.tui.conftest import Hourglass, Open, desk_at
from tests.tui.driving import SMALL, WIDE
from tests.tui.locked import FIVE_MINUTES, click, lock, names, unlock
from tests.tui.rotating import show_tokens, token
from tokentui.domain.fields import TokenFields
from tokentui.services.desk import Desk
from tokentui.services.settings import Settings
from tokentui.services.tokens import add_token, reveal_now, reveal_token
from tokentui.store.vault import KeyVault
from tokentui.tui.dialogs.confirm import Confirm, Question
from tokentui.tui.dialogs.help import Help
from tokentui.tui.dialogs.lock import LockScreen
from tokentui.tui.dialogs.reveal import Reveal
from tokentui.tui.dialogs.token_settings import TokenSettings
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen
from tokentui.tui.screens.endpoints import EndpointsScreen
from tokentui.tui.widgets.secret_field import RevealedValue


@pytest.fixture
def go_on(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """No value is there to be revealed before this is set."""
    event = threading.Event()

    def slow(*args: object) -> object:
        assert event.wait(10)
        return reveal_now(*args)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr("tokentui.tui.token_deeds.reveal_now", slow)
    return event


class TestTime:
    async def test_it_locks_by_itself_after_five_minutes_without_a_key(
        self, open_ui: Open, hourglass: Hourglass
    ) -> None:
        async with open_ui() as ui:
            hourglass.let_pass(FIVE_MINUTES - 1)
            await ui.press("j")
            hourglass.let_pass(FIVE_MINUTES - 1)
            await ui.pilot.pause(0.1)
            assert isinstance(ui.screen, EndpointsScreen)
            hourglass.let_pass(1)
            await ui.at(LockScreen)

    @pytest.mark.parametrize("key", ["2", "d", "enter", "q", "ctrl+p", "ctrl+q", "colon", "v"])
    async def test_the_first_key_after_that_brings_up_the_lock_and_does_nothing_else(
        self, open_ui: Open, hourglass: Hourglass, monkeypatch: pytest.MonkeyPatch, key: str
    ) -> None:
        """As after SIGCONT: the clock has gone on, and the key is there before any timer."""
        async with open_ui() as ui:
            await ui.until(lambda: ui.cursor_line)
            monkeypatch.setattr("tokentui.tui.elapsed.Deadline._look", lambda self: None)
            await ui.pilot.pause(0.1)
            hourglass.passed += FIVE_MINUTES
            await ui.burst(key)
            await ui.at(LockScreen)
            assert ui.app.is_running
            await unlock(ui)
            assert isinstance(ui.screen, EndpointsScreen)
            assert not ui.desk.history

    async def test_a_click_after_that_does_nothing_else_either(
        self, open_ui: Open, hourglass: Hourglass, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with open_ui() as ui:
            await ui.until(lambda: ui.cursor_line)
            monkeypatch.setattr("tokentui.tui.elapsed.Deadline._look", lambda self: None)
            await ui.pilot.pause(0.1)
            hourglass.passed += FIVE_MINUTES
            click(ui, 20, 1)
            await ui.at(LockScreen)
            await unlock(ui)
            assert isinstance(ui.screen, EndpointsScreen)

    async def test_the_time_is_set_in_the_settings(self, open_ui: Open, hourglass: Hourglass) -> None:
        async with open_ui(settings=Settings(lock_after_minutes=1)) as ui:
            hourglass.let_pass(60)
            await ui.at(LockScreen)

    async def test_0_switches_it_off(self, open_ui: Open, hourglass: Hourglass) -> None:
        async with open_ui(settings=Settings(lock_after_minutes=0)) as ui:
            hourglass.let_pass(24 * 60 * 60)
            await ui.press("2")
            await ui.at(EndpointTokensScreen)

    async def test_it_begins_anew_when_it_is_unlocked(self, open_ui: Open, hourglass: Hourglass) -> None:
        async with open_ui() as ui:
            hourglass.let_pass(FIVE_MINUTES)
            await ui.at(LockScreen)
            await ui.see("The key has no passphrase")
            await unlock(ui)
            hourglass.let_pass(FIVE_MINUTES)
            await ui.at(LockScreen)


class TestWhatIsSeen:
    @pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "ansi-dark", "nord"])
    @pytest.mark.parametrize("size", [SMALL, WIDE])
    async def test_nothing_of_what_lies_below(self, open_ui: Open, theme: str, size: tuple[int, int]) -> None:
        async with open_ui(size=size, settings=Settings(theme=theme)) as ui:
            await show_tokens(ui)
            known = names(ui)
            await lock(ui)
            assert not any(name in ui.text for name in known)
            assert sum(bool(line.strip()) for line in ui.lines) <= 10

    async def test_which_store_and_since_when(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await lock(ui)
            await ui.see("Since Sat 14 Mar 2026 09:26 UTC", "a demo store")

    async def test_a_picture_that_is_taken_shows_the_lock_and_nothing_else(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await show_tokens(ui)
            known = names(ui)
            await lock(ui)
            picture = ui.app.export_screenshot()
            assert "Locked" in picture
            assert not any(name.replace(" ", "&#160;") in picture for name in known)

    async def test_what_others_save_is_not_seen_before_it_is_unlocked(self, open_ui: Open, store: Path) -> None:
        async with open_ui() as ui:
            await show_tokens(ui)
            await lock(ui)
            add_token(desk_at(store, seed=7), TokenFields(name="bank-new"))
            await ui.until(lambda: "38 of 38" in str(ui.page.query_one("PlaceLine").render()))
            assert "bank-new" not in ui.text
            await unlock(ui)
            await ui.see("bank-new")


class TestWhatIsHidden:
    async def test_a_dialog_with_a_value_is_closed(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await show_tokens(ui)
            await ui.press("v")
            await ui.at(Reveal)
            await ui.see(reveal_token(ui.desk, token(ui)))
            await lock(ui)
            await unlock(ui)
            await ui.at(EndpointTokensScreen)

    async def test_a_form_keeps_its_edits_and_its_new_value_which_is_hidden(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await show_tokens(ui)
            await ui.press("a")
            await ui.at(TokenSettings)
            await ui.write("fresh")
            await ui.press("tab", "v")
            await ui.until(lambda: ui.one(RevealedValue).value)
            value = ui.one(RevealedValue).value
            assert value is not None
            await lock(ui)
            await unlock(ui)
            await ui.at(TokenSettings)
            assert value not in ui.text
            assert "fresh" in ui.text
            await ui.press("w")
            await ui.told("Added fresh.")
            assert reveal_token(ui.desk, token(ui, "fresh")) == value

    async def test_the_keys_are_dropped(self, open_ui: Open, desk: Desk) -> None:
        async with open_ui(desk) as ui:
            await show_tokens(ui)
            await ui.press("v")
            await ui.at(Reveal)
            vault = desk.vault
            assert isinstance(vault, KeyVault)
            assert vault._held is not None
            await lock(ui)
            assert vault._held is None

    async def test_a_value_that_comes_too_late_is_not_shown_nor_kept(
        self, open_ui: Open, go_on: threading.Event
    ) -> None:
        async with open_ui() as ui:
            await show_tokens(ui)
            await ui.press("v")
            await ui.press("ctrl+l")
            await ui.at(LockScreen)
            go_on.set()
            await ui.see("The key has no passphrase")
            await unlock(ui)
            await ui.at(EndpointTokensScreen)
            await ui.pilot.pause()
            await ui.miss(reveal_token(ui.desk, token(ui)))

    async def test_keys_that_were_typed_ahead_are_dropped(self, open_ui: Open, go_on: threading.Event) -> None:
        async with open_ui() as ui:
            await show_tokens(ui)
            row = ui.cursor_line
            await ui.burst("v", "j", "enter", "ctrl+l", "enter")
            await ui.at(LockScreen)
            go_on.set()
            await ui.see("The key has no passphrase")
            assert isinstance(ui.screen, LockScreen)
            await unlock(ui)
            await ui.at(EndpointTokensScreen)
            assert ui.cursor_line == row


class TestWhatCannotBeDone:
    @pytest.mark.parametrize(
        "key", ["1", "2", "4", "5", "colon", "ctrl+p", "question_mark", "f1", "u", "d", "a", "v", "c", "ctrl+s", "w"]
    )
    async def test_no_key_does_anything_below(self, open_ui: Open, key: str) -> None:
        async with open_ui() as ui:
            await show_tokens(ui)
            await lock(ui)
            await ui.press(key)
            assert [type(screen) for screen in ui.app.screen_stack] == [EndpointTokensScreen, LockScreen]
            assert not ui.desk.history
            await unlock(ui)
            await ui.at(EndpointTokensScreen)

    async def test_no_action_is_run_whoever_asks_for_it(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await show_tokens(ui)
            page = ui.screen
            await lock(ui)
            assert not await ui.app.run_action("reveal", page)
            assert not await ui.app.run_action("app.section('endpoints')")
            assert not await ui.app.run_action("command_palette")
            assert await ui.app.run_action("unlock", ui.screen)

    async def test_an_open_palette_is_covered_and_still_there_afterwards(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await show_tokens(ui)
            await ui.press("colon")
            await ui.at(CommandPalette)
            ui.app.lock()
            await ui.see("The key has no passphrase")
            await ui.press("enter")
            await ui.until(lambda: not isinstance(ui.screen, LockScreen))
            assert isinstance(ui.screen, CommandPalette)

    async def test_clicks_do_not_come_through(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await lock(ui)
            click(ui, 20, 1)
            click(ui, 10, 7)
            await ui.pilot.pause()
            assert [type(screen) for screen in ui.app.screen_stack] == [EndpointsScreen, LockScreen]

    async def test_a_screen_that_is_to_open_or_to_close_waits_in_its_turn(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            first = ui.page.run_worker(ui.page.ask(Question("First?", (), "Do")))
            await ui.at(Confirm)
            asked = ui.screen
            await lock(ui)
            assert isinstance(asked, Confirm)
            asked.dismiss(True)
            second = ui.page.run_worker(ui.app.push_screen_wait(Confirm(Question("Second?", (), "Do"))))
            await ui.pilot.pause()
            ui.app.action_help()
            ui.app.switch_mode("tokens")
            await ui.pilot.pause()
            assert [type(screen) for screen in ui.app.screen_stack] == [EndpointsScreen, Confirm, LockScreen]
            assert not first.is_finished
            await unlock(ui)
            await ui.at(EndpointTokensScreen)
            await ui.until(lambda: first.is_finished)
            assert first.result is True
            assert not second.is_finished
            below = ui.app.get_screen_stack("endpoints")
            assert [type(screen) for screen in below] == [EndpointsScreen, Confirm, Help]
