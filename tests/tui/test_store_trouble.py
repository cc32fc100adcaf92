"""A store that goes away under an open UI is told, key by key; nothing crashes and nothing is lost."""

from pathlib import Path

import pytest

from tests.tui.conftest import Open
from tokentui.tui.screens.assign import AssignScreen


@pytest.mark.parametrize("key", ["C", "d", "enter", "o", "u"])
async def test_a_key_on_a_store_that_has_gone_says_so_and_the_list_stays_open(
    open_ui: Open, store: Path, key: str
) -> None:
    async with open_ui() as ui:
        await ui.see("Catalogue search")
        store.rename(store.with_name("elsewhere"))
        await ui.told("has gone")
        await ui.press(key)
        await ui.pilot.pause()
        assert ui.app.is_running
        store.with_name("elsewhere").rename(store)


async def test_ticks_are_kept_where_the_store_has_gone_before_they_are_saved(open_ui: Open, store: Path) -> None:
    async with open_ui() as ui:
        await ui.press("2")
        await ui.see("bank-import")
        await ui.press("s")
        await ui.at(AssignScreen)
        await ui.go("invoicing/invoices")
        await ui.press("right", "space")
        await ui.see("Save changes +0 −1")
        store.rename(store.with_name("elsewhere"))
        await ui.told("has gone")
        await ui.press("t", "w")
        await ui.pilot.pause()
        assert isinstance(ui.screen, AssignScreen)
        await ui.see("Save changes +0 −1")
        store.with_name("elsewhere").rename(store)
