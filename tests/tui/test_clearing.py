"""What was copied comes off the clipboard: by itself where it is unchanged, by a key, or told on leaving."""

import os
import subprocess
import threading
from pathlib import Path
from time import sleep

import pytest
from textual.command import CommandPalette
from textual.drivers.headless_driver import HeadlessDriver

from tests.tui.conftest import Open
from tests.tui.driving import Ui, wait_for
from tests.tui.locked import lock
from tokentui.services.settings import ClipboardRule, Settings
from tokentui.services.tokens import reveal_token
from tokentui.tui import clipboard, clipboard_programs
from tokentui.tui.clearing import Clearing
from tokentui.tui.screens.endpoint import EndpointScreen
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen
from tokentui.tui.widgets.entry import QuietEntry

SSH = {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}
SOON = Settings(clipboard=ClipboardRule(seconds=1))
BLIND = Settings(clipboard=ClipboardRule("blind", 1))


def nowhere(sequence: str) -> None:
    raise AssertionError("nothing is to be sent to the terminal")


@pytest.fixture
def taken(program: Path, tmp_path: Path) -> Path:
    """What the desktop's clipboard holds."""
    return tmp_path / "taken"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All that is written to the terminal."""
    sent: list[str] = []
    monkeypatch.setattr(HeadlessDriver, "write", lambda self, data: sent.append(data))
    return sent


async def copy_crm(ui: Ui, told: str) -> str:
    await ui.press("2")
    await ui.at(EndpointTokensScreen)
    await ui.go("crm")
    await ui.press("c")
    await ui.told(told)
    return reveal_token(ui.desk, ui.desk.reader().token_by_name("crm"))


async def test_a_copied_value_is_cleared_after_its_time(open_ui: Open, taken: Path) -> None:
    async with open_ui(settings=SOON) as ui:
        value = await copy_crm(ui, "Copied the token of crm. It is cleared in 1 s.")
        assert value
        await wait_for(lambda: taken.read_text() == "")
        await ui.until(lambda: not ui.app.workplace.has_copied)


async def test_what_somebody_else_copied_since_is_left_as_it_is(open_ui: Open, taken: Path) -> None:
    async with open_ui(settings=SOON) as ui:
        await copy_crm(ui, "Copied the token of crm.")
        taken.write_text("a shopping list")
        await ui.until(lambda: not ui.app.workplace.has_copied)
        assert taken.read_text() == "a shopping list"


async def test_it_is_cleared_though_the_page_was_left_and_that_is_told(open_ui: Open, taken: Path) -> None:
    async with open_ui(settings=SOON) as ui:
        await ui.go("Returns")
        await ui.press("enter")
        await ui.at(EndpointScreen)
        await ui.see("chatbot")
        await ui.press("c")
        await ui.told("Copied the token of bank-import.")
        await ui.press("q")
        await ui.until(lambda: not isinstance(ui.screen, EndpointScreen))
        await wait_for(lambda: taken.read_text() == "")
        await ui.told("Cleared the clipboard.")


async def test_who_quits_may_paste_it_still_and_it_is_cleared_when_it_is_due(open_ui: Open, taken: Path) -> None:
    async with open_ui(settings=SOON) as ui:
        value = await copy_crm(ui, "Copied the token of crm.")
        await ui.press("q")
        await ui.until(lambda: not ui.app.is_running)
    assert ui.app.farewell.startswith("On the clipboard, and is cleared in ")
    assert "the token of crm" in ui.app.farewell
    assert value not in ui.app.farewell
    await wait_for(lambda: taken.read_text() == "")


async def test_capital_x_clears_now_and_is_offered_only_where_something_was_copied(
    open_ui: Open, taken: Path
) -> None:
    async with open_ui() as ui:
        await ui.press("X")
        await ui.press("ctrl+p")
        await ui.at(CommandPalette)
        await ui.press("escape")
        await ui.until(lambda: not isinstance(ui.screen, CommandPalette))
        assert "app.clear_clipboard" not in active(ui)
        value = await copy_crm(ui, "Copied the token of crm. It is cleared in 45 s.")
        assert taken.read_text() == value
        assert "app.clear_clipboard" in active(ui)
        await ui.press("X")
        await ui.told("Cleared the clipboard.")
        assert taken.read_text() == ""
        assert "app.clear_clipboard" not in active(ui)


def active(ui: Ui) -> set[str | None]:
    return {each.binding.id for each in ui.screen.active_bindings.values() if each.enabled}


async def test_capital_x_leaves_what_somebody_else_copied_since(open_ui: Open, taken: Path) -> None:
    async with open_ui() as ui:
        await copy_crm(ui, "Copied the token of crm.")
        taken.write_text("a shopping list")
        await ui.press("X")
        await ui.told("The clipboard holds something else by now: left as it is.")
        assert taken.read_text() == "a shopping list"


async def test_a_clipboard_that_cannot_be_read_any_more_is_told(open_ui: Open, program: Path) -> None:
    async with open_ui() as ui:
        await copy_crm(ui, "Copied the token of crm.")
        program.write_text("#!/bin/sh\nprintf '\\377'\n")
        await ui.press("X")
        await ui.told("The clipboard cannot be read, so it is not cleared.")
        assert ui.app.workplace.has_copied


async def test_of_two_copied_values_one_is_waited_for(taken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = []
    real = clipboard_programs.clear_locally_later

    def later(digest: str, seconds: float) -> "subprocess.Popen[bytes] | None":
        waiting.append(real(digest, seconds))
        return waiting[-1]

    monkeypatch.setattr(clipboard_programs, "clear_locally_later", later)
    clearing = Clearing(ClipboardRule(seconds=2), nowhere, lambda text, kind: None, os.environ)
    for value in ("A" * 64, "B" * 64):
        clipboard.copy(value, "it", nowhere, os.environ, clearing.keep)
    first, second = waiting
    assert first is not None
    assert second is not None
    assert first.wait(5) < 0
    assert second.wait(5) == 0
    assert taken.read_text() == ""


async def test_of_two_copies_in_a_row_the_second_is_there_and_the_second_is_cleared(
    open_ui: Open, taken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program is slow with the first one, and quick with the second."""
    began = threading.Event()
    place = clipboard.place
    placed: list[object] = []

    def slow(text: str, *more: object) -> object:
        if not began.is_set():
            began.set()
            sleep(0.5)
        placed.append(place(text, *more))  # type: ignore[arg-type]  # passed on as it came
        return placed[-1]

    monkeypatch.setattr(clipboard, "place", slow)
    async with open_ui(settings=SOON) as ui:
        await ui.press("2")
        await ui.at(EndpointTokensScreen)
        first, second = "A" * 64, "B" * 64
        ui.page.copy(first, "the first")
        ui.page.copy(second, "the second")
        await ui.until(lambda: len(placed) == 2)
        assert taken.read_text() == second
        await ui.until(lambda: not ui.app.workplace.has_copied)
        assert taken.read_text() == ""


