"""A token's value in a form: masked, with eye, arrow and copy; what it shows it hides by itself."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import var
from textual.widgets import Button, Static

from tokentui.tui.actions import LOOK
from tokentui.tui.reveals import Reveals, draw_over
from tokentui.tui.words import MASK


class MouseButton(Button, can_focus=False):
    """A button for the mouse; the keyboard has a letter for it."""


class SecretField(Horizontal, can_focus=True):
    """A mask with its keys and buttons; what it is asked for it passes on."""

    DEFAULT_CSS = """
    SecretField {
        height: 1;
        #mask { width: 1fr; }
        &:focus #mask { text-style: bold reverse; }
        Button { width: auto; min-width: 8; margin-left: 1; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "ask('reveal')", "Reveal", id="secret.reveal", group=LOOK, tooltip="Show the value, or hide it"),
        Binding("r,g", "ask('generate')", "New", id="secret.new", group=LOOK, tooltip="Another value, kept by Save"),
        Binding("c", "ask('copy')", "Copy", id="secret.copy", group=LOOK, tooltip="Copy the value"),
    ]

    #: What stands behind the mask: the last characters, or that the value is new.
    hint: var[str] = var("", init=False)

    class Asked(Message):
        """The user wants to `reveal` (or hide), to `generate` or to `copy`."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def __init__(self, hint: str) -> None:
        super().__init__()
        self.set_reactive(SecretField.hint, hint)

    def compose(self) -> ComposeResult:
        yield Static(self._masked(), id="mask", markup=False)
        yield MouseButton("◉ v Reveal", id="reveal", compact=True)
        yield MouseButton("↻ r New", id="generate", compact=True)
        yield MouseButton("c Copy", id="copy", compact=True)

    def _masked(self) -> str:
        return f"{MASK[:12]}  {self.hint}"

    def watch_hint(self) -> None:
        self.query_one("#mask", Static).update(self._masked())

    def action_ask(self, what: str) -> None:
        self.post_message(self.Asked(what))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.post_message(self.Asked(event.button.id or ""))


class RevealedValue(Reveals, Static):
    """A value on a line of its own, so that it can be selected by hand; it hides itself after 30 seconds."""

    DEFAULT_CSS = """
    RevealedValue { display: none; height: auto; color: $text-warning; padding-left: 1; }
    """

    ALLOW_SELECT = False

    value: var[str | None] = var[str | None](None, init=False)

    def watch_value(self, value: str | None) -> None:
        self.display = value is not None
        self.update(value or "")
        if value is None:
            draw_over(self)
            self.hidden()
        else:
            self.hide_in_time()

    def conceal(self) -> None:
        """Take the value off the screen."""
        self.value = None
