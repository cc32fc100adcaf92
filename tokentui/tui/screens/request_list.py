"""The list of the data viewer: the requests seen, the newest first, live where somebody follows them."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.reactive import var
from textual.timer import Timer
from textual.widgets import Static

from tokentui.services.viewing import SeenRow, seen_page
from tokentui.services.wording import amount
from tokentui.store.protocol import Reader
from tokentui.store.queries import Page, Window
from tokentui.store.request_queries import TallyBy
from tokentui.tui import actions
from tokentui.tui.request_filters import RequestFilters
from tokentui.tui.request_rows import COLUMNS, details, request_cell
from tokentui.tui.screens.page_screen import AnyPage
from tokentui.tui.turns import Once
from tokentui.tui.widgets.listing import Listing, Source, View
from tokentui.tui.widgets.row_table import RowTable
from tokentui.tui.widgets.seen_list import SeenList

#: How often is looked for new ones where they are followed, in seconds.
FOLLOW_SECONDS = 0.5
LATELY = timedelta(hours=24)
ENDED = "Following ended; f follows again."

_EMPTY = "Nothing recorded yet.\n\n`tokentui serve` records each request that it decides about."
_NOTHING_FITS = "No request fits.\n\n{clear}m  Other outcomes    p  Another period"
_CLEAR = "Esc  Clear the filters    "


def _filter_key(key: str, what: str, words: str, tooltip: str, *, show: bool = True) -> Binding:
    return Binding(key, what, words, show=show, id=f"requests.{what}", group=actions.LOOK, tooltip=tooltip)


class RequestList(Vertical):
    """List, filters and the details of the row under the cursor; `page` is the screen that asks and tells."""

    DEFAULT_CSS = """
    RequestList {
        #details { height: 2; padding: 0 1; background: $surface; text-wrap: nowrap; text-overflow: ellipsis; }
        #lost { height: 1; padding: 0 1; color: $text-warning; display: none; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        _filter_key("f", "follow", "Follow", "Show the newest as they come, or stop that"),
        _filter_key("m", "turn_outcome", "Outcome", "All, allowed or refused"),
        _filter_key("w", "pick_token", "Token", "Only with one token: which application calls here"),
        _filter_key("e", "pick_endpoint", "Endpoint", "Only to one endpoint"),
        _filter_key(
            "a", "turn_address", "Address", "Only from the address under the cursor, or from all", show=False
        ),
        _filter_key("p", "turn_period", "Period", "All, the last hour, 24 hours or 7 days"),
        Binding(
            "escape",
            "clear_filters",
            "Clear",
            show=False,
            id="requests.clear",
            group=actions.LOOK,
            tooltip="Clear the filters",
        ),
    ]

    filters: var[RequestFilters] = var(RequestFilters, init=False)
    following: var[bool] = var(False, init=False)

    def __init__(self, page: AnyPage, filters: RequestFilters, *, id: str) -> None:
        super().__init__(id=id)
        #: Those that it begins with, and that clearing leads back to.
        self._first = filters
        self.set_reactive(RequestList.filters, filters)
        self._page = page
        self._deeds = Once(self)
        self._looking: Timer | None = None
        self._followed: object = None
        #: How many requests could not be recorded lately.
        self._lost = 0
        now, beside = page.workplace.now, page.workplace.requests_stamp
        source: Source[SeenRow] = Source(
            COLUMNS, lambda row, column: request_cell(row, column, now()), lambda row: "", self._query, beside=beside
        )
        self.listing = SeenList(source, page.workplace)

    def compose(self) -> ComposeResult:
        yield Static("", id="lost", markup=False)
        yield self.listing
        yield Static("", id="details", markup=False)

    # ------------------------------------------------------------------ what is shown

    def _query(self, reader: Reader, view: View, window: Window) -> Page[SeenRow]:
        requests, now = self._page.workplace.desk.store.requests, self._page.workplace.now()
        self._lost = requests.lost(now - LATELY)
        return seen_page(requests, reader, self.filters.asked(view.text, now), window)

    @property
    def state(self) -> tuple[str, ...]:
        """Whether the newest are followed, and what is filtered, a text each."""
        return (*(("● following",) if self.following else ()), *self.filters.words)

    @on(Listing.Shown)
    def _shown(self) -> None:
        table = self.listing.table
        added = self.filters != self._first or bool(self.listing.view.text)
        nothing_fits = _NOTHING_FITS.format(clear=_CLEAR if added else "")
        table.empty_text = nothing_fits if added or self.filters else _EMPTY
        lost = self.query_one("#lost", Static)
        if lost.display or self._lost:
            lost.display = bool(self._lost)
            lost.update(f"! {amount(self._lost, 'request')} could not be recorded in the last 24 h.")
        if self.following:
            table.cursor_row = 0
        self._tell()

    @on(RowTable.RowHighlighted)
    def _highlighted(self) -> None:
        """Who goes down the list wants to look at what is there, which new ones would push away."""
        if self.following and self.listing.table.cursor_row:
            self.following = False
            self._page.say(ENDED, "warning")
        self._tell()
        self.refresh_bindings()

    def on_resize(self) -> None:
        self._tell()

    def _tell(self) -> None:
        below = self.query_one("#details", Static)
        text = details(self.listing.table.row, below.content_size.width or self.app.size.width - 2)
        if below.content != text:
            below.update(text, layout=False)

    # ------------------------------------------------------------------ following

    def action_follow(self) -> None:
        self.following = not self.following
        self._page.unsay(ENDED)

    def watch_following(self, following: bool) -> None:
        if self._looking is not None:
            self._looking.stop()
            self._looking = None
        if following:
            self._followed = None
            self._looking = self.set_interval(FOLLOW_SECONDS, self._look)
        self.listing.call_next(self.listing.announce)  # a message that we send ourselves does not come back to us

    @work(thread=True, exclusive=True, group="follow")
    def _look(self) -> None:
        """At most twice a second, and nothing where nothing was recorded since."""
        stamp = self._page.workplace.requests_stamp()
        if stamp != self._followed:
            self.app.call_from_thread(self._go_on, stamp)

    def _go_on(self, stamp: object) -> None:
        if self.following and self._page.is_current and self.is_on_screen and self.listing.is_settled:
            self._followed = stamp
            self.listing.reload(reset=True)

    # ------------------------------------------------------------------ filters

    def watch_filters(self) -> None:
        self.listing.reload(reset=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Clear only where something is filtered; an address only where there is one."""
        row = self.listing.table.row
        if action == "clear_filters":
            return self.filters != self._first
        if action == "turn_address" and not self.filters.query.address:
            return row is not None and bool(row.request.address)
        return True

    def action_clear_filters(self) -> None:
        self.filters = self._first

    def action_turn_outcome(self) -> None:
        self.filters = self.filters.turned()

    def action_turn_period(self) -> None:
        self.filters = self.filters.of_next_period()

    def action_turn_address(self) -> None:
        row = self.listing.table.row
        chosen = "" if self.filters.query.address or row is None else row.request.address
        self.filters = self.filters.from_address(chosen)

    def action_pick_token(self) -> None:
        self._pick(TallyBy.TOKEN, lambda row: (row.request.token_id, row.token))

    def action_pick_endpoint(self) -> None:
        self._pick(TallyBy.ENDPOINT, lambda row: (row.request.endpoint_id, row.endpoint))

    def _pick(self, by: TallyBy, of_row: Callable[[SeenRow], tuple[str, str]]) -> None:
        row = self.listing.table.row
        near = of_row(row) if row is not None else ("", "")
        self._deeds.begin(partial(self._choose, by, near), by)

    async def _choose(self, by: TallyBy, near: tuple[str, str]) -> None:
        from tokentui.tui.request_deeds import pick

        self.filters = await pick(self._page, self.filters, by, near)
