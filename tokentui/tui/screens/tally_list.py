"""The sums of the data viewer: who was called, or called, how often in the last 24 hours."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from tokentui.domain.names import plain_key
from tokentui.services.viewing import Names, TallyRow, with_hours
from tokentui.store.protocol import Reader
from tokentui.store.queries import Page, Window, window_of
from tokentui.store.request_queries import Tally, TallyBy
from tokentui.tui.request_rows import BARS, PLAIN_BARS, tally_cell, tally_columns
from tokentui.tui.widgets.listing import Listing, Source, View
from tokentui.tui.widgets.row_table import RowTable
from tokentui.tui.workplace import Workplace

_NOTHING = (
    "Nothing was recorded in the last 24 hours.\n\n`tokentui serve` records each request that it decides about."
)
_NOTHING_FITS = "Nothing fits.\n\nEsc  Clear the filter"

#: What a column is sorted by, but for the names, which are looked up.
_SORTS = {"calls": "calls", "refused": "refused", "last": "last_at", "addresses": "addresses"}


class TallyList(Listing[TallyRow]):
    """A line for each token, or each endpoint, those with the most calls first."""

    def __init__(self, workplace: Workplace, by: TallyBy) -> None:
        self.by = by
        #: Those that were looked up in the store as it is.
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
        """Of thousands of tallies the names and the hours of those that are shown are looked up, if that will do."""
        requests, now = self._workplace.desk.store.requests, self._workplace.now()
        names = self._names_in(reader)
        every = requests.tallies(self.by, now)
        words = plain_key(view.text).split()
        found = [each for each in every if all(word in plain_key(names.holder(self.by, each.id)) for word in words)]
        found.sort(key=self._order(view, names), reverse=view.reverse)
        at, places = window_of([TallyRow(each, "").id for each in found], window)
        rows = with_hours(requests, names, self.by, [found[place] for place in places], now)
        return Page(rows, places.start, len(found), len(every), at)

    def _names_in(self, reader: Reader) -> Names:
        names = self._names
        if names is None or names.reader is not reader:
            names = self._names = Names(reader)
        return names

    def _order(self, view: View, names: Names) -> Callable[[Tally], Any]:
        if view.sort == "name":
            return lambda each: plain_key(names.holder(self.by, each.id))
        return attrgetter(_SORTS[view.sort])

    @property
    def empty(self) -> str:
        """What stands there where there is no line."""
        return _NOTHING_FITS if self.view.text else _NOTHING
