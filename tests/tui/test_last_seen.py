"""When tokens were last seen, in both lists that tell it: as it is now, in order, no byte where nothing changes."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from textual.app import App

from tests.tui.conftest import NOW, Open
from tests.tui.driving import WIDE, Ui
from tokentui.domain.requests import SeenRequest
from tokentui.services.desk import Desk
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen
from tokentui.tui.widgets import listing
from tokentui.tui.workplace import Workplace

DAMAGED = b"damaged, and long enough for the header of a database" * 9


def let_in(desk: Desk, name: str, ago: timedelta, **fields: bool) -> None:
    """Let a token be seen so long before the clock that stands still."""
    token = desk.reader().token_by_name(name)
    one = SeenRequest(
        at=NOW - ago, method="GET", path="/", token_id=token.id, kind="endpoint", status=200, reason="allowed"
    )
    desk.store.requests.record([replace(one, **fields)])  # type: ignore[arg-type]  # flags are booleans


async def on_tokens(ui: Ui) -> None:
    await ui.press("2")
    await ui.at(EndpointTokensScreen)
    await ui.see("bank-import")


async def on_stock_levels(ui: Ui) -> None:
    await ui.go("Stock levels")
    await ui.press("enter")
    await ui.see("Secondary tokens", "bank-import")


def last_seen(ui: Ui, name: str) -> str:
    """What stands in the last column of a token's row."""
    return " ".join(ui.row(f" {name} ").split()[-2:])


def above(ui: Ui, one: str, other: str) -> bool:
    """Whether the row of one token stands above that of the other."""
    text = ui.text
    return -1 < text.find(f" {one} ") < text.find(f" {other} ")


async def test_both_lists_tell_when_a_token_was_last_seen_by_whichever_value(open_ui: Open, desk: Desk) -> None:
    let_in(desk, "intern-project", timedelta(days=3))
    let_in(desk, "intern-project", timedelta(hours=2), previous=True)
    async with open_ui(size=WIDE) as ui:
        await on_tokens(ui)
        await ui.until(lambda: last_seen(ui, "intern-project") == "2 h")
        assert last_seen(ui, "bank-import") == "10 h"
        assert last_seen(ui, "newsletter").endswith("–")
        await ui.press("1")
        await on_stock_levels(ui)
        assert last_seen(ui, "intern-project") == "2 h"
        assert last_seen(ui, "bank-import") == "10 h"


async def test_by_last_seen_come_those_that_never_were_and_reversed_the_one_seen_just_now(
    open_ui: Open, desk: Desk
) -> None:
    let_in(desk, "pim-sync", timedelta(seconds=1))
    async with open_ui(size=WIDE) as ui:
        await on_tokens(ui)
        await ui.press_often("o", 5)
        await ui.until(lambda: "Last seen ▲" in ui.text and above(ui, "tax-adviser", "data-lake"))
        await ui.press("home")
        await ui.until(lambda: " intern-project " in ui.lines[4])
        assert [last_seen(ui, name)[-1] for name in ("intern-project", "newsletter", "test-jan")] == ["–"] * 3
        await ui.press("O")
        await ui.until(lambda: "Last seen ▼" in ui.text and above(ui, "erp-nightly", "data-lake"))
        await ui.press("home")
        await ui.until(lambda: " pim-sync " in ui.lines[4])


# ---------------------------------------------------------------------- by itself


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every look at whether something was recorded; there are twenty in a second."""
    done: list[object] = []
    look = Workplace.requests_stamp

    def counted(self: Workplace) -> object:
        done.append(look(self))
        return done[-1]

    monkeypatch.setattr(listing, "BESIDE_SECONDS", 0.05)
    monkeypatch.setattr(Workplace, "requests_stamp", counted)
    return done


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """All that would go to the terminal."""
    updates: list[object] = []
    monkeypatch.setattr(App, "_display", lambda self, screen, update: updates.append(update) if update else None)
    return updates


OPENED = pytest.mark.parametrize("opened", [on_tokens, on_stock_levels])


@OPENED
async def test_what_is_recorded_is_shown_by_itself(
    open_ui: Open, desk: Desk, looks: list[object], opened: Callable[[Ui], Awaitable[None]]
) -> None:
    async with open_ui(size=WIDE) as ui:
        await opened(ui)
        for minutes in (20, 5):
            let_in(desk, "intern-project", timedelta(minutes=minutes))
            await ui.until(lambda minutes=minutes: last_seen(ui, "intern-project") == f"{minutes} min")  # type: ignore[misc]  # bound now


@OPENED
async def test_where_nothing_changes_no_byte_is_sent(
    open_ui: Open,
    desk: Desk,
    looks: list[object],
    sent: list[object],
    opened: Callable[[Ui], Awaitable[None]],
) -> None:
    """Neither where nothing was recorded, nor where that was by nobody who is in the list."""
    async with open_ui(size=WIDE) as ui:
        await opened(ui)
        await ui.until(lambda: len(looks) > 3)
        await ui.pilot.pause()
        sent.clear()
        for _ in range(2):
            before = len(looks)
            await ui.until(lambda before=before: len(looks) > before + 3)  # type: ignore[misc]  # bound now
            await ui.until(lambda: not ui.app.workers or len(ui.app.workers) == 1)
            stranger = SeenRequest(at=NOW, method="GET", path="/", token_id="nobody", status=200, reason="allowed")
            desk.store.requests.record([stranger])
        assert sent == []


async def test_ages_grow_though_nothing_is_recorded(
    open_ui: Open, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "AGES_SECONDS", 0.05)
    now = NOW
    async with open_ui(replace(desk, clock=lambda: now), size=WIDE) as ui:
        await on_tokens(ui)
        await ui.until(lambda: last_seen(ui, "bank-import") == "10 h")
        now = NOW + timedelta(hours=3)
        await ui.until(lambda: last_seen(ui, "bank-import") == "13 h")


# ---------------------------------------------------------------------- what cannot be read


async def test_where_it_cannot_be_read_the_list_stands_and_that_is_told_once(
    open_ui: Open, store: Path, looks: list[object]
) -> None:
    store.with_name("requests.sqlite").write_bytes(DAMAGED)
    async with open_ui(size=WIDE) as ui:
        await on_tokens(ui)
        await ui.told("requests.sqlite cannot be read")
        assert last_seen(ui, "bank-import").endswith("–")
        assert "37 of 37" in ui.text
        await ui.go("new-portal")
        await ui.press("e")
        await ui.told("new-portal is disabled.")
        before = len(looks)
        await ui.until(lambda: len(looks) > before + 3)
        await ui.pilot.pause()
        assert "cannot be read" not in ui.message
        await ui.press("1")
        await on_stock_levels(ui)
        await ui.told("requests.sqlite cannot be read")
        assert last_seen(ui, "bank-import").endswith("–")


async def test_that_it_cannot_be_read_any_more_is_told_beside_what_was_told_before(
    open_ui: Open, store: Path, looks: list[object]
) -> None:
    async with open_ui(size=WIDE) as ui:
        await on_tokens(ui)
        await ui.go("new-portal")
        await ui.press("e")
        await ui.told("new-portal is disabled.")
        store.with_name("requests.sqlite").write_bytes(DAMAGED)
        await ui.told("cannot be read")
        assert "new-portal is disabled." in ui.message
        await ui.until(lambda: last_seen(ui, "bank-import").endswith("–"))
