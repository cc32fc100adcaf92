"""Wide, combining, right-to-left and hostile texts on screen: columns stay in line, nothing steers the terminal."""

import json
import re
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.cli.test_hostile_texts import STEERING
from tests.tui.conftest import Open, desk_at
from tests.tui.driving import SMALL, WIDE, Ui
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.slots import Authentication
from tokentui.services.assigning import assign
from tokentui.services.desk import Desk
from tokentui.services.endpoints import add_endpoint
from tokentui.services.tokens import add_token

#: Names as people write them, each with what it is made of.
WRITTEN = {
    "wide": "倉庫スキャナー一号機と二号機の共有トークン",
    "emoji": "🚀 deploy 🧑🏽 bot",
    "combining": "Pr\u030ci\u0301jem zboz\u030ci\u0301",
    "right to left": "מחסן ראשי",
    "mixed": "api לקוחות 東京 v2",
    "marks": "z" + "\u0300" * 60 + "algo",
}
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


@pytest.fixture
def written(empty_store: Path) -> Desk:
    """A desk at a store with such names and descriptions."""
    desk = desk_at(empty_store)
    for number, name in enumerate(WRITTEN.values()):
        fields = EndpointFields(
            name=name, group="g", slug=f"e{number}", authentication=Authentication.TOKEN, description=name
        )
        endpoint = add_endpoint(desk, fields)
        token = add_token(desk, TokenFields(name=name, description=name))
        assign(desk, token.id, add={endpoint.id: endpoint.slots}, remove={})
    return desk


async def through_all(ui: Ui) -> list[str]:
    """What stands on each screen, the cursor on every row once."""
    seen = []
    for keys in (
        ("1",),
        ("2",),
        ("2", "enter"),
        ("escape", "s"),
        ("q", "v"),
        ("escape", "r"),
        ("escape", "4"),
        ("5",),
    ):
        for key in keys:
            await ui.press(key)
            await ui.pilot.pause()
        seen.append(ui.text)
    return seen


@pytest.mark.parametrize("size", [SMALL, WIDE], ids=["80x24", "120x40"])
async def test_columns_stay_in_line_whatever_a_name_is_written_in(
    open_ui: Open, written: Desk, size: tuple[int, int]
) -> None:
    async with open_ui(written, size=size) as ui:
        await ui.press("2")
        await ui.see("● on")
        rows = [line for line in ui.lines if "● on" in line]
        assert len(rows) == len(WRITTEN)
        places = {cell_len(row[: row.index("● on")]) for row in rows}
        assert len(places) == 1
        for text in await through_all(ui):
            assert all(cell_len(line) <= size[0] for line in text.split("\n"))
            assert not OBEYED.search(text)


async def test_no_screen_shows_what_a_terminal_would_obey(open_ui: Open, store: Path) -> None:
    for file in (store, store.with_name("activity.jsonl")):
        content = file.read_text()
        for name in ("bank-import", "Catalogue search", "Reads the bank's statements", "gateway-1", "jan"):
            content = content.replace(f'"{name}"', json.dumps(f"{name}{STEERING}"))
        file.write_text(content)
    async with open_ui(desk_at(store)) as ui:
        await ui.see("Catalogue search")
        ui.page.say(f"What went wrong {STEERING}", "error")
        await ui.see("What went wrong")
        seen = [ui.text, *await through_all(ui)]
        assert sum("bank-import" in text for text in seen) >= 4
        assert not [found for text in seen for found in OBEYED.findall(text.replace("\n", ""))]
