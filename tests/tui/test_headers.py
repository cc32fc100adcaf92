"""The column by which a list is ordered has its whole name, also at 80 columns."""

import pytest

from tests.tui.conftest import Open
from tests.tui.driving import SMALL, WIDE
from tokentui.tui.widgets.listing import Listing

#: The keys to each list that has an order.
LISTS = {"endpoints": (), "tokens": ("2",), "mappings": ("j", "enter"), "assign": ("2", "s"), "audit": ("4",)}


@pytest.mark.parametrize("size", [SMALL, WIDE], ids=["80x24", "120x40"])
@pytest.mark.parametrize("name", LISTS)
async def test_the_header_of_the_order_is_never_cut(open_ui: Open, name: str, size: tuple[int, int]) -> None:
    async with open_ui(size=size) as ui:
        await ui.see("Catalogue search")
        for key in LISTS[name]:
            before = ui.screen
            await ui.press(key)
            await ui.until(lambda: key == "j" or ui.screen is not before)  # noqa: B023  # it is waited for
        await ui.until(lambda: len(ui.screen.query(Listing)) == 1 and ui.one(Listing).table.row is not None)
        table = ui.one(Listing).table
        shown = {place.column.key: place.column.label for place in table._painter.places}
        for column in table.columns:
            if not column.sortable:
                continue
            await ui.until(lambda: table.sort_key == column.key)  # noqa: B023  # it is waited for
            if column.key in shown:
                for arrow in "▲▼":
                    await ui.until(lambda: whole(column.label + arrow) in whole(ui.text))  # noqa: B023  # as above
                    await ui.press("O")
            await ui.press("o")


def whole(text: str) -> str:
    """Where there is no room for it, no space stands before the arrow."""
    return text.replace(" ", "")
