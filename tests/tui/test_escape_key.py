"""Esc in a burst is a key of its own: the next one is no key with Alt, and writes nothing strange."""

import pytest
from textual import events
from textual._xterm_parser import XTermParser
from textual.widgets import Input

from tests.tui.conftest import Open
from tests.tui.driving import Ui
from tokentui.services.settings import Settings
from tokentui.tui.dialogs.leave import Leave
from tokentui.tui.dialogs.token_settings import TokenSettings
from tokentui.tui.escape_key import EscapeKey
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen


async def type_at_once(ui: Ui, text: str) -> None:
    """What a terminal makes of a text that comes in one piece."""
    parser = XTermParser()
    for event in (*parser.feed(text), *parser.feed("")):
        ui.app.post_message(event)
    await ui.pilot.pause()


def parsed(text: str) -> list[str]:
    parser = XTermParser()
    return [event.key for event in (*parser.feed(text), *parser.feed("")) if isinstance(event, events.Key)]


@pytest.mark.parametrize(
    ("behind", "keys"),
    [
        ("4", ["4"]),
        ("q", ["q"]),
        ("R", ["R"]),
        ("/", ["slash"]),
        ("\r", ["enter"]),
        (" ", ["space"]),
        ("\x10", ["ctrl+p"]),
        ("q\x1bd", ["q", "escape", "d"]),
        ("jjjj", ["j", "j", "j", "j"]),
    ],
)
def test_the_parser_gives_escape_and_the_keys_behind_it(behind: str, keys: list[str]) -> None:
    EscapeKey({})
    assert parsed(f"\x1b{behind}") == ["escape", *keys]


@pytest.mark.parametrize(
    ("sequence", "key"), [("\x1b[A", "up"), ("\x1bOP", "f1"), ("\x1b[Z", "shift+tab"), ("\x1b[3~", "delete")]
)
def test_sequences_are_the_keys_that_they_were(sequence: str, key: str) -> None:
    EscapeKey({})
    assert parsed(sequence) == [key]


async def test_a_filter_is_cleared_and_the_key_behind_is_for_the_list(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("2")
        await ui.at(EndpointTokensScreen)
        await type_at_once(ui, "/shop\x1b/erp")
        await ui.see("/ erp")
        await ui.until(lambda: ui.cursor_line.startswith("› erp"))


async def test_a_form_is_left_and_the_key_behind_writes_nothing(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("2")
        await ui.at(EndpointTokensScreen)
        await type_at_once(ui, "ax\x1bq")
        await ui.at(TokenSettings)
        await ui.until(lambda: not any(isinstance(screen, Leave) for screen in ui.app.screen_stack))
        assert ui.screen.query_one("#name", Input).value == "x"


@pytest.mark.parametrize("key", ["alt+4", "alt+shift+o", "alt+ě"])
async def test_a_key_with_alt_that_nobody_bound_is_escape_and_the_key(open_ui: Open, key: str) -> None:
    character = {"alt+4": "4", "alt+shift+o": "O", "alt+ě": "ě"}[key]
    async with open_ui() as ui:
        await ui.press("slash")
        await ui.write("order")
        ui.app.post_message(events.Key(key, character))
        await ui.miss("/ order")
        assert not any(entry.value for entry in ui.screen.query(Input))


async def test_a_key_with_alt_that_a_user_bound_is_one(open_ui: Open) -> None:
    async with open_ui(settings=Settings(keys={"app.help": "alt+x"})) as ui:
        ui.app.post_message(events.Key("alt+x", "x"))
        await ui.see("Help")
