"""Section 3, the data viewer: who called which endpoint with which token, and what was decided."""

from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import ScreenResume
from textual.widgets import ContentSwitcher

from tokentui.services.viewing import SeenRow, TallyRow
from tokentui.store.request_queries import TallyBy
from tokentui.tui import actions
from tokentui.tui.request_filters import RequestFilters
from tokentui.tui.screens.page_screen import PageScreen
from tokentui.tui.screens.request_list import RequestList
from tokentui.tui.screens.tally_list import TallyList
from tokentui.tui.turns import Once
from tokentui.tui.widgets.listing import Listing
from tokentui.tui.widgets.message_line import MessageLine
from tokentui.tui.widgets.place_line import PlaceLine
from tokentui.tui.widgets.row_table import RowTable
from tokentui.tui.widgets.tab_line import TabLine, following
from tokentui.tui.workplace import Workplace

LIST = "Requests"
SUMS = {"By token": TallyBy.TOKEN, "By endpoint": TallyBy.ENDPOINT}


class RequestsScreen(PageScreen[None]):
    """The requests seen, and their sums."""

    SECTION = "requests"
    HELP_TEXT = (
        "Every request that the verifier decided about, the newest first; never a token's value, never the query of "
        "a path. ▣ is an endpoint token, ◈ a primary one, ◐ a value from before the last rotation, ? a token that "
        "nobody has, by its fingerprint. ◆ marks a token's first request from a new address. Enter tells why, and "
        "leads to what would let a refused one pass."
    )
    HELP_SUMS = (
        "The calls of the last 24 hours, by token or by endpoint, a bar for each hour. Enter shows the requests that "
        "a line adds up, and q leads back to it. On the line of an endpoint token e refuses it everywhere at once, "
        "or lets it pass again; T opens its settings."
    )

    DEFAULT_CSS = """
    RequestsScreen ContentSwitcher { height: 1fr; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "t",
            "turn_tab",
            "Sums",
            id="requests.tab",
            group=actions.GO,
            tooltip="Requests, sums by token, sums by endpoint",
        ),
        actions.explain_key(),
        *actions.section_keys(),
    ]

    def __init__(self, workplace: Workplace, filters: RequestFilters | None = None) -> None:
        super().__init__(workplace)
        self._deeds = Once(self)
        self._tabs = TabLine()
        self._tabs.tabs, self._tabs.current = (LIST, *SUMS), LIST
        self._list = RequestList(self, filters or RequestFilters(), id="requests")
        self._sums: dict[str, TallyList] = {}
        #: Tab, filters, text and order of what is shown.
        self._seen: object = None

    def body(self) -> ComposeResult:
        yield self._tabs
        with ContentSwitcher(initial="requests"):
            yield self._list

    # ------------------------------------------------------------------ what is shown

    @property
    def help_text(self) -> str:
        """Of the tab that is shown."""
        return self.HELP_SUMS if self._tabs.current in SUMS else self.HELP_TEXT

    @property
    def _listing(self) -> Listing[SeenRow] | Listing[TallyRow]:
        """The list of the tab that is shown."""
        return self._sums.get(self._tabs.current, self._list.listing)

    @on(Listing.Shown)
    def _shown(self, event: Listing.Shown) -> None:
        if event.listing is not self._listing:
            return
        line, tab = self.query_one(PlaceLine), self._tabs.current
        line.place = "Data viewer" if tab == LIST else f"Data viewer › {tab} › the last 24 hours"
        line.filters = self._list.state if tab == LIST else ()
        line.state = f"{event.total:,}{'+' if event.more else ''} of {event.of:,}"
        if tab in self._sums:
            self._sums[tab].table.empty_text = self._sums[tab].empty
        self._drop_hint((tab, self._list.filters, self._listing.view))
        self.refresh_bindings()

    def _drop_hint(self, seen: object) -> None:
        """Why a key did nothing is told no longer once another has changed what is shown."""
        before, self._seen = self._seen, seen
        if before not in (None, seen):
            for line in self.query(MessageLine):
                if line.kind == "warning":
                    line.unsay(line.text)

    @on(ScreenResume)
    def _come_back(self) -> None:
        """Sums are as they are now for whoever comes back to them."""
        if self._tabs.current in self._sums:
            self._listing.reload()

    # ------------------------------------------------------------------ tabs

    async def action_turn_tab(self) -> None:
        await self._turn_to(following(self._tabs.tabs, self._tabs.current))

    @on(TabLine.Turned)
    async def _turned(self, event: TabLine.Turned) -> None:
        await self._turn_to(event.tab)

    @on(TabLine.Into)
    def _go_in(self) -> None:
        self._listing.table.focus()

    async def _turn_to(self, tab: str) -> None:
        """Show a tab; sums are added up anew whenever one turns to them."""
        switcher = self.query_one(ContentSwitcher)
        if tab in SUMS and tab not in self._sums:
            self._sums[tab] = TallyList(self, SUMS[tab])
            self._sums[tab].id = SUMS[tab].value
            await switcher.mount(self._sums[tab])
        elif tab in SUMS:
            self._sums[tab].reload()
        self._tabs.current = tab
        switcher.current = SUMS[tab].value if tab in SUMS else "requests"
        self._go_in()
        self._listing.call_next(self._listing.announce)  # one that we send ourselves does not come back to us

    # ------------------------------------------------------------------ keys

    @on(RowTable.RowChosen)
    def _chosen(self, event: RowTable.RowChosen[SeenRow | TallyRow]) -> None:
        from tokentui.tui.request_deeds import show_request

        row = event.row
        if isinstance(row, SeenRow):
            self._deeds.begin(partial(show_request, self, row), "open")
            return
        self.show_requests(RequestFilters().of_row(SUMS[self._tabs.current], row))

    def action_explain(self) -> None:
        from tokentui.tui.request_deeds import explain_request

        row = self._list.listing.table.row if self._tabs.current == LIST else None
        self._deeds.begin(partial(explain_request, self, row), "explain")

    async def action_back(self) -> None:
        await self.app.action_quit()


class RecordRequestsScreen(RequestsScreen):
    """The requests of one record; the way out leads back to it."""

    BINDINGS: ClassVar[list[BindingType]] = [*actions.common_keys()]

    def __init__(self, workplace: Workplace, filters: RequestFilters, section: str) -> None:
        super().__init__(workplace, filters)
        self._opened_from = section

    @property
    def section(self) -> str:
        """It belongs to the section of the record."""
        return self._opened_from

    async def action_back(self) -> None:
        self.dismiss(None)
