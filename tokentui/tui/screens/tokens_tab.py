"""The Tokens tab of an endpoint: its primary tokens, and which endpoint token is mapped to which slot."""

from dataclasses import replace
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.reactive import var
from textual.widgets import Label

from tokentui.domain.errors import TokenTuiError
from tokentui.domain.records import Endpoint
from tokentui.domain.slots import Slot, in_order
from tokentui.services.assigning import map_slot
from tokentui.services.cutting import generate_hit
from tokentui.services.endpoints import generate_primary, reveal_primary
from tokentui.services.tokens import set_enabled
from tokentui.store.protocol import Reader
from tokentui.store.queries import MappingQuery, MappingRow, Page, TokenSort, Window
from tokentui.tui import actions
from tokentui.tui.dialogs.confirm import Question
from tokentui.tui.mapping_rows import COLUMNS, mapping_cell, primary_lines
from tokentui.tui.screens.page_screen import AnyPage
from tokentui.tui.token_deeds import Way, copy_value, cut, open_in_dialog, show_value, switch
from tokentui.tui.token_rows import token_state
from tokentui.tui.widgets.listing import Listing, Source, View
from tokentui.tui.widgets.primary_list import PrimaryList
from tokentui.tui.widgets.row_table import RowTable


class TokensTab(Vertical):
    """Both lists of one endpoint; `page` is the screen that asks, performs and tells."""

    DEFAULT_CSS = """
    TokensTab {
        .heading { width: 1fr; color: $text-accent; text-style: bold; padding: 0 1; }
        .amount { width: auto; color: $text-muted; padding: 0 1; }
        .line { height: 1; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "map", "Map", id="mapping.map", group=actions.CHANGE, tooltip="Map the token to the slot"),
        Binding("space", "unmap", "Unmap", id="mapping.unmap", group=actions.CHANGE, tooltip="Unmap the token there"),
        Binding(
            "g", "generate", "Generate", id="primary.generate", group=actions.CHANGE, tooltip="A new primary token"
        ),
        *actions.secret_keys("endpoint"),
        *actions.enabled_keys("mapping"),
        Binding(
            "h", "toggle_hide", "Hide unassigned", id="mapping.hide", group=actions.LOOK, tooltip="Only mapped tokens"
        ),
        actions.explain_key(),
    ]

    hide_unassigned: var[bool] = var(False, init=False)

    def __init__(self, page: AnyPage, endpoint: Endpoint, *, id: str) -> None:
        super().__init__(id=id)
        self._page = page
        self._desk = page.workplace.desk
        self.endpoint = endpoint
        self._primaries = PrimaryList()

    def compose(self) -> ComposeResult:
        yield Label("Primary tokens", classes="heading")
        yield self._primaries
        with Horizontal(classes="line"):
            yield Label("Secondary tokens", classes="heading")
            yield Label("", classes="amount")
        now = self._page.workplace.now
        source: Source[MappingRow] = Source(
            COLUMNS,
            lambda row, column: mapping_cell(row, column, self.endpoint, now()),
            lambda row: token_state(row.token, now()),
            self._query,
        )
        self.listing = Listing(source, self._page.workplace)
        yield self.listing
        yield Label("", id="hidden", markup=False)

    def on_mount(self) -> None:
        table = self.listing.table
        table.cursor_slot = next((place for place, slot in enumerate(Slot) if slot in self.endpoint.slots), 0)
        self.watch(table, "cursor_slot", self._slot_moved, init=False)

    def _slot_moved(self, before: int, after: int) -> None:
        """Step over slots that are off and hold no mapping: nothing can be done there."""
        table, step = self.listing.table, 1 if after > before else -1
        row, slots = table.row, list(Slot)
        mapped = row.slots if row is not None else ()
        place = after
        while 0 <= place < len(slots) and slots[place] not in (*self.endpoint.slots, *mapped):
            place += step
        if place != after:
            table.cursor_slot = place if 0 <= place < len(slots) else before
        self._moved()

    def _query(self, reader: Reader, view: View, window: Window) -> Page[MappingRow]:
        query = MappingQuery(
            endpoint_id=self.endpoint.id,
            text=view.text,
            mapped_only=self.hide_unassigned,
            sort=TokenSort(view.sort),
            reverse=view.reverse,
        )
        return reader.mapping_page(query, window)

    # ------------------------------------------------------------------ data down

    @on(Listing.Shown)
    @work(exclusive=True, group="primaries")
    async def _shown(self) -> None:
        """The list has been asked again: so are the primaries and the amounts."""
        desk, id = self._desk, self.endpoint.id
        try:
            self.endpoint = await self._page.workplace.look(lambda reader: reader.endpoint(id))
            lines = await self._page.workplace.look(lambda reader: primary_lines(desk, self.endpoint))
            mapped, of = await self._page.workplace.look(lambda reader: _amounts(reader, id))
        except TokenTuiError as error:
            self._page.say(str(error), "error")
            return
        if not self._page.is_open:
            return
        self._primaries.lines = lines
        self.query_one(".amount", Label).update(f"{mapped:,} of {of:,} mapped")
        self.listing.table.empty_text = _empty(self.listing.view.text, of, self.hide_unassigned)
        self.query_one("#hidden", Label).update(f" [{'■' if self.hide_unassigned else ' '}] Hide unassigned")
        self.refresh_bindings()

    # ------------------------------------------------------------------ where the cursor is

    def enter(self) -> None:
        """Take the focus: the tokens where there are any, else the primaries."""
        self.listing.table.focus()

    @property
    def _slot(self) -> Slot | None:
        """The slot under the cursor, in whichever list has the focus."""
        if self._primaries.has_focus:
            return self._primaries.line.slot if self._primaries.line else None
        return Slot(self.listing.table.slot_key) if self.listing.table.slot_key else None

    @on(PrimaryList.Edge)
    def _down_from_primaries(self) -> None:
        self.listing.table.focus()

    @on(RowTable.Edge)
    def _out_of_the_table(self, event: RowTable.Edge[MappingRow]) -> None:
        if event.direction == "up":
            self._primaries.cursor = max(0, len(self._primaries.lines) - 1)
            self._primaries.focus()

    @on(RowTable.RowHighlighted)
    @on(PrimaryList.Moved)
    def _moved(self) -> None:
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Primaries are generated and tokens are mapped, each where the cursor is."""
        if not self._page.check_action(action, parameters) or not self.is_mounted:
            return False
        row, slot, above = self.listing.table.row, self._slot, self._primaries.has_focus
        mapped = row is not None and slot in row.slots
        on = slot in self.endpoint.slots
        fits = {
            "generate": on,
            "map": not above and row is not None and on and not mapped,
            "unmap": not above and mapped,
            "enable": not above and row is not None and not row.token.enabled,
            "disable": not above and row is not None and row.token.enabled,
            "copy": on if above else row is not None,
            "reveal": on if above else row is not None,
        }
        return fits.get(action, True)

    # ------------------------------------------------------------------ primaries

    @work
    async def action_generate(self) -> None:
        slot, desk, id = self._slot, self._desk, self.endpoint.id
        assert slot is not None
        hits = (generate_hit(slot), "Endpoint tokens that are mapped here go on working.")
        if await self._page.ask(Question(f"Generate a new {slot} primary of {self.endpoint.ref}?", hits, "Generate")):
            self._primaries.conceal()
            await self._page.perform(
                lambda: generate_primary(desk, id, slot),
                lambda endpoint: f"Generated the {slot} primary of {endpoint.ref}. c copies it.",
            )

    @work
    async def action_reveal(self) -> None:
        row = self.listing.table.row
        if not self._primaries.has_focus:
            assert row is not None
            await show_value(self._page, row.token)
            return
        slot = self._slot
        assert slot is not None
        if slot in self._primaries.revealed:
            self._primaries.conceal()
        elif (value := await self._primary_value(slot)) is not None:
            self._primaries.reveal(slot, value)

    @work
    async def action_copy(self) -> None:
        row, slot = self.listing.table.row, self._slot
        if not self._primaries.has_focus:
            assert row is not None
            await copy_value(self._page, row.token)
        elif slot is not None and (value := await self._primary_value(slot)) is not None:
            self._page.copy(value, f"the {slot} primary of {self.endpoint.ref}")

    def action_explain(self) -> None:
        """With the token under the cursor, in whichever list it stands."""
        from tokentui.tui.explain_deed import held_by_primary, held_by_token, open_explain

        row, slot = self.listing.table.row, self._slot
        if self._primaries.has_focus:
            held = held_by_primary(self.endpoint, slot)
        else:
            held = held_by_token(row.token) if row is not None else None
        open_explain(self._page, self.endpoint, slot=slot, held=held)

    async def _primary_value(self, slot: Slot) -> str | None:
        desk, endpoint = self._desk, self.endpoint
        try:
            return await self._page.workplace.perform(lambda: reveal_primary(desk, endpoint, slot))
        except TokenTuiError as error:
            self._page.say(str(error), "error")
            return None

    # ------------------------------------------------------------------ mappings

    @work
    async def action_map(self) -> None:
        row, slot = self.listing.table.row, self._slot
        assert row is not None
        assert slot is not None
        await self._remap(row, slot, True)

    @work
    async def action_unmap(self) -> None:
        row, slot = self.listing.table.row, self._slot
        assert row is not None
        assert slot is not None
        hits = (
            f"{slot} requests of {row.token.name} are refused here at once.",
            "Its other mappings stay as they are.",
        )
        if await self._page.ask(Question(f"Unmap {row.token.name} from {slot} here?", hits, "Unmap")):
            await self._remap(row, slot, False)

    async def _remap(self, row: MappingRow, slot: Slot, on: bool) -> None:
        """For the row that was asked about: the cursor may stand on another by now."""
        desk, id = self._desk, self.endpoint.id
        after = {*row.slots, slot} if on else set(row.slots) - {slot}
        self.listing.table.update_row(replace(row, slots=in_order(after)))
        verb = "Mapped" if on else "Unmapped"
        await self._page.perform(
            lambda: map_slot(desk, row.token.id, id, slot, on),
            lambda token: f"{verb} {token.name} {'to' if on else 'from'} {slot}. u takes it back.",
        )

    def action_toggle_hide(self) -> None:
        self.hide_unassigned = not self.hide_unassigned

    def watch_hide_unassigned(self) -> None:
        self.listing.reload()

    # ------------------------------------------------------------------ the token itself

    @on(RowTable.RowChosen)
    @work
    async def _chosen(self, event: RowTable.RowChosen[MappingRow]) -> None:
        await open_in_dialog(self._page, event.row.token)

    @work
    async def action_disable(self) -> None:
        await self._switch(cut, "Disable", False)

    @work
    async def action_enable(self) -> None:
        await self._switch(switch, "Enable", True)

    async def _switch(self, way: Way, verb: str, on: bool) -> None:
        row = self.listing.table.row
        assert row is not None

        def ahead() -> None:
            self.listing.table.update_row(replace(row, token=replace(row.token, enabled=on)))

        await way(self._page, frozenset({row.id}), verb, lambda desk, ids: set_enabled(desk, ids, on), ahead)


def _amounts(reader: Reader, endpoint_id: str) -> tuple[int, int]:
    """How many active tokens are mapped to the endpoint, and how many there are."""
    nothing = Window(0, 0)
    mapped = reader.mapping_page(MappingQuery(endpoint_id=endpoint_id, mapped_only=True), nothing).total
    return mapped, reader.mapping_page(MappingQuery(endpoint_id=endpoint_id), nothing).total


def _empty(text: str, of: int, hiding: bool) -> str:
    if text:
        return "No token fits.\n\nEsc  Clear the filter"
    if of and hiding:
        return "No token is mapped to this endpoint.\n\nh  Show all tokens, then Space maps one"
    return "There are no endpoint tokens yet.\n\n2  Go to Endpoint tokens, a adds one"