async def test_a_copy_that_is_under_way_is_not_wiped_out_by_the_time_of_the_one_before(
    open_ui: Open, written: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", SSH["SSH_CONNECTION"])
    place = clipboard.place
    values: list[str] = []

    def slow(text: str, *more: object) -> object:
        values.append(text)
        placed = place(text, *more)  # type: ignore[arg-type]  # passed on as it came
        if len(values) == 2:
            sleep(1.2)  # so long that the time of the first is up
        return placed

    monkeypatch.setattr(clipboard, "place", slow)
    async with open_ui(settings=BLIND) as ui:
        ui.page.copy("A" * 64, "the first")
        await ui.told("Sent the first")
        ui.page.copy("B" * 64, "the second")
        await ui.told("Sent the second")
        assert clipboard.osc52("") not in written[written.index(clipboard.osc52("B" * 64)) :]
        await ui.until(lambda: clipboard.osc52("") in written)


async def test_over_ssh_nothing_is_cleared_blindly_unless_the_settings_say_so(
    open_ui: Open, written: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", SSH["SSH_CONNECTION"])
    async with open_ui(settings=SOON) as ui:
        await copy_crm(ui, "Sent the token of crm to the terminal.")
        assert not any(isinstance(each, threading.Timer) for each in threading.enumerate())
        await ui.press("q")
        await ui.until(lambda: not ui.app.is_running)
    assert ui.app.farewell == (
        "Perhaps on the terminal's clipboard still: the token of crm. Copy something else to replace it."
    )
    assert clipboard.osc52("") not in written


async def test_where_the_settings_say_so_the_terminal_is_asked_to_clear_after_the_time(
    open_ui: Open, written: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", SSH["SSH_CONNECTION"])
    async with open_ui(settings=BLIND) as ui:
        await copy_crm(ui, "v reveals it. It is cleared in 1 s.")
        await ui.until(lambda: clipboard.osc52("") in written)
        await ui.until(lambda: not ui.app.workplace.has_copied)


@pytest.mark.parametrize("locked", [False, True])
async def test_who_quits_before_that_leaves_it_cleared_from_the_lock_too(
    open_ui: Open, written: list[str], monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", SSH["SSH_CONNECTION"])
    async with open_ui(settings=Settings(clipboard=ClipboardRule("blind"))) as ui:
        await copy_crm(ui, "It is cleared in 45 s.")
        if locked:
            await lock(ui)
        await ui.press("q")
        await ui.until(lambda: not ui.app.is_running)
    assert clipboard.osc52("") in written
    assert ui.app.farewell == "Asked the terminal to clear its clipboard."


async def test_capital_x_over_ssh_asks_the_terminal_to_clear_its_clipboard(
    open_ui: Open, written: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", SSH["SSH_CONNECTION"])
    async with open_ui() as ui:
        await copy_crm(ui, "Sent the token of crm to the terminal.")
        await ui.press("X")
        await ui.told("Asked the terminal to clear its clipboard.")
        assert written.count(clipboard.osc52("")) == 1


async def test_where_the_settings_say_never_it_stays(open_ui: Open, taken: Path) -> None:
    async with open_ui(settings=Settings(clipboard=ClipboardRule("never", 1))) as ui:
        value = await copy_crm(ui, "Copied the token of crm.")
        assert "cleared" not in ui.message
        await ui.press("q")
        await ui.until(lambda: not ui.app.is_running)
    assert ui.app.farewell == "On the clipboard still: the token of crm."
    assert taken.read_text() == value


async def test_what_is_selected_on_the_screen_is_kept_nowhere(open_ui: Open, taken: Path) -> None:
    async with open_ui() as ui:
        await ui.press("2")
        await ui.at(EndpointTokensScreen)
        await ui.go("crm")
        await ui.press("v")
        value = reveal_token(ui.desk, ui.desk.reader().token_by_name("crm"))
        await ui.see(value)
        ui.screen.query_one("#value").text_select_all()
        await ui.press("ctrl+c")
        await ui.told("Copied the selection. It is cleared in 45 s.")
        assert taken.read_text() == value
        assert ui.app.clipboard == ""


async def test_what_is_copied_in_a_field_goes_the_way_of_values_and_is_cleared(
    open_ui: Open, taken: Path, written: list[str]
) -> None:
    value = "V" * 64
    async with open_ui() as ui:
        await ui.press("slash")
        await ui.write(value)
        for key in ("ctrl+c", "ctrl+x"):
            taken.unlink(missing_ok=True)
            await ui.press("end", "shift+home", key)
            await ui.told("Copied the selection. It is cleared in 45 s.")
            await ui.until(taken.exists)
            assert taken.read_text() == value
            assert ui.app.clipboard == value
        assert ui.app.workplace.has_copied
    assert not any("\x1b]52" in each for each in written)


async def test_what_is_selected_in_a_target_is_kept_nowhere(open_ui: Open, taken: Path) -> None:
    target = f"/a?access_token={'V' * 64}"
    async with open_ui() as ui:
        await ui.press("E")
        await ui.until(lambda: ui.app.screen.query(QuietEntry))
        entry = next(each for each in ui.screen.query(QuietEntry) if not each.password)
        entry.focus()
        entry.value = target
        entry.select_all()
        await ui.press("ctrl+c")
        await ui.until(lambda: taken.exists() and taken.read_text() == target)
        assert ui.app.clipboard == ""
