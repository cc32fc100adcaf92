"""Keys that come in a burst, as on a slow line: each is for what the one before it leads to."""

from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input

from tests.store.holding import held_by_somebody
from tests.tui.conftest import Open
from tests.tui.driving import Ui
from tokentui.domain.records import EndpointToken
from tokentui.services.desk import Desk
from tokentui.services.tokens import reveal_token
from tokentui.tui import typed_ahead
from tokentui.tui.dialogs.confirm import Confirm
from tokentui.tui.dialogs.help import Help
from tokentui.tui.dialogs.reveal import Reveal
from tokentui.tui.dialogs.rotated import Rotated
from tokentui.tui.dialogs.token_settings import TokenSettings
from tokentui.tui.screens.assign import AssignScreen
from tokentui.tui.screens.endpoint import EndpointScreen
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen
from tokentui.tui.screens.endpoints import EndpointsScreen


async def tokens(ui: Ui) -> None:
    await ui.press("2")
    await ui.at(EndpointTokensScreen)
    await ui.until(lambda: ui.cursor_line.startswith("› bank-import"))


def token(ui: Ui, name: str = "bank-import") -> EndpointToken:
    return ui.desk.reader().token_by_name(name)


async def test_rotate_enter_copy_hands_the_new_value_over(open_ui: Open, copied: list[str]) -> None:
    async with open_ui() as ui:
        await tokens(ui)
        old = reveal_token(ui.desk, token(ui))
        await ui.burst("r", "enter", "c")
        await ui.at(Rotated)
        await ui.until(lambda: copied)
        assert copied == [reveal_token(ui.desk, token(ui))] != [old]


async def test_disable_yes_cuts_off_and_the_next_key_is_for_the_list_again(open_ui: Open) -> None:
    async with open_ui() as ui:
        await tokens(ui)
        await ui.burst("e", "y", "j")
        await ui.told("bank-import is disabled.")
        assert not token(ui).enabled
        await ui.until(lambda: ui.cursor_line.startswith("› bi-dashboard"))


async def test_a_name_is_typed_into_the_form_and_assigned_where_it_was_added(open_ui: Open) -> None:
    async with open_ui() as ui:
        await tokens(ui)
        await ui.burst("a", *"sad-eels", "enter", "s")
        await ui.at(AssignScreen)
        await ui.see("Endpoint tokens › sad-eels › Assign")
        assert token(ui).enabled
        assert token(ui).active


async def test_escape_right_after_deactivate_leaves_all_as_it_was(open_ui: Open) -> None:
    async with open_ui() as ui:
        await tokens(ui)
        await ui.burst("d", "escape", "j")
        await ui.until(lambda: ui.cursor_line.startswith("› bi-dashboard"))
        assert isinstance(ui.screen, EndpointTokensScreen)
        assert token(ui).active


async def test_a_word_in_the_wrong_place_does_not_find_its_yes(open_ui: Open) -> None:
    async with open_ui() as ui:
        await tokens(ui)
        await ui.burst(*"daily")
        await ui.at(Confirm)
        await ui.pilot.pause()
        assert isinstance(ui.screen, Confirm)
        assert token(ui).active
        await ui.press("y")
        await ui.told("bank-import is deactivated.")


async def test_a_key_held_down_is_no_answer_and_yes_behind_it_is(open_ui: Open) -> None:
    async with open_ui() as ui:
        await tokens(ui)
        await ui.burst("e", "e", "e", "y")
        await ui.told("bank-import is disabled.")


async def test_a_section_and_a_key_in_it(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.burst("2", "j", "v")
        await ui.at(Reveal)
        await ui.see("bi-dashboard")


async def test_what_is_behind_a_filter_waits_for_its_rows(open_ui: Open) -> None:
    async with open_ui() as ui:
        await tokens(ui)
        await ui.burst("slash", *"shop-mob", "enter", "v")
        await ui.at(Reveal)
        await ui.see("shop-mobile")


async def test_what_is_behind_the_other_shelf_waits_for_its_rows(open_ui: Open) -> None:
    async with open_ui() as ui:
        await tokens(ui)
        await ui.burst("i", "d")
        await ui.until(lambda: " is activated." in ui.message)
        assert token(ui).active


async def test_a_page_and_its_tab(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.go("Customers")
        await ui.burst("enter", "t", "t", "j", "j", "j", "v", "escape", "q", "j")
        await ui.at(EndpointsScreen)
        await ui.until(lambda: ui.cursor_line.startswith("› Daily turnover"))


async def test_help_takes_the_key_that_closes_it(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.burst("question_mark", "escape", "enter")
        await ui.at(EndpointScreen)
        assert not any(isinstance(screen, Help) for screen in ui.app.screen_stack)


async def test_quit_behind_a_burst_quits(open_ui: Open, desk: Desk) -> None:
    async with open_ui() as ui:
        await ui.burst("2", "e", "y", "q")
        await ui.until(lambda: not ui.app.is_running)
    assert not desk.reader().token_by_name("bank-import").enabled


async def test_a_save_that_waits_for_somebody_else_lets_other_keys_pass(open_ui: Open, store: Path) -> None:
    async with open_ui() as ui:
        await tokens(ui)
        with held_by_somebody(store):
            await ui.burst("e", "y", "j", "j")
            await ui.until(lambda: ui.cursor_line.startswith("› bookkeeping"))
        await ui.told("bank-import is disabled.")


async def test_keys_for_what_never_comes_are_dropped_and_that_is_told(
    open_ui: Open, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typed_ahead, "TELL_SECONDS", 0.1)
    monkeypatch.setattr(typed_ahead, "DROP_SECONDS", 0.5)
    async with open_ui() as ui:
        await tokens(ui)
        with held_by_somebody(store):
            await ui.burst("i", "escape", "e", "y", "r", "enter", "d")
            await ui.told("Keys wait for what was asked for before.")
            await ui.told("Keys that were typed ahead are dropped")
            await ui.press("down")
            await ui.until(lambda: ui.cursor_line)
        assert token(ui).active


async def paste(ui: Ui, text: str) -> None:
    ui.app.post_message(events.Paste(text))
    await ui.pilot.pause()


async def test_what_is_pasted_into_a_list_is_no_key_and_that_is_told(open_ui: Open, store: Path) -> None:
    async with open_ui() as ui:
        await tokens(ui)
        before = store.read_bytes()
        await paste(ui, "dyedyq1\r")
        await ui.told("Nothing was done with what was pasted: it is for a field.")
        await ui.pilot.pause()
        assert isinstance(ui.screen, EndpointTokensScreen)
        assert store.read_bytes() == before


async def test_what_is_pasted_behind_the_key_of_a_form_is_for_its_field(open_ui: Open) -> None:
    async with open_ui() as ui:
        await tokens(ui)
        ui.app.post_message(events.Key("a", "a"))
        await paste(ui, "from-elsewhere")
        await ui.at(TokenSettings)
        await ui.until(lambda: ui.screen.query_one("#name", Input).value == "from-elsewhere")


@pytest.mark.parametrize("pasted", ["one-line", "one-line\n", "\r\n one-line \r\n", "\n\none-line\nand another\n"])
async def test_a_field_takes_the_first_line_that_says_something(open_ui: Open, pasted: str) -> None:
    async with open_ui() as ui:
        await tokens(ui)
        await ui.press("a")
        await ui.at(TokenSettings)
        await paste(ui, pasted)
        await ui.until(lambda: ui.screen.query_one("#name", Input).value == "one-line")
        assert isinstance(ui.screen, TokenSettings)
