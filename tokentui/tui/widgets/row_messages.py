"""What a table of rows tells its screen."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from textual.message import Message

from tokentui.store.queries import Window
from tokentui.tui.widgets.row_windows import Identified

if TYPE_CHECKING:
    from tokentui.tui.widgets.row_table import RowTable

RowT = TypeVar("RowT", bound=Identified)


@dataclass
class RowTableMessage(Message, Generic[RowT]):
    table: "RowTable[RowT]"

    @property
    def control(self) -> "RowTable[RowT]":
        """The table, for the selector of `@on`."""
        return self.table


class OnlyTheLastMatters(RowTableMessage[RowT]):
    """A newer one from the same table makes one that waits in the queue pointless."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, type(self)) and message.table is self.table


class RowTableMessages:
    """The messages as `RowTable` has them: `RowTable.RowChosen`, handled by `on_row_table_row_chosen`."""

    @dataclass
    class WindowNeeded(OnlyTheLastMatters[RowT], namespace="row_table"):
        """Rows that are in view, or soon will be, are not loaded: answer with `table.show(page)`."""

        window: Window

    @dataclass
    class RowHighlighted(OnlyTheLastMatters[RowT], namespace="row_table"):
        """Another row is under the cursor; None where there is none, or it is not loaded yet."""

        row: RowT | None

    @dataclass
    class RowLost(RowTableMessage[RowT], namespace="row_table"):
        """The row under the cursor has gone from the result, and the cursor stands on its neighbour."""

        row: RowT

    @dataclass
    class RowChosen(RowTableMessage[RowT], namespace="row_table"):
        """Enter, or a second click."""

        row: RowT

    @dataclass
    class SlotChosen(RowTableMessage[RowT], namespace="row_table"):
        """A second click on the slot cell under the cell cursor."""

        row: RowT
        column_key: str

    @dataclass
    class SortRequested(RowTableMessage[RowT], namespace="row_table"):
        """A click on the label of a sortable column."""

        column_key: str

    @dataclass
    class Edge(RowTableMessage[RowT], namespace="row_table"):
        """The cursor was to go up from the first row, or down from the last."""

        direction: Literal["up", "down"]
