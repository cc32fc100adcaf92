"""Section 1: the endpoints."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.reactive import var

from tokentui.domain.records import Endpoint
from tokentui.domain.slots import Authentication, Slot
from tokentui.store.protocol import Reader
from tokentui.store.queries import EVERYTHING, EndpointQuery, EndpointRow, EndpointSort, Page, Window
from tokentui.tui import actions
from tokentui.tui.screens.shelf_screen import ShelfScreen
from tokentui.tui.widgets.listing import Listing, Source, View
from tokentui.tui.widgets.row_table import Cell, Column, RowTable
from tokentui.tui.words import activity, authentication, methods

if TYPE_CHECKING:
    from tokentui.domain.fields import EndpointFields

COLUMNS = (
    Column("name", "Name", 18, flex=3),
    Column("ref", "Group/slug", 22, flex=3),
    Column("methods", "Methods", 12),
    Column("authentication", "Auth", 10),
    Column("assigned", "Mapped", 7, justify="right"),
    Column("path", "Path", 26, flex=2, drop=3, sortable=False),
    Column("active", "Active", 10, drop=4),
)

#: The order in which `m` turns.
METHODS: tuple[Slot | None, ...] = (None, Slot.GET, Slot.POST, Slot.DELETE)


class EndpointsScreen(ShelfScreen[EndpointRow]):
    """All endpoints: find one, open it, add, clone, import, activate and deactivate."""

    SECTION = "endpoints"
    PLACE = "Endpoints"
    NOUN = "endpoint"
    EMPTY = "No endpoints here yet.\n\na  Add one    I  Import an OpenAPI file\n\nTo look around: tokentui --demo"
    NOTHING_FOUND = "No endpoint fits.\n\nEsc  Clear the filter    m  Other methods    i  The inactive, or the active"
    HELP_TEXT = (
        "An endpoint is a guarded URL. Each of its slots (POST, GET, DELETE) has a primary token of its own, and "
        "endpoint tokens are mapped to it. Mapped counts the active endpoint tokens."
    )
    ON_ROW = ShelfScreen.ON_ROW | {"clone", "history", "requests"}

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "Add", id="endpoints.add", group=actions.CHANGE, tooltip="Add an endpoint"),
        *actions.shelf_keys("endpoints"),
        Binding(
            "C", "clone", "Clone", id="endpoints.clone", group=actions.CHANGE, tooltip="Add a copy of the endpoint"
        ),
        Binding(
            "m",
            "turn_method",
            "Method",
            id="endpoints.method",
            group=actions.LOOK,
            tooltip="All, GET, POST or DELETE",
        ),
        Binding(
            "I",
            "import_file",
            "Import",
            id="endpoints.import",
            group=actions.CHANGE,
            tooltip="Import OpenAPI, Kong, JSON or CSV",
        ),
        actions.history_key("endpoints"),
        actions.requests_key("endpoints"),
        actions.mark_key(),
        actions.explain_key(),
        *actions.section_keys(),
    ]

    #: The first page comes without the amounts: counting them means reading all tokens.
    _counted = False

    method: var[Slot | None] = var[Slot | None](None, init=False)

    def source(self) -> Source[EndpointRow]:
        return Source(COLUMNS, endpoint_cell, lambda row: "", self.page, self.held)

    def page(self, reader: Reader, view: View, window: Window) -> Page[EndpointRow]:
        sort = EndpointSort(view.sort)
        query = EndpointQuery(
            text=view.text,
            active=self.active_shown,
            slot=self.method,
            sort=sort,
            reverse=view.reverse,
            counted=self._counted,
        )
        return reader.endpoint_page(query, window)

    def held(self, reader: Reader, ids: frozenset[str]) -> frozenset[str]:
        query = EndpointQuery(active=self.active_shown, slot=self.method, only=ids, counted=False)
        return frozenset(row.id for row in reader.endpoint_page(query, EVERYTHING).rows)

    @on(Listing.Shown)
    def _count_mapped(self) -> None:
        """The rows stand; now they may say how many tokens are mapped."""
        if not self._counted:
            self._counted = True
            self.listing.reload()

    @property
    def filtered(self) -> bool:
        return super().filtered or self.method is not None

    @property
    def state_text(self) -> str:
        return f"{self.method} · " if self.method else ""

    def action_turn_method(self) -> None:
        self.method = METHODS[(METHODS.index(self.method) + 1) % len(METHODS)]

    def watch_method(self) -> None:
        self.turn()

    # ------------------------------------------------------------------ keys

    @on(RowTable.RowChosen)
    def _chosen(self, event: RowTable.RowChosen[EndpointRow]) -> None:
        from tokentui.domain.fields import EndpointFields

        self._open(EndpointFields.of(event.row.endpoint), event.row.endpoint)

    def _open(self, fields: "EndpointFields", endpoint: Endpoint | None) -> None:
        from tokentui.tui.screens.endpoint import EndpointScreen

        def returned(endpoint_id: str | None) -> None:
            if endpoint_id is not None and endpoint is None:
                self._added(endpoint_id)
            elif endpoint_id is not None:
                self.listing.go_to(endpoint_id)

        self.app.push_screen(EndpointScreen(self.workplace, fields, endpoint), returned)

    @work
    async def _added(self, endpoint_id: str) -> None:
        endpoint = await self.look(lambda reader: reader.endpoint(endpoint_id))
        if endpoint is not None:
            if self.method not in (None, *endpoint.slots):
                self.method = None
            self.show_added(endpoint_id, active=endpoint.active)

    def action_add(self) -> None:
        from tokentui.domain.fields import EndpointFields

        row = self.listing.table.row
        self._open(
            EndpointFields(name="", group=row.endpoint.group if row else "", authentication=Authentication.TOKEN),
            None,
        )

    def action_clone(self) -> None:
        row = self.listing.table.row
        assert row is not None
        self._deeds.begin(partial(self._clone, row.endpoint), "clone")

    async def _clone(self, endpoint: Endpoint) -> None:
        from tokentui.tui.endpoint_list_deeds import clone_of

        fields = await clone_of(self, endpoint)
        if fields is not None:
            self._open(fields, None)

    def action_history(self) -> None:
        row = self.listing.table.row
        assert row is not None
        self.show_history(row.id, row.endpoint.ref)

    def action_requests(self) -> None:
        from tokentui.tui.request_filters import of_records

        row = self.listing.table.row
        assert row is not None
        self.show_requests(of_records(endpoint=row.endpoint))

    def action_deactivate(self) -> None:
        from tokentui.tui.endpoint_list_deeds import deactivate

        self._deed("deactivate", partial(deactivate, self))

    def action_activate(self) -> None:
        from tokentui.tui.endpoint_list_deeds import switch

        self._deed("activate", partial(switch, self, active=True))

    def _deed(self, verb: str, deed: Callable[[frozenset[str]], Awaitable[bool]]) -> None:
        """For those that are the target when the key falls: the cursor may stand on another row by the time."""
        if not self._is_meant():
            return
        ids = self.listing.table.target_ids

        async def carry_out() -> None:
            if await deed(ids):
                self.listing.table.clear_marks()

        self._deeds.begin(carry_out, (verb, ids))

    def action_explain(self) -> None:
        from tokentui.tui.explain_deed import open_explain

        row = self.listing.table.row
        open_explain(self, row.endpoint if row is not None else None)

    def action_import_file(self) -> None:
        from tokentui.tui.import_deed import import_in_dialogs

        self._deeds.begin(partial(import_in_dialogs, self), "import")


def endpoint_cell(row: EndpointRow, column: str) -> str | Cell:
    """What stands in one cell of the endpoint list."""
    endpoint = row.endpoint
    match column:
        case "methods":
            return methods(endpoint)
        case "authentication":
            return authentication(endpoint.authentication)
        case "assigned":
            return str(row.assigned) if row.assigned else Cell("…" if row.assigned is None else "–", "dim")
        case "active":
            return activity(endpoint.active)
        case "path":
            return Cell(endpoint.path, "dim")
        case _:
            return endpoint.ref if column == "ref" else endpoint.name
