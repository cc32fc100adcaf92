"""Which columns of a table fit a width, and how wide each of them is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Justify = Literal["left", "right", "center"]

#: Cells left of the first column: the cursor glyph and the mark glyph.
GUTTER = 2
#: Cells between two columns.
GAP = 2


@dataclass(frozen=True, slots=True)
class Column:
    """One column; widths in cells."""

    key: str
    label: str
    #: What it needs at least.
    width: int
    #: Its share of what is left over.
    flex: int = 0
    #: Where the table is too narrow, the highest goes first; 0 never goes.
    drop: int = 0
    justify: Justify = "left"
    #: Can the cell cursor stand on it?
    slot: bool = False
    sortable: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """Where a column stands in the lines of a table."""

    column: Column
    x: int
    width: int


def natural_width(columns: Sequence[Column]) -> int:
    """The cells that all `columns` need, with gutter and gaps."""
    return GUTTER + sum(column.width for column in columns) + GAP * max(0, len(columns) - 1)


def lay_out(columns: Sequence[Column], width: int) -> tuple[Place, ...]:
    """The columns that fit `width` cells, side by side."""
    kept = _dropped_to_fit(columns, width)
    spare = width - natural_width(kept)
    widths = _shared_out(kept, spare) if spare >= 0 else _squeezed(kept, -spare)
    return tuple(place for place in _placed(kept, widths) if place.x + place.width <= width)


def column_at(places: Sequence[Place], x: int) -> Column | None:
    """The column that the cell `x` of a line belongs to; a gap belongs to the column before it."""
    return next((place.column for place in places if place.x <= x < place.x + place.width + GAP), None)


def _dropped_to_fit(columns: Sequence[Column], width: int) -> list[Column]:
    kept = list(columns)
    while natural_width(kept) > width:
        last_of_highest = max(reversed(kept), key=lambda column: column.drop)
        if last_of_highest.drop == 0:
            break
        kept.remove(last_of_highest)
    return kept


def _shared_out(columns: Sequence[Column], spare: int) -> list[int]:
    shares = sum(column.flex for column in columns)
    widths = []
    for column in columns:
        extra = spare * column.flex // shares if column.flex else 0
        widths.append(column.width + extra)
        spare, shares = spare - extra, shares - column.flex
    return widths


def _squeezed(columns: Sequence[Column], excess: int) -> list[int]:
    widths = [column.width for column in columns]
    for _ in range(excess):
        widest = max(range(len(widths)), key=widths.__getitem__)
        if widths[widest] <= 1:
            break
        widths[widest] -= 1
    return widths


def _placed(columns: Sequence[Column], widths: Sequence[int]) -> list[Place]:
    places = []
    x = GUTTER
    for column, width in zip(columns, widths, strict=True):
        places.append(Place(column, x, width))
        x += width + GAP
    return places
