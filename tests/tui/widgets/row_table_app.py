"""An application with one table, which answers for the rows as a screen would, and notes what the table says."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import App, ComposeResult
from textual.message import Message
from textual.strip import Strip

from tokentui.store.queries import Page, Window
from tokentui.tui.widgets.row_table import Cell, Column, RowTable

COLUMNS = (
    Column("name", "Token", 16, flex=1),
    Column("description", "Description", 20, flex=1, drop=2),
    Column("enabled", "Enabled", 9),
    Column("POST", "POST", 6, justify="center", slot=True, sortable=False),
    Column("GET", "GET", 6, justify="center", slot=True, sortable=False),
    Column("seen", "Last seen", 12, justify="right", drop=1),
)
PLAIN_COLUMNS = tuple(column for column in COLUMNS if not column.slot)


@dataclass(frozen=True)
class Row:
    id: str
    name: str
    enabled: bool = True
    state: str = ""


def rows(count: int) -> list[Row]:
    return [Row(f"id-{number}", f"row-{number}") for number in range(count)]


def cell(row: Row, key: str) -> str | Cell:
    if key == "enabled":
        return Cell("● on", "on") if row.enabled else Cell("○ off", "off")
    return {"name": row.name, "description": "what it is for", "POST": "✓", "GET": "·"}.get(key, "1 min ago")


def page_of(result: Sequence[Row], window: Window) -> Page[Row]:
    """What a store answers."""
    at = None
    if window.around:
        at = next((place for place, row in enumerate(result) if row.id == window.around), None)
    offset = window.offset if at is None else max(0, at - window.limit // 2)
    return Page(tuple(result[offset : offset + window.limit]), offset, len(result), len(result), at)


class DrawnTable(RowTable[Row]):
    """Notes which of its lines were drawn, and waits for ever."""

    PATIENCE = float("inf")

    def __init__(self, columns: Sequence[Column], empty_text: str = "") -> None:
        self.drawn: list[int] = []
        super().__init__(columns, cell, lambda row: row.state, empty_text=empty_text)

    def render_line(self, y: int) -> Strip:
        self.drawn.append(y)
        return super().render_line(y)


class TableApp(App[None]):
    """`answers=False`: a store that never answers."""

    def __init__(
        self,
        result: Sequence[Row] | None,
        *,
        columns: Sequence[Column] = COLUMNS,
        answers: bool = True,
        empty_text: str = "",
        css: str = "",
    ) -> None:
        super().__init__()
        self.result = result
        self.answers = answers
        self.said: list[Message] = []
        self.table = DrawnTable(columns, empty_text)
        self.stylesheet.add_source(css)

    def compose(self) -> ComposeResult:
        yield self.table

    def on_mount(self) -> None:
        if self.result is not None:
            self.table.show(page_of(self.result, Window()))

    def on_row_table_window_needed(self, message: RowTable.WindowNeeded[Row]) -> None:
        self.said.append(message)
        if self.answers and self.result is not None:
            message.table.show(page_of(self.result, message.window))

    def on_row_table_row_highlighted(self, message: RowTable.RowHighlighted[Row]) -> None:
        self.said.append(message)

    def on_row_table_row_chosen(self, message: RowTable.RowChosen[Row]) -> None:
        self.said.append(message)

    def on_row_table_slot_chosen(self, message: RowTable.SlotChosen[Row]) -> None:
        self.said.append(message)

    def on_row_table_sort_requested(self, message: RowTable.SortRequested[Row]) -> None:
        self.said.append(message)

    def on_row_table_edge(self, message: RowTable.Edge[Row]) -> None:
        self.said.append(message)

    def reload(self) -> None:
        """The result has changed."""
        assert self.result is not None
        self.table.refresh_rows(page_of(self.result, self.table.cursor_window()))

    @property
    def windows(self) -> list[Window]:
        return [message.window for message in self.said if isinstance(message, RowTable.WindowNeeded)]

    @property
    def highlighted(self) -> list[str | None]:
        rows = [message.row for message in self.said if isinstance(message, RowTable.RowHighlighted)]
        return [row.id if row else None for row in rows]


def lines(table: RowTable[Row]) -> list[str]:
    """The lines as they are on the screen."""
    return [strip.text.rstrip() for strip in table.render_lines(table.size.region)]


def said(app: TableApp, kind: type[Message]) -> list[Message]:
    return [message for message in app.said if isinstance(message, kind)]
