"""What a table shows."""

import pytest
from rich.cells import cell_len
from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Region
from textual.screen import ModalScreen, Screen

from tests.tui.driving import wait_for
from tests.tui.widgets.row_table_app import COLUMNS, PLAIN_COLUMNS, DrawnTable, Row, TableApp, lines, page_of, rows
from tokentui.store.queries import Window

SMALL = (80, 24)
WIDE = (120, 30)


def styles_of(table: DrawnTable, y: int, text: str) -> tuple[str, bool | None, bool | None]:
    """Colours, bold and italic of the part of line `y` that has `text` in it."""
    (strip,) = table.render_lines(Region(0, y, table.size.width, 1))
    style = next(segment.style for segment in strip if text in segment.text)
    assert style is not None
    return f"{style.color} {style.bgcolor}", style.bold, style.italic


async def test_the_header_is_one_line_that_does_not_scroll() -> None:
    app = TableApp(rows(500))
    async with app.run_test(size=SMALL) as pilot:
        header, first, *_ = lines(app.table)
        assert header.split() == ["Token", "Enabled", "POST", "GET", "Last", "seen"]
        assert first.split()[:2] == ["›", "row-0"]
        await pilot.press("end")
        await pilot.pause()
        assert lines(app.table)[0] == header
        assert lines(app.table)[-1].split()[:2] == ["›", "row-499"]


@pytest.mark.parametrize("width", [1, 2, 3, 10, 40, 60, 80, 120])
async def test_every_line_is_as_wide_as_the_table_and_nothing_scrolls_sideways(width: int) -> None:
    app = TableApp(rows(500))
    async with app.run_test(size=(width, 24)):
        strips = app.table.render_lines(app.table.size.region)
        assert {cell_len(strip.text) for strip in strips} == {width}
        assert not app.table.show_horizontal_scrollbar


async def test_columns_that_80_cells_have_no_room_for_come_back_at_120() -> None:
    app = TableApp(rows(5))
    async with app.run_test(size=SMALL) as pilot:
        assert "Description" not in lines(app.table)[0]
        await pilot.resize_terminal(*WIDE)
        await wait_for(lambda: "Description" in lines(app.table)[0])
        await wait_for(lambda: "what it is for" in lines(app.table)[1])
        await pilot.resize_terminal(*SMALL)
        await wait_for(lambda: "Description" not in lines(app.table)[0])


async def test_wide_characters_keep_the_columns_in_line_and_control_characters_are_shown_as_pictures() -> None:
    named = [Row("1", "plain"), Row("2", "日本語" * 20), Row("3", "evil\x1b[31m\r\n")]
    app = TableApp(named)
    async with app.run_test(size=SMALL):
        _, wide, evil = app.table.render_lines(Region(0, 1, 80, 3))
        assert wide.crop(60).text == evil.crop(60).text
        assert "…" in wide.text
        assert "evil␛[31m␍␊" in evil.text


async def test_the_sort_order_is_shown_behind_the_label() -> None:
    app = TableApp(rows(5))
    async with app.run_test(size=SMALL) as pilot:
        app.table.sort_key = "name"
        await pilot.pause()
        assert "Token ▲" in lines(app.table)[0]
        app.table.sort_reverse = True
        await pilot.pause()
        assert "Token ▼" in lines(app.table)[0]
        app.table.sort_key = "seen"
        await pilot.pause()
        assert lines(app.table)[0].endswith("Last seen ▼")


async def test_cursor_and_marks_are_glyphs_in_the_gutter() -> None:
    app = TableApp(rows(5))
    async with app.run_test(size=SMALL) as pilot:
        app.table.marks = frozenset({"id-0", "id-1"})
        await pilot.pause()
        assert [line[:3] for line in lines(app.table)[1:4]] == ["›▌r", " ▌r", "  r"]


async def test_the_slot_under_the_cell_cursor_stands_in_brackets_while_the_table_has_focus() -> None:
    app = TableApp(rows(5))
    async with app.run_test(size=SMALL) as pilot:
        assert "[✓]" in lines(app.table)[1]
        await pilot.press("right")
        await pilot.pause()
        assert "[·]" in lines(app.table)[1]
        app.table.blur()
        await pilot.pause()
        assert "[" not in lines(app.table)[1]


async def test_states_take_their_colours_from_component_classes() -> None:
    css = "RowTable > .row-table--off { color: red; } RowTable > .row-table--inactive { color: lime; }"
    app = TableApp([Row("0", "zero"), Row("1", "one", enabled=False), Row("2", "two", state="inactive")], css=css)
    async with app.run_test(size=SMALL):
        assert (
            "(255, 0, 0)" in styles_of(app.table, 2, "○ off")[0] or "#ff0000" in styles_of(app.table, 2, "○ off")[0]
        )
        assert "#00ff00" in styles_of(app.table, 3, "two")[0]
        assert styles_of(app.table, 3, "two")[2]


async def test_the_cursor_row_is_dimmer_without_focus() -> None:
    app = TableApp(rows(5), columns=PLAIN_COLUMNS)
    async with app.run_test(size=SMALL) as pilot:
        focused = styles_of(app.table, 1, "row-0")
        app.table.blur()
        await pilot.pause()
        blurred, other = styles_of(app.table, 1, "row-0"), styles_of(app.table, 2, "row-1")
        assert len({focused[0], blurred[0], other[0]}) == 3


