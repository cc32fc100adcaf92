"""Section 5: what was changed, by whom and when; also of one token or endpoint alone, as its history."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.reactive import var

from tokentui.domain.activity import Entry, EntryState
from tokentui.store.protocol import Reader
from tokentui.store.queries import Page, Window
from tokentui.store.trail_queries import ActivityQuery
from tokentui.tui import actions
from tokentui.tui.screens.page_screen import PageScreen
from tokentui.tui.widgets.listing import Listing, Source, View
from tokentui.tui.widgets.place_line import PlaceLine
from tokentui.tui.widgets.row_table import Cell, Column, RowTable
from tokentui.tui.words import local_minute
from tokentui.tui.workplace import Workplace

COLUMNS = (
    Column("when", "When", 16),
    Column("what", "What", 24, flex=3, sortable=False),
    Column("who", "Who", 16, flex=2, sortable=False),
    Column("state", "State", 12, sortable=False),
)

#: The order in which `p` turns: words and length.
PERIODS: tuple[tuple[str, timedelta | None], ...] = (
    ("", None),
    ("24 hours", timedelta(hours=24)),
    ("7 days", timedelta(days=7)),
    ("30 days", timedelta(days=30)),
)

_STATES = {
    EntryState.DONE: Cell("✓ done", "on"),
    EntryState.PENDING: Cell("… saving", "pending"),
    EntryState.NEVER_CAME: Cell("✗ never came", "expired"),
    EntryState.REPAIR: Cell("! repair", "pending"),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose history is shown: the section it belongs to, a record's id and its name."""

    section: str
    id: str
    name: str


class ActivityScreen(PageScreen[None]):
    """The activity trail; with a `subject`, what became of that record."""

    SECTION = "activity"
    HELP_TEXT = (
        "Every change is told here before it is saved: who made it, from where, when, and what became what. Never "
        "came is a change that a crash or a full disk kept from being saved. Nothing here can be edited unseen: "
        "`tokentui activity verify` looks at every line."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "turn_who", "Who", id="activity.who", group=actions.LOOK, tooltip="Only by this one, or by all"),
        Binding(
            "p", "turn_period", "Period", id="activity.period", group=actions.LOOK, tooltip="All, 24 h, 7 or 30 days"
        ),
        *actions.section_keys(),
    ]

    who: var[str] = var("", init=False)
    period: var[int] = var(0, init=False)

    def __init__(self, workplace: Workplace, subject: Subject | None = None) -> None:
        super().__init__(workplace)
        self._subject = subject
        source: Source[Entry] = Source(COLUMNS, entry_cell, lambda entry: "", self._page)
        self.listing = Listing(source, workplace)
        self.listing.set_reactive(Listing.view, View(sort="when", reverse=True))
        self.listing.table.set_reactive(RowTable.sort_reverse, True)

    def body(self) -> ComposeResult:
        yield self.listing

    @property
    def section(self) -> str:
        """A history belongs to the section of its record."""
        return self._subject.section if self._subject else self.SECTION

    def _page(self, reader: Reader, view: View, window: Window) -> Page[Entry]:
        now, length = self.workplace.now(), PERIODS[self.period][1]
        query = ActivityQuery(
            text=view.text,
            who=self.who,
            record_id=self._subject.id if self._subject else "",
            since=now - length if length else None,
            reverse=not view.reverse,
        )
        return self.workplace.desk.store.activity().page(query, window, now)

    @on(Listing.Shown)
    def _shown(self, event: Listing.Shown) -> None:
        line, subject = self.query_one(PlaceLine), self._subject
        line.place = f"{subject.name} › History" if subject else "Activity"
        words = (self.who and f"by {self.who}", PERIODS[self.period][0], f"{event.total:,} of {event.of:,}")
        line.state = " · ".join(word for word in words if word)
        self.listing.table.empty_text = _empty(bool(event.of or self.who or self.period))
        self.refresh_bindings()

    @on(RowTable.RowHighlighted)
    def _highlighted(self) -> None:
        self.refresh_bindings()

    def hindrance(self, action: str, parameters: tuple[object, ...]) -> str:
        """By whom can be asked only where there is somebody."""
        if action == "turn_who" and not self.who and self.listing.table.row is None:
            return "There is no entry under the cursor that says by whom."
        return super().hindrance(action, parameters)

    # ------------------------------------------------------------------ keys

    @on(RowTable.RowChosen)
    def _chosen(self, event: RowTable.RowChosen[Entry]) -> None:
        from tokentui.tui.dialogs.entry_details import EntryDetails

        self.app.push_screen(EntryDetails(event.row))

    def action_turn_who(self) -> None:
        row = self.listing.table.row
        self.who = "" if self.who or row is None else row.who.user

    def action_turn_period(self) -> None:
        self.period = (self.period + 1) % len(PERIODS)

    def watch_who(self) -> None:
        self.listing.reload(reset=True)

    def watch_period(self) -> None:
        self.listing.reload(reset=True)

    @work
    async def action_back(self) -> None:
        if self._subject is None:
            self.app.exit()
        else:
            self.dismiss(None)


class HistoryScreen(ActivityScreen):
    """What became of one record; the way out leads back to it."""

    BINDINGS: ClassVar[list[BindingType]] = [*actions.common_keys()]


def entry_cell(entry: Entry, column: str) -> str | Cell:
    """What stands in one cell of the list."""
    match column:
        case "when":
            return local_minute(entry.at)
        case "what":
            return entry.what
        case "who":
            return Cell(entry.who.text, "dim")
        case _:
            return _STATES[entry.state]


def _empty(filtered: bool) -> str:
    if filtered:
        return "No entry fits.\n\nEsc  Clear the filter    p  Another period    w  By all"
    return "Nothing was changed yet.\n\nEvery change will be told here."
