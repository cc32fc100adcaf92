"""Section 4: what an admin should look at, and the key that mends each of it."""

from collections.abc import Mapping
from functools import partial
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from tokentui.domain.errors import TokenTuiError
from tokentui.services.finding_lists import FindingList, FindingQuery, FindingRow, FindingSort
from tokentui.store.protocol import Reader
from tokentui.store.queries import Page, Window
from tokentui.tui import actions
from tokentui.tui.auditor import FRESH
from tokentui.tui.finding_rows import COLUMNS, details, finding_cell, fits, mending_keys
from tokentui.tui.screens.shelf_screen import ShelfScreen
from tokentui.tui.turns import Once
from tokentui.tui.widgets.listing import Listing, Source, View
from tokentui.tui.widgets.row_table import RowTable
from tokentui.tui.workplace import Workplace


def _settle_key(key: str, how: str, words: str, tooltip: str) -> Binding:
    return Binding(key, f"settle('{how}')", words, id=f"audit.{how}", group=actions.CHANGE, tooltip=tooltip)


class AuditScreen(ShelfScreen[FindingRow]):
    """All findings, the gravest first; on the shelf are those that are acknowledged."""

    SECTION = "audit"
    PLACE = "Audit"
    SHELF = "acknowledged"
    NOUN = "finding"
    EMPTY = "Nothing to look at.\n\ni  What is acknowledged        the thresholds are in config.toml, [policy]"
    NOTHING_FOUND = "No finding fits.\n\nEsc  Clear the filter        i  The acknowledged ones, or the others"
    HELP_TEXT = (
        "Each line is something to look at; its last column names the key that mends it, for this line or for all "
        "marked ones that it mends. Enter opens what the line is about. a lets a finding be, for a reason and for a "
        "time: then it comes back. The thresholds are in config.toml, [policy]."
    )
    DEFAULT_CSS = """
    AuditScreen #details { height: 4; padding: 0 1; background: $surface; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        _settle_key("d", "deactivate", "Deactivate", "Put the token or endpoint on the shelf"),
        _settle_key("e", "disable", "Disable", "Refuse the token everywhere"),
        _settle_key("g", "generate", "Generate", "A new primary token"),
        _settle_key("m", "unmap", "Unmap", "Take a mapping away that lets nobody in"),
        _settle_key("r", "rotate", "Rotate", "Give the token a new value"),
        _settle_key("R", "retire", "Retire", "Refuse the value from before the last rotation now"),
        _settle_key("s", "assign", "Assign", "Map the token to endpoints"),
        _settle_key("a", "acknowledge", "Acknowledge", "Let the finding be, for a reason and for a time"),
        _settle_key("a", "withdraw", "Tell again", "Withdraw the acknowledgement"),
        Binding(
            "i",
            "show_inactive",
            "Acknowledged",
            id="audit.inactive",
            group=actions.LOOK,
            tooltip="Show the acknowledged findings",
        ),
        Binding(
            "i",
            "show_active",
            "To look at",
            id="audit.active",
            group=actions.LOOK,
            tooltip="Show the findings to look at",
        ),
        actions.mark_key(),
        *actions.section_keys(),
    ]

    def __init__(self, workplace: Workplace, keys: Mapping[str, str]) -> None:
        self._found: FindingList | None = None
        self._deeds = Once(self)
        self._keys = mending_keys([each for each in self.BINDINGS if isinstance(each, Binding)], keys)
        super().__init__(workplace)

    def body(self) -> ComposeResult:
        yield self.listing
        yield Static("", id="details", markup=False)

    def source(self) -> Source[FindingRow]:
        return Source(
            COLUMNS, lambda row, column: finding_cell(row, column, self._keys), lambda row: "", self.page, self.held
        )

    # ------------------------------------------------------------------ data down

    async def on_mount(self) -> None:
        self.look_again()
        # findings come and go with time and with the requests seen, also where nobody saves
        self.set_interval(FRESH.total_seconds(), lambda: self.is_current and self.look_again())

    def store_changed(self) -> None:
        super().store_changed()
        if self.is_open:
            self.look_again()

    @work(exclusive=True, group="audit")
    async def look_again(self) -> None:
        """Audit the store as it is now, and show what was found once that is another."""
        try:
            audit = await self.workplace.auditor.audit()
        except TokenTuiError as error:
            self.say(str(error), "error")
            return
        if self.is_open and (self._found is None or self._found.audit is not audit):
            self._found = FindingList(audit)
            self._masthead.findings = len(audit.findings)
            self.listing.reload()
            if audit.trouble:
                self.say(audit.trouble, "error")

    def page(self, reader: Reader, view: View, window: Window) -> Page[FindingRow]:
        if self._found is None:
            return Page((), 0, 0, 0)
        sort = FindingSort(view.sort)
        query = FindingQuery(text=view.text, acknowledged=not self.active_shown, sort=sort, reverse=view.reverse)
        return self._found.page(query, window)

    def held(self, reader: Reader, ids: frozenset[str]) -> frozenset[str]:
        return ids if self._found is None else self._found.held(ids, not self.active_shown)

    @property
    def _empty(self) -> str:
        if self._found is None:
            return "Looking at the whole store…"
        if not self.active_shown and not self.listing.view.text:
            return "Nothing is acknowledged.\n\ni  Back to what is to be looked at"
        return super()._empty

    @on(Listing.Shown)
    @on(RowTable.RowHighlighted)
    def _tell(self) -> None:
        self.query_one("#details", Static).update(details(self.listing.table.row), layout=False)

    # ------------------------------------------------------------------ keys

    @property
    def targets(self) -> list[FindingRow]:
        """The marked rows, or else the row under the cursor."""
        ids = self.listing.table.target_ids
        return self._found.rows(ids) if self._found else []

    def hindrance(self, action: str, parameters: tuple[object, ...]) -> str:
        """What mends, or lets be, nothing of what is marked or under the cursor."""
        if action != "settle":
            return super().hindrance(action, parameters)
        how = str(parameters[0])
        if why := super().hindrance(how, ()):
            return why
        if not self.targets:
            return "There is no finding under the cursor."
        return "" if fits(how, self.targets) else "That does not settle this finding: its last column names the key."

    @on(RowTable.RowChosen)
    def _chosen(self, event: RowTable.RowChosen[FindingRow]) -> None:
        from tokentui.tui.finding_deeds import open_subject

        self._deeds.begin(partial(open_subject, self, event.row.finding), "open")

    def action_settle(self, how: str) -> None:
        from tokentui.tui.finding_deeds import settle

        findings = [row.finding for row in self.targets if fits(how, [row])]
        self._deeds.begin(partial(settle, self, how, findings), how)
