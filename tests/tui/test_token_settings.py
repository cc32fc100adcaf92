"""Token settings: the form in which an endpoint token is added and edited."""

from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input

from tests.store.holding import held_by_somebody
from tests.tui.conftest import Hourglass, Open
from tests.tui.driving import Ui
from tokentui.domain.records import EndpointToken
from tokentui.domain.values import is_strong
from tokentui.services.tokens import reveal_token
from tokentui.tui.dialogs.token_settings import TokenSettings
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen
from tokentui.tui.widgets.secret_field import RevealedValue, SecretField


async def edit_token(ui: Ui, name: str = "bank-import") -> None:
    """Open the settings of a token."""
    await ui.press("2")
    await ui.at(EndpointTokensScreen)
    await ui.go(name)
    await ui.press("enter")
    await ui.at(TokenSettings)


async def go_to_value(ui: Ui) -> None:
    """Put the focus on the token's value."""
    await ui.press("tab")
    await ui.until(lambda: isinstance(ui.app.focused, SecretField))


def token(ui: Ui, name: str = "bank-import") -> EndpointToken:
    return ui.desk.reader().token_by_name(name)


def shown(ui: Ui) -> str | None:
    return ui.one(RevealedValue).value


async def test_the_form_has_name_token_with_eye_arrow_and_copy_description_and_enabled(open_ui: Open) -> None:
    async with open_ui() as ui:
        await edit_token(ui)
        assert "bank-import" in ui.row("│   Name ")
        for sign in ("••••", "◉ v Reveal", "↻ r New", "c Copy"):
            assert sign in ui.row("│   Token ")
        assert "Reads the bank's statements" in ui.row("│   Description ")
        assert "[■] on" in ui.row("│   Enabled ")


async def test_enter_saves_what_was_edited(open_ui: Open) -> None:
    async with open_ui() as ui:
        await edit_token(ui)
        await ui.tab_to("description")
        await ui.write("!")
        await ui.press("enter")
        await ui.told("Saved bank-import.")
        assert token(ui).description == "Reads the bank's statements!"


async def test_w_and_ctrl_s_save_too(open_ui: Open) -> None:
    async with open_ui() as ui:
        for key in ("w", "ctrl+s"):
            await edit_token(ui)
            await ui.tab_to("description")
            await ui.write(".")
            await ui.tab_to("enabled")
            await ui.press(key)
            await ui.told("Saved bank-import.")
            await ui.at(EndpointTokensScreen)
        await ui.until(lambda: token(ui).description.endswith(".."))


async def test_the_eye_shows_the_value_and_hides_it(open_ui: Open, hourglass: Hourglass) -> None:
    async with open_ui() as ui:
        await edit_token(ui)
        value = reveal_token(ui.desk, token(ui))
        assert value not in ui.text
        await go_to_value(ui)
        await ui.press("v")
        await ui.see(value)
        await ui.press("v")
        await ui.miss(value)
        await ui.press("v")
        await ui.see(value)
        hourglass.let_pass(30)
        await ui.miss(value)


async def test_each_press_of_the_arrow_is_a_new_value_kept_only_by_save(open_ui: Open) -> None:
    async with open_ui() as ui:
        await edit_token(ui)
        old = reveal_token(ui.desk, token(ui))
        await go_to_value(ui)
        await ui.press("v")
        await ui.see(old)
        seen = [old]
        for _ in range(2):
            await ui.press("r")
            await ui.until(lambda: shown(ui) not in seen)
            value = shown(ui)
            assert value is not None
            assert is_strong(value)
            seen.append(value)
        assert "new " in ui.row("│   Token ")
        assert reveal_token(ui.desk, token(ui)) == old
        await ui.press("w")
        await ui.see("The value that stands is refused at once at 2 endpoints (GET):")
        await ui.answer("Save bank-import?", "y")
        await ui.told("Saved bank-import.")
        assert reveal_token(ui.desk, token(ui)) == seen[-1]


async def test_a_new_value_is_forgotten_with_cancel(open_ui: Open) -> None:
    async with open_ui() as ui:
        await edit_token(ui)
        before = token(ui)
        await go_to_value(ui)
        await ui.press("r")
        await ui.until(lambda: "new " in ui.row("│   Token "))
        await ui.press("escape")
        await ui.answer("Unsaved edits", "d")
        await ui.at(EndpointTokensScreen)
        assert token(ui) == before


async def test_disabling_in_the_form_asks_as_the_key_does_and_no_leads_back_to_the_form(open_ui: Open) -> None:
    async with open_ui() as ui:
        await edit_token(ui)
        await ui.tab_to("enabled")
        await ui.press("space", "w")
        await ui.see("Refused at once at 2 endpoints (GET):")
        await ui.answer("Save bank-import?", "n")
        await ui.at(TokenSettings)
        assert "[ ] on" in ui.row("│   Enabled ")
        assert token(ui).enabled


