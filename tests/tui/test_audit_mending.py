"""The keys of the Audit section mend what they stand beside, one or all marked ones."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.services.audit_world import CASES, DAY, World, falls_silent
from tests.tui.audit_driving import LETTERS, show_audit, spare
from tests.tui.conftest import NOW, Open
from tests.tui.driving import WIDE
from tokentui.domain.audit.findings import KINDS, Code, Deed
from tokentui.domain.fields import TokenFields
from tokentui.domain.slots import Slot
from tokentui.services.auditing import acknowledge
from tokentui.services.endpoints import set_endpoints_active
from tokentui.services.tokens import edit_token
from tokentui.tui.dialogs.acknowledge import Acknowledge
from tokentui.tui.dialogs.confirm import Confirm
from tokentui.tui.dialogs.rotate import Rotate
from tokentui.tui.dialogs.rotated import Rotated
from tokentui.tui.screens.audit import AuditScreen

POST, GET, DELETE = Slot


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


@pytest.mark.parametrize("code", [code for code in Code if KINDS[code].deed is Deed.ROTATE])
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


@pytest.mark.parametrize("code", [Code.TOKEN_WEAK, Code.TOKEN_ROTATION_DUE])
async def test_r_rotates_what_is_due_or_weak_with_a_grace_time(open_ui: Open, world: World, code: Code) -> None:
    bring_up, subject, _ = CASES[code]
    bring_up(world)
    async with open_ui(world.desk, size=WIDE) as ui:
        await show_audit(ui)
        await ui.see(code.value, subject)
        assert ui.cursor_line.rstrip().endswith(" r")
        await ui.press("r")
        await ui.at(Rotate)
        await ui.press("enter")
        await ui.at(Rotated)
        await ui.press("enter")
        await ui.miss(code.value)
        await ui.see(Code.GRACE_OPEN.value)


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
        await ui.told("Unmapped 0 mappings.")
        assert world.desk.reader().assignments_of(world.erp.id)


class TestAcknowledging:
    async def test_a_lets_a_finding_be_and_i_shows_it_and_a_tells_it_again(self, open_ui: Open, world: World) -> None:
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

    async def test_is_of_all_marked_ones_and_u_takes_it_back(self, open_ui: Open, world: World) -> None:
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

    async def test_is_for_90_days_unless_another_end_is_written(self, open_ui: Open, world: World) -> None:
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
    async def test_errors_stand_beside_their_field_and_nothing_is_saved(
        self, open_ui: Open, world: World, reason: str, until: str, told: str
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

    async def test_comes_back_when_its_time_is_over(self, open_ui: Open, world: World) -> None:
        spare(world, "aaa")
        acknowledge(world.desk, world.audit().findings, "Soon.", world.clock.now + DAY)
        async with open_ui(world.desk) as ui:
            await show_audit(ui)
            await ui.see("Nothing to look at.", "0 findings")
            world.wait(DAY)
            await ui.press("1", "4")
            await ui.see("token-unassigned")
