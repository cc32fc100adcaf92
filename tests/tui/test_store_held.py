"""While another process holds the store the UI stays alive, and says whom it waits for."""

import asyncio
from pathlib import Path

import pytest

from tests.store.holding import held_by_anna
from tests.tui.conftest import Open
from tests.tui.driving import Ui
from tokentui.services.desk import Desk
from tokentui.services.tokens import set_enabled
from tokentui.store.tinydb_store import TinyDBStore
from tokentui.tui.dialogs.help import Help
from tokentui.tui.dialogs.token_settings import TokenSettings
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen


async def show_tokens(ui: Ui) -> None:
    await ui.press("2")
    await ui.at(EndpointTokensScreen)
    await ui.go("load-test")


async def test_keys_answer_and_the_holder_is_named_while_a_change_waits(
    open_ui: Open, store: Path, desk: Desk
) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        with held_by_anna(store) as holder:
            await ui.press("e")
            await ui.told(f"Waiting for anna (process {holder.pid}, “imported kong.yaml”), ")
            before = ui.cursor_line
            await ui.press("home", "j", "j")  # lists scroll
            await ui.until(lambda: ui.cursor_line not in ("", before))
            await ui.press("slash", *"bank")  # they filter
            await ui.until(lambda: "1 of " in ui.lines[2])
            await ui.press("escape", "enter")  # pages and dialogs open
            await ui.at(TokenSettings)
            await ui.press("escape", "question_mark")
            await ui.at(Help)
            await ui.press("escape", "1", "2")
            await ui.at(EndpointTokensScreen)
            assert not desk.reader().token_by_name("load-test").enabled
        await ui.told("load-test is enabled.")
        assert desk.reader().token_by_name("load-test").enabled


async def test_after_the_wait_the_message_names_the_holder(open_ui: Open, store: Path, desk: Desk) -> None:
    desk.store = TinyDBStore(store, lock_timeout=0.5)
    async with open_ui(desk) as ui:
        await show_tokens(ui)
        with held_by_anna(store) as holder:
            await ui.press("e")
            await ui.told(f"is locked by process {holder.pid} (anna, since ")
            assert "waited 0.5 s" in ui.message
            await ui.until(lambda: "○ off" in ui.row("load-test"))
        await ui.press("e")
        await ui.told("load-test is enabled.")


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_who_quits_is_told_whom_that_waits_for(open_ui: Open, store: Path, key: str) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        with held_by_anna(store) as holder:
            await ui.press("e", key)
            await ui.told(f"Waiting for what is being saved, which waits for anna (process {holder.pid}, ")
        await ui.until(lambda: not ui.app.is_running)


async def test_nobody_is_waited_for_any_more_once_the_change_is_saved(open_ui: Open, store: Path, desk: Desk) -> None:
    token = desk.reader().token_by_name("load-test")
    async with open_ui() as ui:
        with held_by_anna(store):
            deed = asyncio.ensure_future(ui.app.workplace.perform(lambda: set_enabled(desk, [token.id], True)))
            await ui.told("Waiting for anna (process ")
        await deed  # which says nothing of its own
        await ui.until(lambda: ui.message == "")


async def test_a_switch_is_painted_at_once_and_as_pending_until_it_is_saved(open_ui: Open, store: Path) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        with held_by_anna(store):
            await ui.press("e")
            await ui.until(lambda: "… on" in ui.row("load-test"))
            await ui.told("Waiting for anna (process ")
            assert "● on" not in ui.row("load-test")
        await ui.until(lambda: "● on" in ui.row("load-test"))


async def test_the_wait_is_counted_and_what_is_said_meanwhile_stays(open_ui: Open, store: Path) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        with held_by_anna(store):
            await ui.press("e")
            await ui.told(" 1 of 5 s.")
            await ui.told(" 2 of 5 s.")
            ui.page.say("Something else.")
            await ui.until(lambda: " 3 of 5 s" in ui.desk.store.awaited)
            assert ui.message == "Something else."
