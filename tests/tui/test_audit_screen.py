"""Section 4: what is to be looked at, how it is shown, and by which keys."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.services.audit_world import DAY, World
from tests.tui.auditing import new_world, number, show_audit, spare
from tests.tui.conftest import KEY, Open
from tests.tui.driving import WIDE
from tokentui.domain.fields import TokenFields
from tokentui.services.desk import Desk
from tokentui.services.settings import Settings
from tokentui.services.tokens import add_token
from tokentui.store.tinydb_store import TinyDBStore
from tokentui.store.vault import KeyVault
from tokentui.tui.screens.audit import AuditScreen


@pytest.fixture
def world(empty_store: Path) -> World:
    return new_world(empty_store)


async def test_the_gravest_come_first_with_what_they_are_about_and_the_key_that_mends(open_ui: Open) -> None:
    async with open_ui(size=WIDE) as ui:
        await show_audit(ui)
        await ui.until(lambda: ui.lines[2].endswith(f"{number(ui)} of {number(ui)}") and "Audit" in ui.lines[2])
        first = [cell.strip() for cell in ui.cursor_line.strip("› ").split("  ") if cell.strip()]
        assert first == ["▲ high", "endpoint-open", "catalogue/search", "Asks for no token.", "Enter"]
        order = [ui.text.index(code) for code in ("endpoint-open", "endpoint-any-address", "token-rotation-due")]
        assert order == sorted(order)
        await ui.press("end")
        await ui.until(lambda: "token-unassigned" in ui.cursor_line and ui.cursor_line.rstrip().endswith(" d"))


async def test_80_columns_show_every_column_and_all_of_the_message_below(open_ui: Open) -> None:
    async with open_ui() as ui:
        await show_audit(ui)
        for label in ("Severity", "Code", "About", "What", "Key"):
            assert label in ui.lines[3]
        await ui.see(
            "catalogue/search  Asks for no token. Anybody who reaches it may call it.",
            "→ Ask for a token: tokentui endpoints edit catalogue/search",
        )
        await ui.press("end")
        await ui.see("test-jan  Mapped to no endpoint.", "→ Deactivate it, or assign it: tokentui tokens deactivate")


async def test_the_findings_are_counted_at_the_top_of_every_section(open_ui: Open, other_desk: Desk) -> None:
    async with open_ui(size=WIDE) as ui:
        before = number(ui)
        await ui.see(f"20 endpoints · 37 tokens · {before} findings")
        await ui.press("2")
        await ui.see("Web shop, server side", f"37 tokens · {before} findings")
        add_token(other_desk, TokenFields(name="zeta"))
        await ui.see(f"38 tokens · {before + 1} findings")


async def test_what_comes_with_time_alone_is_shown_by_itself(
    open_ui: Open, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tokentui.tui.screens.audit.FRESH", timedelta(milliseconds=50))
    async with open_ui(world.desk) as ui:
        await show_audit(ui)
        await ui.see("Nothing to look at.")
        world.wait(91 * DAY)
        await ui.see("token-rotation-due", "2 findings")


async def test_requests_that_cannot_be_read_are_told_and_the_rest_is_shown(
    open_ui: Open, world: World, empty_store: Path
) -> None:
    spare(world, "aaa")
    empty_store.with_name("requests.sqlite").write_text("This is no database, and it is long enough for one.")
    async with open_ui(world.desk) as ui:
        await show_audit(ui)
        await ui.see("token-unassigned")
        await ui.told("requests seen")


async def test_where_all_is_well_it_says_so(open_ui: Open, world: World) -> None:
    async with open_ui(world.desk) as ui:
        await show_audit(ui)
        await ui.see("Nothing to look at.", "i  What is acknowledged")
        assert ui.lines[2].endswith("0 of 0")


async def test_the_filter_narrows_and_o_orders_by_the_next_column(open_ui: Open) -> None:
    async with open_ui(size=WIDE) as ui:
        await show_audit(ui)
        await ui.press("slash")
        await ui.write("low unassigned")
        await ui.until(lambda: ui.lines[2].endswith(f"4 of {number(ui)}"))
        await ui.press("escape", "escape")
        await ui.until(lambda: ui.lines[2].endswith(f"{number(ui)} of {number(ui)}"))
        await ui.press("o", "o")
        await ui.see("About ▲")
        await ui.press("home")
        await ui.until(lambda: "bookkeeping" in ui.cursor_line)


async def test_nothing_that_changes_is_offered_where_the_store_is_looked_at_only(
    open_ui: Open, world: World, empty_store: Path
) -> None:
    spare(world, "aaa")
    desk = Desk(TinyDBStore(empty_store, read_only=True), KeyVault(lambda: KEY), clock=world.clock)
    async with open_ui(desk) as ui:
        await show_audit(ui)
        await ui.see("token-unassigned", "read-only")
        await ui.press("d", "a", "e")
        await ui.pilot.pause()
        assert isinstance(ui.screen, AuditScreen)
        assert not any(keys in ui.footer for keys in ("d Deactivate", "a Acknowledge"))


async def test_the_key_column_names_the_users_own_key(open_ui: Open, world: World) -> None:
    spare(world, "aaa")
    settings = Settings(keys={"audit.deactivate": "x,f7"})
    async with open_ui(world.desk, settings=settings) as ui:
        await show_audit(ui)
        await ui.see("token-unassigned")
        assert ui.cursor_line.rstrip().endswith(" x")
        await ui.press("x")
        await ui.see("Nothing to look at.")


@pytest.mark.parametrize("name", ["[red]x[/red]", "[/]", "[@click=app.exit]x[/]"])
async def test_a_name_is_shown_as_it_is_whatever_it_holds(open_ui: Open, world: World, name: str) -> None:
    spare(world, name)
    async with open_ui(world.desk, size=WIDE) as ui:
        await show_audit(ui)
        await ui.see(f"{name}  Mapped to no endpoint.", f"tokens deactivate '{name}'")
        await ui.press("a")
        await ui.see(f"─ Acknowledge token-unassigned of {name} ─")
        await ui.write("Odd.")
        await ui.press("enter")
        await ui.see("Nothing to look at.")