async def test_a_theme_switch_recolours_every_line() -> None:
    app = TableApp(rows(5))
    async with app.run_test(size=SMALL) as pilot:
        before = [styles_of(app.table, y, text)[0] for y, text in ((0, "Token"), (1, "row-0"), (2, "row-1"))]
        app.theme = "textual-light"
        await pilot.pause()
        after = [styles_of(app.table, y, text)[0] for y, text in ((0, "Token"), (1, "row-0"), (2, "row-1"))]
        assert not set(before) & set(after)


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "ansi-dark", "ansi-light"])
async def test_it_draws_in_every_kind_of_theme(theme: str) -> None:
    app = TableApp([Row("0", "zero"), Row("1", "one", state="expired")])
    async with app.run_test(size=SMALL) as pilot:
        app.theme = theme
        await pilot.pause()
        assert lines(app.table)[2].split()[0] == "one"


async def test_before_the_first_page_it_is_blank_below_the_header() -> None:
    app = TableApp(None, empty_text="No tokens yet.")
    async with app.run_test(size=SMALL):
        assert not app.table.loaded
        assert "Token" in lines(app.table)[0]
        assert not any(lines(app.table)[1:])


async def test_an_empty_result_shows_its_text_in_the_middle() -> None:
    app = TableApp([], empty_text="No tokens yet.\nPress a to add one.")
    async with app.run_test(size=(80, 23)) as pilot:
        body = lines(app.table)[1:]
        assert [line.strip() for line in body[10:12]] == ["No tokens yet.", "Press a to add one."]
        assert body[10].index("N") == 32
        assert not any(body[:10] + body[12:])
        app.table.empty_text = Content("Nothing matches.")
        await pilot.pause()
        assert [line.strip() for line in lines(app.table) if line.strip()][1:] == ["Nothing matches."]


async def test_a_long_empty_text_is_cut() -> None:
    app = TableApp([], empty_text="long " * 40)
    async with app.run_test(size=SMALL):
        assert {cell_len(strip.text) for strip in app.table.render_lines(app.table.size.region)} == {80}


async def test_rows_not_loaded_are_placeholders() -> None:
    app = TableApp(rows(100_000), answers=False)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("end")
        await pilot.pause()
        assert [line.split() for line in lines(app.table)[-2:]] == [["…"] * 5, ["›", *"…" * 5]]


async def test_height_auto_takes_the_lines_it_needs_up_to_its_most() -> None:
    app = TableApp(rows(3), css="RowTable { height: auto; max-height: 8; }")
    async with app.run_test(size=SMALL) as pilot:
        assert app.table.size.height == 4
        app.table.show(page_of(rows(50), Window()), reset=True)
        await pilot.pause()
        assert app.table.size.height == 8
        await pilot.press("pagedown")
        await pilot.pause()
        assert app.table.cursor_row == 7
        assert lines(app.table)[1].split()[:2] == ["›", "row-7"]


async def test_height_auto_has_room_for_the_empty_text() -> None:
    app = TableApp([], empty_text="Nothing\nhere", css="RowTable { height: auto; max-height: 8; }")
    async with app.run_test(size=SMALL):
        assert [line.strip() for line in lines(app.table)[1:]] == ["Nothing", "here"]


async def test_it_works_in_a_modal_screen() -> None:
    class Dialog(ModalScreen[None]):
        def compose(self) -> ComposeResult:
            yield dialog_table

    app = TableApp(rows(5))
    dialog_table = DrawnTable(COLUMNS)
    async with app.run_test(size=SMALL) as pilot:
        await app.push_screen(Dialog())
        dialog_table.show(page_of(rows(500), Window()))
        await pilot.press("down", "right")
        await pilot.pause()
        assert lines(dialog_table)[2].split()[:2] == ["›", "row-1"]
        assert app.table.cursor_row == 0


async def test_what_changed_while_it_was_hidden_is_drawn_when_it_is_shown_again() -> None:
    app = TableApp(rows(5))
    async with app.run_test(size=SMALL) as pilot:
        app.table.display = False
        await pilot.pause()
        app.table.update_row(Row("id-1", "renamed"))
        app.table.cursor_row = 2
        await pilot.pause()
        app.table.display = True
        await pilot.pause()
        assert [line.split()[0] for line in lines(app.table)[2:4]] == ["renamed", "›"]


async def test_what_changed_under_another_screen_is_drawn_when_it_is_back() -> None:
    app = TableApp(rows(5))
    async with app.run_test(size=SMALL) as pilot:
        await app.push_screen(Screen())
        app.table.update_row(Row("id-1", "renamed"))
        app.table.refresh_rows(page_of([Row("new", "new"), *rows(5)], app.table.cursor_window()))
        await pilot.pause()
        await app.pop_screen()
        await pilot.pause()
        assert [line.split()[0] for line in lines(app.table)[1:3]] == ["new", "›"]


async def test_columns_can_be_changed() -> None:
    app = TableApp(rows(5))
    async with app.run_test(size=SMALL) as pilot:
        app.table.cursor_slot = 1
        app.table.columns = [column for column in COLUMNS if column.key != "GET"]
        await pilot.pause()
        assert "GET" not in lines(app.table)[0]
        assert app.table.slot_key == "POST"
        app.table.columns = PLAIN_COLUMNS
        assert app.table.cursor_slot == -1
        assert not app.table.slot_key


async def test_redraw_asks_the_cells_again_and_repaints_those_that_differ() -> None:
    app = TableApp(rows(5))
    async with app.run_test(size=SMALL) as pilot:
        app.table.drawn.clear()
        app.table.redraw()
        await pilot.pause()
        assert app.table.drawn == []
