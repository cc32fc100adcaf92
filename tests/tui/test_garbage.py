"""Garbage is looked for from the first list on, and none is ever kept out of that search."""

import asyncio
import gc
from collections.abc import Iterator
from time import monotonic
from weakref import ReferenceType, ref

import pytest

from tests.tui.conftest import Open
from tests.tui.driving import PATIENCE
from tokentui.tui.app import TokenTuiApp


@pytest.fixture
def _as_the_command_line_starts() -> Iterator[None]:
    """Without looking for garbage."""
    gc.disable()
    yield
    gc.unfreeze()
    gc.enable()


@pytest.mark.usefixtures("_as_the_command_line_starts")
async def test_garbage_is_looked_for_from_the_first_list_on_and_not_among_what_was_there(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.until(gc.isenabled)
        assert gc.get_freeze_count() > 10_000


@pytest.mark.usefixtures("_as_the_command_line_starts")
async def test_what_came_after_the_first_list_can_become_garbage(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.until(gc.isenabled)
        frozen = gc.get_freeze_count()
        await ui.press("2")
        await ui.see("37 of 37")
        await ui.press("4")
        await ui.see("31 of 31")
        await ui.pilot.pause()
        assert gc.get_freeze_count() <= frozen


async def test_nothing_is_kept_from_a_search_that_is_on_already(open_ui: Open) -> None:
    before = gc.get_freeze_count()
    async with open_ui() as ui:
        await ui.see("20 of 20")
        await ui.pilot.pause()
        assert gc.get_freeze_count() <= before


def test_an_application_that_was_closed_is_held_by_nothing(open_ui: Open) -> None:
    async def used() -> ReferenceType[TokenTuiApp]:
        async with open_ui() as ui:
            await ui.press("2")
            await ui.see("37 of 37")
            await ui.press("e")
            await ui.pilot.pause()
            return ref(ui.app)

    gone, end = asyncio.run(used()), monotonic() + PATIENCE
    while gone() is not None:  # threads of it may still be at work
        assert monotonic() < end
        gc.collect()
