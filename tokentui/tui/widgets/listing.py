"""A list that is a query: a table, its filter and its order; it asks for pages and shows what comes back."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import var

from tokentui.domain.errors import TokenTuiError
from tokentui.store.protocol import Reader
from tokentui.store.queries import Window
from tokentui.tui.actions import LOOK
from tokentui.tui.hindrances import Hindered
from tokentui.tui.widgets.filter_bar import FilterBar
from tokentui.tui.widgets.row_table import RowTable
from tokentui.tui.widgets.row_windows import RowT
from tokentui.tui.widgets.source import Aim, Answer, Asked, Source, View, answered
from tokentui.tui.workplace import Workplace

if TYPE_CHECKING:
    from textual.worker import Worker

__all__ = ["Listing", "Source", "View"]

#: How often is looked whether what the rows tell of besides the store has changed, in seconds.
BESIDE_SECONDS = 30.0
#: How often ages are drawn anew where nothing has changed: 20 lines cost 3 kB, and a minute idle may cost 1.
AGES_SECONDS = 300.0

ResultT = TypeVar("ResultT")


class Listing(Hindered, Vertical, Generic[RowT]):
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

    #: The columns that begin with the most where they are ordered by.
    MOST_FIRST: ClassVar[frozenset[str]] = frozenset()

    view: var[View] = var(View, init=False)

    class Shown(Message):
        """A page has come: how many rows there are now, or `more`, and how many without the filter."""

        def __init__(self, listing: "Listing[Any]", total: int, of: int, more: bool) -> None:
            super().__init__()
            self.listing, self.total, self.of, self.more = listing, total, of, more

        @property
        def control(self) -> "Listing[Any]":
            return self.listing

    class MarksLost(Message):
        """Marks were dropped, `number` of them: the list does not hold their rows any more."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    class Troubled(Message):
        """The rows have come without something that they should tell: why, or nothing where that is over."""

        def __init__(self, trouble: str) -> None:
            super().__init__()
            self.trouble = trouble

    class Failed(Message):
        """The store did not answer."""

        def __init__(self, error: TokenTuiError) -> None:
            super().__init__()
            self.error = error

    #: Asks for the rows anew; the last one that was started.
    _loading: "Worker[None]"

    def __init__(self, source: Source[RowT], workplace: Workplace, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._source = source
        self._workplace = workplace
        self._amounts = (0, 0, False)
        self._aim = Aim()
        #: Whether the rows shown are of the last question: nothing that they depend on has changed since.
        self._current = False
        #: Whether the rows shown are those that were asked for, be they as old as they may.
        self.is_settled = False
        self._trouble = ""
        self._beside: object = None
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
        if self._source.beside is not None:
            self.set_interval(BESIDE_SECONDS, self._look_beside)
            self.set_interval(AGES_SECONDS, self.table.redraw)

    # ------------------------------------------------------------------ data down

    def reload(self, *, reset: bool = False) -> None:
        """Ask for what is in view again; cursor, marks and place are kept unless `reset`.

        A row that the cursor is being sent to stays its aim, but for a `reset`.
        """
        if reset:
            self.is_settled = False
            self._aim = Aim(top=True)
        self._load_anew()

    def go_to(self, *row_ids: str, surely: bool = False) -> None:
        """Put the cursor on the first of these rows that the result holds; `surely`: the text filter gives way."""
        self.is_settled = False
        self._aim = replace(self._aim, row_ids=row_ids, surely=surely)
        self._load_anew()

    def _load_anew(self) -> None:
        self._current = False
        self._loading = self._load()

    @work(exclusive=True, group="ask")
    async def _load(self) -> None:
        window = Window() if self._aim.top else self.table.cursor_window()
        asked = Asked(self.view, window, self._aim, self.table.marks)
        answer = await self._ask(lambda reader: answered(self._source, reader, asked))
        self.is_settled = True
        if answer is not None:
            self._current, self._aim, self._beside = True, Aim(), answer.beside
            self._show(answer, anew=asked.aim.top or answer.found)

    @work(exclusive=True, group="beside")
    async def _look_beside(self) -> None:
        """Ask anew where what the rows tell of besides the store has changed; what looks as before costs no byte."""
        look = self._source.beside
        if look is None or not self.is_on_screen:
            return
        if await asyncio.to_thread(look) != self._beside:
            self.reload()

    def _show(self, answer: Answer[RowT], *, anew: bool) -> None:
        if answer.view != self.view:
            self._filter.empty()
            self.set_reactive(Listing.view, answer.view)
        if anew:
            self.table.show(answer.page, reset=True)
        else:
            self.table.refresh_rows(answer.page)
        self._drop(answer.lost & self.table.marks)
        self._amounts = (answer.page.total, answer.page.of, answer.page.more)
        self.announce()
        if answer.page.trouble != self._trouble:
            self._trouble = answer.page.trouble
            self.post_message(self.Troubled(self._trouble))

    def _drop(self, lost: frozenset[str]) -> None:
        """Nobody sees a mark on a row that is not there, and no deed could be done with it."""
        if lost:
            self.table.marks -= lost
            self.post_message(self.MarksLost(len(lost)))

    def announce(self) -> None:
        """Say again what is shown: something that is told beside it has changed."""
        self.post_message(self.Shown(self, *self._amounts))

    @on(RowTable.WindowNeeded)
    def _window_needed(self, event: RowTable.WindowNeeded[RowT]) -> None:
        """Rows are added to those of the same question only; where others are on their way, the table asks again."""
        event.stop()
        if self._current:
            self._fetch(event.window)
        elif self._loading.is_finished:  # the store did not answer then
            self.reload()

    @work(exclusive=True, group="ask")
    async def _fetch(self, window: Window) -> None:
        view = self.view
        page = await self._ask(lambda reader: self._source.page(reader, view, window))
        if page is not None:
            self.table.show(page)

    async def _ask(self, question: Callable[[Reader], ResultT]) -> ResultT | None:
        """One question at a time: a newer one takes the place of the one before, whose answer nobody waits for."""
        try:
            return await self._workplace.look(question)
        except TokenTuiError as error:
            self.post_message(self.Failed(error))
            return None

    def watch_view(self, before: View, after: View) -> None:
        self.is_settled = False
        self.table.sort_key, self.table.sort_reverse = after.sort, after.reverse
        self.reload(reset=before.text != after.text)

    # ------------------------------------------------------------------ filter and order

    async def action_filter(self) -> None:
        await self._filter.open()

    def action_clear_filter(self) -> None:
        self._filter.clear()

    def action_order(self) -> None:
        following = self._sorts[(self._sorts.index(self.view.sort) + 1) % len(self._sorts)]
        self.view = replace(self.view, sort=following, reverse=following in self.MOST_FIRST)

    def action_reverse(self) -> None:
        self.view = replace(self.view, reverse=not self.view.reverse)

    def hindrance(self, action: str, parameters: tuple[object, ...]) -> str:
        """Clear only where there is a filter; in the filter itself its key is a letter."""
        if action == "filter" and self._filter.has_focus_within:
            return "The filter is open."
        return "There is no filter to clear." if action == "clear_filter" and not self.view.text else ""

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
        reverse = not self.view.reverse if key == self.view.sort else key in self.MOST_FIRST
        self.view = replace(self.view, sort=key, reverse=reverse)
