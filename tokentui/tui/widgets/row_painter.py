"""Rows turned into strips, one line each, and kept as long as they look the same."""

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, NamedTuple

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.cache import LRUCache
from textual.content import Content
from textual.strip import Strip
from textual.style import Style

from tokentui.tui.widgets.cell_text import ELLIPSIS, Cell, fit
from tokentui.tui.widgets.columns import GAP, GUTTER, Column, Place, lay_out
from tokentui.tui.widgets.row_windows import RowT

CURSOR_GLYPH = "›"
MARK_GLYPH = "▌"
STRIPS_KEPT = 1_000

CellOf = Callable[[RowT, str], str | Cell]
StateOf = Callable[[RowT], str]
Drawn = tuple[str, RichStyle]


class Look(NamedTuple):
    """What a line shows besides its row."""

    cursor: bool = False
    marked: bool = False
    #: The slot column under the cell cursor.
    slot: str | None = None


class RowPainter(Generic[RowT]):
    """Draws the lines of one table; `style_of` gives the style of component classes laid over each other."""

    def __init__(self, cell: CellOf[RowT], row_state: StateOf[RowT], style_of: Callable[..., Style]) -> None:
        self.places: tuple[Place, ...] = ()
        self._cell = cell
        self._row_state = row_state
        self._style_of = style_of
        self._columns: Sequence[Column] = ()
        self._width = 0
        self._styles: dict[tuple[str, ...], RichStyle] = {}
        self._strips: LRUCache[tuple[str, Look], tuple[RowT, Strip]] = LRUCache(STRIPS_KEPT)
        #: The rows that are drawn as they will be, by their ids, as the store holds them still.
        self.ahead: dict[str, RowT] = {}

    def fit(self, columns: Sequence[Column], width: int) -> None:
        """Lay the columns out for lines of `width` cells."""
        if (columns, width) != (self._columns, self._width):
            self._columns, self._width = columns, width
            self.places = lay_out(columns, width)
            self.forget_strips()

    def forget_strips(self) -> None:
        self._strips.clear()

    def forget_ahead(self, rows: Iterable[RowT]) -> None:
        """These rows have come from the store."""
        for row in rows:
            self.ahead.pop(row.id, None)

    def forget_styles(self) -> None:
        self._styles.clear()
        self._strips.clear()

    def header(self, sort_key: str | None, sort_reverse: bool) -> Strip:
        arrow = "▼" if sort_reverse else "▲"
        cells = [_label(place, arrow if place.column.key == sort_key else "") for place in self.places]
        style = self._style("header")
        return self._line(" " * GUTTER, style, [(cell, style) for cell in cells], style)

    def row(self, row: RowT | None, look: Look) -> Strip:
        """The line of a row; of None, one that stands for a row not loaded yet."""
        if row is None:
            return self._placeholder(look)
        kept = self._strips.get((row.id, look))
        if kept is not None and kept[0] is row:
            return kept[1]
        strip = self._drawn(row, look)
        self._strips.discard((row.id, look))
        self._strips[(row.id, look)] = (row, strip)
        return strip

    def _placeholder(self, look: Look) -> Strip:
        style = self._style("placeholder", *_look_states(look))
        cells = [(fit(ELLIPSIS, place.width, place.column.justify), style) for place in self.places]
        return self._line(_gutter(look), style, cells, style)

    def blank(self) -> Strip:
        return Strip.blank(self._width, self._style())

    def notice(self, text: Content, y: int, height: int) -> Strip:
        """Line `y` of `height` lines with `text` in their middle."""
        lines = text.split("\n", allow_blank=True)
        index = y - max(0, height - len(lines)) // 2
        if not 0 <= index < len(lines):
            return self.blank()
        segments = lines[index].center(self._width, ellipsis=True).render_segments(self._style_of("row-table--empty"))
        return Strip(segments).adjust_cell_length(self._width, self._style("empty"))

    def _drawn(self, row: RowT, look: Look) -> Strip:
        states = (self._row_state(row), *_look_states(look))
        base = self._style(*states)
        cells = [self._drawn_cell(row, place, states, look) for place in self.places]
        return self._line(_gutter(look), self._style("marked", *states) if look.marked else base, cells, base)

    def _drawn_cell(self, row: RowT, place: Place, states: tuple[str, ...], look: Look) -> Drawn:
        key = place.column.key
        text, state = self._said(row, key)
        if key != look.slot:
            return fit(text, place.width, place.column.justify), self._style(states[0], state, *states[1:])
        style = self._style(states[0], state, *states[1:], "slot-cursor")
        return fit(_bracketed(text, place.width), place.width, place.column.justify), style

    def _said(self, row: RowT, key: str) -> Cell:
        """What a cell says, and in which state; one that is not saved yet says `…` in place of its glyph."""
        answer, before = self._cell(row, key), self.ahead.get(row.id)
        if isinstance(answer, str):
            return Cell(answer)
        if before is None or self._cell(before, key) == answer:
            return answer
        return Cell(f"{ELLIPSIS}{answer.text[1:]}", "pending")

    def _line(self, gutter: str, gutter_style: RichStyle, cells: list[Drawn], base: RichStyle) -> Strip:
        parts = [(gutter[: self._width], gutter_style)]
        for text, style in cells:
            parts += [(text, style), (" " * GAP, style if style.bgcolor == base.bgcolor else base)]
        if cells:
            parts.pop()
        used = self.places[-1].x + self.places[-1].width if self.places else GUTTER
        parts.append((" " * (self._width - used), base))
        return Strip(_joined(parts), self._width)

    def _style(self, *states: str) -> RichStyle:
        style = self._styles.get(states)
        if style is None:
            classes = [f"row-table--{state}" for state in states if state]
            style = self._styles[states] = self._style_of(*classes).rich_style
        return style


def _look_states(look: Look) -> tuple[str, ...]:
    return ("cursor",) if look.cursor else ()


def _gutter(look: Look) -> str:
    return (CURSOR_GLYPH if look.cursor else " ") + (MARK_GLYPH if look.marked else " ")


def _bracketed(text: str, width: int) -> str:
    """The cell cursor is seen without colour too."""
    return f"[{text}]" if len(text) + 2 <= width else text


def _label(place: Place, arrow: str) -> str:
    label = place.column.label
    if not arrow:
        return fit(label, place.width, place.column.justify)
    if len(label) + 1 == place.width:
        return f"{label}{arrow}"
    room = max(0, place.width - 2)
    cut = label if len(label) <= room else fit(label, room)
    return fit(f"{cut} {arrow}" if room else arrow, place.width, place.column.justify)


def _joined(parts: Iterable[Drawn]) -> list[Segment]:
    """Neighbours of one style become one segment: each costs some 20 to 40 bytes on its way to the terminal."""
    segments: list[Segment] = []
    for text, style in parts:
        if segments and segments[-1].style == style:
            segments[-1] = Segment(segments[-1].text + text, style)
        elif text:
            segments.append(Segment(text, style))
    return segments
