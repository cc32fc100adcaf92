"""The tabs of an endpoint, and turning from one to the other."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import ContentSwitcher

from tokentui.domain.records import Endpoint
from tokentui.domain.slots import Authentication
from tokentui.tui.screens.general_tab import GeneralTab
from tokentui.tui.screens.page_screen import AnyPage
from tokentui.tui.screens.tokens_tab import TokensTab
from tokentui.tui.widgets.endpoint_form import EndpointForm
from tokentui.tui.widgets.tab_line import TabLine, following

GENERAL, TOKENS = "General", "Tokens"


class EndpointTabs(Vertical):
    """General; and Tokens, which exists only while the saved authentication is `token`."""

    def __init__(self, page: AnyPage, general: GeneralTab) -> None:
        super().__init__()
        self._page = page
        self._general = general
        self._line = TabLine()
        self._line.tabs, self._line.current = (GENERAL,), GENERAL

    def compose(self) -> ComposeResult:
        yield self._line
        with ContentSwitcher(initial=GENERAL):
            yield self._general

    @property
    def names(self) -> tuple[str, ...]:
        """The tabs that there are."""
        return self._line.tabs

    async def offer(self, endpoint: Endpoint | None) -> None:
        """Offer the tabs that this endpoint has."""
        wanted = endpoint is not None and endpoint.authentication is Authentication.TOKEN
        self._line.tabs = (GENERAL, TOKENS) if wanted else (GENERAL,)
        if self._line.current not in self._line.tabs:
            await self.turn_to(GENERAL)

    async def turn_to(self, name: str) -> None:
        """Show a tab: in Tokens the lists have the focus, before General the line of tabs."""
        switcher, endpoint = self.query_one(ContentSwitcher), self._general.endpoint
        if name == TOKENS and not self.query(TokensTab) and endpoint is not None:
            await switcher.mount(TokensTab(self._page, endpoint, id=TOKENS))
        self._line.current = switcher.current = name
        if name == TOKENS:
            self._go_in()
        else:
            self.focus_line()
        self.refresh_bindings()

    async def turn(self) -> None:
        """Show the other tab."""
        await self.turn_to(following(self._line.tabs, self._line.current))

    async def go_to_field(self, name: str) -> None:
        """Show General, with the focus in one of its fields."""
        await self.turn_to(GENERAL)
        self._general.form.enter(name)

    async def go_to_token(self, token_id: str) -> None:
        """Show Tokens, where there is that tab, with the cursor on a token."""
        if TOKENS in self.names:
            await self.turn_to(TOKENS)
            self.query_one(TokensTab).go_to(token_id)

    @on(TabLine.Turned)
    async def _turned(self, event: TabLine.Turned) -> None:
        await self.turn_to(event.tab)

    @on(TabLine.Into)
    def _go_in(self) -> None:
        if self._line.current == TOKENS:
            self.query_one(TokensTab).enter()
        else:
            self._general.form.enter()

    @on(EndpointForm.Left)
    def focus_line(self) -> None:
        """Out of the fields: letters are keys again."""
        self._line.focus()
