"""Keys and mouse, and what they say to the screen."""

import pytest

from tests.tui.widgets.row_table_app import COLUMNS, PLAIN_COLUMNS, TableApp, lines, rows, said
from tokentui.tui.widgets.row_table import RowTable

SMALL = (80, 24)
VISIBLE = 23


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        (["down"], 1),
        (["j", "j", "k"], 1),
        (["down", "up"], 0),
        (["end"], 999),
        (["end", "home"], 0),
        (["pagedown"], VISIBLE),
        (["pagedown", "pagedown", "pageup"], VISIBLE),
        (["pageup"], 0),
        (["end", "pagedown"], 999),
    ],
)
async def test_movement(keys: list[str], place: int) -> None:
    app = TableApp(rows(1000))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        assert app.table.cursor_row == place
        assert any(line.startswith("›") and f"row-{place} " in line for line in lines(app.table))


async def test_a_page_keeps_the_cursor_on_its_line() -> None:
    app = TableApp(rows(1000))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("down", "down", "pagedown")
        await pilot.pause()
        assert lines(app.table)[3].startswith("› row-25")


async def test_the_cursor_is_in_view_on_every_step_through_a_list_and_back() -> None:
    app = TableApp(rows(60))
    async with app.run_test(size=(80, 8)):
        for step, last in ((app.table.action_cursor_down, 59), (app.table.action_cursor_up, 0)):
            while app.table.cursor_row != last:
                step()
                top = app.table.scroll_offset.y
                assert top <= app.table.cursor_row < top + app.table.visible_rows


async def test_a_held_key_repaints_the_whole_view_only_every_few_rows() -> None:
    app = TableApp(rows(1000))
    async with app.run_test(size=SMALL):
        tops = []
        for _ in range(100):
            app.table.action_cursor_down()
            tops.append(app.table.scroll_offset.y)
        assert len(set(tops)) <= 1 + 100 // (VISIBLE // 3)


async def test_the_edges_are_told_so_that_a_screen_can_hop_to_a_neighbour() -> None:
    app = TableApp(rows(3))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("up", "end", "down", "down")
        assert [message.direction for message in app.said if isinstance(message, RowTable.Edge)] == [
            "up",
            "down",
            "down",
        ]
        assert app.table.cursor_row == 2


async def test_an_empty_table_is_all_edge_and_nothing_to_choose() -> None:
    app = TableApp([])
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("up", "down", "enter", "end", "pagedown", "right")
        app.table.toggle_mark()
        assert len(said(app, RowTable.Edge)) == 2
        assert not said(app, RowTable.RowChosen)
        assert (app.table.cursor_row, app.table.row, app.table.marks) == (0, None, frozenset())


async def test_the_cell_cursor_moves_over_slot_columns_only_and_stops_at_the_last() -> None:
    app = TableApp(rows(3))
    async with app.run_test(size=SMALL) as pilot:
        seen = [app.table.slot_key]
        for key in ("right", "right", "left", "left"):
            await pilot.press(key)
            seen.append(app.table.slot_key)
        assert seen == ["POST", "GET", "GET", "POST", "POST"]


async def test_without_slot_columns_there_is_no_cell_cursor() -> None:
    app = TableApp(rows(3), columns=PLAIN_COLUMNS)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("right")
        assert (app.table.cursor_slot, app.table.slot_key) == (-1, None)


async def test_enter_chooses_the_row() -> None:
    app = TableApp(rows(3))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("down", "enter")
        (message,) = said(app, RowTable.RowChosen)
        assert isinstance(message, RowTable.RowChosen)
        assert message.row.id == "id-1"
        assert message.control is app.table


async def test_the_highlighted_row_is_told_from_the_first_page_on() -> None:
    app = TableApp(rows(3))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("down")
        await pilot.press("home")
        assert app.highlighted == ["id-0", "id-1", "id-0"]


async def test_a_row_that_arrives_under_the_cursor_is_told_then() -> None:
    app = TableApp(rows(1000))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("end")
        await pilot.pause()
        assert app.highlighted[-1] == "id-999"


async def test_space_and_h_are_left_to_the_screen() -> None:
    keys = {key for binding in RowTable.BINDINGS if not isinstance(binding, tuple) for key in binding.key.split(",")}
    assert not keys & {"space", "h"}


async def test_every_binding_has_an_id_of_its_own_a_tooltip_and_is_not_in_the_footer() -> None:
    bindings = [binding for binding in RowTable.BINDINGS if not isinstance(binding, tuple)]
    ids = [binding.id or "" for binding in bindings]
    assert len(set(ids)) == len(ids)
    assert all(name.startswith("list.") for name in ids)
    assert all(binding.tooltip and not binding.show for binding in bindings)


