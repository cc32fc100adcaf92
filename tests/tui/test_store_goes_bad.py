"""A store that goes bad under an open UI ends each key in a message; what was typed stays in its form."""

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.tui.conftest import Open
from tests.tui.driving import Ui
from tokentui.cli.compose import Office
from tokentui.services.demo import fill
from tokentui.services.desk import Desk
from tokentui.tui.dialogs.token_settings import TokenSettings
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen


def cut(store: Path) -> None:
    store.write_bytes(store.read_bytes()[:-100])


def empty(store: Path) -> None:
    store.write_bytes(b"")


def remove(store: Path) -> None:
    store.unlink()


def make_folder(store: Path) -> None:
    store.unlink()
    store.mkdir()


damages = pytest.mark.parametrize("damage", [cut, empty, remove, make_folder])
Damage = Callable[[Path], None]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The store file of `sealed`."""
    return tmp_path / "data" / "tokens.json"


@pytest.fixture
def sealed(place: Path, tmp_path: Path) -> Desk:
    """The desk of the command line at a demo store, whose key is in another place and comes back too late."""
    key = tmp_path / "key" / "key"
    fill(Office(place, key).desk)
    key.rename(tmp_path / "lost")
    return Office(place, key).desk


def bring_key_back(tmp_path: Path) -> None:
    (tmp_path / "lost").rename(tmp_path / "key" / "key")


async def show_tokens(ui: Ui) -> None:
    await ui.press("2")
    await ui.at(EndpointTokensScreen)
    await ui.until(lambda: ui.cursor_line)


async def quiet(ui: Ui) -> None:
    """Until nothing is under way but the eye on the store and the waiting for it, and for the key."""
    waiting = {"watch", "trouble", "key back"}
    await ui.pilot.pause()
    await ui.until(lambda: {worker.group for worker in ui.app.workers} <= waiting or ui.screen.is_modal)
    await ui.pilot.pause()


@damages
@pytest.mark.parametrize("key", ["enter", "v", "c", "e", "d", "s", "a", "u", "i", "o"])
async def test_a_key_on_a_token_ends_in_a_message_or_a_form(
    open_ui: Open, sealed: Desk, place: Path, tmp_path: Path, damage: Damage, key: str
) -> None:
    async with open_ui(sealed) as ui:
        await show_tokens(ui)
        bring_key_back(tmp_path)
        damage(place)
        await ui.press(key)
        await quiet(ui)
        assert ui.app.is_running
        await ui.until(lambda: ui.message or ui.screen.is_modal)


@damages
async def test_what_is_asked_for_in_the_form_is_told_beside_the_value(
    open_ui: Open, sealed: Desk, place: Path, tmp_path: Path, damage: Damage
) -> None:
    async with open_ui(sealed) as ui:
        await show_tokens(ui)
        await ui.press("enter")
        await ui.at(TokenSettings)
        bring_key_back(tmp_path)
        damage(place)
        await ui.press("tab", "v")
        await ui.see("✗ ")
        await ui.press("c")
        await ui.pilot.pause()
        assert isinstance(ui.screen, TokenSettings)


@damages
@pytest.mark.parametrize(("key", "typed", "name"), [("enter", "-2", "bank-import-2"), ("a", "fresh", "fresh")])
async def test_what_was_typed_stays_in_the_form_when_it_cannot_be_saved(
    open_ui: Open, store: Path, damage: Damage, key: str, typed: str, name: str
) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await ui.press(key)
        await ui.at(TokenSettings)
        await ui.write(typed)
        first = ui.screen
        damage(store)
        await ui.press("enter")
        await ui.until(lambda: isinstance(ui.screen, TokenSettings) and ui.screen is not first)
        await ui.see("✗ ")
        assert ui.screen.query_one("#name", Input).value == name


async def test_a_store_cut_at_any_place_is_told(open_ui: Open, store: Path) -> None:
    whole = store.read_bytes()
    async with open_ui() as ui:
        await show_tokens(ui)
        for size in range(1, len(whole), len(whole) // 40):
            store.write_bytes(whole[:size])
            await ui.press("o", "c", "e")
            await quiet(ui)
            assert ui.app.is_running
        await ui.told("damaged")
