"""A row that others take from under the cursor: that is told, and the next key does not hit its neighbour."""

import pytest

from tests.tui.conftest import Open
from tests.tui.driving import Ui
from tokentui.domain.actors import Actor
from tokentui.services.desk import Desk
from tokentui.services.endpoints import set_endpoints_active
from tokentui.services.tokens import set_active
from tokentui.tui import sliding

ANNA = Actor("anna", host="gateway")


@pytest.fixture
def anna(other_desk: Desk) -> Desk:
    other_desk.actor = ANNA
    return other_desk


async def tokens(ui: Ui, name: str) -> None:
    await ui.press("2")
    await ui.until(lambda: ui.lines[2].endswith("37 of 37") and ui.cursor_line)
    await ui.go(name)


def deactivate(desk: Desk, name: str) -> None:
    set_active(desk, [desk.reader().token_by_name(name).id], False)


@pytest.mark.parametrize("key", ["e", "d"])
async def test_who_took_the_row_is_told_and_the_next_cut_does_not_hit_the_neighbour(
    open_ui: Open, anna: Desk, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sliding, "STILL", 60.0)
    async with open_ui() as ui:
        await tokens(ui, "bank-import")
        deactivate(anna, "bank-import")
        await ui.told("anna on gateway deactivated bank-import: the cursor stands on another row now.")
        assert ui.cursor_line.startswith("› bi-dashboard")
        before = ui.desk.store.stamp()
        await ui.press(key)
        await ui.told("Nothing was done: the cursor has just come to another row.")
        assert len(ui.app.screen_stack) == 1
        assert ui.desk.store.stamp() == before


async def test_after_a_moment_the_key_is_for_the_row_that_is_seen(
    open_ui: Open, anna: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sliding, "STILL", 0.0)
    async with open_ui() as ui:
        await tokens(ui, "bank-import")
        deactivate(anna, "bank-import")
        await ui.told("anna on gateway deactivated bank-import")
        await ui.press("e")
        await ui.answer("Disable bi-dashboard?", "n")


async def test_endpoints_are_told_too(open_ui: Open, anna: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sliding, "STILL", 60.0)
    async with open_ui() as ui:
        await ui.go("Returns")
        set_endpoints_active(anna, [anna.reader().endpoint_by_ref("orders/returns").id], False)
        await ui.told("anna on gateway deactivated orders/returns: the cursor stands on another row now.")
        await ui.press("d")
        await ui.told("Nothing was done: the cursor has just come to another row.")


async def test_ones_own_deed_takes_the_row_away_and_the_next_key_counts(
    open_ui: Open, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sliding, "STILL", 60.0)
    async with open_ui() as ui:
        await tokens(ui, "load-test")
        await ui.press("d")
        await ui.see("Deactivate load-test?")
        await ui.press("y")
        await ui.told("load-test is deactivated.")
        await ui.until(lambda: "36 of 36" in ui.lines[2])
        below = ui.cursor_line[2:].split()[0]
        await ui.press("d")
        await ui.until(lambda: below in ui.message or f"Deactivate {below}?" in ui.text)
