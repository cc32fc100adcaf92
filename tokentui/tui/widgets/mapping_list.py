"""The endpoint tokens as one endpoint sees them, with the slots that they are mapped to."""

from textual.reactive import var

from tokentui.domain.records import Endpoint
from tokentui.domain.slots import Slot, in_order
from tokentui.store.protocol import Reader
from tokentui.store.queries import MappingQuery, MappingRow, Page, TokenSort, Window
from tokentui.tui.mapping_rows import COLUMNS, mapping_cell
from tokentui.tui.token_rows import token_state
from tokentui.tui.widgets.listing import Listing, Source, View
from tokentui.tui.widgets.row_table import Cell
from tokentui.tui.workplace import Workplace


class MappingList(Listing[MappingRow]):
    """A list whose cell cursor steps over slots that are off and hold no mapping: nothing can be done there."""

    hide_unassigned: var[bool] = var(False, init=False)

    def __init__(self, workplace: Workplace, endpoint: Endpoint) -> None:
        source = Source(COLUMNS, self._cell, self._state, self._query, beside=workplace.requests_stamp)
        super().__init__(source, workplace)
        self._endpoint = endpoint

    def on_mount(self) -> None:
        slots = self._endpoint.slots
        self.table.cursor_slot = next((place for place, slot in enumerate(Slot) if slot in slots), 0)
        self.watch(self.table, "cursor_slot", self._slot_moved, init=False)

    # ------------------------------------------------------------------ what is shown

    def _query(self, reader: Reader, view: View, window: Window) -> Page[MappingRow]:
        query = MappingQuery(
            endpoint_id=self._endpoint.id,
            text=view.text,
            mapped_only=self.hide_unassigned,
            sort=TokenSort(view.sort),
            reverse=view.reverse,
        )
        return reader.mapping_page(query, window)

    def _cell(self, row: MappingRow, column: str) -> str | Cell:
        return mapping_cell(row, column, self._endpoint, self._workplace.now(), self._workplace.policy)

    def _state(self, row: MappingRow) -> str:
        return token_state(row.token, self._workplace.now())

    def follow(self, endpoint: Endpoint, tokens: int) -> None:
        """Show the mappings under the slots that the endpoint has now; `tokens`: how many tokens there are."""
        slots, self._endpoint = self._endpoint.slots, endpoint
        if slots != endpoint.slots:
            self.table.redraw()
        self.table.empty_text = _empty(self.view.text, tokens, self.hide_unassigned)

    def draw_ahead(self, row: MappingRow, slot: Slot, on: bool) -> None:
        """Draw a row as it will be, before the disk has answered."""
        slots = {*row.slots, slot} if on else set(row.slots) - {slot}
        self.table.update_row(row._replace(slots=in_order(slots)))

    def watch_hide_unassigned(self) -> None:
        self.reload()

    # ------------------------------------------------------------------ where the cursor is

    @property
    def slot(self) -> Slot | None:
        """The slot under the cell cursor."""
        return Slot(self.table.slot_key) if self.table.slot_key else None

    def _slot_moved(self, before: int, after: int) -> None:
        row, slots, step = self.table.row, list(Slot), 1 if after > before else -1
        mapped = row.slots if row is not None else ()
        place = after
        while 0 <= place < len(slots) and slots[place] not in (*self._endpoint.slots, *mapped):
            place += step
        if place != after:
            self.table.cursor_slot = place if 0 <= place < len(slots) else before
        self.refresh_bindings()


def _empty(text: str, tokens: int, hiding: bool) -> str:
    if text:
        return "No token fits.\n\nEsc  Clear the filter"
    if tokens and hiding:
        return "No token is mapped to this endpoint.\n\nh  Show all tokens, then Space maps one"
    return "There are no endpoint tokens yet.\n\n2  Go to Endpoint tokens, a adds one"
