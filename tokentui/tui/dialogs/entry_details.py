"""One entry of the activity trail in full: who, when, and what of which record became what."""

from collections.abc import Iterator
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from tokentui.domain.activity import Entry, EntryState, RecordChange
from tokentui.tui.dialogs.lines_dialog import LinesDialog
from tokentui.tui.widgets.cell_text import printable
from tokentui.tui.words import amount, local_second

_STATES = {
    EntryState.DONE: "done",
    EntryState.PENDING: "being saved",
    EntryState.NEVER_CAME: "never came: a crash or a full disk kept it from being saved",
    EntryState.REPAIR: "tells what a crash left in the trail",
}
#: Records that are shown; an import has hundreds, and the command line shows them all.
MOST_RECORDS = 50


class EntryDetails(LinesDialog[None]):
    """Shows an entry, and nothing can be changed in it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "close", "Close", id="entry.close", tooltip="Back to the list"),
        Binding("j", "scroll(1)", "Down", show=False, id="entry.down", tooltip="Scroll down"),
        Binding("k", "scroll(-1)", "Up", show=False, id="entry.up", tooltip="Scroll up"),
    ]

    def __init__(self, entry: Entry) -> None:
        super().__init__()
        self._entry = entry

    @property
    def title_text(self) -> str:
        return printable(self._entry.what)

    def lines(self) -> Iterator[Content]:
        entry = self._entry
        for label, text in (
            ("When", local_second(entry.at)),
            ("Who", entry.who.text),
            ("State", _STATES[entry.state]),
            ("Line", f"{entry.number:,} of the trail, {entry.hash[:16]}…"),
        ):
            yield Content.assemble((f"{label:<7}", "bold"), printable(text))
        for change in entry.changes[:MOST_RECORDS]:
            yield Content("")
            yield from _record(change)
        if len(entry.changes) > MOST_RECORDS:
            yield Content("")
            yield Content(f"and {amount(len(entry.changes) - MOST_RECORDS, 'record')} more")


def _record(change: RecordChange) -> Iterator[Content]:
    before, after = change.revs
    what = "new" if not before else "taken out" if not after else ""
    yield Content.assemble((f"{change.kind} {printable(change.name)}", "bold $text-accent"), f"  {what}")
    for name, (old, new) in change.fields.items():
        text = _word(new) if not before else _word(old) if not after else f"{_word(old)} → {_word(new)}"
        yield Content.assemble(f"  {name:<15}", text)


def _word(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case None | "" | [] | ():
            return "–"
        case list() | tuple():
            return ", ".join(map(printable, map(str, value)))
    return printable(str(value))
