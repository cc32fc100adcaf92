"""A line of a form: label, control, and what is wrong with it right below."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.reactive import var
from textual.widget import Widget
from textual.widgets import Label, Static


class Field(Vertical):
    """A labelled control with room for an error; `name` is the record's attribute."""

    DEFAULT_CSS = """
    Field {
        height: auto;
        & > Horizontal { height: auto; }
        .label { width: 16; color: $text-muted; padding-left: 1; }
        .control { width: 1fr; height: auto; }
        .error { display: none; color: $text-error; padding-left: 16; height: auto; }
        &.-invalid .error { display: block; }
        &.-invalid .label { color: $text-error; }
        /* Textual looks at a field again only where the focus changes something of the field itself. */
        &:focus-within { height: auto; }
        &:focus-within .label { color: $foreground; text-style: bold; }
    }
    """

    error: var[str] = var("", init=False)

    def __init__(self, label: str, *controls: Widget, name: str) -> None:
        super().__init__(name=name)
        self._label = label
        self._controls = controls

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Label(self._label, classes="label")
            with Horizontal(classes="control"):
                yield from self._controls
        yield Static("", classes="error", markup=False)

    def watch_error(self, error: str) -> None:
        self.set_class(bool(error), "-invalid")
        self.query_one(".error", Static).update(f"✗ {error}" if error else "")
