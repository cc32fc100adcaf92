"""Assign endpoint tokens: every endpoint with its slots to tick, for one token."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tokentui.domain.errors import TokenTuiError
from tokentui.domain.records import EndpointToken
from tokentui.domain.slots import Slot
from tokentui.services.assigning import assign
from tokentui.store.protocol import Reader
from tokentui.store.queries import EVERYTHING, EndpointQuery, EndpointRow, EndpointSort, Page, Window
from tokentui.tui import actions
from tokentui.tui.dialogs.confirm import Question
from tokentui.tui.dialogs.leave import Answer, Leave
from tokentui.tui.screens.page_screen import AnyPage, PageScreen
from tokentui.tui.widgets.listing import Listing, Source, View
from tokentui.tui.widgets.place_line import PlaceLine
from tokentui.tui.widgets.row_table import Cell, Column, RowTable
from tokentui.tui.words import amount, some

COLUMNS = (
    Column("ref", "Endpoint", 24, flex=2),
    *(Column(slot, slot, len(slot), justify="center", slot=True, sortable=False) for slot in Slot),
    Column("name", "Name", 18, flex=3, drop=1),
    Column("path", "Path", 26, flex=2, drop=2, sortable=False),
)

Ticks = dict[str, frozenset[Slot]]


@dataclass(frozen=True, slots=True)
class Delta:
    """What Save would change: endpoint id → slots to map, and to unmap."""

    add: Ticks
    remove: Ticks

    @property
    def text(self) -> str:
        """`+3 −1`."""
        return f"+{_count(self.add)} −{_count(self.remove)}"

    def __bool__(self) -> bool:
        return bool(self.add or self.remove)


def _count(ticks: Ticks) -> int:
    return sum(map(len, ticks.values()))


def delta(before: Ticks, after: Ticks) -> Delta:
    """From one set of ticks to another."""
    ids = {*before, *after}
    none: frozenset[Slot] = frozenset()
    add = {id: after.get(id, none) - before.get(id, none) for id in ids}
    remove = {id: before.get(id, none) - after.get(id, none) for id in ids}
    return Delta(
        {id: slots for id, slots in add.items() if slots}, {id: slots for id, slots in remove.items() if slots}
    )


class AssignScreen(PageScreen[Delta | None]):
    """Ticks in, a delta out; it saves nothing."""

    SECTION = "tokens"
    HELP_TEXT = (
        "✓ is mapped, · is not, + and − are what Save would map and unmap. A slot that the endpoint has switched off "
        "is left blank. t ticks all slots of all endpoints in the row's group, or takes all these ticks away."
    )

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
        Binding(
            "w,ctrl+s", "save", "Save", id="assign.save", group=actions.CHANGE, tooltip="Save the ticks; Enter too"
        ),
        Binding(
            "q,escape",
            "back",
            "Cancel",
            id="assign.cancel",
            group=actions.GO,
            tooltip="Leave the mappings as they are",
        ),
    ]

    def __init__(self, page: AnyPage, token: EndpointToken, mapped: Ticks) -> None:
        super().__init__(page.workplace)
        self._token = token
        self._before = mapped
        self._after = dict(mapped)
        self._hide = False

    def body(self) -> ComposeResult:
        source: Source[EndpointRow] = Source(COLUMNS, self._cell, lambda row: "", self._page)
        self.listing = Listing(source, self.workplace)
        yield self.listing

    def _page(self, reader: Reader, view: View, window: Window) -> Page[EndpointRow]:
        query = EndpointQuery(
            text=view.text,
            sort=EndpointSort(view.sort),
            reverse=view.reverse,
            only=frozenset(self._after) if self._hide else None,
        )
        return reader.endpoint_page(query, window)

    def _cell(self, row: EndpointRow, column: str) -> str | Cell:
        if column not in list(Slot):
            return row.endpoint.ref if column == "ref" else Cell(getattr(row.endpoint, column), "dim")
        slot = Slot(column)
        before = slot in self._before.get(row.id, ())
        after = slot in self._after.get(row.id, ())
        if before != after:
            return Cell("+" if after else "−", "on" if after else "expired")
        return Cell("✓", "on") if after else Cell("·" if slot in row.endpoint.slots else "", "dim")

    @property
    def delta(self) -> Delta:
        """What Save would change now."""
        return delta(self._before, self._after)

    @on(Listing.Shown)
    def _shown(self, event: Listing.Shown) -> None:
        line = self.query_one(PlaceLine)
        line.place = f"Endpoint tokens › {self._token.name} › Assign"
        change = self.delta
        line.state = f"{f'Save changes {change.text} · ' if change else ''}{event.total:,} of {event.of:,}"
        self.refresh_bindings()

        self.listing.table.empty_text = self._empty

    @property
    def _empty(self) -> str:
        if self.listing.view.text:
            return "No endpoint fits.\n\nEsc  Clear the filter"
        return "No endpoint is ticked.\n\nh  Show all endpoints" if self._hide else "No endpoints to assign."

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Save only where a tick is another than it was."""
        return bool(self.delta) if action == "save" else super().check_action(action, parameters)

    # ------------------------------------------------------------------ ticks

    def _set(self, ids: dict[str, tuple[Slot, ...]], on: bool) -> None:
        """Tick the slots, or take the ticks away, and show it."""
        for id, slots in ids.items():
            ticked = self._after.get(id, frozenset())
            after = ticked | set(slots) if on else ticked - set(slots)
            self._after[id] = frozenset(after)
            if not after:
                del self._after[id]
        self.listing.table.redraw()
        self.listing.announce()

    def action_tick(self) -> None:
        row, key = self.listing.table.row, self.listing.table.slot_key
        if row is None or key is None:
            return
        slot = Slot(key) if len(row.endpoint.slots) > 1 or key in row.endpoint.slots else row.endpoint.slots[0]
        ticked = slot in self._after.get(row.id, ())
        if ticked or slot in row.endpoint.slots:
            self._set({row.id: (slot,)}, not ticked)
        else:
            self.say(f"{row.endpoint.ref} has no {slot} slot.", "warning")

    def action_tick_row(self) -> None:
        row = self.listing.table.row
        if row is not None:
            self._set_all({row.id: row.endpoint.slots})

    @work
    async def action_tick_group(self) -> None:
        row = self.listing.table.row
        if row is None:
            return
        group = row.endpoint.group
        page = await self.look(lambda reader: reader.endpoint_page(EndpointQuery(), EVERYTHING))
        if page is None:
            return
        self._set_all({one.id: one.endpoint.slots for one in page.rows if one.endpoint.group == group})

    def _set_all(self, slots: dict[str, tuple[Slot, ...]]) -> None:
        """All on; or all off, where all are on."""
        on = any(set(wanted) - self._after.get(id, frozenset()) for id, wanted in slots.items())
        self._set(slots, on)

    def action_toggle_hide(self) -> None:
        self._hide = not self._hide
        self.listing.reload(reset=True)

    # ------------------------------------------------------------------ the way out

    @on(RowTable.RowChosen)
    @work(exclusive=True)
    async def action_save(self) -> None:
        await self._save()

    async def _save(self) -> bool:
        """Close with the delta, and say whether it is closed; what it cuts off asks first."""
        change = self.delta
        agreed = not change.remove
        if change.remove:
            question = await self.look(lambda reader: self._question(reader, change))
            agreed = question is not None and await self.ask(question)
        if agreed:
            self.dismiss(change)
        return agreed

    def _question(self, reader: Reader, change: Delta) -> Question:
        endpoints = [reader.endpoint(id).ref for id in change.remove]
        hits = (f"{self._token.name} is refused at once at {amount(len(endpoints), 'endpoint')}:", *some(endpoints))
        return Question(f"Save {change.text}?", hits, "Save")

    @work(exclusive=True)
    async def action_back(self) -> None:
        await self.leave()

    async def leave(self) -> bool:
        """Close the screen; ticks that are not saved ask first."""
        answer: Answer = "discard"
        if self.delta:
            answer = await self.app.push_screen_wait(Leave(f"The assignment of {self._token.name}"))
        if answer == "discard":
            self.dismiss(None)
        return answer == "discard" or (answer == "save" and await self._save())


async def assign_on_screen(page: AnyPage, token: EndpointToken) -> None:
    """Let the user tick, then save what was changed."""
    workplace, desk = page.workplace, page.workplace.desk
    try:
        found = await workplace.look(lambda reader: reader.assignments_of(token.id))
    except TokenTuiError as error:
        page.say(str(error), "error")
        return
    mapped = {assignment.endpoint_id: frozenset(assignment.slots) for assignment in found}
    change = await page.app.push_screen_wait(AssignScreen(page, token, mapped))
    if change:
        await page.perform(
            lambda: assign(desk, token.id, add=change.add, remove=change.remove),
            lambda token: f"Saved the assignments of {token.name}: {change.text}. u takes it back.",
        )
