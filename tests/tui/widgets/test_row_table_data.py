"""Pages come down, the table keeps its place, and asks for what it lacks."""

from collections.abc import Sequence

import pytest
from rich.cells import cell_len

from tests.tui.widgets.row_table_app import COLUMNS, Row, TableApp, lines, page_of, rows
from tokentui.store.queries import Page, Window

SMALL = (80, 24)


def cursor_line(app: TableApp) -> tuple[int, str]:
    """Where on the screen the cursor is, and on what."""
    y, line = next((y, line) for y, line in enumerate(lines(app.table)) if line.startswith("›"))
    return y, line.split()[1]


def reload_as(app: TableApp, changed: Sequence[Row]) -> None:
    app.result = changed
    app.reload()


async def test_the_first_page_asks_for_nothing_more() -> None:
    app = TableApp(rows(100_000))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("down")
        await pilot.pause()
        assert app.windows == []


async def test_end_asks_for_one_window_and_shows_it() -> None:
    app = TableApp(rows(100_000))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("end")
        await pilot.pause()
        assert app.windows == [Window(99_800, 200)]
        assert cursor_line(app) == (23, "row-99999")


async def test_holding_page_down_asks_for_a_window_every_few_pages() -> None:
    app = TableApp(rows(100_000))
    async with app.run_test(size=SMALL) as pilot:
        for _ in range(40):
            await pilot.press("pagedown")
        await pilot.pause()
        assert cursor_line(app)[1] == "row-920"
        assert len(app.windows) <= 920 // 200 + 1


async def test_a_store_that_does_not_answer_is_asked_once() -> None:
    app = TableApp(rows(100_000), answers=False)
    async with app.run_test(size=SMALL) as pilot:
        for _ in range(8):
            await pilot.press("pagedown", "end", "home")
        assert len(app.windows) == 1
        assert app.table.row is not None


async def test_what_is_in_view_is_asked_for_when_the_late_answer_comes() -> None:
    app = TableApp(rows(100_000), answers=False)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("end")
        await pilot.pause()
        app.table.cursor_row = 50_000
        await pilot.pause()
        (asked,) = app.windows
        app.answers = True
        app.table.show(page_of(rows(100_000), asked))
        await pilot.pause()
        assert len(app.windows) == 2
        assert cursor_line(app)[1] == "row-50000"


async def test_a_page_out_of_view_repaints_nothing() -> None:
    app = TableApp(rows(1000))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        app.table.drawn.clear()
        app.table.show(page_of(rows(1000), Window(600, 200)))
        await pilot.pause()
        assert app.table.drawn == []


@pytest.mark.parametrize("keys", [["down"], ["j", "j", "j"], ["right"]])
async def test_a_cursor_key_draws_only_the_lines_it_changes(keys: list[str]) -> None:
    app = TableApp(rows(100_000))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        layouts: list[object] = []
        app.screen.screen_layout_refresh_signal.subscribe(app.table, layouts.append)
        app.table.drawn.clear()
        await pilot.press(*keys)
        await pilot.pause()
        assert set(app.table.drawn) <= set(range(1, len(keys) + 2))
        assert len(app.table.drawn) <= 2 * len(keys)
        assert layouts == []


async def test_a_page_key_draws_rows_only_and_needs_no_layout() -> None:
    app = TableApp(rows(100_000))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        layouts: list[object] = []
        app.screen.screen_layout_refresh_signal.subscribe(app.table, layouts.append)
        app.table.drawn.clear()
        await pilot.press("pagedown")
        await pilot.pause()
        assert sorted(app.table.drawn) == list(range(1, 24))
        assert layouts == []


async def test_update_row_repaints_its_line_alone() -> None:
    app = TableApp(rows(100))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        app.table.drawn.clear()
        app.table.update_row(Row("id-4", "row-4", enabled=False))
        await pilot.pause()
        assert app.table.drawn == [5]
        assert "… off" in lines(app.table)[5]


async def test_update_row_of_a_row_that_is_not_loaded_does_nothing() -> None:
    app = TableApp(rows(5))
    async with app.run_test(size=SMALL) as pilot:
        before = lines(app.table)
        app.table.update_row(Row("elsewhere", "elsewhere"))
        await pilot.pause()
        assert lines(app.table) == before


async def test_a_reload_keeps_the_cursor_on_its_row_and_the_row_on_its_line() -> None:
    result = rows(1000)
    app = TableApp(result)
    async with app.run_test(size=SMALL) as pilot:
        app.table.cursor_row = 500
        await pilot.press("up", "up", "up")
        await pilot.pause()
        before = cursor_line(app)
        reload_as(app, [Row("a", "a"), Row("b", "b"), *result])
        await pilot.pause()
        assert cursor_line(app) == before
        assert app.table.cursor_row == 499
        assert app.table.total == 1002


async def test_a_reload_that_changes_nothing_repaints_nothing() -> None:
    result = rows(1000)
    app = TableApp(result)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("pagedown", "pagedown")
        await pilot.pause()
        app.table.drawn.clear()
        reload_as(app, rows(1000))
        await pilot.pause()
        assert app.table.drawn == []


