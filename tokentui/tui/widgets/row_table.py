"""The list of the application: rows by the hundred thousand, moved through by keys and mouse.

The table holds no query. Pages come down by `show`, `refresh_rows` and `update_row`; it says `WindowNeeded` where it
comes to rows that it does not have.
"""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content

from tokentui.store.queries import Page, Window
from tokentui.tui.widgets.cell_text import Cell
from tokentui.tui.widgets.columns import Column, column_at
from tokentui.tui.widgets.row_messages import RowTableMessages
from tokentui.tui.widgets.row_painter import CellOf, StateOf
from tokentui.tui.widgets.row_view import HEADER_LINES, RowView
from tokentui.tui.widgets.row_windows import MARGIN_SCREENS, WINDOW_ROWS, RowT, WindowRequests

__all__ = ["Cell", "Column", "RowTable"]

MOVE = Binding.Group("Move", compact=True)
#: A key held down at the edge of a view of 38 lines costs 1 kB a row so, and 12 kB a row line by line.
STEPS_TO_SCROLL_A_VIEW = 3


class RowTable(RowTableMessages, RowView[RowT]):
    """A table of rows with an id, a cursor, marks and, where there are slot columns, a cell cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "cursor_up", "Up", False, tooltip="One row up", id="list.up", group=MOVE),
        Binding("down,j", "cursor_down", "Down", False, tooltip="One row down", id="list.down", group=MOVE),
        Binding("home", "cursor_first", "First", False, tooltip="The first row", id="list.first", group=MOVE),
        Binding("end", "cursor_last", "Last", False, tooltip="The last row", id="list.last", group=MOVE),
        Binding("pageup", "cursor_page(-1)", "Page up", False, tooltip="A page up", id="list.page_up", group=MOVE),
        Binding(
            "pagedown", "cursor_page(1)", "Page down", False, tooltip="A page down", id="list.page_down", group=MOVE
        ),
        Binding("left", "cursor_slot(-1)", "Left", False, tooltip="One slot left", id="list.left", group=MOVE),
        Binding("right", "cursor_slot(1)", "Right", False, tooltip="One slot right", id="list.right", group=MOVE),
        Binding("enter", "choose", "Open", False, tooltip="Open the row under the cursor", id="list.choose"),
    ]

    #: Seconds after which a window asked for and not shown is given up, and may be asked for again.
    PATIENCE: ClassVar[float] = 2.0

    def __init__(
        self,
        columns: Sequence[Column],
        cell: CellOf[RowT],
        row_state: StateOf[RowT] = lambda row: "",
        *,
        empty_text: str | Content = "",
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`cell(row, column_key)` says what a cell shows, `row_state(row)` the state its line is drawn in."""
        super().__init__(columns, cell, row_state, empty_text=empty_text, id=id, classes=classes)
        self._requests = WindowRequests(patience=self.PATIENCE)
        self._asked_from: int | None = None
        self._highlighted: str | None = None
        self._clicked: int | None = None
        self._marked: dict[str, RowT] = {}

    # Data comes down

    def show(self, page: Page[RowT], *, reset: bool = False) -> None:
        """Take in a page of the result; with `reset`, of another result: the cursor goes to `page.at`, or the top."""
        fresh = reset or not self.loaded
        if fresh:
            self._replace(page)
        else:
            self._rows.put(page)
            self._painter.forget_ahead(page.rows)
            self._requests.answered()
        self._content_changed()
        self.cursor_row = (page.at or 0) if fresh else self.cursor_row

    def refresh_rows(self, page: Page[RowT]) -> None:
        """The result has changed: take `page`, the answer to `cursor_window`, for all that was loaded.

        The cursor stays on its row, and the row on its line of the screen. Where the row has gone, the cursor keeps
        its place.
        """
        if not self.loaded:
            self.show(page)
            return
        place, top, row = self.cursor_row, self.scroll_offset.y, self.row
        if row is not None and page.at is None and row.id not in {each.id for each in page.rows}:
            self.post_message(self.RowLost(self, row))
        after = self._rows.place_after(page, place, place if self._asked_from is None else self._asked_from)
        self._replace(page)
        self._content_changed()
        self.cursor_row = after
        self._scroll_top(top + self.cursor_row - place)

    def update_row(self, row: RowT) -> None:
        """Draw `row`, which is not saved yet, in place of the row with its id; nothing else changes."""
        for before in self.rows_of(frozenset({row.id})):
            self._painter.ahead.setdefault(row.id, before)
            self._rows.update(row)
            self._settle_soon()

    def cursor_window(self) -> Window:
        """The window to ask for when the result has changed: the view and its margins, around the cursor's row."""
        self._asked_from = self.cursor_row
        limit = max(WINDOW_ROWS, self.visible_rows * 2 * (1 + MARGIN_SCREENS))
        return Window(max(0, self.cursor_row - limit // 2), limit, self.row.id if self.row else None)

    def _replace(self, page: Page[RowT]) -> None:
        self._rows.replace(page)
        self._painter.ahead.clear()
        self._requests.forget()
        self._asked_from = None
        self.loaded = True

    # Messages go up

    def _settle(self) -> None:
        super()._settle()
        row_id = self.row.id if self.row else None
        if row_id != self._highlighted:
            self._highlighted = row_id
            self.post_message(self.RowHighlighted(self, self.row))
        window = self._requests.next(self._rows, self._view)
        if window:
            self.post_message(self.WindowNeeded(self, window))

    @property
    def _view(self) -> range:
        top = self.scroll_offset.y
        return range(top, top + self.visible_rows)

    # Marks

    @property
    def marked_rows(self) -> tuple[RowT, ...]:
        """Those of the marked rows that are loaded, in the order of the result."""
        return self.rows_of(self.marks)

    @property
    def target_rows(self) -> tuple[RowT, ...]:
        """Those of `target_ids`, as they were last seen: a filter may have taken marked ones out of the result."""
        seen = self._marked | {row.id: row for row in self.marked_rows}
        self._marked = {row_id: row for row_id, row in seen.items() if row_id in self.marks}
        return tuple(self._marked.values()) or ((self.row,) if self.row else ())

    def rows_of(self, row_ids: frozenset[str]) -> tuple[RowT, ...]:
        """Those of these rows that are loaded, in the order of the result."""
        return self._rows.find(row_ids)

    @property
    def target_ids(self) -> frozenset[str]:
        """What a key is about: the marked rows, or where none are marked the row under the cursor."""
        return self.marks or frozenset({self.row.id} if self.row else ())

    def toggle_mark(self) -> None:
        if self.row:
            self._marked[self.row.id] = self.row
            self.marks ^= {self.row.id}

    def clear_marks(self) -> None:
        self.marks = frozenset()

    # Keys

    def action_cursor_up(self) -> None:
        if self.cursor_row:
            self._step(-1)
        else:
            self.post_message(self.Edge(self, "up"))

    def action_cursor_down(self) -> None:
        if self.cursor_row < self.total - 1:
            self._step(1)
        else:
            self.post_message(self.Edge(self, "down"))

    def _step(self, rows: int) -> None:
        """One row on; past the edge of the view this scrolls a part of it, as each scroll repaints every line."""
        if self.cursor_row + rows not in self._view:
            self._scroll_top(self._view.start + rows * max(1, self.visible_rows // STEPS_TO_SCROLL_A_VIEW))
        self.cursor_row += rows

    def action_cursor_first(self) -> None:
        self.cursor_row = 0

    def action_cursor_last(self) -> None:
        self.cursor_row = self.total - 1

    def action_cursor_page(self, pages: int) -> None:
        """The view moves with the cursor, which so keeps its line on the screen."""
        rows = pages * max(1, self.visible_rows)
        top = self.scroll_offset.y
        self.cursor_row += rows
        self._scroll_top(top + rows)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Left and right only where there are slots."""
        return self.slot_key is not None if action == "cursor_slot" else True

    def action_cursor_slot(self, slots: int) -> None:
        self.cursor_slot += slots

    def action_choose(self) -> None:
        if self.row:
            self.post_message(self.RowChosen(self, self.row))

    # Mouse

    def on_blur(self) -> None:
        self._clicked = None

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        column = column_at(self._painter.places, offset.x)
        if offset.y < HEADER_LINES:
            self._click_label(column)
        elif (place := self.scroll_offset.y + offset.y - HEADER_LINES) < self.total:
            self._click_row(place, column)

    def _click_label(self, column: Column | None) -> None:
        if column and column.sortable:
            self.post_message(self.SortRequested(self, column.key))

    def _click_row(self, place: int, column: Column | None) -> None:
        slot = column.key if column and column.slot else None
        again = place == self._clicked == self.cursor_row and slot in (None, self.slot_key)
        self.cursor_row = place
        if slot:
            self.cursor_slot = self._slots.index(slot)
        self._clicked = None if again else place
        if again:
            self._choose_clicked(slot)

    def _choose_clicked(self, slot: str | None) -> None:
        if slot is None:
            self.action_choose()
        elif self.row:
            self.post_message(self.SlotChosen(self, self.row, slot))