async def test_a_token_that_reaches_nothing_is_disabled_in_the_form_without_a_question(open_ui: Open) -> None:
    async with open_ui() as ui:
        await edit_token(ui, "intern-project")
        await ui.tab_to("enabled")
        await ui.press("space", "w")
        await ui.told("Saved intern-project.")
        assert not token(ui, "intern-project").enabled


@pytest.mark.parametrize(
    ("name", "error"),
    [("", "✗ The name is empty"), ("CHATBOT", "✗ There is already an endpoint token named")],
)
async def test_errors_stand_beside_the_name_and_nothing_is_lost(open_ui: Open, name: str, error: str) -> None:
    async with open_ui() as ui:
        await edit_token(ui)
        await ui.press("ctrl+u")
        await ui.write(name)
        await ui.press("enter")
        await ui.see(error)
        below = ui.lines.index(ui.row("│   Name ")) + 1
        assert error in ui.lines[below]
        assert ui.screen.query_one("#name", Input).value == name
        assert token(ui).name == "bank-import"


async def test_a_name_is_taken_by_an_inactive_token_too_and_the_way_out_is_told(open_ui: Open) -> None:
    async with open_ui() as ui:
        await edit_token(ui)
        await ui.press("ctrl+u")
        await ui.write("legacy-fax")
        await ui.press("enter")
        await ui.see("(it is inactive; Activate brings it")


async def test_an_error_goes_when_the_name_is_mended(open_ui: Open) -> None:
    async with open_ui() as ui:
        await edit_token(ui)
        await ui.press("ctrl+u", "enter")
        await ui.see("✗ The name is empty")
        await ui.write("x")
        await ui.miss("✗")


async def test_leaving_with_edits_asks_and_go_on_editing_keeps_them(open_ui: Open) -> None:
    async with open_ui() as ui:
        await edit_token(ui)
        await ui.write("-2")
        await ui.press("escape")
        await ui.see("bank-import has edits that are not saved.")
        await ui.press("enter")
        await ui.at(TokenSettings)
        assert "bank-import-2" in ui.row("│   Name ")
        await ui.press("escape")
        await ui.answer("Unsaved edits", "s")
        await ui.told("Renamed bank-import to bank-import-2. u takes it back.")


async def test_leaving_without_edits_does_not_ask(open_ui: Open) -> None:
    async with open_ui() as ui:
        await edit_token(ui)
        await ui.press("escape")
        await ui.at(EndpointTokensScreen)


async def test_the_application_cannot_be_quit_past_a_form(open_ui: Open) -> None:
    async with open_ui() as ui:
        await edit_token(ui)
        await ui.write("-2")
        await ui.press("ctrl+q")
        await ui.pilot.pause()
        assert ui.app.is_running
        assert isinstance(ui.screen, TokenSettings)


async def test_a_new_token_has_a_value_of_64_letters_and_digits_from_the_start(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("2")
        await ui.at(EndpointTokensScreen)
        await ui.press("a")
        await ui.at(TokenSettings)
        await ui.write("fresh")
        await go_to_value(ui)
        await ui.press("v")
        await ui.until(lambda: shown(ui))
        value = shown(ui)
        await ui.press("w")
        await ui.told("Added fresh.")
        assert reveal_token(ui.desk, token(ui, "fresh")) == value
        assert value is not None
        assert is_strong(value)


async def test_the_value_is_copied_from_the_form(open_ui: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []

    def copy(value: str, what: str, *_: object) -> str:
        copied.append(value)
        return f"Copied {what}."

    monkeypatch.setattr("tokentui.tui.clipboard.copy", copy)
    async with open_ui() as ui:
        await edit_token(ui)
        await go_to_value(ui)
        await ui.press("c")
        await ui.told("Copied the token.")
        assert copied == [reveal_token(ui.desk, token(ui))]


@pytest.mark.parametrize("key", ["enter", "a"])
async def test_a_key_that_comes_twice_opens_one_form(open_ui: Open, key: str) -> None:
    async with open_ui() as ui:
        await ui.press("2")
        await ui.at(EndpointTokensScreen)
        await ui.until(lambda: ui.cursor_line)
        for _ in range(2):
            ui.app.post_message(events.Key(key, None))
        await ui.at(TokenSettings)
        await ui.until(lambda: {worker.group for worker in ui.app.workers} <= {"watch", "default", "deeds"})
        await ui.pilot.pause()
        assert [type(screen) for screen in ui.app.screen_stack] == [EndpointTokensScreen, TokenSettings]


async def test_a_form_opens_while_somebody_else_holds_the_store(open_ui: Open, store: Path) -> None:
    async with open_ui() as ui:
        await ui.press("2")
        await ui.at(EndpointTokensScreen)
        await ui.go("load-test")
        with held_by_somebody(store):
            await ui.press("e")
            await ui.go("bank-import")
            await ui.press("enter")
            await ui.at(TokenSettings)
        await ui.told("load-test is enabled.")
