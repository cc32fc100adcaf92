"""Each line of the audit is mended by its key, alone or with all that are marked."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.services.audit_world import CASES, World, falls_silent
from tests.tui.auditing import new_world, show_audit, spare
from tests.tui.conftest import Open
from tests.tui.driving import WIDE
from tokentui.domain.audit.findings import KINDS, Code, Deed
from tokentui.domain.fields import TokenFields
from tokentui.domain.slots import Slot
from tokentui.services.endpoints import set_endpoints_active
from tokentui.services.tokens import edit_token
from tokentui.tui.dialogs.confirm import Confirm
from tokentui.tui.dialogs.rotate import Rotate
from tokentui.tui.dialogs.rotated import Rotated
from tokentui.tui.dialogs.token_settings import TokenSettings
from tokentui.tui.screens.assign import AssignScreen
from tokentui.tui.screens.audit import AuditScreen
from tokentui.tui.screens.endpoint import EndpointScreen
from tokentui.tui.widgets.tab_line import TabLine

POST, GET, DELETE = Slot
#: What mends at once; the others lead to where it is mended.
LETTERS = {Deed.DEACTIVATE: "d", Deed.DISABLE: "e", Deed.GENERATE: "g", Deed.RETIRE: "R", Deed.UNMAP: "m"}


@pytest.fixture
def world(empty_store: Path) -> World:
    return new_world(empty_store)


@pytest.mark.parametrize("code", [code for code in Code if KINDS[code].deed in LETTERS])
async def test_the_key_of_a_finding_mends_it(open_ui: Open, world: World, code: Code) -> None:
    bring_up, subject, _ = CASES[code]
    bring_up(world)
    async with open_ui(world.desk, size=WIDE) as ui:
        await show_audit(ui)
        await ui.see(code.value, subject)
        key = LETTERS[KINDS[code].deed]
        assert ui.cursor_line.rstrip().endswith(f" {key}")
        await ui.until(lambda: f" {key} {KINDS[code].deed.capitalize()}" in ui.footer)
        await ui.press(key)
        await ui.until(lambda: isinstance(ui.screen, Confirm) or code.value not in ui.text)
        if isinstance(ui.screen, Confirm):
            await ui.until(lambda: ui.app.focused is not None and ui.app.focused.id == "cancel")
            await ui.press("y")
        await ui.miss(code.value)
        assert code.value not in {found for found, _ in world.findings}
        await ui.press("u")
        await ui.until(lambda: isinstance(ui.screen, Confirm) or code.value in ui.text)
        if isinstance(ui.screen, Confirm):
            await ui.press("y")
        await ui.see(code.value)


_ROTATED = [code for code in Code if KINDS[code].deed is Deed.ROTATE]


@pytest.mark.parametrize("code", [code for code in _ROTATED if code is not Code.VALUE_LOST])
async def test_r_rotates_and_shows_the_new_value(open_ui: Open, world: World, code: Code) -> None:
    CASES[code][0](world)
    async with open_ui(world.desk, size=WIDE) as ui:
        await show_audit(ui)
        await ui.see(code.value)
        assert ui.cursor_line.rstrip().endswith(" r")
        await ui.press("r")
        await ui.at(Rotate)
        await ui.press("enter")
        await ui.at(Rotated)
        await ui.press("escape")
        await ui.see("grace-open")
        assert world.findings == {("grace-open", "erp")}


async def test_r_gives_a_token_whose_value_is_lost_another_and_the_lost_one_no_grace_time(
    open_ui: Open, world: World
) -> None:
    CASES[Code.VALUE_LOST][0](world)
    async with open_ui(world.desk, size=WIDE) as ui:
        await show_audit(ui)
        await ui.see("value-lost", "Sealed with a key that was lost.")
        await ui.press("r")
        await ui.at(Rotate)
        await ui.press("enter")
        await ui.at(Rotated)
        await ui.press("escape")
        await ui.see("Nothing to look at.")
        assert world.erp.previous is None
        assert world.findings == set()


async def test_r_is_for_all_marked_ones_that_are_due_or_weak(open_ui: Open, world: World, tmp_path: Path) -> None:
    world.edit_erp("hunter2")
    edit_token(world.desk, world.desk.reader().token_by_name("shop"), TokenFields(name="shop"), "hunter3")
    async with open_ui(world.desk) as ui:
        await show_audit(ui)
        await ui.see("erp", "shop")
        await ui.press("space", "space", "r")
        await ui.at(Rotate)
        await ui.see("─ Rotate 2 tokens ─")
        await ui.tab_to("path")
        await ui.press("ctrl+u")
        await ui.write(str(tmp_path / "new.csv"))
        await ui.press("enter")
        await ui.told("Rotated 2 tokens")
        await ui.until(lambda: "marked" not in ui.lines[2] and "token-weak" not in ui.text)
        assert world.findings == {("grace-open", "erp"), ("grace-open", "shop")}


async def test_the_expiry_is_mended_in_the_settings_of_the_token(open_ui: Open, world: World) -> None:
    CASES[Code.TOKEN_EXPIRING][0](world)
    async with open_ui(world.desk) as ui:
        await show_audit(ui)
        await ui.see("token-expiring")
        await ui.press("enter")
        await ui.at(TokenSettings)
        await ui.tab_to("expires")
        await ui.press("ctrl+u")
        await ui.write("in 90 days")
        await ui.press("enter")
        await ui.see("Nothing to look at.")


@dataclass(frozen=True)
class Way:
    """A key that leads to where a finding is mended, and the keys that do it there."""

    key: str
    place: type
    focus: str
    keys: tuple[str, ...]


WAYS = {
    Code.ENDPOINT_OPEN: Way("enter", EndpointScreen, "authentication", ("right", "escape", "w")),
    Code.ENDPOINT_ANY_ADDRESS: Way("enter", EndpointScreen, "ip_filter", (*"10.0.0.7", "enter")),
    Code.TOKEN_EVERYWHERE: Way("s", AssignScreen, "", ("down", "space", "enter")),
}


@pytest.mark.parametrize("code", WAYS)
async def test_enter_leads_to_the_field_where_it_is_mended(open_ui: Open, world: World, code: Code) -> None:
    bring_up, subject, _ = CASES[code]
    bring_up(world)
    way = WAYS[code]
    async with open_ui(world.desk) as ui:
        await show_audit(ui)
        await ui.see(code.value, subject)
        await ui.press(way.key)
        await ui.at(way.place)
        await ui.until(lambda: not way.focus or (ui.app.focused is not None and ui.app.focused.id == way.focus))
        await ui.pilot.pause()
        for key in way.keys:
            await ui.press(key)
        await ui.until(lambda: isinstance(ui.screen, Confirm))
        await ui.press("y")
        await ui.told("Saved ")
        assert code.value not in {found for found, _ in world.findings}
        if way.place is EndpointScreen:
            await ui.until(lambda: isinstance(ui.app.focused, TabLine))
            await ui.press("q")
        await ui.at(AuditScreen)
        await ui.miss(code.value)


async def test_enter_on_a_token_opens_its_settings(open_ui: Open, world: World) -> None:
    CASES[Code.TOKEN_WEAK][0](world)
    async with open_ui(world.desk) as ui:
        await show_audit(ui)
        await ui.see("token-weak")
        await ui.press("enter")
        await ui.at(TokenSettings)
        await ui.press("escape")
        await ui.at(AuditScreen)


async def test_enter_on_a_primary_opens_the_tokens_of_its_endpoint(open_ui: Open, world: World) -> None:
    CASES[Code.PRIMARY_USED][0](world)
    async with open_ui(world.desk) as ui:
        await show_audit(ui)
        await ui.see("g/orders POST")
        await ui.press("enter")
        await ui.at(EndpointScreen)
        await ui.see("Endpoints › g/orders", "Primary tokens")


async def test_enter_on_a_dead_mapping_puts_the_cursor_on_its_token(open_ui: Open, world: World) -> None:
    spare(world, "aaa", "zzz")
    world.map(world.desk.reader().token_by_name("zzz"), world.orders, POST)
    world.edit(world.orders, methods=(GET,))
    async with open_ui(world.desk) as ui:
        await show_audit(ui)
        await ui.see("zzz → g/orders")
        await ui.press("enter")
        await ui.at(EndpointScreen)
        await ui.until(lambda: ui.cursor_line.startswith("› zzz"))


async def test_a_key_is_for_all_marked_ones_that_it_mends_in_one_change(open_ui: Open, world: World) -> None:
    spare(world, "aaa", "bbb", "ccc")
    world.edit_erp("hunter2")
    async with open_ui(world.desk, size=WIDE) as ui:
        await show_audit(ui)
        await ui.see("token-weak", "token-unassigned")
        await ui.press("space", "space", "space")  # the weak one and two of the unassigned
        await ui.until(lambda: "3 marked · 4 of 4" in ui.lines[2] and " d Deactivate" in ui.footer)
        await ui.press("d")
        await ui.told("2 tokens deactivated. u takes it back.")
        await ui.until(lambda: "1 marked · 2 of 2" in ui.lines[2])
        assert world.findings == {("token-weak", "erp"), ("token-unassigned", "ccc")}
        await ui.press("u")
        await ui.until(lambda: "4 of 4" in ui.lines[2])


async def test_marked_tokens_and_endpoints_are_deactivated_one_after_the_other(open_ui: Open, world: World) -> None:
    spare(world, "aaa")
    world.guarded("Third")
    async with open_ui(world.desk) as ui:
        await show_audit(ui)
        await ui.see("endpoint-unused", "token-unassigned")
        await ui.press("space", "space")
        await ui.until(lambda: "2 marked" in ui.lines[2])
        await ui.press("d")
        await ui.answer("Deactivate g/third?", "y")
        await ui.see("Nothing to look at.")
        assert world.findings == set()


async def test_a_question_names_who_is_cut_off_and_no_leaves_everything_as_it_is(open_ui: Open, world: World) -> None:
    falls_silent(world)
    async with open_ui(world.desk) as ui:
        await show_audit(ui)
        await ui.see("token-silent")
        await ui.press("e")
        await ui.see("Refused at once at 1 endpoint (GET):", "g/orders")
        await ui.answer("Disable erp?", "n")
        assert world.erp.enabled
        assert "token-silent" in ui.text


async def test_what_only_changed_meanwhile_is_not_mended_away(open_ui: Open, world: World) -> None:
    set_endpoints_active(world.desk, [world.orders.id], False)
    async with open_ui(world.desk) as ui:
        await show_audit(ui)
        await ui.see("erp → g/orders")
        await ui.press("m")
        await ui.see("Unmap erp → g/orders?")
        set_endpoints_active(world.desk, [world.orders.id], True)
        await ui.press("y")
        await ui.told("Nothing to unmap: all of it lets somebody in by now, or is unmapped already.")
        assert world.desk.reader().assignments_of(world.erp.id)
