"""Draws the lines in view of a result of any length, and no line that looks as it did before."""

from collections.abc import Sequence
from typing import ClassVar, Generic

from textual.content import Content
from textual.geometry import Region, Size, clamp
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from tokentui.tui.widgets.columns import Column, natural_width
from tokentui.tui.widgets.row_painter import CellOf, Look, RowPainter, StateOf
from tokentui.tui.widgets.row_windows import RowT, RowWindows

HEADER_LINES = 1
PARTS = ("header", "cursor", "slot-cursor", "marked", "placeholder", "empty")
#: What a cell or a row can be drawn as; each is a component class, `row-table--on` and so on.
STATES = ("on", "off", "disabled", "expired", "inactive", "dim", "pending", "grace", "due")


class RowView(ScrollView, Generic[RowT], can_focus=True, inherit_bindings=False):
    """The drawing half of a `RowTable`: a fixed header line, and below it the rows around the scroll offset.

    The cursor never leaves the view: a key never falls on a row that cannot be seen.
    """

    ALLOW_SELECT = False

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"row-table--{name}" for name in (*PARTS, *STATES)}

    DEFAULT_CSS = """
    RowView {
        width: 1fr;
        height: 1fr;
        overflow: hidden auto;
        scrollbar-gutter: stable;
        scrollbar-size: 0 1;

        & > .row-table--header { background: $panel; color: $foreground; text-style: bold; }
        & > .row-table--placeholder { color: $text-disabled; }
        & > .row-table--empty { color: $text-muted; }
        & > .row-table--marked { color: $text-accent; text-style: bold; }
        & > .row-table--on { color: $text-success; }
        & > .row-table--off { color: $text-muted; }
        & > .row-table--disabled { color: $text-muted; }
        & > .row-table--expired { color: $text-error; }
        & > .row-table--inactive { color: $text-muted; text-style: italic; }
        & > .row-table--dim { color: $text-muted; }
        & > .row-table--pending { color: $text-warning; text-style: italic; }
        & > .row-table--grace { color: $text-warning; }
        & > .row-table--due { color: $text-warning; }
        & > .row-table--cursor { background: $block-cursor-blurred-background; }
        &:focus > .row-table--cursor {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
            text-style: $block-cursor-text-style;
        }
        &:focus > .row-table--slot-cursor { background: $input-cursor-background; color: $input-cursor-foreground; }
    }
    """

    #: The place of the cursor in the result; 0 where the result is empty.
    cursor_row: reactive[int] = reactive(0, repaint=False, init=False)
    #: Which of the slot columns the cell cursor stands on, counted from 0; -1 where there are none.
    cursor_slot: reactive[int] = reactive(-1, repaint=False, init=False)
    #: The ids of the marked rows, in the result or not. Assign a new set to change it.
    marks: reactive[frozenset[str]] = reactive(frozenset[str](), repaint=False, init=False)
    sort_key: reactive[str | None] = reactive(None, repaint=False, init=False)
    sort_reverse: reactive[bool] = reactive(False, repaint=False, init=False)

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
        super().__init__(id=id, classes=classes)
        self._rows: RowWindows[RowT] = RowWindows()
        self._painter = RowPainter(cell, row_state, self.get_visual_style)
        self._painted: dict[int, Strip] = {}
        #: False until the first page is shown.
        self.loaded = False
        self._settles = False
        self._empty_lines = 0
        self.columns = tuple(columns)
        self.empty_text = empty_text

    # What it shows

    @property
    def columns(self) -> tuple[Column, ...]:
        return self._columns

    @columns.setter
    def columns(self, columns: Sequence[Column]) -> None:
        self._columns = tuple(columns)
        self._slots = tuple(column.key for column in columns if column.slot)
        self.cursor_slot = max(0, self.cursor_slot)
        self._content_changed()

    @property
    def empty_text(self) -> Content:
        """Shown in the middle where the result has no rows."""
        return self._empty_text

    @empty_text.setter
    def empty_text(self, text: str | Content) -> None:
        self._empty_text = Content(text) if isinstance(text, str) else text
        self._empty_lines = self._empty_text.plain.count("\n") + 1
        self._content_changed()

    @property
    def total(self) -> int:
        """How many rows the result has."""
        return self._rows.total

    @property
    def row(self) -> RowT | None:
        """The row under the cursor; None where there is none, or it is not loaded yet."""
        return self._rows.get(self.cursor_row)

    @property
    def slot_key(self) -> str | None:
        """The key of the slot column under the cell cursor."""
        return self._slots[self.cursor_slot] if self._slots else None

    @property
    def visible_rows(self) -> int:
        """How many rows fit the view."""
        return max(0, self.container_size.height - HEADER_LINES)

    def redraw(self) -> None:
        """What the cells say depends on more than the rows (a clock, a setting), and that has changed."""
        self._painter.forget_strips()
        self._settle_soon()

    # What changes it

    def validate_cursor_row(self, place: int) -> int:
        return clamp(place, 0, max(0, self.total - 1))

    def validate_cursor_slot(self, slot: int) -> int:
        return clamp(slot, 0, len(self._slots) - 1) if self._slots else -1

    def watch_cursor_row(self) -> None:
        self._keep_cursor_in_view()
        self._settle_soon()

    def watch_cursor_slot(self) -> None:
        self._settle_soon()

    def watch_marks(self) -> None:
        self._settle_soon()

    def watch_sort_key(self) -> None:
        self._settle_soon()

    def watch_sort_reverse(self) -> None:
        self._settle_soon()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.position = new_value
        top = round(new_value)
        if top != round(old_value):
            self.cursor_row = clamp(self.cursor_row, top, top + max(1, self.visible_rows) - 1)
            self._settle_soon()

    def on_resize(self) -> None:
        self._keep_cursor_in_view()
        self._settle_soon()

    def on_show(self) -> None:
        self._settle_soon()

    def notify_style_update(self) -> None:
        self._painter.forget_styles()
        super().notify_style_update()

    def _content_changed(self) -> None:
        """Another number of lines needs a layout, which repaints only what moves; the lines look after themselves."""
        lines = HEADER_LINES + (self.total or (self._empty_lines if self.loaded else 0))
        size = Size(natural_width(self._columns), lines)
        if size != self.virtual_size:
            self.set_reactive(Widget.virtual_size, size)
            self.refresh(repaint=False, layout=True)
        self._settle_soon()

    def _keep_cursor_in_view(self) -> None:
        top, height = self.scroll_offset.y, self.visible_rows
        if height:
            self._scroll_top(clamp(top, self.cursor_row - height + 1, self.cursor_row))

    def _scroll_top(self, place: int) -> None:
        top = clamp(place, 0, self.max_scroll_y)
        if top != self.scroll_y and self.visible_rows:
            self.scroll_to(y=top, animate=False, force=True)

    # How it is drawn

    def render_lines(self, crop: Region) -> list[Strip]:
        self._fit_columns()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        strip = self._painted[y] = self._line(y)
        return strip

    def _settle_soon(self) -> None:
        """However much one message changes, what follows from it is worked out once."""
        if not self._settles:
            self._settles = True
            self.call_next(self._settle)

    def _settle(self) -> None:
        self._settles = False
        self._repaint_changed_lines()

    def _repaint_changed_lines(self) -> None:
        width, height = self.size
        if not height:  # not on screen: draw all of it when it is
            self.refresh()
            return
        self._fit_columns()
        changed = [y for y in range(height) if self._line(y) != self._painted.get(y)]
        if changed:
            self.refresh(*(Region(0, y, width, 1) for y in changed))

    def _fit_columns(self) -> None:
        self._painter.fit(self._columns, self.container_size.width - self.scrollbar_size_vertical)

    def _line(self, y: int) -> Strip:
        if y < HEADER_LINES:
            return self._painter.header(self.sort_key, self.sort_reverse)
        place = self.scroll_offset.y + y - HEADER_LINES
        if self.loaded and not self.total:
            return self._painter.notice(self._empty_text, place, self.visible_rows)
        if place >= self.total:
            return self._painter.blank()
        row = self._rows.get(place)
        return self._painter.row(row, self._look(place, row))

    def _look(self, place: int, row: RowT | None) -> Look:
        marked = row is not None and row.id in self.marks
        if place != self.cursor_row:
            return Look(False, marked)
        return Look(True, marked, self.slot_key if self.has_focus else None)
