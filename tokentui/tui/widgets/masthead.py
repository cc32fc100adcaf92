"""The two lines at the top of every section: which store this is, how much it holds, and where one may go."""

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import var
from textual.widget import Widget

from tokentui.store.queries import Counts
from tokentui.tui.words import amount

#: Number, mode and label of the sections of the menu.
SECTIONS = (
    ("1", "endpoints", "Endpoints"),
    ("2", "tokens", "Endpoint tokens"),
    ("3", "requests", "Data viewer"),
    ("4", "audit", "Audit"),
    ("5", "activity", "Activity"),
)


class Masthead(Widget):
    """Application, store and counts; below, the sections with the current one marked."""

    DEFAULT_CSS = """
    Masthead {
        height: 2;
        background: $panel;
        color: $foreground;
        link-style: none;
        link-background-hover: $primary;
    }
    """

    section: var[str] = var("")
    location: var[str] = var("")
    counts: var[Counts | None] = var[Counts | None](None)
    #: How many findings the last audit had; None where there was none yet.
    findings: var[int | None] = var[int | None](None)
    note: var[str] = var("")

    def watch_counts(self) -> None:
        self.refresh()

    def watch_findings(self) -> None:
        self.refresh()

    def watch_note(self) -> None:
        self.refresh()

    def watch_section(self) -> None:
        self.refresh()

    def render(self) -> Content:
        return Content("\n").join((self._store_line(), self._section_line()))

    def _store_line(self) -> Content:
        left = Content.assemble((" TokenTUI", "bold $text-primary"), "  ")
        note = Content.assemble(("  " + self.note, "bold $text-warning")) if self.note else Content("")
        right = Content.styled(self._amounts(), "$foreground 70%")
        room = self.size.width - left.cell_length - note.cell_length - right.cell_length - 3
        place = Content.styled(shortened(self.location, max(room, 1)), "$foreground 70%")
        gap = self.size.width - left.cell_length - place.cell_length - note.cell_length - right.cell_length - 1
        return Content.assemble(left, place, note, " " * max(gap, 1), right)

    def _amounts(self) -> str:
        counts = self.counts
        if counts is None:
            return ""
        amounts = [amount(counts.active_endpoints, "endpoint"), amount(counts.active_tokens, "token")]
        return " · ".join((*amounts, *([] if self.findings is None else [amount(self.findings, "finding")])))

    def _section_line(self) -> Content:
        parts = []
        for number, mode, label in SECTIONS:
            style = "bold $text-primary reverse" if mode == self.section else "$foreground 80%"
            parts.append(Content.styled(f" {number} {label} ", f"{style} @click=app.section('{mode}')"))
        return Content.assemble(" ", Content(" ").join(parts))


def shortened(path: str, room: int) -> str:
    """The path in at most `room` cells: its beginning is cut, since its end tells more."""
    if cell_len(path) <= room:
        return path
    kept = path
    while kept and cell_len(kept) > room - 1:
        kept = kept[1:]
    return f"…{kept}"
