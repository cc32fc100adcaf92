"""Section 2: the endpoint tokens."""

from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from tokentui.domain.records import EndpointToken
from tokentui.services.tokens import set_active, set_enabled
from tokentui.store.protocol import Reader
from tokentui.store.queries import EVERYTHING, Page, TokenQuery, TokenRow, TokenSort, Window
from tokentui.tui import actions
from tokentui.tui.rotation_keys import RotationKeys
from tokentui.tui.screens.shelf_screen import ShelfScreen
from tokentui.tui.token_deeds import Deed, Way, add_in_dialog, copy_value, cut, open_in_dialog, show_value, switch
from tokentui.tui.token_rows import COLUMNS, token_cell, token_state
from tokentui.tui.widgets.listing import Listing, Source, View
from tokentui.tui.widgets.row_table import RowTable


class EndpointTokensScreen(RotationKeys, ShelfScreen[TokenRow]):
    """All endpoint tokens: one per calling application."""

    listing: Listing[TokenRow]

    SECTION = "tokens"
    PLACE = "Endpoint tokens"
    NOUN = "token"
    EMPTY = "No endpoint tokens here yet.\n\na  Add one for each application that calls your endpoints"
    NOTHING_FOUND = "No token fits.\n\nEsc  Clear the filter        i  The inactive, or the active"
    HELP_TEXT = (
        "An endpoint token is the credential of one application. Disabled or inactive, it is refused everywhere and "
        "keeps its assignments. Rotated, it has a new value, and the old one works until its grace time (◐) is over; "
        "↻ marks a value that is older than it should be. A key works on the marked rows, or else on the row under "
        "the cursor. Last seen is – for a token that no recorded request came with."
    )
    ON_ROW = ShelfScreen.ON_ROW | {
        "assign",
        "copy",
        "copy_as",
        "disable",
        "enable",
        "history",
        "requests",
        "retire",
        "reveal",
        "rotate",
    }

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "Add", id="tokens.add", group=actions.CHANGE, tooltip="Add an endpoint token"),
        *actions.enabled_keys("tokens"),
        Binding(
            "s", "assign", "Assign", id="tokens.assign", group=actions.CHANGE, tooltip="Map the token to endpoints"
        ),
        *actions.rotation_keys("tokens"),
        *actions.secret_keys("tokens"),
        *actions.shelf_keys("tokens"),
        actions.history_key("tokens"),
        actions.requests_key("tokens"),
        actions.mark_key(),
        actions.explain_key(),
        *actions.section_keys(),
    ]

    def source(self) -> Source[TokenRow]:
        now, policy = self.workplace.now, self.workplace.policy
        return Source(
            COLUMNS,
            lambda row, column: token_cell(row, column, now(), policy),
            lambda row: token_state(row.token, now()) if self.active_shown else "",
            self.page,
            self.held,
            self.workplace.requests_stamp,
        )

    def page(self, reader: Reader, view: View, window: Window) -> Page[TokenRow]:
        sort = TokenSort(view.sort)
        query = TokenQuery(text=view.text, active=self.active_shown, sort=sort, reverse=view.reverse)
        return reader.token_page(query, window)

    def held(self, reader: Reader, ids: frozenset[str]) -> frozenset[str]:
        page = reader.token_page(TokenQuery(active=self.active_shown, only=ids), EVERYTHING)
        return frozenset(row.id for row in page.rows)

    def hindrance(self, action: str, parameters: tuple[object, ...]) -> str:
        """Disable where a token that is meant is on, else enable; retire only where a grace time runs."""
        if why := super().hindrance(action, parameters):
            return why
        if action in ("enable", "disable"):
            rows = self.listing.table.target_rows
            if any(row.token.enabled for row in rows) is (action == "enable"):
                return f"What is meant is {action}d already."
        return self.retire_hindrance if action == "retire" else ""

    @property
    def token(self) -> EndpointToken:
        """The token under the cursor; the keys that use it are hidden where there is none."""
        row = self.listing.table.row
        assert row is not None
        return row.token

    # ------------------------------------------------------------------ one token

    def action_add(self) -> None:
        self._deeds.begin(self._add, "add")

    async def _add(self) -> None:
        token = await add_in_dialog(self)
        if token is not None:
            self.show_added(token.id, active=token.active)

    @on(RowTable.RowChosen)
    def _chosen(self, event: RowTable.RowChosen[TokenRow]) -> None:
        self._deeds.begin(partial(open_in_dialog, self, event.row.token), "open")

    def action_assign(self) -> None:
        from tokentui.tui.screens.assign import assign_on_screen

        self._deeds.begin(partial(assign_on_screen, self, self.token), "assign")

    def action_history(self) -> None:
        self.show_history(self.token.id, self.token.name)

    def action_requests(self) -> None:
        from tokentui.tui.request_filters import of_records

        self.show_requests(of_records(token=self.token))

    def action_copy(self) -> None:
        self._deeds.begin(partial(copy_value, self, self.token), ("copy", self.token.id))

    def action_reveal(self) -> None:
        self._deeds.begin(partial(show_value, self, self.token), ("reveal", self.token.id))

    def action_explain(self) -> None:
        from tokentui.tui.explain_deed import held_by_token, open_explain

        row = self.listing.table.row
        open_explain(self, None, held=held_by_token(row.token) if row is not None else None)

    # ------------------------------------------------------------------ the row or the marked ones

    def action_disable(self) -> None:
        self._deed(cut, "Disable", lambda desk, ids: set_enabled(desk, ids, False), enabled=False)

    def action_enable(self) -> None:
        self._deed(switch, "Enable", lambda desk, ids: set_enabled(desk, ids, True), enabled=True)

    def action_deactivate(self) -> None:
        self._deed(cut, "Deactivate", lambda desk, ids: set_active(desk, ids, False), active=False)

    def action_activate(self) -> None:
        self._deed(switch, "Activate", lambda desk, ids: set_active(desk, ids, True), active=True)

    def _deed(self, way: Way, verb: str, deed: Deed, **flag: bool) -> None:
        """For those that are the target when the key falls: the cursor may stand on another row by the time."""
        if not self._is_meant():
            return
        ids = self.listing.table.target_ids

        def ahead() -> None:
            self.draw_ahead(ids, lambda row: row._replace(token=replace(row.token, **flag)))  # type: ignore[arg-type]  # flags are booleans

        async def carry_out() -> None:
            if await way(self, ids, verb, deed, ahead):
                self.listing.table.clear_marks()

        self._deeds.begin(carry_out, (verb, ids))
