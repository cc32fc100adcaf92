"""A dialog is closed once, by its own answer, whatever lies above it and however often the answer comes."""

import threading
from pathlib import Path

import pytest
from textual.command import CommandPalette
from textual.widgets import Button

from tests.tui.conftest import Open
from tests.tui.driving import Ui
from tokentui.services import importing
from tokentui.tui.dialogs.confirm import Confirm, Question
from tokentui.tui.dialogs.help import Help
from tokentui.tui.dialogs.import_file import ImportDialog, ImportProgress, ImportResult
from tokentui.tui.dialogs.leave import Leave
from tokentui.tui.screens.endpoint import EndpointScreen

API = """\
openapi: 3.0.3
info: {title: Tills, version: "1"}
paths: {/tills: {get: {tags: [shop], summary: All tills}}}
"""


async def test_a_button_pressed_twice_takes_away_its_dialog_and_not_the_form_below(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("enter")
        await ui.at(EndpointScreen)
        await ui.press("t")
        await ui.see("Details")
        await ui.tab_to("name")
        await ui.write("!")
        await ui.press("escape", "q")
        await ui.at(Leave)
        stay = ui.screen.query_one("#stay", Button)
        stay.press()
        stay.press()
        await ui.at(EndpointScreen)
        await ui.pilot.pause()
        assert isinstance(ui.screen, EndpointScreen)
        assert "!" in ui.row("Name ")


async def test_a_question_whose_asker_has_gone_is_answered_all_the_same(open_ui: Open) -> None:
    async with open_ui() as ui:
        asker = ui.page.run_worker(ui.page.ask(Question("Really?", (), "Do")))
        await ui.at(Confirm)
        asker.cancel()
        await ui.until(lambda: asker.is_finished)
        await ui.press("n")
        await ui.until(lambda: ui.screen is ui.app.screen_stack[0])
        assert ui.app.is_running


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> threading.Event:
    """The import of `tills.yaml` goes on when this is set."""
    monkeypatch.chdir(tmp_path)
    Path("tills.yaml").write_text(API)
    go_on = threading.Event()
    real = importing.import_file

    def slow(*args: object, **more: object) -> object:
        assert go_on.wait(10)
        return real(*args, **more)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr("tokentui.tui.import_deed.import_file", slow)
    return go_on


async def begin_import(ui: Ui) -> None:
    await ui.press("I")
    await ui.at(ImportDialog)
    await ui.write("tills.yaml")
    await ui.press("enter")
    await ui.at(ImportProgress)


async def open_palette(ui: Ui) -> None:
    await ui.press("ctrl+p")
    await ui.at(CommandPalette)


async def open_themes(ui: Ui) -> None:
    await open_palette(ui)
    palette = ui.screen
    await ui.choose("theme", "Theme")
    await ui.until(lambda: ui.screen is not palette)
    await ui.at(CommandPalette)


async def open_help(ui: Ui) -> None:
    ui.app.action_help()
    await ui.at(Help)


@pytest.mark.parametrize("cover", [open_palette, open_themes, open_help])
async def test_the_end_of_an_import_is_seen_whatever_lies_above_its_progress(
    open_ui: Open, stuck: threading.Event, cover: object
) -> None:
    assert callable(cover)
    async with open_ui() as ui:
        await begin_import(ui)
        await cover(ui)
        stuck.set()
        await ui.at(ImportResult)
        await ui.see("1 endpoint added")
        await ui.press("escape")
        await ui.until(lambda: ui.screen is ui.app.screen_stack[0])
        await ui.see("21 of 21")


async def test_a_refused_import_brings_its_dialog_back_whatever_lies_above_its_progress(
    open_ui: Open, stuck: threading.Event
) -> None:
    async with open_ui() as ui:
        Path("tills.yaml").write_text("- a list\n")
        await begin_import(ui)
        await open_palette(ui)
        stuck.set()
        await ui.at(ImportDialog)
        await ui.see("✗")
        await ui.press("escape")
        await ui.until(lambda: ui.screen is ui.app.screen_stack[0])
