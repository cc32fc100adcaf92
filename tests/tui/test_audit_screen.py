"""Section 4: what is to be looked at, and that the key of each line mends it."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from tests.conftest import Clock
from tests.services.audit_world import CASES, DAY, World, falls_silent
from tests.tui.conftest import KEY, NOW, Open
from tests.tui.driving import WIDE, Ui
from tokentui.domain.audit.findings import KINDS, Code, Deed
from tokentui.domain.fields import TokenFields
from tokentui.domain.policy import Policy
from tokentui.domain.slots import Slot
from tokentui.services.auditing import acknowledge, audit
from tokentui.services.desk import Desk
from tokentui.services.endpoints import set_endpoints_active
from tokentui.services.settings import Settings
from tokentui.services.tokens import add_token
from tokentui.store.tinydb_store import TinyDBStore
from tokentui.store.vault import KeyVault
from tokentui.tui.dialogs.acknowledge import Acknowledge
from tokentui.tui.dialogs.confirm import Confirm
from tokentui.tui.dialogs.token_settings import TokenSettings
from tokentui.tui.screens.assign import AssignScreen
from tokentui.tui.screens.audit import AuditScreen
from tokentui.tui.screens.endpoint import EndpointScreen
from tokentui.tui.widgets.tab_line import TabLine

POST, GET, DELETE = Slot
#: What mends at once; the others lead to where it is mended.
LETTERS = {Deed.DEACTIVATE: "d", Deed.DISABLE: "e", Deed.GENERATE: "g", Deed.UNMAP: "m"}


@pytest.fixture
def world(empty_store: Path) -> World:
    clock = Clock(NOW)
    desk = Desk(TinyDBStore(empty_store), KeyVault(lambda: KEY), clock=clock, random=Random(1).randbytes)
    return World(desk, clock)


async def show_audit(ui: Ui) -> None:
    await ui.press("4")
    await ui.at(AuditScreen)
    await ui.until(lambda: "Looking at the whole store" not in ui.text and " of " in ui.lines[2])


def number(ui: Ui) -> int:
    """How many findings the store has."""
    return len(audit(ui.desk.reader(), ui.desk.store.requests, Policy(), ui.desk.clock()).findings)


def spare(world: World, *names: str) -> None:
    """Tokens that are mapped to nothing."""
    for name in names:
        add_token(world.desk, TokenFields(name=name))


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
