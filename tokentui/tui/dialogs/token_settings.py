"""Token settings: add or edit an endpoint token."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from tokentui.domain.errors import Invalid, TokenTuiError
from tokentui.domain.fields import TokenFields, token_problems
from tokentui.tui.dialogs.dialog import Dialog
from tokentui.tui.dialogs.leave import Answer, Leave
from tokentui.tui.widgets.entry import Entry
from tokentui.tui.widgets.expires_entry import FIELD as EXPIRES
from tokentui.tui.widgets.expires_entry import ExpiresEntry
from tokentui.tui.widgets.field import Field
from tokentui.tui.widgets.secret_field import RevealedValue, SecretField
from tokentui.tui.widgets.tick import Tick


@dataclass(frozen=True, slots=True)
class TokenForm:
    """What the form holds: the fields, and a new value where one was generated."""

    fields: TokenFields
    new_value: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenDesk:
    """What the form can ask for: the value that stands, another value, and the clipboard."""

    reveal: Callable[[], Awaitable[str]]
    generate: Callable[[], str]
    copy: Callable[[str], None]
    now: Callable[[], datetime]


#: What comes of a new value here, and where it comes otherwise.
_REPLACES = "The old value is refused as soon as this is saved. r in the list can keep it for a while."


class TokenSettings(Dialog[TokenForm | None]):
    """Name, token, description, Expires and Enabled. Gives back what is to be saved, or None."""

    AUTO_FOCUS = "#name"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w,ctrl+s", "save", "Save", id="settings.save", tooltip="Save the token"),
        Binding(
            "enter",
            "save_from_row",
            "Save",
            show=False,
            priority=True,
            id="settings.enter",
            tooltip="Save the token, from every row",
        ),
        Binding("escape,q", "cancel", "Cancel", id="settings.cancel", tooltip="Leave the form"),
    ]

    def __init__(
        self,
        title: str,
        form: TokenForm,
        desk: TokenDesk,
        *,
        hint: str,
        note: str = "",
        saved: TokenForm,
        errors: Mapping[str, str],
    ) -> None:
        super().__init__()
        self._title = title
        self._form = form
        self._desk = desk
        self._hint = hint
        #: What there is to know of the value that stands.
        self._note = note
        self._saved = saved
        self._errors = errors
        self._new_value = form.new_value
        #: What was typed when its errors were last looked at.
        self._seen: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        fields = self._form.fields
        with Vertical(classes="dialog form") as dialog:
            dialog.border_title = self._title
            yield Static("", id="problem", classes="error", markup=False)
            yield Field("Name", Entry(fields.name, id="name", max_length=100), name="name")
            yield Field("Token", SecretField(self._described()), name="value")
            yield RevealedValue(markup=False)
            yield Static(_REPLACES, id="replaces", classes="quiet", markup=False)
            if self._note:
                yield Field("", Static(self._note, classes="quiet", markup=False), name="")
            description = Entry(fields.description, id="description", max_length=1000)
            yield Field("Description", description, name="description")
            yield Field("Expires", ExpiresEntry(fields.expires_at, self._desk.now), name=EXPIRES)
            yield Field("Enabled", Tick("on", fields.enabled, id="enabled"), name="enabled")
            with Horizontal(classes="buttons"):
                yield Button("Save (enter)", id="save", variant="primary", compact=True)
                yield Button("Cancel (esc)", id="cancel", compact=True)

    def on_mount(self) -> None:
        self._seen = self._typed
        self._show(self._errors)
        self._tell_replaced()

    def on_unmount(self) -> None:
        """Whoever knows the form for longer must not hold a value with it."""
        self._new_value = None
        self._form, self._saved = replace(self._form, new_value=None), replace(self._saved, new_value=None)

    def _described(self) -> str:
        return "new" if self._new_value is not None else self._hint

    # ------------------------------------------------------------------ the form

    def form(self) -> TokenForm:
        """What stands in the form now; raises `Invalid` where Expires is no moment to come."""
        return TokenForm(replace(self._fields, expires_at=self.query_one(ExpiresEntry).moment), self._new_value)

    @property
    def _fields(self) -> TokenFields:
        """All that cannot be misread."""
        return TokenFields(
            name=self.query_one("#name", Input).value,
            description=self.query_one("#description", Input).value,
            enabled=self.query_one("#enabled", Tick).value,
        )

    @property
    def _typed(self) -> tuple[str, ...]:
        return tuple(entry.value for entry in self.query(Input))

    def _problems(self) -> dict[str, str]:
        problems = token_problems(self._fields)
        try:
            self.form()
        except Invalid as error:
            problems[error.field] = str(error)
        return problems

    def _show(self, errors: Mapping[str, str]) -> None:
        for line in self.query(Field):
            line.error = errors.get(line.name or "", "")
        problem = self.query_one("#problem", Static)
        problem.update(f"✗ {errors['']}" if "" in errors else "")
        problem.display = "" in errors

    def on_input_changed(self) -> None:
        typed = self._typed
        if typed != self._seen and any(line.error for line in self.query(Field)):
            self._show(self._problems())
        self._seen = typed

    @on(Input.Submitted)
    @on(Button.Pressed, "#save")
    def action_save(self) -> None:
        errors = self._problems()
        if errors:
            self._show(errors)
        else:
            self.dismiss(self.form())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter on a button presses that."""
        return action != "save_from_row" or not isinstance(self.focused, Button)

    def action_save_from_row(self) -> None:
        self.action_save()

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        if self._edited:
            self.app.push_screen(Leave(self._form.fields.name or "The new token"), self._left)
        else:
            self.dismiss(None)

    @property
    def _edited(self) -> bool:
        try:
            return self.form() != self._saved
        except Invalid:
            return True

    def _left(self, answer: Answer | None) -> None:
        if answer == "save":
            self.action_save()
        elif answer == "discard":
            self.dismiss(None)

    # ------------------------------------------------------------------ the value

    @on(SecretField.Asked)
    @work(exclusive=True)
    async def _asked(self, event: SecretField.Asked) -> None:
        shown = self.query_one(RevealedValue)
        try:
            if event.what == "generate":
                self._generate(shown)
            elif event.what == "copy":
                self._desk.copy(await self._value())
            else:
                shown.value = await self._value() if shown.value is None else None
        except TokenTuiError as error:
            self._show({"value": str(error)})

    def _generate(self, shown: RevealedValue) -> None:
        self._new_value = self._desk.generate()
        self.query_one(SecretField).hint = self._described()
        self._tell_replaced()
        if shown.value is not None:
            shown.value = self._new_value

    def _tell_replaced(self) -> None:
        """A token that has a value would lose it."""
        self.query_one("#replaces").display = self._new_value is not None and self._saved.new_value is None

    async def _value(self) -> str:
        return await self._desk.reveal() if self._new_value is None else self._new_value
