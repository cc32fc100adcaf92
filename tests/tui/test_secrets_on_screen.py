"""A token's value is seen while it is revealed, and nowhere else."""

import io
from pathlib import Path

import pytest
from rich.console import Console
from textual import events
from textual.message import Message

from tests.tui.conftest import Open
from tests.tui.driving import Ui, wait_for
from tokentui.domain.fields import TokenFields
from tokentui.domain.slots import Slot
from tokentui.services.desk import Desk
from tokentui.services.endpoints import reveal_primary
from tokentui.services.tokens import reveal_token
from tokentui.store.vault import KeyVault
from tokentui.tui import words
from tokentui.tui.app import TokenTuiApp
from tokentui.tui.dialogs.reveal import Reveal
from tokentui.tui.dialogs.rotate import Rotate
from tokentui.tui.dialogs.rotated import Rotated
from tokentui.tui.dialogs.token_settings import TokenForm, TokenSettings
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen
from tokentui.tui.widgets.secret_field import RevealedValue
from tokentui.tui.widgets.tab_line import TabLine

VALUE = "S" * 64


def values(desk: Desk) -> set[str]:
    """All values that the store holds."""
    reader = desk.reader()
    primaries = {reveal_primary(desk, one, slot) for one in reader.iter_endpoints() for slot in one.primaries}
    return primaries | {reveal_token(desk, token) for token in reader.iter_tokens()}


def leaked(text: str, secrets: set[str]) -> bool:
    return any(secret in text for secret in secrets)


def looks(ui: Ui) -> str:
    """All that the widgets of all screens say of themselves."""
    return "".join(repr(node) for screen in ui.app.screen_stack for node in screen.walk_children(with_self=True))


async def tour(ui: Ui) -> None:
    """Reveal, copy, generate, add, edit and save: every way on which a value goes."""
    await ui.go("Returns")
    await ui.press("enter")
    await ui.see("Primary tokens", "chatbot")
    await ui.press("home", "k", "k", "k")
    await ui.press("v", "c")
    await ui.told("the POST primary of orders/returns")
    await ui.press("g")
    await ui.answer("Generate a new POST primary of orders/returns?", "y")
    await ui.told("Generated the POST primary")
    await ui.press("2")
    await ui.at(EndpointTokensScreen)
    await ui.go("chatbot")
    await ui.press("v")
    await ui.at(Reveal)
    await ui.press("c")
    await ui.told("the token of chatbot")
    await ui.press("enter")
    await ui.at(TokenSettings)
    await ui.press("tab", "v", "r", "c")
    await ui.told("the token to the terminal")
    await ui.press("w")
    await ui.answer("Save chatbot?", "y")
    await ui.told("Saved chatbot.")
    await ui.press("r")
    await ui.at(Rotate)
    await ui.press("enter")
    await ui.at(Rotated)
    await ui.press("v", "c", "enter")
    await ui.told("Rotated chatbot.")
    await ui.press("a")
    await ui.at(TokenSettings)
    await ui.write("fresh")
    await ui.press("tab", "v", "r", "w")
    await ui.told("Added fresh.")


async def test_no_message_that_widgets_send_one_another_shows_a_value(open_ui: Open) -> None:
    sent: list[str] = []

    def seen(message: Message) -> None:
        sent.append(repr(message))

    async with open_ui(seen=seen) as ui:
        before = values(ui.desk)
        await tour(ui)
        assert not leaked("".join(sent), before | values(ui.desk))


async def test_nothing_is_left_on_screen_or_in_a_repr_after_the_reveals(open_ui: Open) -> None:
    async with open_ui() as ui:
        before = values(ui.desk)
        await tour(ui)
        secrets = before | values(ui.desk)
        assert not leaked(ui.text, secrets)
        assert not leaked(looks(ui), secrets)
        assert not leaked(repr(ui.app), secrets)
        assert not leaked(repr(ui.desk.history), secrets)


