"""A value is in the memory while it is shown, and no object of Python's holds it once it is hidden."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from tests.tui.conftest import Hourglass, Open, desk_at
from tests.tui.driving import Ui
from tests.tui.memory import holders
from tests.tui.rotating import ask_to_rotate, show_tokens, token
from tokentui.domain.fields import TokenFields
from tokentui.domain.slots import Slot
from tokentui.services.desk import Desk
from tokentui.services.endpoints import generate_primary, reveal_primary
from tokentui.services.tokens import edit_token, new_value, reveal_token
from tokentui.tui.dialogs.lock import LockScreen
from tokentui.tui.dialogs.reveal import Reveal
from tokentui.tui.dialogs.rotated import Rotated
from tokentui.tui.dialogs.token_settings import TokenSettings
from tokentui.tui.drawn import forget_drawn

SEEDS = count(1_000)
#: How often to look whether a value is held still.
ROUNDS = 50


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value is shown with `v`: the way there, and what value that is."""

    go: Callable[[Ui], Awaitable[object]]
    value: Callable[[Ui], str]


@pytest.fixture
def desk(store: Path) -> Desk:
    """Its values are those of this test alone: those of the demo are known from other tests' screens."""
    forget_drawn()
    desk = desk_at(store, seed=next(SEEDS))
    reader = desk.reader()
    edited = reader.token_by_name("bank-import")
    edit_token(desk, edited, TokenFields.of(edited), new_value(desk))
    generate_primary(desk, reader.endpoint_by_ref("orders/returns").id, Slot.POST)
    return desk_at(store, seed=next(SEEDS))


async def go_to_settings(ui: Ui) -> None:
    await show_tokens(ui)
    await ui.press("enter")
    await ui.at(TokenSettings)
    await ui.press("tab")


async def go_to_rotated(ui: Ui) -> None:
    await ask_to_rotate(ui)
    await ui.press("enter")
    await ui.at(Rotated)


async def go_to_primary(ui: Ui) -> None:
    await ui.go("Returns")
    await ui.press("enter")
    await ui.see("Primary tokens", "chatbot")
    await ui.press("home", "k", "k", "k")


def value_of_token(ui: Ui) -> str:
    return reveal_token(ui.desk, token(ui))


def value_of_primary(ui: Ui) -> str:
    return reveal_primary(ui.desk, ui.desk.reader().endpoint_by_ref("orders/returns"), Slot.POST)


PLACES = {
    "list": Place(show_tokens, value_of_token),
    "settings": Place(go_to_settings, value_of_token),
    "rotated": Place(go_to_rotated, value_of_token),
    "primary": Place(go_to_primary, value_of_primary),
}

HIDING = {
    "again": lambda ui, hourglass: ui.press("v"),
    "in time": lambda ui, hourglass: pass_time(hourglass),
    "by the lock": lambda ui, hourglass: ui.press("ctrl+l"),
}


async def pass_time(hourglass: Hourglass) -> None:
    hourglass.let_pass(30)


async def forgotten(ui: Ui, value: str) -> None:
    """Wait until nothing holds the value: the screen is drawn anew first, for which a search leaves no time."""
    for _ in range(ROUNDS):
        await ui.pilot.pause(0.2)
        left = holders(value)
        if not left:
            return
    raise AssertionError("\n".join(left))


@pytest.mark.parametrize("hide", HIDING.values(), ids=HIDING)
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
async def test_no_object_holds_a_value_once_it_is_hidden(
    open_ui: Open, hourglass: Hourglass, place: Place, hide: Callable[[Ui, Hourglass], Awaitable[object]]
) -> None:
    async with open_ui() as ui:
        await place.go(ui)
        value = place.value(ui)
        assert not holders(value)
        await ui.press("v")
        await ui.see(value)
        assert holders(value)
        await hide(ui, hourglass)
        await ui.miss(value)
        await forgotten(ui, value)


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
async def test_no_object_holds_a_value_once_it_is_copied(open_ui: Open, place: Place) -> None:
    async with open_ui() as ui:
        await place.go(ui)
        value = place.value(ui)
        await ui.press("c")
        await ui.see("to the terminal")
        await forgotten(ui, value)


async def test_no_object_holds_a_value_that_was_copied_in_another_form(open_ui: Open) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        value = value_of_token(ui)
        await ui.press("C")
        await ui.see("─ Copy bank-import as ─")
        assert not holders(value)
        await ui.press("j", "enter")
        await ui.told("to the terminal")
        await forgotten(ui, value)


async def test_no_object_holds_a_new_value_once_its_form_is_saved(open_ui: Open) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await ui.press("a")
        await ui.at(TokenSettings)
        await ui.write("fresh")
        await ui.press("tab", "v", "r", "w")
        await ui.told("Added fresh.")
        await forgotten(ui, reveal_token(ui.desk, token(ui, "fresh")))


async def test_the_clipboard_within_forgets_what_was_cut_at_the_lock(open_ui: Open) -> None:
    value = "S" * 40
    async with open_ui() as ui:
        await ui.press("slash")
        await ui.write(value)
        await ui.press("shift+home", "ctrl+x")
        assert ui.app.clipboard == value
        await ui.press("ctrl+l")
        await ui.at(LockScreen)
        assert ui.app.clipboard == ""


async def test_a_value_cannot_be_selected_by_the_program_itself(open_ui: Open) -> None:
    """Textual's selection would put it into its own clipboard: the terminal's is there for that."""
    async with open_ui() as ui:
        await show_tokens(ui)
        await ui.press("v")
        await ui.at(Reveal)
        assert not ui.screen.allow_select
