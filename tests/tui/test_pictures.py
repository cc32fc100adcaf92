"""Pictures of each screen and dialog at 80×24 and 120×40, dark and light; each was looked at when it was accepted.

They are pinned to Textual's minor version. After a change that is meant: `pytest tests/tui/test_pictures.py
--snapshot-update`, then look at every picture that is new.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.conftest import desk_at
from tests.tui.driving import SMALL, WIDE, Ui
from tokentui.domain.fields import TokenFields
from tokentui.services.desk import Desk
from tokentui.services.settings import Settings
from tokentui.services.tokens import edit_token
from tokentui.tui.app import TokenTuiApp
from tokentui.tui.dialogs.import_file import ImportProgress
from tokentui.tui.screens.shelf_screen import ShelfScreen
from tokentui.tui.widgets.listing import Listing
from tokentui.tui.widgets.masthead import Masthead

#: Workers that bring what is shown; the one that watches the store never ends.
BUSY = ("ask", "audit", "count", "endpoint", "fetch", "findings", "key", "primaries", "reload")

API = """
openapi: 3.1.0
info: {title: Tills, version: "1"}
servers: [{url: https://example.org/api}]
paths:
  /tills: {get: {summary: All tills, tags: [shop]}, post: {tags: [shop]}}
  /tills/{id}: {get: {tags: [shop]}, delete: {tags: [shop]}}
  /events: {trace: {}}
"""

#: Picture → the keys that lead to it, and what stands there when it is complete.
PICTURES: dict[str, tuple[tuple[str, ...], str]] = {
    "endpoints": ((), "Catalogue search"),
    "endpoints-filtered": (("slash", *"pay"), "Payments received"),
    "endpoints-inactive": (("i",), "Nothing is inactive."),
    "endpoint-general": (("down", "enter", "t"), "Authentication"),
    "endpoint-errors": (("a", *"Till", "tab", *"A b", "tab", "tab", *"orders?", "enter"), "Not saved"),
    "endpoint-tokens": (("end", "up", "up", "up", "up", "enter"), "orders/sales-orders"),
    "endpoint-hide-unassigned": (("end", "up", "up", "up", "up", "enter", "h"), "[■] Hide unassigned"),
    "tokens": (("2",), "bank-import"),
    "tokens-marked": (("2", "space", "space", "down", "space"), "3 marked"),
    "token-settings": (("2", "enter"), "Token settings"),
    "reveal": (("2", "v"), "It hides itself after 30 seconds."),
    "primary-revealed": (("end", "up", "up", "up", "up", "enter", "up", "v"), "v Reveal"),
    "token-add": (("2", "a", "enter"), "Add endpoint token"),
    "assign": (("2", "s", "space", "down", "down", "a", "down", "down", "right", "space"), "+4 −1"),
    "activity": (("5",), "rotated shop-mobile"),
    "activity-entry": (("5", "enter"), "↑↓ scroll   esc close"),
    "history": (("2", "end", "H"), "› History"),
    "retire": (("2", "end", *["up"] * 6, "R"), "Retire the old value of shop-mobile?"),
    "requests": (("3",), "✓ allowed"),
    "requests-refused": (("3", "m"), "✗ refused: not mapped"),
    "requests-nothing-fits": (("3", "slash", *"zzz"), "No request fits."),
    "request": (("3", "m", "j", "j", "j", "j", "enter"), "When     2026"),
    "requests-by-token": (("3", "t"), "By token › the last 24 hours"),
    "requests-by-endpoint": (("3", "t", "t"), "By endpoint › the last 24 hours"),
    "audit": (("4", "end", "space"), "1 marked"),
    "audit-acknowledge": (("4", "a", *"Public", "tab", *"x", "enter"), "is no moment"),
    "confirm": (("2", "e"), "Disable bank-import?"),
    "rotate": (("2", "r"), "works until Sun 15 Mar 2026"),
    "rotate-several": (("2", "space", "space", "space", "r"), "Rotate 3 tokens"),
    "rotated": (("2", "r", "enter"), "Rotated bank-import"),
    "copy-as": (("2", "C"), "BANK_IMPORT_TOKEN"),
    "leave": (("2", "enter", *"-2", "escape"), "Unsaved edits"),
    "help": (("2", "question_mark"), "Help"),
    "palette": (("colon",), "Add"),
    "import": (("I",), "Import a file"),
    "explain": (("end", "up", "up", "up", "up", "E", "enter"), "Give it in From."),
}


async def settled(ui: Ui, text: str) -> None:
    """Until the text is there and nothing more will come: all amounts are told, and what is shown stays as it is."""
    await ui.see(text)
    masthead = ui.page.query_one(Masthead)
    await ui.until(lambda: masthead.counts is not None and masthead.findings is not None)
    shown, alike = "", 0
    while alike < 3:
        await ui.until(lambda: all(worker.is_finished for worker in ui.app.workers if worker.group in BUSY))
        await ui.pilot.pause()
        before, shown = shown, ui.text
        alike = alike + 1 if shown == before else 0
    for input in ui.screen.query(Input):
        input.cursor_blink = False
    await ui.pilot.pause()


async def press(ui: Ui, key: str) -> None:
    """Press a key; one that leads from a list to another screen is done when that is there."""
    below = ui.screen
    await ui.press(key)
    if key in ("2", "3", "4", "r", "s", "enter") and isinstance(below, ShelfScreen):
        await ui.until(lambda: ui.screen is not below)


def before(steps: Callable[[Ui], Awaitable[None]]) -> Callable[[Pilot[None]], Awaitable[None]]:
    """What the picture waits for."""

    async def run(pilot: Pilot[None]) -> None:
        assert isinstance(pilot.app, TokenTuiApp)
        await steps(Ui(pilot.app, pilot))

    return run


@pytest.fixture(params=["textual-dark", "textual-light"])
def theme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[SMALL, WIDE], ids=["80x24", "120x40"])
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    found: tuple[int, int] = request.param
    return found


Compare = Callable[..., bool]


@pytest.mark.parametrize("name", PICTURES)
def test_picture(snap_compare: Compare, desk: Desk, name: str, theme: str, size: tuple[int, int]) -> None:
    keys, text = PICTURES[name]

    async def steps(ui: Ui) -> None:
        await settled(ui, "Catalogue search")
        for key in keys:
            await press(ui, key)
            if key in ("2", "3", "4", "enter", "s", "i", "h", "m", "t"):
                await settled(ui, "TokenTUI")
        await settled(ui, text)

    app = TokenTuiApp(desk, settings=Settings(theme=theme), demo=True)
    assert snap_compare(app, terminal_size=size, run_before=before(steps))


def test_picture_of_an_empty_store(
    snap_compare: Compare, empty_store: Path, theme: str, size: tuple[int, int]
) -> None:
    app = TokenTuiApp(desk_at(empty_store), settings=Settings(theme=theme), demo=True)

    async def steps(ui: Ui) -> None:
        await settled(ui, "No endpoints here yet.")

    assert snap_compare(app, terminal_size=size, run_before=before(steps))


def test_picture_of_an_import(
    snap_compare: Compare,
    desk: Desk,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    theme: str,
    size: tuple[int, int],
) -> None:
    (tmp_path / "tills.yaml").write_text(API)
    monkeypatch.chdir(tmp_path)

    async def steps(ui: Ui) -> None:
        await settled(ui, "Catalogue search")
        await ui.press("I")
        await ui.see("Import a file")
        await ui.press(*"tills.yaml", "enter")
        await settled(ui, "2 endpoints added")

    app = TokenTuiApp(desk, settings=Settings(theme=theme), demo=True)
    assert snap_compare(app, terminal_size=size, run_before=before(steps))


def test_picture_of_an_import_half_way(snap_compare: Compare, desk: Desk, theme: str, size: tuple[int, int]) -> None:
    async def steps(ui: Ui) -> None:
        await settled(ui, "Catalogue search")
        progress = ImportProgress("~/petstore.openapi.yaml")
        await ui.app.push_screen(progress)
        progress.reached(0.5)
        await settled(ui, "50%")

    app = TokenTuiApp(desk, settings=Settings(theme=theme), demo=True)
    assert snap_compare(app, terminal_size=size, run_before=before(steps))


def test_picture_of_a_conflict(
    snap_compare: Compare, desk: Desk, other_desk: Desk, theme: str, size: tuple[int, int]
) -> None:
    async def steps(ui: Ui) -> None:
        await settled(ui, "Catalogue search")
        await ui.press("2")
        await settled(ui, "bank-import")
        await ui.press("enter")
        await ui.see("Token settings")
        token = other_desk.reader().token_by_name("bank-import")
        await asyncio.to_thread(edit_token, other_desk, token, TokenFields(name="bank-import", description="theirs"))
        listing = ui.page.query_one(Listing)
        await ui.until(lambda: "theirs" in str(listing.table.row))  # the list below the dialog has it
        await ui.press(*"-2", "enter")
        await settled(ui, "Somebody else changed bank-import")

    app = TokenTuiApp(desk, settings=Settings(theme=theme), demo=True)
    assert snap_compare(app, terminal_size=size, run_before=before(steps))
