"""What the sections with a shelf share: one list, turned between the active and the inactive, with marks."""

from collections.abc import Callable
from typing import ClassVar, Generic

from textual import on, work
from textual.app import ComposeResult
from textual.reactive import var

from tokentui.store.protocol import Reader
from tokentui.store.queries import Page, Window
from tokentui.tui.screens.page_screen import PageScreen
from tokentui.tui.sliding import Sliding, is_ours, last_change
from tokentui.tui.turns import Once
from tokentui.tui.widgets.listing import Listing, Source, View
from tokentui.tui.widgets.message_line import MessageLine
from tokentui.tui.widgets.place_line import PlaceLine
from tokentui.tui.widgets.row_table import RowTable
from tokentui.tui.widgets.row_windows import RowT
from tokentui.tui.words import amount
from tokentui.tui.workplace import Workplace


class ShelfScreen(PageScreen[None], Generic[RowT]):
    """A section whose records are active or on the shelf."""

    #: What the place line calls this section.
    PLACE: ClassVar[str]
    #: What the shelf is called that `i` turns to.
    SHELF: ClassVar[str] = "inactive"
    #: What one row of it is.
    NOUN: ClassVar[str]
    #: What an empty list says, and what one says in which the filter finds nothing.
    EMPTY: ClassVar[str]
    NOTHING_FOUND: ClassVar[str]
    #: Actions that need a row.
    ON_ROW: ClassVar[frozenset[str]] = frozenset({"activate", "deactivate", "mark"})

    active_shown: var[bool] = var(True, init=False)

    def __init__(self, workplace: Workplace) -> None:
        super().__init__(workplace)
        self._deeds = Once(self)
        self._sliding = Sliding()
        self.listing: Listing[RowT] = Listing(self.source(), workplace)

    def body(self) -> ComposeResult:
        yield self.listing

    def source(self) -> Source[RowT]:
        """Where the rows come from."""
        raise NotImplementedError

    def page(self, reader: Reader, view: View, window: Window) -> Page[RowT]:
        """The page that the view asks for."""
        raise NotImplementedError

    def held(self, reader: Reader, ids: frozenset[str]) -> frozenset[str]:
        """Which of these ids the list would hold without its text filter."""
        raise NotImplementedError

    @property
    def filtered(self) -> bool:
        """Whether rows may be missing from the list because of what was chosen."""
        return bool(self.listing.view.text) or not self.active_shown

    @property
    def state_text(self) -> str:
        """What the place line says before `n of m`."""
        return ""

    @on(Listing.Shown)
    def _shown(self, event: Listing.Shown) -> None:
        line = self.query_one(PlaceLine)
        line.place = self.PLACE if self.active_shown else f"{self.PLACE} › {self.SHELF}"
        marked = len(self.listing.table.marks)
        marks = f"{marked:,} marked · " if marked else ""
        line.state = f"{marks}{self.state_text}{event.total:,} of {event.of:,}"
        self.listing.table.empty_text = self._empty
        self.refresh_bindings()

    @property
    def _empty(self) -> str:
        if not self.active_shown and not self.listing.view.text:
            return "Nothing is inactive.\n\ni  Back to the active ones"
        return self.NOTHING_FOUND if self.filtered else self.EMPTY

    @on(Listing.MarksLost)
    def _marks_lost(self, event: Listing.MarksLost) -> None:
        whose = f"its {self.NOUN} is" if event.number == 1 else f"their {self.NOUN}s are"
        for line in self.query(MessageLine):
            line.add(f"{amount(event.number, 'mark')} dropped: {whose} gone from this list.", "warning")

    @on(RowTable.RowLost)
    def _row_lost(self, event: RowTable.RowLost[RowT]) -> None:
        if not is_ours(self.workplace, event.row.id):
            self._sliding.note()
            self._tell_lost(event.row.id)

    @work(exclusive=True, group="lost")
    async def _tell_lost(self, row_id: str) -> None:
        """Say who took the row from under the cursor."""
        entry = await self.look(lambda _: last_change(self.workplace, row_id))
        if entry is None:
            self._sliding.forget()
            return
        for line in self.query(MessageLine):
            line.add(f"{entry.who.text or 'Somebody'} {entry.what}: the cursor stands on another row now.", "warning")

    def _is_meant(self) -> bool:
        """Whether a key that cuts is for the row under the cursor; where that has slid there just now, say so."""
        meant = bool(self.listing.table.marks) or not self._sliding.just_now
        if not meant:
            self.say("Nothing was done: the cursor has just come to another row. Press it again.", "warning")
        return meant

    @on(RowTable.RowHighlighted)
    def _highlighted(self) -> None:
        self.refresh_bindings()

    def hindrance(self, action: str, parameters: tuple[object, ...]) -> str:
        """What does not fit the shelf that is shown, and a row where there is none."""
        if why := super().hindrance(action, parameters):
            return why
        if action in self.ON_ROW and self.listing.table.row is None:
            return f"There is no {self.NOUN} under the cursor."
        if action in ("deactivate", "show_inactive") and not self.active_shown:
            return f"Only what is {self.SHELF} is shown."
        if action in ("activate", "show_active") and self.active_shown:
            return f"Nothing that is {self.SHELF} is shown."
        return ""

    def action_show_inactive(self) -> None:
        self.active_shown = False

    def action_show_active(self) -> None:
        self.active_shown = True

    def watch_active_shown(self) -> None:
        self.turn()

    def turn(self) -> None:
        """The list is about others now: begin at its top, without marks."""
        self.listing.table.clear_marks()
        self.listing.reload(reset=True)

    def show_added(self, row_id: str, *, active: bool) -> None:
        """Put the cursor on a record that was just added: shelf and filter give way where they hide it."""
        self.active_shown = active
        self.listing.go_to(row_id, surely=True)

    def action_mark(self) -> None:
        self.listing.table.toggle_mark()
        self.listing.table.action_cursor_down()
        self.listing.announce()

    def draw_ahead(self, ids: frozenset[str], changed: Callable[[RowT], RowT]) -> None:
        """Draw the rows as they will be, before the disk has answered."""
        table = self.listing.table
        for row in table.rows_of(ids):
            table.update_row(changed(row))

    async def action_back(self) -> None:
        await self.app.action_quit()
