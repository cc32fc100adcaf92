"""What is under way when the screen is covered goes on, and what waits comes in its order."""

import threading
from pathlib import Path

import pytest
from textual import events

from tests.tui.conftest import Hourglass, Open
from tests.tui.locked import lock, unlock
from tests.tui.rotating import ask_to_rotate, show_tokens
from tokentui.services import tokens
from tokentui.services.settings import Settings
from tokentui.tui.dialogs.import_file import ImportDialog, ImportProgress, ImportResult
from tokentui.tui.dialogs.lock import LockScreen
from tokentui.tui.dialogs.rotated import Rotated
from tokentui.tui.screens.endpoint import EndpointScreen
from tokentui.tui.screens.endpoints import EndpointsScreen
from tokentui.tui.widgets.message_line import MessageLine

API = """\
openapi: 3.0.3
info: {title: Tills, version: "1"}
paths: {/tills: {get: {tags: [shop], summary: All tills}}}
"""


class TestWorkUnderWay:
    @pytest.fixture
    def stuck(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> threading.Event:
        """The import of `tills.yaml` goes on when this is set."""
        from tokentui.services.importing import import_file

        monkeypatch.chdir(tmp_path)
        Path("tills.yaml").write_text(API)
        go_on = threading.Event()

        def slow(*args: object, **more: object) -> object:
            assert go_on.wait(10)
            return import_file(*args, **more)  # type: ignore[arg-type]  # passed on as it came

        monkeypatch.setattr("tokentui.tui.import_deed.import_file", slow)
        return go_on

    async def test_an_import_goes_on_and_is_told_after_unlocking(self, open_ui: Open, stuck: threading.Event) -> None:
        async with open_ui() as ui:
            await ui.press("I")
            await ui.at(ImportDialog)
            await ui.write("tills.yaml")
            await ui.press("enter")
            await ui.at(ImportProgress)
            await ui.press("ctrl+l")
            await ui.at(LockScreen)
            await ui.see("Waiting for what is being saved.")
            stuck.set()
            await ui.see("The key has no passphrase")
            assert ui.desk.reader().counts().endpoints == 21
            await unlock(ui)
            await ui.at(ImportResult)
            await ui.see("1 endpoint added")

    async def test_what_was_saved_meanwhile_is_still_told_after_unlocking(
        self, open_ui: Open, monkeypatch: pytest.MonkeyPatch, hourglass: Hourglass
    ) -> None:
        go_on = threading.Event()
        set_enabled = tokens.set_enabled

        def slow(*args: object) -> object:
            assert go_on.wait(10)
            return set_enabled(*args)  # type: ignore[arg-type]  # passed on as it came

        monkeypatch.setattr("tokentui.tui.screens.endpoint_tokens.set_enabled", slow, raising=False)
        monkeypatch.setattr(tokens, "set_enabled", slow)
        async with open_ui() as ui:
            await show_tokens(ui)
            await ui.go("load-test")
            await ui.press("e")
            await ui.press("ctrl+l")
            await ui.at(LockScreen)
            go_on.set()
            await ui.until(lambda: "load-test is enabled" in ui.page.query_one(MessageLine).text)
            hourglass.let_pass(60)
            await ui.see("The key has no passphrase")
            await unlock(ui)
            await ui.told("load-test is enabled")


class TestLeaving:
    async def test_q_leaves_where_nothing_unsaved_is_open(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await lock(ui)
            await ui.press("q")
            await ui.until(lambda: not ui.app.is_running)

    async def test_an_open_form_is_not_thrown_away(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await ui.press("enter")
            await ui.at(EndpointScreen)
            await ui.press("t")
            await ui.see("Details")
            await ui.tab_to("name")
            await ui.write("!")
            await lock(ui)
            await ui.press("ctrl+q")
            await ui.see("Something is open that is not saved.")
            await ui.press("enter")
            await ui.at(EndpointScreen)

    async def test_an_open_dialog_is_not_thrown_away(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await ask_to_rotate(ui)
            await ui.press("enter")
            await ui.at(Rotated)
            await lock(ui)
            await ui.press("ctrl+c")
            await ui.see("Something is open that is not saved.")
            assert ui.app.is_running


class TestByHand:
    async def test_another_key_can_be_set(self, open_ui: Open) -> None:
        async with open_ui(settings=Settings(keys={"app.lock": "f12"})) as ui:
            await ui.press("L")
            assert isinstance(ui.screen, EndpointsScreen)
            await ui.press("f12")
            await ui.at(LockScreen)

    @pytest.mark.parametrize("key", ["L", "ctrl+l"])
    async def test_a_key_locks_now(self, open_ui: Open, key: str) -> None:
        async with open_ui() as ui:
            await ui.press(key)
            await ui.at(LockScreen)

    async def test_in_a_field_the_letter_is_a_letter_and_ctrl_l_locks(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await ui.press("slash")
            await ui.write("L")
            assert isinstance(ui.screen, EndpointsScreen)
            await ui.press("ctrl+l")
            await ui.at(LockScreen)

    async def test_a_dialog_can_be_locked(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await ask_to_rotate(ui)
            await ui.press("L")
            await ui.at(LockScreen)

    async def test_the_palette_locks(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await ui.press("colon")
            await ui.choose("cover", "Lock: Cover the screen")
            await ui.at(LockScreen)

    async def test_to_lock_twice_is_to_lock_once(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await ui.burst("L", "ctrl+l")
            await ui.at(LockScreen)
            ui.app.lock()
            assert [type(screen) for screen in ui.app.screen_stack] == [EndpointsScreen, LockScreen]

    async def test_a_paste_wakes_nothing(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await lock(ui)
            ui.app.post_message(events.Paste("q\n"))
            await ui.pilot.pause()
            assert isinstance(ui.screen, LockScreen)
