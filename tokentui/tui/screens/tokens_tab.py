"""The Tokens tab of an endpoint: its primary tokens, and below them its secondary tokens."""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from tokentui.domain.records import Endpoint
from tokentui.store.queries import MappingRow
from tokentui.tui import actions
from tokentui.tui.mapping_rows import tokens_at
from tokentui.tui.screens.page_screen import AnyPage
from tokentui.tui.screens.primary_tokens import PrimaryTokens
from tokentui.tui.screens.secondary_tokens import SecondaryTokens
from tokentui.tui.widgets.listing import Listing
from tokentui.tui.widgets.primary_list import PrimaryList
from tokentui.tui.widgets.row_table import RowTable


class TokensTab(Vertical):
    """Both halves, and what leads from one to the other; `page` is the screen that tells."""

    DEFAULT_CSS = """
    TokensTab {
        .heading { width: 1fr; color: $text-accent; text-style: bold; padding: 0 1; }
        .amount { width: auto; color: $text-muted; padding: 0 1; }
        .line { height: 1; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "h", "toggle_hide", "Hide unassigned", id="mapping.hide", group=actions.LOOK, tooltip="Only mapped tokens"
        ),
    ]

    def __init__(self, page: AnyPage, endpoint: Endpoint, *, id: str) -> None:
        super().__init__(id=id)
        self._page = page
        self._endpoint_id = endpoint.id
        self._primary = PrimaryTokens(page, endpoint)
        self._secondary = SecondaryTokens(page, endpoint)

    def compose(self) -> ComposeResult:
        yield self._primary
        yield self._secondary

    @on(Listing.Shown)
    @work(exclusive=True, group="primaries")
    async def _shown(self) -> None:
        """The list has been asked again: so are the primaries and the amounts."""
        id, desk = self._endpoint_id, self._page.workplace.desk
        found = await self._page.look(lambda reader: tokens_at(reader, desk, id))
        if found is not None and self._page.is_open:
            self._primary.follow(found.endpoint, found.primaries)
            self._secondary.follow(found.endpoint, found.mapped, found.tokens)
            self.refresh_bindings()

    # ------------------------------------------------------------------ where the cursor is

    def enter(self) -> None:
        """Take the focus: it begins in the list of tokens."""
        self._secondary.listing.table.focus()

    def go_to(self, token_id: str) -> None:
        """Put the cursor on a token, where the list holds it."""
        self._secondary.listing.go_to(token_id)

    @on(PrimaryList.Edge)
    def _down_from_primaries(self) -> None:
        self.enter()

    @on(RowTable.Edge)
    def _out_of_the_table(self, event: RowTable.Edge[MappingRow]) -> None:
        if event.direction == "up":
            self._primary.enter_last()

    @on(RowTable.RowHighlighted)
    @on(PrimaryList.Moved)
    def _moved(self) -> None:
        self.refresh_bindings()

    # ------------------------------------------------------------------ keys

    @on(SecondaryTokens.GenerateRequested)
    def _generate(self, event: SecondaryTokens.GenerateRequested) -> None:
        self._primary.generate(event.slot)

    def action_toggle_hide(self) -> None:
        self._secondary.listing.hide_unassigned = not self._secondary.listing.hide_unassigned
