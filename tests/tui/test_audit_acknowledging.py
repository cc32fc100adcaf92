"""Letting a finding be from the screen: for a reason and for a time, and no longer."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.services.audit_world import DAY, World
from tests.tui.auditing import new_world, show_audit, spare
from tests.tui.conftest import NOW, Open
from tokentui.services.auditing import acknowledge
from tokentui.tui.dialogs.acknowledge import Acknowledge
from tokentui.tui.screens.audit import AuditScreen


@pytest.fixture
def world(empty_store: Path) -> World:
    return new_world(empty_store)


async def test_a_lets_a_finding_be_and_i_shows_it_and_a_tells_it_again(open_ui: Open, world: World) -> None:
    spare(world, "aaa", "bbb")
    async with open_ui(world.desk) as ui:
        await show_audit(ui)
        await ui.see("aaa", "bbb")
        await ui.press("a")
        await ui.see("─ Acknowledge token-unassigned of aaa ─")
        await ui.write("Comes in May.")
        await ui.press("enter")
        await ui.told("1 finding acknowledged. i shows what is, u takes it back.")
        await ui.until(lambda: ui.lines[2].endswith(" 1 of 1"))
        assert world.findings == {("token-unassigned", "bbb")}
        await ui.press("i")
        await ui.see("Audit › acknowledged", "by somebody: Comes in May.")
        await ui.until(lambda: "a Tell again" in ui.footer and "d Deactivate" not in ui.footer)
        await ui.press("a")
        await ui.told("1 finding told again.")
        await ui.see("Nothing is acknowledged.")
        await ui.press("i")
        await ui.until(lambda: ui.lines[2].endswith(" 2 of 2"))
        assert len(world.findings) == 2


async def test_acknowledging_is_of_all_marked_ones_and_u_takes_it_back(open_ui: Open, world: World) -> None:
    spare(world, "aaa", "bbb")
    async with open_ui(world.desk) as ui:
        await show_audit(ui)
        await ui.see("aaa", "bbb")
        await ui.press("space", "space", "a")
        await ui.see("─ Acknowledge 2 findings ─")
        await ui.write("Soon.")
        await ui.press("enter")
        await ui.see("Nothing to look at.")
        await ui.press("u")
        await ui.told("Undone: acknowledged 2 findings.")
        await ui.until(lambda: ui.lines[2].endswith(" 2 of 2"))


async def test_acknowledging_is_for_90_days_unless_another_end_is_written(open_ui: Open, world: World) -> None:
    spare(world, "aaa")
    async with open_ui(world.desk) as ui:
        await show_audit(ui)
        await ui.see("aaa")
        await ui.press("a")
        await ui.at(Acknowledge)
        await ui.write("Soon.")
        await ui.press("enter")
        await ui.see("Nothing to look at.")
        (said,) = world.desk.reader().iter_acknowledgements()
        assert said.until is not None
        assert timedelta() < said.until - NOW - 90 * DAY < timedelta(minutes=5)


@pytest.mark.parametrize(
    ("reason", "until", "told"),
    [
        ("", "never", "Say why it may be so"),
        ("x", "", "Say until when"),
        ("x", "yesterday", "is no moment"),
        ("x", "2001-01-01", "is over already"),
    ],
)
async def test_errors_stand_beside_their_field_and_nothing_is_acknowledged(
    open_ui: Open, world: World, reason: str, until: str, told: str
) -> None:
    spare(world, "aaa")
    async with open_ui(world.desk) as ui:
        await show_audit(ui)
        await ui.see("aaa")
        await ui.press("a")
        await ui.at(Acknowledge)
        await ui.write(reason)
        await ui.tab_to("until")
        await ui.press(*["backspace"] * len("in 90 days"))
        await ui.write(until)
        await ui.press("enter")
        await ui.see(told)
        await ui.press("escape")
        await ui.at(AuditScreen)
        assert world.findings == {("token-unassigned", "aaa")}


async def test_comes_back_when_its_time_is_over(open_ui: Open, world: World) -> None:
    spare(world, "aaa")
    acknowledge(world.desk, world.audit().findings, "Soon.", world.clock.now + DAY)
    async with open_ui(world.desk) as ui:
        await show_audit(ui)
        await ui.see("Nothing to look at.", "0 findings")
        world.wait(DAY)
        await ui.press("1", "4")
        await ui.see("token-unassigned")
