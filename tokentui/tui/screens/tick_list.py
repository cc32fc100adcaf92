"""The list of Assign endpoint tokens: every endpoint with its slots to tick."""

from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import var

from tokentui.domain.slots import Slot
from tokentui.store.protocol import Reader
from tokentui.store.queries import EVERYTHING, EndpointQuery, EndpointRow, EndpointSort, Page, Window
from tokentui.tui import actions
from tokentui.tui.screens.page_screen import AnyPage
from tokentui.tui.ticks import Slots, Ticks
from tokentui.tui.turns import Turns
from tokentui.tui.widgets.listing import Listing, Source, View
from tokentui.tui.widgets.row_table import Cell, Column

COLUMNS = (
    Column("ref", "Endpoint", 24, flex=2),
    *(Column(slot, slot, len(slot), justify="center", slot=True, sortable=False) for slot in Slot),
    Column("name", "Name", 18, flex=3, drop=1),
    Column("path", "Path", 26, flex=2, drop=2, sortable=False),
)


class TickList(Vertical):
    """Ticks down, and up when a key has changed them; `page` is the screen that asks the store and tells."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "space",
            "tick",
            "Tick",
            id="assign.tick",
            group=actions.CHANGE,
            tooltip="Tick the slot, or take the tick away",
        ),
        Binding(
            "a", "tick_row", "All slots", id="assign.row", group=actions.CHANGE, tooltip="All slots of the endpoint"
        ),
        Binding(
            "t",
            "tick_group",
            "Group",
            id="assign.group",
            group=actions.CHANGE,
            tooltip="All slots of the whole group",
        ),
        Binding(
            "h",
            "toggle_hide",
            "Hide unassigned",
            id="assign.hide",
            group=actions.LOOK,
            tooltip="Only ticked endpoints",
        ),
    ]

    class Shown(Message):
        """Other endpoints are shown, or other ticks; `state` tells how many, and what Save would change."""

        def __init__(self, state: str) -> None:
            super().__init__()
            self.state = state

    ticks: var[Ticks] = var(Ticks({}, {}), init=False)

    def __init__(self, page: AnyPage, turns: Turns, ticks: Ticks) -> None:
        super().__init__()
        self.set_reactive(TickList.ticks, ticks)
        self._page = page
        self._turns = turns
        self._hide = False
        source: Source[EndpointRow] = Source(COLUMNS, self._cell, lambda row: "", self._query)
        self.listing = Listing(source, page.workplace)

    def compose(self) -> ComposeResult:
        yield self.listing

    # ------------------------------------------------------------------ what is shown

    def _query(self, reader: Reader, view: View, window: Window) -> Page[EndpointRow]:
        query = EndpointQuery(
            text=view.text,
            sort=EndpointSort(view.sort),
            reverse=view.reverse,
            only=frozenset(self.ticks.ticked) if self._hide else None,
        )
        return reader.endpoint_page(query, window)

    def _cell(self, row: EndpointRow, column: str) -> str | Cell:
        if column not in list(Slot):
            return row.endpoint.ref if column == "ref" else Cell(getattr(row.endpoint, column), "dim")
        slot = Slot(column)
        ticked = self.ticks.is_ticked(row.id, slot)
        if ticked != self.ticks.is_mapped(row.id, slot):
            return Cell("+" if ticked else "−", "on" if ticked else "expired")
        return Cell("✓", "on") if ticked else Cell("·" if slot in row.endpoint.slots else "", "dim")

    @on(Listing.Shown)
    def _shown(self, event: Listing.Shown) -> None:
        change = self.ticks.delta
        save = f"Save changes {change.text} · " if change else ""
        self.listing.table.empty_text = self._empty
        self.post_message(self.Shown(f"{save}{event.total:,} of {event.of:,}"))

    @property
    def _empty(self) -> str:
        if self.listing.view.text:
            return "No endpoint fits.\n\nEsc  Clear the filter"
        return "No endpoint is ticked.\n\nh  Show all endpoints" if self._hide else "No endpoints to assign."

    def watch_ticks(self) -> None:
        self.listing.table.redraw()
        self.listing.announce()

    def action_toggle_hide(self) -> None:
        self._hide = not self._hide
        self.listing.reload(reset=True)

    # ------------------------------------------------------------------ ticks

    def action_tick(self) -> None:
        row, key = self.listing.table.row, self.listing.table.slot_key
        if row is not None and key is not None:
            self._turns.begin(partial(self._tick, row, Slot(key)))

    async def _tick(self, row: EndpointRow, slot: Slot) -> None:
        meant = _meant(row, slot, self.ticks)
        if meant is None:
            self._page.say(f"{row.endpoint.ref} has no {slot} slot.", "warning")
        else:
            await self._toggle({row.id: frozenset((meant,))})

    def action_tick_row(self) -> None:
        row = self.listing.table.row
        if row is not None:
            self._turns.begin(partial(self._toggle, {row.id: frozenset(row.endpoint.slots)}))

    def action_tick_group(self) -> None:
        row = self.listing.table.row
        if row is not None:
            self._turns.begin(partial(self._tick_group, row.endpoint.group))

    async def _tick_group(self, group: str) -> None:
        page = await self._page.look(lambda reader: reader.endpoint_page(EndpointQuery(counted=False), EVERYTHING))
        if page is not None:
            rows = (row for row in page.rows if row.endpoint.group == group)
            await self._toggle({row.id: frozenset(row.endpoint.slots) for row in rows})

    async def _toggle(self, slots: Slots) -> None:
        self.ticks = self.ticks.toggled(slots)


def _meant(row: EndpointRow, slot: Slot, ticks: Ticks) -> Slot | None:
    """The slot under the cursor; where it is off and was never mapped, the only one that is on."""
    slots = row.endpoint.slots
    if slot in slots or ticks.is_ticked(row.id, slot) or ticks.is_mapped(row.id, slot):
        return slot
    return slots[0] if len(slots) == 1 else None
