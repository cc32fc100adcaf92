"""The table against its budgets, at 100,000 rows."""

from collections.abc import Callable
from statistics import median
from time import perf_counter, process_time

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import DataTable

from tests.tui.widgets.row_table_app import TableApp, rows

pytestmark = pytest.mark.benchmark

RESULT = rows(100_000)
SIZE = (120, 40)
RUNS = 9
KEYS = 40
FIRST_PAINT_RATIO = 4.0
KEY_MILLISECONDS = 16.0


class BareApp(App[None]):
    def compose(self) -> ComposeResult:
        table: DataTable[str] = DataTable()
        table.add_columns("Token", "Description", "Enabled", "POST", "GET", "Last seen")
        yield table


async def first_paint(make: Callable[[], App[None]]) -> float:
    """Milliseconds from the making of an application until its first screen stands still."""
    started = perf_counter()
    async with make().run_test(size=SIZE) as pilot:
        await pilot.pause()
        return (perf_counter() - started) * 1000


async def test_first_paint_against_an_empty_data_table() -> None:
    bare, table = [], []
    for _ in range(RUNS):
        bare.append(await first_paint(BareApp))
        table.append(await first_paint(lambda: TableApp(RESULT)))
    ratio = median(table) / median(bare)
    print(f"\nfirst paint: {median(table):.0f} ms, bare {median(bare):.0f} ms, ratio {ratio:.2f}")
    assert ratio <= FIRST_PAINT_RATIO


async def cost(pilot: Pilot[None], key: str) -> float:
    """Milliseconds of processor time from a key to the lines on the screen, with what the pilot itself takes."""
    started = process_time()
    await pilot.press(key)
    await pilot.pause()
    return (process_time() - started) * 1000


@pytest.mark.parametrize("key", ["down", "up", "right", "pagedown", "pageup"])
async def test_a_key_costs_little(key: str) -> None:
    app = TableApp(RESULT)
    async with app.run_test(size=SIZE) as pilot:
        app.table.cursor_row = len(RESULT) // 2
        await pilot.pause()
        idle = median([await cost(pilot, "x") for _ in range(KEYS)])
        times = [await cost(pilot, key) for _ in range(KEYS)]
    print(
        f"\n{key}: {median(times):.1f} ms, worst {max(times):.1f} ms, of which a key that does nothing {idle:.1f} ms"
    )
    assert median(times) <= KEY_MILLISECONDS


async def test_a_key_costs_the_same_at_100_rows_and_at_100_000() -> None:
    medians = []
    for count in (100, len(RESULT)):
        app = TableApp(RESULT[:count])
        async with app.run_test(size=SIZE) as pilot:
            medians.append(median([await cost(pilot, "down") for _ in range(30)]))
    print(f"\ndown at 100 rows {medians[0]:.1f} ms, at 100,000 rows {medians[1]:.1f} ms")
    assert medians[1] <= 1.5 * medians[0]
