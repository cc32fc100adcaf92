"""The General tab of an endpoint: Details, Security, Misc."""

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.reactive import var
from textual.widgets import Button, Checkbox, Input, Label, TextArea

from tokentui.domain.fields import EndpointFields, default_path, endpoint_problems
from tokentui.domain.slots import Authentication, Slot
from tokentui.domain.slug import slugify
from tokentui.tui.widgets.choice import Choice
from tokentui.tui.widgets.entry import Entry
from tokentui.tui.widgets.field import Field
from tokentui.tui.widgets.tick import Tick


class EndpointForm(VerticalScroll, can_focus=False):
    """Fields in, fields out: `load` shows them, `fields` is what stands in the form."""

    DEFAULT_CSS = """
    EndpointForm {
        padding: 0 1;
        scrollbar-size-vertical: 1;
        .heading { color: $text-accent; text-style: bold; }
        .heading.-later { margin-top: 1; }
        #slug { width: 1fr; }
        #generate { width: auto; min-width: 12; margin-left: 1; }
        #description { height: 3; padding: 0; border: none; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape",
            "leave",
            "Out of the field",
            id="form.leave",
            tooltip="The letters are keys again",
        ),
        Binding("down", "app.focus_next", "Next field", show=False, id="form.next", tooltip="The next field"),
        Binding("up", "app.focus_previous", "Previous field", show=False, id="form.previous", tooltip="A field back"),
    ]

    #: Whether the fields are there to be read and copied only.
    read_only: var[bool] = var(False, init=False)

    class Changed(Message):
        """Something in the form is another now."""

    class Left(Message):
        """The user is out of the fields."""

    class SaveRequested(Message):
        """Enter in a field."""

    def compose(self) -> ComposeResult:
        yield Label("Details", id="details", classes="heading")
        yield Field("Name", Entry(id="name", max_length=200), name="name")
        generate = Button("Generate", id="generate", compact=True, tooltip="Make the slug from the name")
        yield Field("Slug", Entry(id="slug", max_length=63), generate, name="slug")
        yield Field("Group", Entry(id="group", max_length=63), name="group")
        yield Field("Path", Entry(id="path", max_length=500), name="path")
        post, get = (Tick(slot, id=f"method-{slot}") for slot in (Slot.POST, Slot.GET))
        yield Field("Methods", post, get, name="methods")
        yield Label("Security", classes="heading -later")
        kinds = {kind.value: kind.value for kind in Authentication}
        yield Field("Authentication", Choice(kinds, Authentication.NONE, id="authentication"), name="authentication")
        yield Field("IP filter", Entry(id="ip_filter", placeholder="anywhere"), name="ip_filter")
        yield Field("Allow deleting", Tick("DELETE", id="allow_deleting"), name="allow_deleting")
        yield Label("Misc", classes="heading -later")
        description = TextArea(id="description", compact=True)
        description.set_reactive(TextArea.cursor_blink, self.app.animation_level != "none")  # as in an `Entry`
        yield Field("Description", description, name="description")
        yield Field("Active", Tick("active", id="active"), name="active")

    # ------------------------------------------------------------------ fields in and out

    def load(self, fields: EndpointFields) -> None:
        """Show these fields."""
        for name in ("name", "slug", "group", "path"):
            self.query_one(f"#{name}", Input).value = getattr(fields, name)
        self.query_one("#ip_filter", Input).value = ", ".join(fields.ip_filter)
        for slot in (Slot.POST, Slot.GET):
            self.query_one(f"#method-{slot}", Tick).value = slot in fields.methods
        self.query_one(Choice).value = fields.authentication
        self.query_one("#allow_deleting", Tick).value = fields.allow_deleting
        self.query_one("#active", Tick).value = fields.active
        self.query_one(TextArea).text = fields.description
        self._suggest()

    @property
    def fields(self) -> EndpointFields:
        """What stands in the form now."""
        addresses = self._text("ip_filter").replace(",", " ").split()
        return EndpointFields(
            name=self._text("name"),
            slug=self._text("slug"),
            group=self._text("group"),
            path=self._text("path"),
            methods=tuple(slot for slot in (Slot.POST, Slot.GET) if self._ticked(f"method-{slot}")),
            authentication=Authentication(self.query_one(Choice).value),
            ip_filter=tuple(addresses),
            allow_deleting=self._ticked("allow_deleting"),
            active=self._ticked("active"),
            description=self.query_one(TextArea).text,
        )

    def _text(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value

    def _ticked(self, name: str) -> bool:
        return self.query_one(f"#{name}", Tick).value

    def enter(self, field: str = "name") -> None:
        """Go to a field, the first one unless said."""
        self.query_one(f"#{field}").focus()

    def show(self, errors: Mapping[str, str]) -> None:
        """Put each error beside its field, and go to the first one."""
        lines = list(self.query(Field))
        for line in lines:
            line.error = errors.get(line.name or "", "")
        wrong = next((line for line in lines if line.error), None)
        if wrong is not None:
            wrong.query("Input, TextArea, Tick, Choice").first().focus()

    def watch_read_only(self, read_only: bool) -> None:
        for entry in self.query(Entry):
            entry.read_only = read_only
        self.query_one(TextArea).read_only = read_only
        for control in self.query("Tick, Choice, Button"):
            control.disabled = read_only
        note = "   read-only: fields can be copied, not changed" if read_only else ""
        self.query_one("#details", Label).update(f"Details{note}")

    # ------------------------------------------------------------------ keys and messages

    @on(Input.Changed)
    @on(Checkbox.Changed)
    @on(TextArea.Changed)
    @on(Choice.Changed)
    def _edited(self) -> None:
        self._suggest()
        if any(line.error for line in self.query(Field)):
            problems = endpoint_problems(self.fields)
            for line in self.query(Field):
                line.error = problems.get(line.name or "", "")
        self.post_message(self.Changed())

    def _suggest(self) -> None:
        """What an empty slug and an empty path stand for."""
        slug = self._text("slug") or slugify(self._text("name"))
        self.query_one("#slug", Input).placeholder = slugify(self._text("name")) if self._text("name") else ""
        self.query_one("#path", Input).placeholder = default_path(self._text("group") or "…", slug)

    @on(Button.Pressed, "#generate")
    def _generate(self) -> None:
        self.query_one("#slug", Input).value = slugify(self._text("name"))

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.post_message(self.SaveRequested())

    def action_leave(self) -> None:
        self.post_message(self.Left())
