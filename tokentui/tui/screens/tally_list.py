"""The sums of the data viewer: who was called, or called, how often in the last 24 hours."""

from collections.abc import Awaitable, Callable
from functools import partial
from operator import attrgetter
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from tokentui.domain.names import plain_key
from tokentui.domain.records import EndpointToken
from tokentui.services.viewing import Names, TallyRow, with_hours
from tokentui.store.protocol import Reader
from tokentui.store.queries import Page, Window, window_of
from tokentui.store.request_queries import Tally, TallyBy
from tokentui.tui import actions
from tokentui.tui.hindrances import READ_ONLY
from tokentui.tui.request_rows import BARS, PLAIN_BARS, tally_cell, tally_columns
from tokentui.tui.screens.page_screen import AnyPage
from tokentui.tui.turns import Once
from tokentui.tui.widgets.listing import Listing, Source, View
from tokentui.tui.widgets.row_table import RowTable

#: How often is looked whether something was recorded that the sums do not have, in seconds.
ANEW_SECONDS = 2.0

_NOTHING = (
    "Nothing was recorded in the last 24 hours.\n\n`tokentui serve` records each request that it decides about."
)
_NOTHING_FITS = "Nothing fits.\n\nEsc  Clear the filter"

#: What a column is sorted by, but for the names, which are looked up.
_SORTS = {"calls": "calls", "refused": "refused", "last": "last_at", "addresses": "addresses"}


class TallyList(Listing[TallyRow]):
    """A line for each token, or each endpoint, those with the most calls first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *actions.enabled_keys("sums"),
        Binding("T", "token", "Token", id="sums.token", group=actions.LOOK, tooltip="To the token's settings"),
        Binding(
            "x", "requests", "Requests", id="sums.requests", group=actions.LOOK, tooltip="The requests it adds up"
        ),
    ]

    MOST_FIRST = frozenset(_SORTS)

    def __init__(self, page: AnyPage, by: TallyBy) -> None:
        """`page` is the screen that asks and tells."""
        self.by = by
        self._screen = page
        workplace = page.workplace
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
        self._deeds = Once(self)
        self.set_reactive(Listing.view, View(sort="calls", reverse=True))
        self.table.set_reactive(RowTable.sort_key, "calls")
        self.table.set_reactive(RowTable.sort_reverse, True)

    def on_mount(self) -> None:
        self.set_interval(ANEW_SECONDS, self._look_again)

    def _look_again(self) -> None:
        """Sums that are on their way come first: on a slow disk they would else be asked for again and again."""
        if self._loading.is_finished:
            self._look_beside()

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

    # ------------------------------------------------------------------ keys

    @property
    def _token(self) -> EndpointToken | None:
        """The endpoint token under the cursor."""
        row = self.table.row
        return row.token if row is not None else None

    @on(RowTable.RowHighlighted)
    def _highlighted(self) -> None:
        self.refresh_bindings()

    def hindrance(self, action: str, parameters: tuple[object, ...]) -> str:
        """The keys of a token only on one that is there still; disable where it is on, else enable."""
        if action == "requests":
            return "" if self.table.row is not None else "There is nothing under the cursor."
        if action not in ("disable", "enable", "token"):
            return super().hindrance(action, parameters)
        if self._workplace.read_only:
            return READ_ONLY
        token = self._token
        if token is None:
            return "There is no endpoint token under the cursor."
        on = token.enabled
        return f"{token.name} is {action}d already." if action != "token" and on is (action == "enable") else ""

    def action_disable(self) -> None:
        from tokentui.tui.token_switches import disable

        self._switch(disable)

    def action_enable(self) -> None:
        from tokentui.tui.token_switches import enable

        self._switch(enable)

    def _switch(self, deed: Callable[[AnyPage, str], Awaitable[None]]) -> None:
        if self._token is not None:
            self._deeds.begin(partial(deed, self._screen, self._token.id), self._token.id)

    def action_token(self) -> None:
        from tokentui.tui.token_deeds import open_in_dialog

        if self._token is not None:
            self._deeds.begin(partial(open_in_dialog, self._screen, self._token), "open")

    def action_requests(self) -> None:
        self.table.action_choose()

    @property
    def empty(self) -> str:
        """What stands there where there is no line."""
        return _NOTHING_FITS if self.view.text else _NOTHING
