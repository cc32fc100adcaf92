"""Letting findings be: why, and until when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Static

from tokentui.domain.errors import Invalid
from tokentui.services.auditing import checked_reason, parse_end
from tokentui.tui.dialogs.dialog import Dialog
from tokentui.tui.widgets.entry import Entry
from tokentui.tui.widgets.field import Field


@dataclass(frozen=True, slots=True)
class Said:
    """Why it may be so, and from which instant on it is to be told again; None: never."""

    reason: str
    until: datetime | None


class Acknowledge(Dialog[Said | None]):
    """Asks for a reason and an end; gives back both, or None."""

    AUTO_FOCUS = "#reason"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", id="acknowledge.cancel", tooltip="Acknowledge nothing"),
    ]

    def __init__(self, what: str, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._what = what
        self._now = now

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog form") as dialog:
            dialog.border_title = Content(f"Acknowledge {self._what}")
            yield Static("It is told no more until then. 2026-12-31, in 30 days, or never.", classes="quiet")
            yield Field("Reason", Entry(id="reason", max_length=1000, placeholder="Why it may be so"), name="reason")
            yield Field("Until", Entry("in 90 days", id="until", max_length=40), name="until")
            with Horizontal(classes="buttons"):
                yield Button("Acknowledge (enter)", id="acknowledge", variant="primary", compact=True)
                yield Button("Cancel (esc)", id="cancel", compact=True)

    @on(Input.Submitted)
    @on(Button.Pressed, "#acknowledge")
    def _acknowledge(self) -> None:
        said, errors = self._read()
        if said is not None:
            self.dismiss(said)
            return
        for line in self.query(Field):
            line.error = errors.get(line.name or "", "")
        self.query_one(f"#{next(iter(errors))}").focus()

    def _read(self) -> tuple[Said | None, dict[str, str]]:
        """What stands in the form, or what is wrong with it by the name of the field."""
        reason, until = (self.query_one(f"#{name}", Input).value for name in ("reason", "until"))
        errors: dict[str, str] = {}
        try:
            checked_reason(reason)
        except Invalid as error:
            errors[error.field] = str(error)
        try:
            end = parse_end(until, self._now())
        except Invalid as error:
            errors[error.field] = str(error)
        return (None, errors) if errors else (Said(reason, end), errors)

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        self.dismiss(None)
