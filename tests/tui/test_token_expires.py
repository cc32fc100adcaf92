"""Expires in Token settings: typed as a date, a length of time or never, and told on the admin's clock."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from textual.widgets import Input

from tests.domain.worlds import NOTE
from tests.tui.conftest import NOW, Open
from tests.tui.driving import WIDE, Ui
from tests.tui.rotating import DAY, rotated_earlier, saw, token
from tokentui.domain.fields import TokenFields
from tokentui.services.desk import Desk
from tokentui.services.rotating import rotate
from tokentui.services.tokens import edit_token
from tokentui.tui.dialogs.conflict import ConflictDialog
from tokentui.tui.dialogs.token_settings import TokenSettings
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen
from tokentui.tui.undo_deed import undo_question

MINUTE = timedelta(minutes=1)


async def edit(ui: Ui, text: str | None = None) -> None:
    """Open the settings of bank-import, and type when it expires."""
    await ui.press("2")
    await ui.at(EndpointTokensScreen)
    await ui.go("bank-import")
    await ui.press("enter")
    await ui.at(TokenSettings)
    if text is not None:
        await ui.tab_to("expires")
        await ui.press("ctrl+u")
        await ui.write(text)


def ends(desk: Desk, at: datetime | None) -> None:
    """Let bank-import expire then, be that over already."""
    with desk.store.change(NOTE) as transaction:
        transaction.put(replace(transaction.reader.token_by_name("bank-import"), expires_at=at))


@pytest.mark.parametrize(
    ("text", "told", "end"),
    [
        ("in 90 days", "Fri 12 Jun 2026 09:26 UTC", NOW + 90 * DAY),
        ("2026-12-31", "Fri 1 Jan 2027 00:00 UTC", datetime(2027, 1, 1, tzinfo=NOW.tzinfo)),
        ("2026-12-31 18:00", "Thu 31 Dec 2026 18:00 UTC", datetime(2026, 12, 31, 18, tzinfo=NOW.tzinfo)),
    ],
)
async def test_a_moment_is_typed_told_and_saved(open_ui: Open, text: str, told: str, end: datetime) -> None:
    async with open_ui() as ui:
        await edit(ui, text)
        await ui.see(told)
        await ui.press("enter")
        await ui.told("Saved bank-import.")
        assert token(ui).expires_at == end


async def test_a_new_token_may_expire_too(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("2", "a")
        await ui.at(TokenSettings)
        await ui.write("fresh")
        await ui.tab_to("expires")
        await ui.write("in 7 days")
        await ui.press("enter")
        await ui.told("Added fresh.")
        assert token(ui, "fresh").expires_at == NOW + 7 * DAY


@pytest.mark.parametrize("text", ["", "never"])
async def test_never_takes_the_end_away(open_ui: Open, desk: Desk, text: str) -> None:
    ends(desk, NOW + DAY)
    async with open_ui() as ui:
        await edit(ui, text)
        await ui.press("enter")
        await ui.told("Saved bank-import.")
        assert token(ui).expires_at is None


@pytest.mark.parametrize("text", ["soon", "2020-01-01"])
async def test_what_is_no_moment_to_come_is_told_beside_the_field_until_it_is_mended(
    open_ui: Open, text: str
) -> None:
    async with open_ui() as ui:
        before = token(ui)
        await edit(ui, text)
        await ui.press("enter")
        await ui.see(f"✗ '{text}' is ")
        assert token(ui) == before
        await ui.press("ctrl+u")
        await ui.write("in 1 h")
        await ui.miss("✗")
        await ui.press("enter")
        await ui.told("Saved bank-import.")


@pytest.mark.parametrize("since", [timedelta(seconds=-7), 3 * DAY])
async def test_an_end_that_is_not_edited_stays_to_the_second_and_may_be_over(
    open_ui: Open, desk: Desk, since: timedelta
) -> None:
    ends(desk, NOW - since)
    async with open_ui(size=WIDE) as ui:
        await edit(ui)
        assert ui.screen.query_one("#expires", Input).value == f"{NOW - since:%Y-%m-%d %H:%M}"
        assert ("over since" in ui.row("Expires")) is (since > timedelta())
        await ui.write("-2")
        await ui.press("enter")
        await ui.told("Renamed bank-import to bank-import-2.")
        assert token(ui, "bank-import-2").expires_at == NOW - since


async def test_leaving_with_an_end_that_was_typed_asks(open_ui: Open) -> None:
    for text in ("in 3 days", "nonsense"):
        async with open_ui() as ui:
            await edit(ui, text)
            await ui.press("escape")
            await ui.see("bank-import has edits that are not saved.")


async def test_both_ends_are_told_where_two_admins_set_one(open_ui: Open, other_desk: Desk) -> None:
    async with open_ui() as ui:
        await edit(ui, "in 1 h")
        theirs = other_desk.reader().token_by_name("bank-import")
        edit_token(other_desk, theirs, replace(TokenFields.of(theirs), expires_at=NOW + DAY))
        await ui.press("enter")
        await ui.at(ConflictDialog)
        await ui.see("Expires", "Sat 14 Mar 2026 10:26 UTC", "Sun 15 Mar 2026 09:26 UTC")
        await ui.press("m")
        await ui.told("Saved bank-import.")
        assert token(ui).expires_at == NOW + timedelta(hours=1)


async def test_settings_of_a_token_in_grace_tell_both_values_last_use(open_ui: Open, desk: Desk) -> None:
    one = desk.reader().token_by_name("bank-import")
    rotated_earlier(desk, one, 50 * DAY)
    saw(desk, one, 2 * MINUTE)
    saw(desk, one, 41 * DAY, previous=True)
    async with open_ui(size=WIDE) as ui:
        await edit(ui)
        await ui.see("◐ Old value works until Sun 15 Mar 2026 09:26 UTC")
        await ui.see("Last seen: new value 2 minutes ago, old value 41", "days ago")


def test_undo_of_a_longer_life_asks_where_the_shorter_one_is_over(desk: Desk) -> None:
    ends(desk, NOW - DAY)
    one = desk.reader().token_by_name("bank-import")
    edit_token(desk, one, replace(TokenFields.of(one), expires_at=NOW + DAY))
    question = undo_question(desk, desk.reader(), desk.history[-1])
    assert question is not None
    assert "bank-import has expired again: refused at 2 endpoints." in question.hits
    before = replace(desk, clock=lambda: NOW - 2 * DAY)
    assert undo_question(before, desk.reader(), desk.history[-1]) is None


@pytest.mark.parametrize(("grace", "told"), [(DAY, "works on, without an end"), (None, "is valid again")])
def test_undo_of_a_rotation_tells_what_becomes_of_both_values(desk: Desk, grace: timedelta | None, told: str) -> None:
    one = desk.reader().token_by_name("bank-import")
    rotate(desk, [one.id], None if grace is None else NOW + grace)
    question = undo_question(desk, desk.reader(), desk.history[-1])
    assert question is not None
    assert question.hits[0] == f"The new value of bank-import is refused; the one before {told}."
