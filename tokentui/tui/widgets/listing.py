"""A list that is a query: a table, its filter and its order; it asks for pages and shows what comes back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Generic

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import var

from tokentui.domain.errors import TokenTuiError
from tokentui.store.protocol import Reader
from tokentui.store.queries import Page, Window
from tokentui.tui.actions import LOOK
from tokentui.tui.widgets.filter_bar import FilterBar
from tokentui.tui.widgets.row_table import Cell, Column, RowTable
from tokentui.tui.widgets.row_windows import WINDOW_ROWS, RowT
from tokentui.tui.workplace import Workplace


@dataclass(frozen=True, slots=True)
class View:
    """How the rows are wanted; `sort` is the key of a column."""

    text: str = ""
    sort: str = ""
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class Source(Generic[RowT]):
    """Where a listing's rows come from and how they look."""

    columns: Sequence[Column]
    cell: Callable[[RowT, str], str | Cell]
    row_state: Callable[[RowT], str]
    page: Callable[[Reader, View, Window], Page[RowT]]


class Listing(Vertical, Generic[RowT]):
    """Table, filter and order over one `Source`."""

    DEFAULT_CSS = """
    Listing { height: 1fr; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "slash", "filter", "Filter", key_display="/", id="list.filter", group=LOOK, tooltip="Filter as you type"
        ),
        Binding(
            "escape", "clear_filter", "Clear", show=False, id="list.clear", group=LOOK, tooltip="Clear the filter"
        ),
        Binding("o", "order", "Order", show=False, id="list.order", group=LOOK, tooltip="Order by the next column"),
        Binding("O", "reverse", "Reverse", show=False, id="list.reverse", group=LOOK, tooltip="Reverse the order"),
    ]

    view: var[View] = var(View, init=False)

    class Shown(Message):
        """A page has come: how many rows there are now, and how many without the filter."""

        def __init__(self, listing: "Listing[Any]", total: int, of: int) -> None:
            super().__init__()
            self.listing, self.total, self.of = listing, total, of

        @property
        def control(self) -> "Listing[Any]":
            return self.listing

    class Failed(Message):
        """The store did not answer."""

        def __init__(self, error: TokenTuiError) -> None:
            super().__init__()
            self.error = error

    def __init__(self, source: Source[RowT], workplace: Workplace, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._source = source
        self._workplace = workplace
        self._amounts = (0, 0)
        self._filter = FilterBar()
        self._sorts = [column.key for column in source.columns if column.sortable]
        self.table: RowTable[RowT] = RowTable(source.columns, source.cell, source.row_state)
        self.table.sort_key = self._sorts[0]
        self.set_reactive(Listing.view, View(sort=self._sorts[0]))

    def compose(self) -> ComposeResult:
        yield self._filter
        yield self.table

    def on_mount(self) -> None:
        self.reload()

    # ------------------------------------------------------------------ data down

    @work(exclusive=True, group="reload")
    async def reload(self, *, reset: bool = False) -> None:
        """Ask for what is in view again; cursor, marks and place are kept unless `reset`."""
        window = Window() if reset else self.table.cursor_window()
        page = await self._ask(window)
        if page is None:
            return
        if reset:
            self.table.show(page, reset=True)
        else:
            self.table.refresh_rows(page)
        self._amounts = (page.total, page.of)
        self.announce()

    def announce(self) -> None:
        """Say again what is shown: something that is told beside it has changed."""
        self.post_message(self.Shown(self, *self._amounts))

    @work(exclusive=True, group="reload")
    async def go_to(self, row_id: str) -> None:
        """Put the cursor on a row, where the result holds it."""
        page = await self._ask(Window(0, WINDOW_ROWS, row_id))
        if page is None:
            return
        self.table.refresh_rows(page)
        if page.at is not None:
            self.table.cursor_row = page.at
        self._amounts = (page.total, page.of)
        self.announce()

    @on(RowTable.WindowNeeded)
    def _window_needed(self, event: RowTable.WindowNeeded[RowT]) -> None:
        event.stop()
        self._fetch(event.window)

    @work(exclusive=True, group="fetch")
    async def _fetch(self, window: Window) -> None:
        page = await self._ask(window)
        if page is not None:
            self.table.show(page)

    async def _ask(self, window: Window) -> Page[RowT] | None:
        view = self.view
        try:
            return await self._workplace.look(lambda reader: self._source.page(reader, view, window))
        except TokenTuiError as error:
            self.post_message(self.Failed(error))
            return None

    def watch_view(self, before: View, after: View) -> None:
        self.table.sort_key, self.table.sort_reverse = after.sort, after.reverse
        self.reload(reset=before.text != after.text)

    # ------------------------------------------------------------------ filter and order

    async def action_filter(self) -> None:
        await self._filter.open()

    def action_clear_filter(self) -> None:
        self._filter.clear()

    def action_order(self) -> None:
        following = self._sorts[(self._sorts.index(self.view.sort) + 1) % len(self._sorts)]
        self.view = replace(self.view, sort=following, reverse=False)

    def action_reverse(self) -> None:
        self.view = replace(self.view, reverse=not self.view.reverse)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Clear only where there is a filter; in the filter itself its key is a letter."""
        if action == "filter":
            return not self._filter.has_focus_within
        return bool(self.view.text) if action == "clear_filter" else True

    @on(FilterBar.Changed)
    def _filter_changed(self, event: FilterBar.Changed) -> None:
        event.stop()
        self.view = replace(self.view, text=event.text)

    @on(FilterBar.Left)
    def _filter_left(self, event: FilterBar.Left) -> None:
        event.stop()
        self.table.focus()

    @on(RowTable.SortRequested)
    def _sort_requested(self, event: RowTable.SortRequested[RowT]) -> None:
        event.stop()
        key = event.column_key
        self.view = replace(self.view, sort=key, reverse=key == self.view.sort and not self.view.reverse)
