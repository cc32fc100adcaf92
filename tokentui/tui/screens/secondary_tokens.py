"""The lower half of an endpoint's Tokens tab: which endpoint token is mapped to which slot."""

from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Label

from tokentui.domain.records import Endpoint
from tokentui.domain.slots import Slot
from tokentui.services.tokens import set_enabled
from tokentui.store.queries import MappingRow
from tokentui.tui import actions
from tokentui.tui.hindrances import Hindered
from tokentui.tui.mapping_deeds import remap, unmap
from tokentui.tui.rotation_keys import RotationKeys
from tokentui.tui.screens.page_screen import AnyPage
from tokentui.tui.screens.primary_tokens import generate_key
from tokentui.tui.token_deeds import Way, copy_value, cut, open_in_dialog, show_value, switch
from tokentui.tui.turns import Once
from tokentui.tui.widgets.mapping_list import MappingList
from tokentui.tui.widgets.row_table import RowTable


class SecondaryTokens(Hindered, RotationKeys, Vertical):
    """The list of tokens with its keys; `page` is the screen that asks, performs and tells."""

    listing: MappingList

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "map", "Map", id="mapping.map", group=actions.CHANGE, tooltip="Map the token to the slot"),
        Binding("space", "unmap", "Unmap", id="mapping.unmap", group=actions.CHANGE, tooltip="Unmap the token there"),
        generate_key(),
        *actions.secret_keys("endpoint"),
        *actions.enabled_keys("mapping"),
        *actions.rotation_keys("mapping"),
        actions.requests_key("mapping"),
        actions.explain_key(),
    ]

    class GenerateRequested(Message):
        """Another primary is wanted for the slot under the cursor."""

        def __init__(self, slot: Slot) -> None:
            super().__init__()
            self.slot = slot

    def __init__(self, page: AnyPage, endpoint: Endpoint) -> None:
        super().__init__()
        self._page = page
        self._endpoint = endpoint
        self._deeds = Once(self)
        self.listing = MappingList(page.workplace, endpoint)

    def compose(self) -> ComposeResult:
        with Horizontal(classes="line"):
            yield Label("Secondary tokens", classes="heading")
            yield Label("", classes="amount")
        yield self.listing
        yield Label("", id="hidden", markup=False)

    def follow(self, endpoint: Endpoint, mapped: int, tokens: int) -> None:
        """Show the endpoint as it is now, and how many of all active tokens are mapped to it."""
        self._endpoint = endpoint
        self.listing.follow(endpoint, tokens)
        _show(self.query_one(".amount", Label), f"{mapped:,} of {tokens:,} mapped")
        hides = "■" if self.listing.hide_unassigned else " "
        _show(self.query_one("#hidden", Label), f" [{hides}] Hide unassigned")

    def hindrance(self, action: str, parameters: tuple[object, ...]) -> str:
        """What does not fit the row and the slot under the cursor."""
        if why := self._page.hindrance(action, parameters):
            return why
        row, slot = self.listing.table.row, self.listing.slot
        off = "" if slot in self._endpoint.slots else f"{slot} is off at this endpoint."
        if action == "generate":
            return off
        if row is None:
            return "" if action == "explain" else "There is no token under the cursor."
        name, mapped = row.token.name, slot in row.slots
        match action:
            case "map":
                return f"{name} is mapped to {slot} already." if mapped else off
            case "unmap":
                return "" if mapped else off or f"{name} is not mapped to {slot}."
            case "enable":
                return f"{name} is enabled already." if row.token.enabled else ""
            case "disable":
                return "" if row.token.enabled else f"{name} is disabled already."
        return self.retire_hindrance if action == "retire" else ""

    @property
    def _at(self) -> tuple[MappingRow, Slot]:
        """The row and the slot under the cursor; the keys that use them are hidden where there are none."""
        row, slot = self.listing.table.row, self.listing.slot
        assert row is not None
        assert slot is not None
        return row, slot

    # ------------------------------------------------------------------ slots

    def action_map(self) -> None:
        row, slot = self._at
        self.listing.draw_ahead(row, slot, True)
        deed = partial(remap, self._page, self._endpoint.id, row.token.id, slot, True)
        self._deeds.begin(deed, ("map", row.id, slot))

    def action_unmap(self) -> None:
        row, slot = self._at
        ahead = partial(self.listing.draw_ahead, row, slot, False)
        deed = partial(unmap, self._page, self._endpoint, row.token, slot, ahead)
        self._deeds.begin(deed, ("unmap", row.id, slot))

    def action_generate(self) -> None:
        if self.listing.slot is not None:
            self.post_message(self.GenerateRequested(self.listing.slot))

    # ------------------------------------------------------------------ the token itself

    @on(RowTable.RowChosen)
    def _chosen(self, event: RowTable.RowChosen[MappingRow]) -> None:
        self._deeds.begin(partial(open_in_dialog, self._page, event.row.token), ("open", event.row.id))

    def action_explain(self) -> None:
        """With the token under the cursor."""
        from tokentui.tui.explain_deed import held_by_token, open_explain

        row = self.listing.table.row
        held = held_by_token(row.token) if row is not None else None
        open_explain(self._page, self._endpoint, slot=self.listing.slot, held=held)

    def action_requests(self) -> None:
        from tokentui.tui.request_filters import of_records

        row, _ = self._at
        self._page.show_requests(of_records(row.token, self._endpoint))

    def action_copy(self) -> None:
        row, _ = self._at
        self._deeds.begin(partial(copy_value, self._page, row.token), ("copy", row.id))

    def action_reveal(self) -> None:
        row, _ = self._at
        self._deeds.begin(partial(show_value, self._page, row.token), ("reveal", row.id))

    def action_disable(self) -> None:
        self._switch(cut, "Disable", False)

    def action_enable(self) -> None:
        self._switch(switch, "Enable", True)

    def _switch(self, way: Way, verb: str, on: bool) -> None:
        row, _ = self._at
        switched = row._replace(token=replace(row.token, enabled=on))
        ahead = partial(self.listing.table.update_row, switched)
        deed = partial(
            way, self._page, frozenset({row.id}), verb, lambda desk, ids: set_enabled(desk, ids, on), ahead
        )
        self._deeds.begin(deed, (verb, row.id))


def _show(label: Label, text: str) -> None:
    """Let the label say this; to update it draws it again, also where it says so already."""
    if label.content != text:
        label.update(text)
