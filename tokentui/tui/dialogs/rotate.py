"""Rotate: how long the old value works, and what depends on the token; several leave a file of their new values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Label, Static

from tokentui.domain.errors import Invalid
from tokentui.domain.periods import local_text, parse_grace
from tokentui.tui.dialogs.dialog import Dialog
from tokentui.tui.widgets.choice import Choice
from tokentui.tui.widgets.entry import Entry
from tokentui.tui.widgets.field import Field
from tokentui.tui.words import ahead

NONE, UNTIL = "none", "until"
_PERIODS = {"1h": timedelta(hours=1), "24h": timedelta(hours=24), "7d": timedelta(days=7)}
_GRACES = {NONE: "none", "1h": "1 h", "24h": "24 h", "7d": "7 days", UNTIL: "until"}

#: How often the moment is told again, in seconds: it moves with the clock.
_TELL_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class RotateSubject:
    """What is to be rotated, for people."""

    #: The name of one token, or `12 tokens`.
    what: str
    several: bool
    #: Label and text of what an admin should know first.
    facts: tuple[tuple[str, str], ...]
    #: When the first of the tokens expires that do, and with it its old value.
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class RotateForm:
    """What was chosen: a grace time, its end where that was typed, and where the new values are to be left."""

    grace: str = "24h"
    end: str = ""
    path: str = ""

    def until(self, now: datetime) -> datetime | None:
        """When the old value dies if it is rotated now; None: at once. Raises `Invalid` for the field `grace`."""
        if self.grace == NONE:
            return None
        return now + _PERIODS[self.grace] if self.grace in _PERIODS else parse_grace(self.end, now, "grace")


class Rotate(Dialog[RotateForm | None]):
    """Asks for the grace time. Gives back the form as it is confirmed, or None."""

    AUTO_FOCUS = "Choice"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "rotate", "Rotate", id="rotate.rotate", tooltip="Give it a new value"),
        Binding("escape,q", "cancel", "Cancel", id="rotate.cancel", tooltip="Leave the value as it is"),
    ]

    def __init__(
        self, subject: RotateSubject, form: RotateForm, now: Callable[[], datetime], errors: Mapping[str, str]
    ) -> None:
        super().__init__()
        self._subject = subject
        self._form = form
        self._now = now
        self._errors = errors
        #: What stood in the form when its errors were last looked at.
        self._seen = form

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog form") as dialog:
            dialog.border_title = Content(f"Rotate {self._subject.what}")
            for label, text in self._subject.facts:
                yield Field(label, Static(text, markup=False), name="")
            yield Field("Grace time", Choice(_GRACES, self._form.grace, id="grace"), name="grace")
            end = Entry(self._form.end, id="end", placeholder="2026-12-31, 2026-12-31 18:00 or in 3 days")
            yield Field("Until", end, name="end")
            old = "Old values" if self._subject.several else "Old value"
            yield Field(old, Static("", id="fate", markup=False), name="")
            if self._subject.several:
                path = Entry(self._form.path, id="path", placeholder="no file")
                yield Field("New values to", path, name="output")
                yield Field("", Label("CSV or JSON by its ending, for you alone", classes="quiet"), name="")
            with Horizontal(classes="buttons"):
                yield Button("Rotate (enter)", id="rotate", variant="primary", compact=True)
                yield Button("Cancel (esc)", id="cancel", compact=True)

    def on_mount(self) -> None:
        self._offer_end()
        self._seen = self.form
        self._show(self._errors)
        if "output" in self._errors:
            self.query_one("#path").focus()
        self.set_interval(_TELL_SECONDS, self._tell)

    @property
    def form(self) -> RotateForm:
        """What stands in the form now."""
        path = self.query_one("#path", Input).value.strip() if self._subject.several else ""
        return RotateForm(self.query_one(Choice).value, self.query_one("#end", Input).value, path)

    # ------------------------------------------------------------------ what is shown

    def _offer_end(self) -> None:
        """The line for a typed end is there where one is wanted."""
        self._line("end").display = self.query_one(Choice).value == UNTIL
        self._tell()

    def _tell(self) -> None:
        self.query_one("#fate", Static).update(self._fate())

    def _fate(self) -> str:
        """When the old value dies, on the admin's clock."""
        now, expires = self._now(), self._subject.expires_at
        try:
            until = self.form.until(now)
        except Invalid:
            return ""
        if until is None:
            return "refused at once"
        works = "work until" if self._subject.several else "works until"
        if expires is None or expires > until:
            return f"{works} {local_text(until)}, {ahead(until, now)}"
        if self._subject.several:
            return f"{works} {local_text(until)}, or until their tokens expire"
        return f"{works} {local_text(expires)}: the token expires then"

    def _line(self, name: str) -> Field:
        return next(line for line in self.query(Field) if line.name == name)

    def _show(self, errors: Mapping[str, str]) -> None:
        """Errors beside their fields; that of the grace time beside what was typed."""
        for line in self.query(Field):
            line.error = errors.get("grace" if line.name == "end" else line.name or "-", "")
        self._line("grace").error = "" if self.query_one(Choice).value == UNTIL else errors.get("grace", "")

    # ------------------------------------------------------------------ keys

    @on(Choice.Changed)
    def _grace_changed(self) -> None:
        self._edited()
        self._offer_end()
        if self.query_one(Choice).value == UNTIL:
            self.query_one("#end").focus()

    @on(Input.Changed)
    def _edited(self) -> None:
        """Errors go with the first edit; what a field says of itself when it is new is none."""
        if self.form != self._seen:
            self._show({})
        self._seen = self.form
        self._tell()

    @on(Input.Submitted)
    @on(Button.Pressed, "#rotate")
    def action_rotate(self) -> None:
        form = self.form
        try:
            form.until(self._now())
        except Invalid as error:
            self._show({"grace": str(error)})
        else:
            self.dismiss(form)

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        self.dismiss(None)
