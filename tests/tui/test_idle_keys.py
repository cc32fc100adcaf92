"""A key that can do nothing where it is pressed says why; one that means nothing anywhere is silent."""

from pathlib import Path

import pytest

from tests.tui.conftest import Open, desk_at
from tests.tui.driving import WIDE, Ui
from tokentui.domain.fields import EndpointFields
from tokentui.domain.slots import Authentication
from tokentui.services.desk import Desk
from tokentui.services.endpoints import add_endpoint
from tokentui.services.settings import Settings
from tokentui.tui.dialogs.help import Help
from tokentui.tui.widgets.primary_list import PrimaryList
from tokentui.tui.widgets.tab_line import TabLine


async def go_to(ui: Ui, section: str, row: str = "") -> None:
    await ui.press(section)
    await ui.until(lambda: ui.page.is_settled)
    if row:
        await ui.go(row)


#: Section, row under the cursor, key, and what is told.
HERE = [
    ("2", "bank-import", "R", "Nothing to retire: no older value of bank-import is in its grace time."),
    ("2", "bank-import", "X", "Nothing of this session is on the clipboard."),
    ("3", "", "o", "The requests have one order: the newest come first."),
    ("4", "", "g", "That does not settle this finding: its last column names the key."),
    ("1", "", "u", "Nothing more to undo in this session."),
]


@pytest.mark.parametrize(("section", "row", "key", "told"), HERE)
async def test_a_key_says_what_hinders_it(open_ui: Open, section: str, row: str, key: str, told: str) -> None:
    async with open_ui() as ui:
        await go_to(ui, section, row)
        await ui.press(key)
        await ui.told(told)


@pytest.mark.parametrize("key", ["e", "d", "s", "r", "R", "C", "c", "v", "H", "x", "space"])
async def test_a_key_for_a_row_says_that_there_is_none(open_ui: Open, empty_store: Path, key: str) -> None:
    empty_store.parent.mkdir(mode=0o700)
    async with open_ui(desk_at(empty_store)) as ui:
        await go_to(ui, "2")
        await ui.press(key)
        await ui.told("There is no token under the cursor.")


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("e", "e does nothing here: it is Disable/Enable in Endpoint tokens (2), Endpoint/Disable/Enable in "),
        ("c", "c does nothing here: it is Copy in Endpoint tokens (2)."),
        ("v", "v does nothing here: it is Reveal in Endpoint tokens (2)."),
        ("s", "s does nothing here: it is Assign in Endpoint tokens (2) and Audit (4)."),
        ("r", "r does nothing here: it is Rotate in Endpoint tokens (2) and Audit (4)."),
        ("h", "h does nothing here: it is Hide unassigned in an endpoint's Tokens and Assign."),
    ],
)
async def test_a_key_of_another_page_says_where_it_does_what(open_ui: Open, key: str, told: str) -> None:
    async with open_ui() as ui:
        await ui.press(key)
        await ui.told(told)


async def test_where_a_key_does_something_is_told_of_the_users_own_keys(open_ui: Open) -> None:
    settings = Settings(keys={"tokens.copy": "Y", "tokens.rotate": "U", "tokens.reveal": "%,f8"})
    async with open_ui(settings=settings) as ui:
        await ui.press("Y")
        await ui.told("Y does nothing here: it is Copy in Endpoint tokens (2).")
        await ui.press("r")
        await ui.told("r does nothing here: it is Rotate in Audit (4).")
        await ui.press("percent_sign")
        await ui.told("% does nothing here: it is Reveal in Endpoint tokens (2).")


@pytest.mark.parametrize("key", ["z", "y", "left", "f7", "ctrl+t"])
async def test_a_key_that_means_nothing_is_silent(open_ui: Open, key: str) -> None:
    async with open_ui() as ui:
        await ui.press(key)
        await ui.press("c")  # is told after it
        await ui.told("c does nothing here")
        assert key == "c" or f"{key} does" not in ui.message


@pytest.mark.parametrize("key", ["a", "d", "e", "s", "r", "R", "u"])
async def test_a_key_that_is_off_in_read_only_mode_says_so(open_ui: Open, store: Path, key: str) -> None:
    async with open_ui(desk_at(store, read_only=True)) as ui:
        await go_to(ui, "2")
        await ui.until(lambda: "read-only" in ui.lines[0])
        await ui.press(key)
        await ui.told("Read-only: nothing can be changed.")


async def test_a_key_that_changes_something_elsewhere_is_off_too_in_read_only_mode(
    open_ui: Open, store: Path
) -> None:
    async with open_ui(desk_at(store, read_only=True)) as ui:
        await ui.until(lambda: "read-only" in ui.lines[0])
        await ui.press("s")
        await ui.told("Read-only: nothing can be changed.")


async def test_a_slot_that_is_off_says_so(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.go("Goods received")
        await ui.press("enter")
        await ui.see("Primary tokens")
        await ui.until(lambda: ui.cursor_line)
        await ui.press("k")
        await ui.until(lambda: isinstance(ui.app.focused, PrimaryList))
        await ui.until(lambda: ui.cursor_line.startswith("› DELETE"))
        await ui.press("g")
        await ui.told("DELETE is off at this endpoint.")
        await ui.press("space")
        await ui.told("space does nothing here: it is ")


async def test_what_is_not_edited_is_not_saved_and_a_lone_tab_says_why(open_ui: Open, desk: Desk) -> None:
    add_endpoint(desk, EndpointFields(name="Aaa", group="aaa", authentication=Authentication.NONE))
    async with open_ui() as ui:
        await ui.go("Aaa")
        await ui.press("enter")
        await ui.see("Details")
        await ui.press("ctrl+s")
        await ui.told("Nothing to save.")
        await ui.press("t")
        await ui.told("There is no other tab")


async def test_ticks_that_are_as_they_were_are_not_saved(open_ui: Open) -> None:
    async with open_ui(size=WIDE) as ui:
        await go_to(ui, "2")
        await ui.press("s")
        await ui.see("› Assign")
        await ui.until(lambda: ui.page.is_settled)
        await ui.press("w")
        await ui.told("Nothing to save: all ticks are as they were.")


async def test_in_a_dialog_keys_of_the_page_below_stay_silent(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("question_mark")
        await ui.at(Help)
        await ui.press("c", "R", "X")
        await ui.press("escape")
        await ui.until(lambda: not isinstance(ui.screen, Help))
        assert not ui.message


@pytest.mark.parametrize("section", ["1", "2", "3", "4", "5"])
async def test_esc_in_a_section_says_how_to_leave(open_ui: Open, section: str) -> None:
    async with open_ui() as ui:
        await go_to(ui, section)
        await ui.press("escape")
        await ui.told("q quits.")


async def test_esc_that_clears_a_filter_says_nothing(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("slash", "x", "enter", "escape")
        await ui.until(lambda: not ui.page.query("FilterBar.-open"))
        assert not ui.message
        await ui.press("escape")
        await ui.told("q quits.")


async def test_esc_says_how_to_leave_on_the_tabs_of_the_data_viewer_too(open_ui: Open) -> None:
    async with open_ui() as ui:
        await go_to(ui, "3")
        await ui.press("shift+tab")
        await ui.until(lambda: isinstance(ui.app.focused, TabLine))
        await ui.press("escape")
        await ui.told("q quits.")
