"""Section 5 and the history of one record: what was changed, by whom and when, reached and filtered by keys."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.tui.conftest import NOW, Open, desk_at
from tests.tui.driving import WIDE, Ui
from tokentui.domain.actors import Actor
from tokentui.domain.slots import Slot
from tokentui.services.assigning import assign
from tokentui.services.desk import Desk
from tokentui.services.tokens import set_enabled
from tokentui.store.queries import EVERYTHING
from tokentui.store.trail_queries import ActivityQuery
from tokentui.tui.dialogs.entry_details import EntryDetails
from tokentui.tui.screens.activity import ActivityScreen


@pytest.fixture
def desk(store: Path) -> Desk:
    """A desk at a store in which Eva and Jan have changed something."""
    eva = replace(desk_at(store), actor=Actor("eva", "10.0.0.5", "gateway"), clock=lambda: NOW - timedelta(days=2))
    set_enabled(eva, [token_id(eva, "erp-nightly")], False)
    endpoint = eva.reader().endpoint_by_ref("orders/returns")
    assign(eva, token_id(eva, "erp-nightly"), add={endpoint.id: (Slot.GET,)}, remove={})
    jan = replace(desk_at(store), actor=Actor("jan", "", "gateway"), clock=lambda: NOW - timedelta(hours=2))
    set_enabled(jan, [token_id(jan, "old-crm")], True)
    return replace(desk_at(store), actor=Actor("jan", "", "gateway"))


def token_id(desk: Desk, name: str) -> str:
    return desk.reader().token_by_name(name).id


async def open_activity(ui: Ui) -> None:
    await ui.press("5")
    await ui.at(ActivityScreen)
    await ui.see("enabled old-crm")


async def test_5_shows_who_changed_what_and_when_the_newest_first(open_ui: Open, desk: Desk) -> None:
    async with open_ui(desk) as ui:
        await open_activity(ui)
        rows = [line for line in ui.lines if "done" in line]
        assert [row[20:44].strip() for row in rows[:3]] == [
            "enabled old-crm",
            "assigned erp-nightly",
            "disabled erp-nightly",
        ]
        assert "eva from 10.0.0.5" in ui.row("disabled erp-nightly")
        assert "2026-03-12 09:26" in ui.row("disabled erp-nightly")
        assert "✓ done" in ui.row("enabled old-crm")


async def test_activity_is_filtered_by_who_what_and_when(open_ui: Open, desk: Desk) -> None:
    async with open_ui(desk) as ui:
        await open_activity(ui)
        await ui.press("w")
        await ui.see("by jan")
        await ui.miss("disabled erp-nightly")
        await ui.press("w")
        await ui.see("disabled erp-nightly")
        await ui.press("p")
        await ui.see("24 hours")
        await ui.miss("disabled erp-nightly")
        await ui.press("p", "p", "p")
        await ui.see("disabled erp-nightly")
        await ui.press("slash")
        await ui.write("assigned")
        all_ = desk.store.activity().page(ActivityQuery(), EVERYTHING, NOW).total
        await ui.see(f"1 of {all_}")
        await ui.miss("enabled old-crm")


async def test_enter_shows_what_became_what_and_no_value(open_ui: Open, desk: Desk) -> None:
    async with open_ui(desk, size=WIDE) as ui:
        await open_activity(ui)
        await ui.press("enter")
        await ui.at(EntryDetails)
        await ui.see("enabled old-crm", "jan on gateway", "token old-crm", "no → yes")
        await ui.press("escape")
        await ui.at(ActivityScreen)


async def test_o_reverses_and_the_oldest_comes_first(open_ui: Open, desk: Desk) -> None:
    async with open_ui(desk) as ui:
        await open_activity(ui)
        await ui.press("O")
        await ui.until(lambda: ui.lines[4].strip("› ").startswith("2026-03-14") or "filled" in ui.lines[4])
        assert "filled the demo store" in ui.lines[4]


async def test_capital_h_on_a_token_shows_its_own_history_and_q_comes_back(open_ui: Open, desk: Desk) -> None:
    async with open_ui(desk) as ui:
        await ui.press("2")
        await ui.see("erp-nightly")
        await ui.go("erp-nightly")
        await ui.press("H")
        await ui.at(ActivityScreen)
        await ui.see("erp-nightly › History", "disabled erp-nightly", "assigned erp-nightly")
        assert "enabled old-crm" not in ui.text
        await ui.press("q")
        await ui.see("Endpoint tokens", "37 of 37")


async def test_capital_h_on_an_endpoint_shows_its_own_history(open_ui: Open, desk: Desk) -> None:
    async with open_ui(desk) as ui:
        await ui.see("Returns")
        await ui.go("Returns")
        await ui.press("H")
        await ui.at(ActivityScreen)
        await ui.see("orders/returns › History", "assigned erp-nightly")
        assert "disabled erp-nightly" not in ui.text


async def test_a_change_is_seen_in_the_open_list_without_a_key(open_ui: Open, desk: Desk, other_desk: Desk) -> None:
    async with open_ui(desk) as ui:
        await open_activity(ui)
        set_enabled(other_desk, [token_id(other_desk, "crm")], False)
        await ui.see("disabled crm")


async def test_an_entry_whose_change_never_came_is_shown_as_such(
    open_ui: Open, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    earlier = replace(desk, clock=lambda: NOW - timedelta(minutes=5))
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", full)
        with pytest.raises(Exception, match="No space left"):
            set_enabled(earlier, [token_id(desk, "crm")], False)
    async with open_ui(desk) as ui:
        await ui.press("5")
        await ui.see("disabled crm")
        assert "✗ never came" in ui.row("disabled crm")