async def test_a_revealing_widget_shows_no_value_in_its_repr(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("2")
        await ui.at(EndpointTokensScreen)
        await ui.press("v")
        await ui.at(Reveal)
        assert not leaked(looks(ui), values(ui.desk))


def test_a_form_shows_no_value_in_its_repr() -> None:
    assert VALUE not in repr(TokenForm(TokenFields(name="x"), VALUE))


async def test_a_picture_of_a_revealed_token_hides_it(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("2")
        await ui.at(EndpointTokensScreen)
        await ui.press("v")
        await ui.at(Reveal)
        assert leaked(ui.text, values(ui.desk))
        picture = ui.app.export_screenshot()
        assert "It&#160;hides&#160;itself" in picture
        assert not leaked(picture, values(ui.desk))


async def test_a_picture_of_a_revealed_primary_hides_it(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.go("Returns")
        await ui.press("enter")
        await ui.see("Primary tokens", "chatbot")
        await ui.press("home", "k", "v")
        await ui.press("k", "v")
        value = reveal_primary(ui.desk, ui.desk.reader().endpoint_by_ref("orders/returns"), Slot.GET)
        await ui.see(value)
        assert not leaked(ui.app.export_screenshot(), values(ui.desk))


async def test_a_picture_of_the_settings_form_hides_the_value(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("2")
        await ui.at(EndpointTokensScreen)
        await ui.press("enter")
        await ui.at(TokenSettings)
        await ui.press("tab", "v", "r")
        await ui.until(lambda: ui.one(RevealedValue).value)
        value = ui.one(RevealedValue).value
        assert value is not None
        assert value not in ui.app.export_screenshot()


async def test_a_saved_picture_is_told_and_holds_no_value(
    open_ui: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DOWNLOAD_DIR", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    async with open_ui() as ui:
        await ui.press("2")
        await ui.at(EndpointTokensScreen)
        await ui.press("colon")
        await ui.choose("picture", "Picture")
        await ui.told(".svg")
        (picture,) = tmp_path.rglob("*.svg")
        assert not leaked(picture.read_text(), values(ui.desk))


async def test_a_mask_is_always_as_long_and_tells_nothing_of_the_value(open_ui: Open) -> None:
    assert set(words.MASK) == {"•"}
    async with open_ui() as ui:
        await ui.go("Returns")
        await ui.press("enter")
        await ui.see("Primary tokens")
        await ui.until(lambda: "•" in ui.lines[6])
        assert {line.count("•") for line in ui.lines[5:7]} == {len(words.MASK)}


async def test_a_crash_prints_where_it_was_and_no_local_variable(desk: Desk) -> None:
    app, paper = TokenTuiApp(desk), io.StringIO()
    app.error_console = Console(file=paper, width=200)
    with pytest.raises(ZeroDivisionError):  # the pilot raises it again; in a terminal only the print is seen
        await crash_in(app)
    app._print_error_renderables()
    printed = paper.getvalue()
    assert "ZeroDivisionError" in printed
    assert "in crash" in printed
    assert VALUE[:20] not in printed  # a whole one would be wrapped


async def crash_in(app: TokenTuiApp) -> None:
    """Let something break inside an open application, and wait for its end."""
    async with app.run_test() as pilot:
        pilot.app.call_later(crash)
        await wait_for(lambda: not app.is_running)


def crash() -> None:
    value = VALUE
    assert len(value) / 0


async def test_reveal_and_copy_need_a_row(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("2", "slash")
        await ui.at(EndpointTokensScreen)
        await ui.write("zzz")
        await ui.see("No token fits.")
        for key in ("v", "c"):
            await ui.press("enter", key)
            await ui.told("There is no token under the cursor.")
            ui.page.say("")
        assert isinstance(ui.screen, EndpointTokensScreen)


async def test_a_value_that_does_not_open_is_told_and_nothing_is_shown(open_ui: Open, desk: Desk) -> None:
    desk.vault = KeyVault(lambda: b"another key".ljust(32))
    async with open_ui(desk) as ui:
        await ui.press("2")
        await ui.at(EndpointTokensScreen)
        await ui.press("v")
        await ui.told("The sealed value does not open")
        await ui.press("c")
        await ui.told("The sealed value does not open")
        await ui.press("1")
        await ui.go("Returns")
        await ui.press("enter")
        await ui.see("Primary tokens", "????")
        assert not ui.screen.query_one(TabLine).has_focus


async def test_a_reveal_that_is_asked_for_twice_is_shown_once(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("2")
        await ui.at(EndpointTokensScreen)
        await ui.until(lambda: ui.cursor_line)
        for _ in range(2):
            ui.app.post_message(events.Key("v", None))
        await ui.at(Reveal)
        await ui.until(lambda: len([each for each in ui.app.workers if each.group == "default"]) < 2)
        assert [type(screen) for screen in ui.app.screen_stack] == [EndpointTokensScreen, Reveal]
