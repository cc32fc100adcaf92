"""A save that fails keeps the form with what was typed, names the cause, and can be tried again."""

import errno
import os
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.screen import Screen
from textual.widgets import Input

from tests.tui.conftest import Open
from tests.tui.driving import Ui
from tests.tui.editing import edit_token, show_token, tick_endpoint, write_new_endpoint, write_new_token
from tests.tui.rotating import ask_to_rotate
from tokentui.services.desk import Desk
from tokentui.store.protocol import Reader
from tokentui.tui.dialogs.confirm import Confirm
from tokentui.tui.dialogs.rotate import Rotate
from tokentui.tui.dialogs.token_settings import TokenSettings
from tokentui.tui.screens.assign import AssignScreen
from tokentui.tui.screens.endpoint import EndpointScreen
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen
from tokentui.tui.widgets.choice import Choice

CAUSES = {errno.ENOSPC: "No space left on device", errno.EIO: "Input/output error", errno.EROFS: "Read-only file"}


class Disk:
    """The disk below the store: while it is broken, no file takes the place of another."""

    def __init__(self) -> None:
        self.broken = 0
        self._replace = os.replace

    def replace(self, *paths: Any) -> None:
        if self.broken:
            raise OSError(self.broken, os.strerror(self.broken))
        self._replace(*paths)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk()
    monkeypatch.setattr(os, "replace", disk.replace)
    return disk


async def write_grace_time(ui: Ui) -> None:
    await ask_to_rotate(ui)
    await ui.press("right", "right")
    await ui.until(lambda: isinstance(ui.app.focused, Input))
    await ui.write("2026-03-20 12:00")


Edit = Callable[[Ui], Awaitable[None]]
Saved = Callable[[Reader], object]

#: What is edited, which key saves it, where it stands, and whether it is saved.
FORMS: dict[str, tuple[Edit, str, type[Screen[Any]], Saved]] = {
    "new token": (write_new_token, "enter", TokenSettings, lambda reader: reader.token_by_name("till")),
    "token": (edit_token, "enter", TokenSettings, lambda reader: reader.token_by_name("bank-import-2")),
    "endpoint": (
        write_new_endpoint,
        "ctrl+s",
        EndpointScreen,
        lambda reader: next(each for each in reader.iter_endpoints() if each.name == "Till"),
    ),
    "assign": (
        tick_endpoint,
        "w",
        AssignScreen,
        lambda reader: len(reader.assignments_of(reader.token_by_name("bank-import").id)) > 2,
    ),
    "rotate": (
        write_grace_time,
        "enter",
        Rotate,
        lambda reader: reader.token_by_name("bank-import").previous is not None,
    ),
}


def what_stands(ui: Ui) -> list[object]:
    """What was typed, chosen or ticked in the form."""
    typed = [each.value for each in ui.screen.query(Input)]
    chosen = [each.value for each in ui.screen.query(Choice)]
    return [*typed, *chosen, *[line.partition("Save changes")[2] for line in ui.lines if "Save changes" in line]]


@pytest.mark.parametrize("number", CAUSES)
@pytest.mark.parametrize("form", FORMS)
async def test_a_form_keeps_what_was_typed_names_the_cause_and_saves_when_the_fault_is_gone(
    open_ui: Open, desk: Desk, disk: Disk, form: str, number: int
) -> None:
    edit, key, kind, saved = FORMS[form]
    async with open_ui() as ui:
        await edit(ui)
        form_, before, stood = what_stands(ui), desk.store.stamp(), ui.screen
        assert any(form_)
        disk.broken = number
        await ui.press(key)
        await ui.see("Nothing was saved", CAUSES[number])
        await ui.at(kind)
        await ui.until(lambda: ui.screen is not stood or not isinstance(stood, TokenSettings | Rotate))
        await ui.until(lambda: what_stands(ui) == form_)
        assert desk.store.stamp() == before
        disk.broken = 0
        await ui.press(key)
        await ui.until(lambda: desk.store.stamp() != before)
        assert saved(desk.reader())


@pytest.mark.parametrize("key", ["e", "d"])
async def test_a_switch_that_is_not_saved_goes_back_and_names_the_cause(
    open_ui: Open, desk: Desk, disk: Disk, key: str
) -> None:
    async with open_ui() as ui:
        await show_token(ui, "load-test")
        before = ui.cursor_line
        disk.broken = errno.ENOSPC
        await ui.press(key)
        if key == "d":
            await ui.at(Confirm)
            await ui.press("y")
        await ui.told("No space left on device")
        await ui.until(lambda: ui.cursor_line == before)
        assert not desk.reader().token_by_name("load-test").enabled


async def test_a_change_that_may_not_be_durable_is_saved_and_that_is_told_beside_it(
    open_ui: Open, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("tokentui.store.safe_storage.sync_folder", broken)
    async with open_ui() as ui:
        await edit_token(ui)
        await ui.press("enter")
        await ui.told("u takes it back. Saved, but not confirmed durable: Input/output error: the folder ")
        await ui.see("✗ ")
        await ui.at(EndpointTokensScreen)
        assert desk.reader().token_by_name("bank-import-2")


async def test_what_could_not_be_kept_is_told_beside_the_next_change_and_once(
    open_ui: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "link", broken)
    async with open_ui() as ui:
        await show_token(ui, "load-test")
        await ui.press("e")
        await ui.told("load-test is enabled. u takes it back. What was replaced could not be kept: No space left")
        await ui.see("! ")
        await ui.press("u")
        await ui.at(Confirm)
        await ui.press("y")
        await ui.told("Undone: ")
        assert "could not be kept" not in ui.message