async def test_a_users_keymap_moves_the_keys() -> None:
    app = TableApp(rows(3))
    async with app.run_test(size=SMALL) as pilot:
        app.set_keymap({"list.down": "n"})
        await pilot.press("n", "j")
        assert app.table.cursor_row == 1


async def test_marks_are_toggled_by_id_and_outlive_the_rows_in_view() -> None:
    app = TableApp(rows(1000))
    async with app.run_test(size=SMALL) as pilot:
        app.table.toggle_mark()
        await pilot.press("end")
        await pilot.pause()
        app.table.toggle_mark()
        assert app.table.marks == {"id-0", "id-999"}
        assert [row.id for row in app.table.marked_rows] == ["id-0", "id-999"]
        app.table.toggle_mark()
        assert app.table.marks == {"id-0"}


async def test_a_key_is_about_the_marked_rows_or_else_the_row_under_the_cursor() -> None:
    app = TableApp(rows(5))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("down")
        assert app.table.target_ids == {"id-1"}
        app.table.marks = frozenset({"id-3", "id-4"})
        assert app.table.target_ids == {"id-3", "id-4"}
        app.table.clear_marks()
        assert app.table.target_ids == {"id-1"}


async def test_a_click_moves_the_cursor_and_a_second_one_chooses() -> None:
    app = TableApp(rows(5))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.click(app.table, offset=(5, 3))
        assert (app.table.cursor_row, said(app, RowTable.RowChosen)) == (2, [])
        await pilot.click(app.table, offset=(5, 3))
        await pilot.pause()
        assert len(said(app, RowTable.RowChosen)) == 1


async def test_a_double_click_chooses_once() -> None:
    app = TableApp(rows(5))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.double_click(app.table, offset=(5, 3))
        await pilot.pause()
        assert len(said(app, RowTable.RowChosen)) == 1


async def test_the_first_click_on_the_cursor_row_of_a_table_without_focus_only_focuses() -> None:
    app = TableApp(rows(5))
    async with app.run_test(size=SMALL) as pilot:
        app.table.blur()
        await pilot.click(app.table, offset=(5, 1))
        await pilot.pause()
        assert app.table.has_focus
        assert not said(app, RowTable.RowChosen)


async def test_a_click_on_a_slot_moves_the_cell_cursor_and_a_second_one_chooses_the_slot() -> None:
    app = TableApp(rows(5))
    async with app.run_test(size=SMALL) as pilot:
        x = lines(app.table)[0].index("GET")
        await pilot.click(app.table, offset=(x, 2))
        assert (app.table.cursor_row, app.table.slot_key) == (1, "GET")
        await pilot.click(app.table, offset=(x, 2))
        await pilot.pause()
        (message,) = said(app, RowTable.SlotChosen)
        assert isinstance(message, RowTable.SlotChosen)
        assert (message.row.id, message.column_key) == ("id-1", "GET")
        assert not said(app, RowTable.RowChosen)


async def test_a_click_on_a_label_asks_for_its_order_where_it_has_one() -> None:
    app = TableApp(rows(5))
    async with app.run_test(size=SMALL) as pilot:
        header = lines(app.table)[0]
        for label in ("Enabled", "POST"):
            await pilot.click(app.table, offset=(header.index(label), 0))
        await pilot.pause()
        keys = [message.column_key for message in app.said if isinstance(message, RowTable.SortRequested)]
        assert keys == ["enabled"]
        assert app.table.cursor_row == 0


async def test_a_click_below_the_last_row_does_nothing() -> None:
    app = TableApp(rows(5))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.click(app.table, offset=(5, 20))
        await pilot.click(app.table, offset=(5, 20))
        assert app.table.cursor_row == 0
        assert not said(app, RowTable.RowChosen)


async def test_the_wheel_scrolls_and_the_cursor_stays_in_view() -> None:
    app = TableApp(rows(1000))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("down")
        app.table.scroll_to(y=50, animate=False)
        await pilot.pause()
        assert app.table.cursor_row == 50
        assert lines(app.table)[1].startswith("› row-50")


async def test_moving_the_mouse_repaints_nothing() -> None:
    app = TableApp(rows(50))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        app.table.drawn.clear()
        for y in range(1, 20):
            await pilot.hover(app.table, offset=(10, y))
        assert app.table.drawn == []


def test_slot_columns_never_vanish_in_80_cells() -> None:
    assert all(column.drop == 0 for column in COLUMNS if column.slot)
