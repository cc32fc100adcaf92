"""The eye on the store is shut by the application's end alone; what goes wrong with it is told once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.tui.conftest import Hourglass, Open
from tests.tui.driving import Ui
from tokentui.domain.errors import StoreError
from tokentui.domain.fields import TokenFields
from tokentui.services.desk import Desk
from tokentui.services.tokens import add_token
from tokentui.store.protocol import Stamp
from tokentui.store.snapshot import Snapshot
from tokentui.store.tinydb_store import TinyDBStore
from tokentui.tui.app import TokenTuiApp
from tokentui.tui.screens.page_screen import PageScreen
from tokentui.tui.widgets.message_line import STAY, MessageLine


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All that the message lines are told."""
    texts: list[str] = []
    say = MessageLine.say

    def listen(self: MessageLine, text: str, kind: str = "done") -> None:
        texts.append(text)
        say(self, text, kind)

    monkeypatch.setattr(MessageLine, "say", listen)
    return texts


Looks = list[Stamp]


@pytest.fixture
def fault(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception | None], Looks]:
    """Let every look at the store fail with this, or not any more; gives the looks from then on, as they come."""
    stamp = TinyDBStore.stamp

    def set_fault(error: Exception | None) -> Looks:
        looks: Looks = []

        def look(self: TinyDBStore) -> Stamp:
            looks.append(())
            if error is not None:
                raise error
            return stamp(self)

        monkeypatch.setattr(TinyDBStore, "stamp", look)
        return looks

    return set_fault


async def sees_what_others_save(ui: Ui, other_desk: Desk) -> None:
    """The counts at the top follow a token that somebody adds."""
    add_token(other_desk, TokenFields(name="zzz"))
    await ui.until(lambda: "38 tokens" in ui.lines[0])


def busy(ui: Ui) -> set[str]:
    """What is under way."""
    return {worker.group for worker in ui.app.workers}


async def told_and_waited_for(ui: Ui, trouble: str) -> None:
    """Until the trouble is told and all that were asked have failed."""
    await ui.told(trouble)
    await ui.until(lambda: "trouble" in busy(ui) and not busy(ui) & {"count", "reload"})


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (OSError(5, "Input/output error"), "Input/output error"),
        (RuntimeError("S" * 64), "an unexpected RuntimeError"),
    ],
)
async def test_a_look_that_fails_is_told_once_and_the_eye_stays_open(
    open_ui: Open,
    other_desk: Desk,
    told: list[str],
    fault: Callable[[Exception | None], Looks],
    error: Exception,
    why: str,
) -> None:
    async with open_ui() as ui:
        looks = fault(error)
        await ui.until(lambda: len(looks) >= 3)
        await ui.told(f"What others save may not be seen: {why}.")
        assert len([text for text in told if why in text]) == 1
        assert "SSSS" not in "".join(told)
        fault(None)
        await sees_what_others_save(ui, other_desk)


async def test_what_could_not_be_shown_is_tried_again(
    open_ui: Open, other_desk: Desk, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []
    real = TokenTuiApp._store_changed

    def fail_twice(self: TokenTuiApp, trouble: str) -> None:
        tries.append(trouble)
        if len(tries) < 3:
            raise KeyError("no such widget yet")
        real(self, trouble)

    monkeypatch.setattr(TokenTuiApp, "_store_changed", fail_twice)
    async with open_ui() as ui:
        await sees_what_others_save(ui, other_desk)
        await ui.until(lambda: len(tries) == 3)
        assert len([text for text in told if "an unexpected KeyError" in text]) == 1


async def test_a_store_that_has_gone_and_come_back_is_told_so(open_ui: Open, store: Path, other_desk: Desk) -> None:
    async with open_ui() as ui:
        store.rename(store.with_name("elsewhere"))
        await told_and_waited_for(ui, "has gone")
        store.with_name("elsewhere").rename(store)
        await ui.told("The store can be read again.")
        await sees_what_others_save(ui, other_desk)


async def test_a_store_that_is_cut_and_mended_is_told_so(open_ui: Open, store: Path, other_desk: Desk) -> None:
    whole = store.read_bytes()
    async with open_ui() as ui:
        store.write_bytes(whole[: len(whole) // 2])
        await told_and_waited_for(ui, "damaged")
        store.write_bytes(whole)
        await ui.told("The store can be read again.")
        await sees_what_others_save(ui, other_desk)


async def test_a_store_that_is_mended_before_it_is_asked_again_is_told_so(
    open_ui: Open, store: Path, other_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = store.read_bytes()
    answers = PageScreen._answers

    async def mended_meanwhile(self: PageScreen[Any]) -> bool:
        store.write_bytes(whole)
        return await answers(self)

    monkeypatch.setattr(PageScreen, "_answers", mended_meanwhile)
    async with open_ui() as ui:
        store.write_bytes(whole[: len(whole) // 2])
        await ui.told("The store can be read again.")
        await sees_what_others_save(ui, other_desk)


async def test_a_message_that_came_after_the_trouble_stays(
    open_ui: Open, store: Path, other_desk: Desk, told: list[str]
) -> None:
    async with open_ui() as ui:
        store.rename(store.with_name("elsewhere"))
        await told_and_waited_for(ui, "has gone")
        ui.page.say("Something else.", "error")
        store.with_name("elsewhere").rename(store)
        await sees_what_others_save(ui, other_desk)
        await ui.until(lambda: "trouble" not in busy(ui))
        assert ui.message == "Something else."


async def test_the_last_of_what_fails_does_not_wipe_out_a_message_that_came_meanwhile(
    open_ui: Open, store: Path, told: list[str]
) -> None:
    async with open_ui() as ui:
        store.rename(store.with_name("elsewhere"))
        await told_and_waited_for(ui, "has gone")
        before = len(told)
        ui.page.say("Something else.", "error")
        ui.page.store_changed()
        await ui.until(lambda: busy(ui) & {"count", "reload"})
        await told_and_waited_for(ui, "Something else.")
        assert told[before:] == ["Something else."]


async def test_a_trouble_that_lasts_is_told_again_when_another_message_has_faded(
    open_ui: Open, store: Path, hourglass: Hourglass
) -> None:
    async with open_ui() as ui:
        store.rename(store.with_name("elsewhere"))
        await told_and_waited_for(ui, "has gone")
        ui.page.say("Something else.")
        await ui.told("Something else.")
        hourglass.let_pass(STAY)
        await ui.told("has gone")


async def test_a_store_that_fails_one_list_is_asked_again_without_a_change(
    open_ui: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_ui() as ui:
        await ui.until(lambda: "37 tokens" in ui.lines[0] and "…" not in ui.text)
        await ui.until(lambda: busy(ui) == {"watch"})
        reader = TinyDBStore.reader
        fails = [StoreError("The disk is busy."), StoreError("The disk is busy.")]

        def fail_at_first(self: TinyDBStore) -> Snapshot:
            if fails:
                raise fails.pop()
            return reader(self)

        monkeypatch.setattr(TinyDBStore, "reader", fail_at_first)
        await ui.press("o")
        await ui.told("The disk is busy.")
        await ui.told("The store can be read again.")
        await ui.until(lambda: "Credit notes" in ui.lines[4] or "catalogue" in ui.lines[4])


async def test_the_eye_is_shut_at_the_end(open_ui: Open) -> None:
    async with open_ui() as ui:
        (watching,) = [worker for worker in ui.app.workers if worker.group == "watch"]
    assert watching.is_finished
