"""The data viewer at 80 columns: what is shortened in its title and below its list, and what is not."""

from datetime import timedelta

import pytest

from tests.tui.conftest import NOW, Open
from tests.tui.driving import WIDE
from tests.tui.viewing import open_viewer, record, state
from tokentui.services.desk import Desk
from tokentui.tui.dialogs.pick import Pick
from tokentui.tui.screens.requests import RequestsScreen
from tokentui.tui.widgets.place_line import shortened

DAMAGED = b"damaged, and long enough for the header of a database" * 9


async def test_with_many_filters_the_section_and_the_amount_stand_in_full_and_the_filters_are_shortened(
    open_ui: Open, desk: Desk
) -> None:
    record(desk, "shop-frontend", "stock/goods-received", at=NOW + timedelta(seconds=1), address="198.51.100.99")
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.until(lambda: "stock/goods-rec…" in ui.cursor_line)
        await ui.press("a")
        await ui.see("from 198.51.100.99 · ")
        for key in ("e", "w"):
            await ui.press(key)
            await ui.at(Pick)
            await ui.press("end", "enter")
            await ui.at(RequestsScreen)
        await ui.press("m", "p", "f")
        await ui.until(lambda: state(ui).endswith("0 of 0"))
        await ui.until(lambda: state(ui).startswith(" Data viewer ● f"))
        assert [len(part) <= 9 for part in state(ui)[13:].split(" · ")] == [True] * 7


@pytest.mark.parametrize(
    ("parts", "room", "shown"),
    [
        (("stock/goods-received", "refused"), 40, "stock/goods-received · refused"),
        (("stock/goods-received", "refused"), 22, "stock/goods… · refused"),
        (("abcdef", "refused"), 1, "abcdef · refus…"),
    ],
)
def test_the_longest_filter_is_shortened_first(parts: tuple[str, ...], room: int, shown: str) -> None:
    assert shortened(parts, room) == shown


async def test_the_summary_of_a_row_drops_what_the_list_shows_rather_than_be_cut(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_viewer(ui)
        await ui.until(lambda: ui.row("✓ 200").endswith("endpoint token shop-frontend · 9 µs"))
    async with open_ui(size=WIDE) as ui:
        await open_viewer(ui)
        await ui.until(lambda: ui.row("✓ 200").endswith("shop-frontend · 9 µs · 2026-03-14 09:26:41 UTC"))
