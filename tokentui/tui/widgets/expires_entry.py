"""When a token expires, in a form: typed as a date, a length of time or never, and told on the admin's clock."""

from collections.abc import Callable
from datetime import datetime

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from tokentui.domain.errors import Invalid
from tokentui.domain.periods import local_text, parse_moment
from tokentui.tui.widgets.entry import Entry
from tokentui.tui.words import local_minute

#: The field that an error belongs to.
FIELD = "expires_at"


class ExpiresEntry(Horizontal):
    """An entry beside the moment that it means. Unedited, it is the moment that is kept, be that over already."""

    DEFAULT_CSS = """
    ExpiresEntry {
        height: 1;
        Entry { width: 1fr; }
        #moment { width: auto; color: $text-muted; margin-left: 1; }
    }
    """

    def __init__(self, kept: datetime | None, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._kept = kept
        self._text = local_minute(kept) if kept is not None else ""
        self._now = now

    def compose(self) -> ComposeResult:
        yield Entry(self._text, id="expires", placeholder="never")
        yield Static("", id="moment", markup=False)

    def on_mount(self) -> None:
        self._tell()

    @property
    def moment(self) -> datetime | None:
        """What is typed; raises `Invalid` for the field `expires_at`, also for a moment that is over."""
        typed = self.query_one(Input).value.strip()
        return self._kept if typed == self._text else parse_moment(typed, self._now(), FIELD)

    @on(Input.Changed)
    def _tell(self) -> None:
        try:
            moment = self.moment
        except Invalid:
            moment = None
        over = "over since " if moment is not None and moment <= self._now() else ""
        self.query_one("#moment", Static).update(f"{over}{local_text(moment)}" if moment is not None else "")
