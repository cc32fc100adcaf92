"""The sums of the data viewer: who was called, or called, how often in the last 24 hours."""

from collections.abc import Callable
from typing import Any

from tokentui.domain.names import plain_key
from tokentui.services.viewing import Names, TallyRow, tally_rows, with_hours
from tokentui.store.protocol import Reader
from tokentui.store.queries import Page, Window, window_of
from tokentui.store.request_queries import TallyBy
from tokentui.tui.request_rows import BARS, PLAIN_BARS, tally_cell, tally_columns
from tokentui.tui.widgets.listing import Listing, Source, View
from tokentui.tui.widgets.row_table import RowTable
from tokentui.tui.workplace import Workplace

_NOTHING = (
    "Nothing was recorded in the last 24 hours.\n\n`tokentui serve` records each request that it decides about."
)
_NOTHING_FITS = "Nothing fits.\n\nEsc  Clear the filter"

_SORTS: dict[str, Callable[[TallyRow], Any]] = {
    "name": lambda row: plain_key(row.name),
    "calls": lambda row: row.tally.calls,
    "refused": lambda row: row.tally.refused,
    "last": lambda row: row.tally.last_at,
    "addresses": lambda row: row.tally.addresses,
}


class TallyList(Listing[TallyRow]):
    """A line for each token, or each endpoint, those with the most calls first."""

    def __init__(self, workplace: Workplace, by: TallyBy) -> None:
        self.by = by
        #: Those of the store as it was when they were asked for; thousands are looked up when a list opens.
        self._names: Names | None = None
        now, bars = workplace.now, PLAIN_BARS if workplace.plain else BARS
        source = Source(
            tally_columns(by.value.capitalize()),
            lambda row, column: tally_cell(row, column, now(), bars),
            lambda row: "",
            self._page,
            beside=workplace.requests_stamp,
        )
        super().__init__(source, workplace)
        self.set_reactive(Listing.view, View(sort="calls", reverse=True))
        self.table.set_reactive(RowTable.sort_key, "calls")
        self.table.set_reactive(RowTable.sort_reverse, True)

    def _page(self, reader: Reader, view: View, window: Window) -> Page[TallyRow]:
        requests, now = self._workplace.desk.store.requests, self._workplace.now()
        names = self._names
        if names is None or names.reader is not reader:
            names = self._names = Names(reader)
        every = list(tally_rows(requests, reader, self.by, now, names))
        words = plain_key(view.text).split()
        rows = [row for row in every if all(word in plain_key(row.name) for word in words)]
        rows.sort(key=_SORTS[view.sort], reverse=view.reverse)
        at, places = window_of([row.id for row in rows], window)
        shown = with_hours(requests, self.by, [rows[place] for place in places], now)
        return Page(shown, places.start, len(rows), len(every), at)

    @property
    def empty(self) -> str:
        """What stands there where there is no line."""
        return _NOTHING_FITS if self.view.text else _NOTHING
