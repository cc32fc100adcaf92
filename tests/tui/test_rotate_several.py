"""Several marked tokens rotate as one change, all or none, and leave a file of their new values."""

import csv
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.tui.conftest import NOW, Open, desk_at
from tests.tui.driving import Ui, wait_for
from tests.tui.rotating import NAMES, show_tokens, token
from tokentui.domain.fields import TokenFields
from tokentui.services.tokens import add_token, reveal_token
from tokentui.tui.dialogs.confirm import Confirm
from tokentui.tui.dialogs.progress import Progress
from tokentui.tui.dialogs.rotate import Rotate
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen


async def mark_three(ui: Ui) -> None:
    await show_tokens(ui)
    await ui.press("space", "space", "space")
    await ui.until(lambda: "3 marked · " in ui.lines[2])
    await ui.press("r")
    await ui.at(Rotate)


async def test_marked_tokens_rotate_as_one_change_and_leave_a_private_file(open_ui: Open, home: Path) -> None:
    async with open_ui() as ui:
        await mark_three(ui)
        await ui.see("bank-import, bi-dashboard, bookkeeping", "5 endpoints", "tokentui-rotated-20260314-092653.csv")
        await ui.press("enter")
        await ui.told("Rotated 3 tokens; the old values work until Sun 15 Mar 2026 09:26 UTC.")
        await ui.told("Names and new values are in ~/tokentui-rotated-20260314-092653.csv.")
        (file,) = home.iterdir()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        rows = list(csv.reader(file.read_text().splitlines()))[1:]
        assert rows == [[name, reveal_token(ui.desk, token(ui, name))] for name in NAMES]
        assert ui.desk.history[-1].summary == "rotated 3 tokens"
        await ui.until(lambda: "marked" not in ui.lines[2])


async def test_a_file_that_is_there_is_told_beside_the_field_and_nothing_is_rotated(
    open_ui: Open, home: Path
) -> None:
    (home / "mine.csv").write_text("mine")
    async with open_ui() as ui:
        before = ui.desk.store.stamp()
        await mark_three(ui)
        await ui.tab_to("path")
        await ui.press("ctrl+u")
        await ui.write("~/mine.csv")
        await ui.press("enter")
        await ui.see("mine.csv is there already; name another file.")
        assert ui.desk.store.stamp() == before
        assert (home / "mine.csv").read_text() == "mine"
        await ui.tab_to("path")
        await ui.press("ctrl+u")
        await ui.write("~/new.json")
        await ui.miss("is there already")
        await ui.press("enter")
        await ui.told("Names and new values are in ~/new.json.")
        assert (home / "new.json").exists()


async def test_an_empty_path_leaves_no_file(open_ui: Open, home: Path) -> None:
    async with open_ui() as ui:
        await mark_three(ui)
        await ui.tab_to("path")
        await ui.press("ctrl+u", "enter")
        await ui.told("Rotated 3 tokens;")
        assert "Names and new values" not in ui.message
        assert list(home.iterdir()) == []


async def test_without_grace_it_names_what_is_cut_off(open_ui: Open, home: Path) -> None:
    async with open_ui() as ui:
        before = ui.desk.store.stamp()
        await mark_three(ui)
        await ui.press("left", "left", "enter")
        await ui.at(Confirm)
        await ui.see("3 tokens:", "bi-dashboard", "refused at once at 5 endpoints")
        await ui.answer("Rotate 3 tokens without grace?", "n")
        await ui.at(Rotate)
        assert ui.desk.store.stamp() == before
        assert list(home.iterdir()) == []


async def test_a_bar_tells_how_far_it_is(open_ui: Open, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shares: list[float] = []
    reached = Progress.reached

    def noting(self: Progress, share: float) -> None:
        shares.append(share)
        reached(self, share)

    monkeypatch.setattr(Progress, "reached", noting)
    async with open_ui() as ui:
        await mark_three(ui)
        await ui.press("enter")
        await ui.told("Rotated 3 tokens;")
        assert shares == sorted(shares)
        assert shares[-1] == 1


async def test_where_the_file_cannot_be_filled_it_is_told_that_they_are_rotated(
    open_ui: Open, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tokentui.services.handing_out.ValueFile.fill", full)
    async with open_ui() as ui:
        await mark_three(ui)
        await ui.press("enter")
        await ui.told("The values are replaced, but")
        await ui.at(EndpointTokensScreen)
        assert all(token(ui, name).in_grace(NOW) for name in NAMES)
        assert list(home.iterdir()) == []


async def test_fifty_marked_tokens_rotate_as_one(open_ui: Open, tmp_path: Path, home: Path) -> None:
    many = desk_at(tmp_path / "many.json")
    ids = [add_token(many, TokenFields(name=f"app-{number:03}")).id for number in range(50)]
    many.history.clear()
    async with open_ui(many) as ui:
        await ui.press("2")
        await ui.until(lambda: ui.lines[2].endswith("50 of 50"))
        await ui.press_often("space", 50)
        await ui.until(lambda: "50 marked" in ui.lines[2])
        await ui.press("r")
        await ui.at(Rotate)
        await ui.press("enter")
        await ui.told("Rotated 50 tokens;")
        await wait_for(lambda: all(many.reader().token(id).in_grace(NOW) for id in ids))
