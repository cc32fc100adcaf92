"""When the application ends, nothing that was begun is left unawaited, and no thread waits for it."""

import asyncio
import gc
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from textual import events

from tests.tui.conftest import Open
from tests.tui.driving import Ui
from tokentui.tui.turns import Once


@pytest.fixture
def unawaited() -> Iterator[Callable[[], list[str]]]:
    """What Python says of coroutines that nobody has awaited."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")

        def look() -> list[str]:
            gc.collect()
            return [str(each.message) for each in told if "never awaited" in str(each.message)]

        yield look


def type_a_key(ui: Ui) -> None:
    ui.app._typed.take(events.Key("x", "x"))


def begin_a_deed(ui: Ui) -> None:
    async def deed() -> None:
        """Does nothing."""

    Once(ui.page).begin(deed)


def copy(ui: Ui) -> None:
    ui.page.copy("value", "what")


@pytest.mark.parametrize("begin", [type_a_key, begin_a_deed, copy])
async def test_what_has_not_begun_when_the_application_ends_is_not_there(
    open_ui: Open, begin: Callable[[Ui], None], unawaited: Callable[[], list[str]]
) -> None:
    async with open_ui() as ui:
        begin(ui)
        ui.app.workers.cancel_all()  # as at the end
        await ui.until(lambda: not any(each.group in ("typed", "deeds", "copy") for each in ui.app.workers))
        assert unawaited() == []


async def test_a_key_that_is_heard_when_the_application_has_ended_does_no_harm(open_ui: Open) -> None:
    async with open_ui() as ui:
        pass
    ui.app._typed.delivered()


@pytest.mark.parametrize("event", [events.Key("x", "x"), events.Paste("x")])
async def test_what_is_typed_when_the_last_screen_has_gone_is_for_nobody(open_ui: Open, event: Any) -> None:
    async with open_ui() as ui:
        pass
    ui.app._screen_stack.clear()  # as for a moment while it closes
    ui.app._typed._due = event  # its turn has come
    await ui.app.on_event(event)


async def test_a_thread_that_comes_when_the_application_has_ended_is_let_go(
    open_ui: Open, unawaited: Callable[[], list[str]]
) -> None:
    done: list[int] = []
    async with open_ui() as ui:
        await asyncio.to_thread(ui.app.call_from_thread, done.append, 1)
    await asyncio.wait_for(asyncio.to_thread(ui.app.call_from_thread, done.append, 2), 5)
    assert done == [1]
    assert unawaited() == []


async def test_a_deed_that_tells_how_far_it_is_does_not_keep_the_application_from_ending(open_ui: Open) -> None:
    begun, reached = threading.Event(), threading.Event()
    async with open_ui() as ui:

        def deed() -> None:
            begun.set()
            while not ui.app.workplace._closed:
                time.sleep(0.001)
            ui.app.call_from_thread(begun.clear)
            reached.set()

        doing = asyncio.ensure_future(ui.app.workplace.perform(deed))
        await ui.until(begun.is_set)
    assert reached.is_set()
    await doing


async def test_what_a_call_raises_is_for_who_called(open_ui: Open) -> None:
    def fail() -> None:
        raise ValueError("for who called")

    async with open_ui() as ui:
        with pytest.raises(ValueError, match="for who called"):
            await asyncio.to_thread(ui.app.call_from_thread, fail)
        assert await asyncio.to_thread(ui.app.call_from_thread, lambda: "answer") == "answer"
