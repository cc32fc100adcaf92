"""What destroys or cuts off asks first, with Cancel focused, naming what it hits; nothing else asks."""

from datetime import timedelta

import pytest
from textual import events

from tests.tui.conftest import NOW, Open
from tests.tui.driving import Ui
from tokentui.services.desk import Desk
from tokentui.services.rotating import rotate
from tokentui.tui.actions import CHANGES, DANGEROUS
from tokentui.tui.dialogs.confirm import Confirm
from tokentui.tui.dialogs.rotate import Rotate

#: Dangerous action → the keys that lead to it (and dialogs to wait for), what its question names, and its verb.
DANGERS: dict[str, tuple[tuple[str | type[Rotate], ...], tuple[str, ...], str]] = {
    "disable": (("2", "e"), ("Disable bank-import?", "2 endpoints (GET)", "invoicing/invoices"), "Disable"),
    "deactivate": (("2", "d"), ("Deactivate bank-import?", "2 endpoints (GET)"), "Deactivate"),
    "retire": (
        ("2", "R"),
        ("Retire the old value of bank-import?", "2 endpoints (GET)", "old value 10 hours ago"),
        "Retire",
    ),
    "rotate": (
        ("2", "r", Rotate, "left", "left", "enter"),
        ("Rotate bank-import without grace?", "The value that stands", "invoicing/invoices"),
        "Rotate",
    ),
    "generate": (("end", "k", "k", "k", "k", "enter", "g"), ("Generate a new POST primary of ",), "Generate"),
    "unmap": (("j", "enter", "right", "space"), ("Unmap bank-import from GET here?",), "Unmap"),
}


async def press_each(ui: Ui, keys: tuple[str | type[Rotate], ...]) -> None:
    """Press keys, waiting after each until its list is shown, and for a dialog where one is named."""
    for key in keys:
        if isinstance(key, str):
            await ui.press(key)
            await ui.until(lambda: ui.cursor_line)
        else:
            await ui.at(key)


def test_every_dangerous_action_is_tried_here() -> None:
    assert set(DANGERS) == DANGEROUS
    assert DANGEROUS < CHANGES


@pytest.mark.parametrize("action", sorted(DANGERS))
async def test_a_dangerous_action_asks_with_cancel_focused_and_names_what_it_hits(
    open_ui: Open, desk: Desk, action: str
) -> None:
    keys, named, verb = DANGERS[action]
    rotate(desk, [desk.reader().token_by_name("bank-import").id], NOW + timedelta(hours=1))
    desk.history.clear()
    async with open_ui() as ui:
        before = ui.desk.store.stamp()
        await press_each(ui, keys)
        await ui.at(Confirm)
        await ui.see(*named, f"{verb} (y)", "Cancel (n)")
        assert ui.app.focused is not None
        assert ui.app.focused.id == "cancel"
        await ui.press("enter")
        await ui.until(lambda: not isinstance(ui.screen, Confirm))
        await ui.pilot.pause()
        assert ui.desk.store.stamp() == before
        assert not ui.desk.history


@pytest.mark.parametrize("key", ["n", "escape", "q", "enter"])
async def test_no_changes_nothing(open_ui: Open, key: str) -> None:
    async with open_ui() as ui:
        before = ui.desk.store.stamp()
        await ui.press("d")
        await ui.answer("Deactivate catalogue/search?", key)
        await ui.pilot.pause()
        assert ui.desk.store.stamp() == before


@pytest.mark.parametrize("keys", [("y",), ("right", "enter"), ("l", "enter"), ("tab", "enter"), ("left", "enter")])
async def test_yes_is_y_or_enter_on_the_other_button(open_ui: Open, keys: tuple[str, ...]) -> None:
    async with open_ui() as ui:
        await ui.press("d")
        await ui.at(Confirm)
        await ui.press(*keys)
        await ui.told("catalogue/search is deactivated.")


async def test_a_long_list_of_what_is_hit_is_cut_and_counted(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press_often("space", 9)
        await ui.until(lambda: "9 marked" in ui.lines[2])
        await ui.press("d")
        await ui.see("Deactivate 9 endpoints?", "and 4 more")


async def test_activate_and_undo_do_not_ask(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("d", "y")
        await ui.told("is deactivated")
        await ui.press("u")
        await ui.told("Undone")
        await ui.see("20 of 20")
        await ui.press("home", "d", "y")
        await ui.told("is deactivated")
        await ui.press("i")
        await ui.go("Catalogue search")
        await ui.press("d")
        await ui.told("is activated")


async def test_enable_and_map_do_not_ask(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("2")
        await ui.go("load-test")
        await ui.press("e")
        await ui.told("load-test is enabled.")
        await ui.press("1")
        await press_each(ui, ("home", "j", "enter", "space"))
        await ui.told("Mapped bank-import to POST.")


async def test_below_a_dialog_the_footer_of_the_page_stays_as_it_was(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.until(lambda: "d Deactivate" in ui.lines[-1])
        before = ui.lines[-1]
        await ui.press("d")
        await ui.at(Confirm)
        assert ui.lines[-1] == before


async def test_a_key_that_comes_twice_asks_once(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.until(lambda: ui.cursor_line)
        for _ in range(2):
            ui.app.post_message(events.Key("d", None))
        await ui.at(Confirm)
        await ui.until(lambda: len([each for each in ui.app.workers if each.group == "default"]) < 2)
        await ui.press("n")
        await ui.until(lambda: ui.screen is ui.app.screen_stack[0])