async def test_rows_that_come_above_the_view_repaint_nothing() -> None:
    result = rows(1000)
    app = TableApp(result)
    async with app.run_test(size=SMALL) as pilot:
        app.table.cursor_row = 500
        await pilot.pause()
        app.table.drawn.clear()
        reload_as(app, [Row("a", "a"), *result])
        await pilot.pause()
        assert app.table.drawn == []


async def test_a_reload_keeps_the_place_where_the_row_has_gone() -> None:
    result = rows(100)
    app = TableApp(result)
    async with app.run_test(size=SMALL) as pilot:
        app.table.cursor_row = 5
        reload_as(app, [row for row in result if row.id != "id-5"])
        await pilot.pause()
        assert (app.table.cursor_row, app.highlighted[-1]) == (5, "id-6")
        app.table.cursor_row = 98
        reload_as(app, result[:50])
        await pilot.pause()
        assert cursor_line(app) == (23, "row-49")


async def test_a_result_that_got_shorter_leaves_no_gap_below_its_last_row() -> None:
    app = TableApp(rows(100))
    async with app.run_test(size=SMALL) as pilot:
        app.table.cursor_row = 99
        app.table.cursor_row = 76
        reload_as(app, rows(80))
        assert app.table.scroll_offset.y == 80 - 23
        await pilot.pause()
        assert lines(app.table)[-1].split()[0] == "row-79"


async def test_a_reload_to_nothing_and_back() -> None:
    app = TableApp(rows(100), empty_text="Nothing here.")
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("end")
        reload_as(app, [])
        await pilot.pause()
        assert "Nothing here." in "".join(lines(app.table))
        assert (app.table.cursor_row, app.table.scroll_offset.y, app.highlighted[-1]) == (0, 0, None)
        reload_as(app, rows(100))
        await pilot.pause()
        assert cursor_line(app) == (1, "row-0")


async def test_marks_outlive_reload_and_filter() -> None:
    app = TableApp(rows(100))
    async with app.run_test(size=SMALL) as pilot:
        app.table.toggle_mark()
        reload_as(app, [Row("new", "new"), *rows(100)])
        app.table.show(page_of(rows(100)[50:], Window()), reset=True)
        await pilot.pause()
        assert app.table.marks == {"id-0"}
        assert app.table.marked_rows == ()
        app.table.show(page_of(rows(100), Window()), reset=True)
        await pilot.pause()
        assert lines(app.table)[1].startswith("›▌row-0")


async def test_another_result_starts_at_the_top_or_at_the_row_asked_for() -> None:
    app = TableApp(rows(1000))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("end")
        app.table.show(page_of(rows(500), Window()), reset=True)
        await pilot.pause()
        assert cursor_line(app) == (1, "row-0")
        app.table.show(page_of(rows(500), Window(around="id-321")), reset=True)
        await pilot.pause()
        assert cursor_line(app)[1] == "row-321"


async def test_the_first_page_may_come_before_the_table_is_on_screen() -> None:
    app = TableApp(None)
    app.table.show(page_of(rows(1000), Window(around="id-321")))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        assert cursor_line(app)[1] == "row-321"


async def test_a_smaller_view_keeps_the_cursor_in_it() -> None:
    app = TableApp(rows(100))
    async with app.run_test(size=(80, 40)) as pilot:
        app.table.cursor_row = 38
        await pilot.resize_terminal(80, 12)
        await pilot.pause()
        assert cursor_line(app)[1] == "row-38"


async def test_the_window_of_a_reload_holds_the_view_and_its_margins() -> None:
    app = TableApp(rows(1000))
    async with app.run_test(size=(80, 60)) as pilot:
        app.table.cursor_row = 500
        await pilot.pause()
        window = app.table.cursor_window()
        assert (window.around, window.limit) == ("id-500", 59 * 6)
        assert window.offset <= 500 - 59 * 3 + 1


async def test_a_reload_asks_for_nothing_more() -> None:
    app = TableApp(rows(1000))
    async with app.run_test(size=(80, 60)) as pilot:
        app.table.cursor_row = 500
        await pilot.pause()
        app.said.clear()
        app.reload()
        await pilot.pause()
        assert app.windows == []


async def test_a_stale_window_of_another_total_does_not_mix_with_the_rows_of_now() -> None:
    app = TableApp(rows(1000))
    async with app.run_test(size=SMALL) as pilot:
        app.result = rows(999)[1:]
        app.table.show(page_of(app.result, Window(600, 200)))
        await pilot.pause()
        assert cursor_line(app) == (1, "row-1")


async def test_scrolling_reaches_the_last_of_a_hundred_thousand_lines() -> None:
    app = TableApp(rows(100_000))
    async with app.run_test(size=SMALL):
        assert app.table.virtual_size.height == 100_001
        assert app.table.max_scroll_y == 100_001 - 24
        assert app.table.scrollbar_size_vertical == 1


async def test_a_page_without_rows_and_columns_that_cannot_fit_are_no_error() -> None:
    app = TableApp(None, columns=COLUMNS)
    async with app.run_test(size=(10, 3)) as pilot:
        app.table.show(Page((), 0, 0, 0))
        await pilot.pause()
        app.table.show(page_of(rows(10), Window()), reset=True)
        await pilot.pause()
        assert {cell_len(strip.text) for strip in app.table.render_lines(app.table.size.region)} == {10}
