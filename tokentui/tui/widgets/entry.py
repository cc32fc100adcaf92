"""One line of text in a form, and one whose text may be secret."""

from textual import events
from textual.reactive import var
from textual.widgets import Input

from tokentui.tui.reveals import Reveals
from tokentui.tui.widgets.pasting import take_one_line


class Entry(Input):
    """An input that selects nothing when it is entered: the next letter is added, and does not replace all.

    `read_only`: its text can be moved through, selected and copied; letters are keys there, as outside of a field.
    """

    read_only: var[bool] = var(False)

    def __init__(
        self, value: str = "", *, id: str, max_length: int = 0, placeholder: str = "", password: bool = False
    ) -> None:
        super().__init__(
            value,
            placeholder,
            id=id,
            max_length=max_length,
            password=password,
            compact=True,
            select_on_focus=False,
        )

    def on_mount(self) -> None:
        """A cursor that blinks costs bytes as an animation does."""
        self.cursor_blink = self.app.animation_level != "none"

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Letters, unless it is read-only."""
        return not self.read_only and super().check_consume_key(key, character)

    def on_key(self, event: events.Key) -> None:
        if self.read_only and event.is_printable:
            event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        take_one_line(event)

    def replace(self, text: str, start: int, end: int) -> None:
        """What all keys that write or delete come to."""
        if self.read_only:
            self.restricted()
        else:
            super().replace(text, start, end)


class QuietEntry(Reveals, Entry):
    """An entry whose messages do not tell what stands in it: a token, or a target that holds one in its query."""

    class Changed(Input.Changed):
        def __repr__(self) -> str:
            return "QuietEntry.Changed()"

    class Submitted(Input.Submitted):
        def __repr__(self) -> str:
            return "QuietEntry.Submitted()"

    class Blurred(Input.Blurred):
        def __repr__(self) -> str:
            return "QuietEntry.Blurred()"

    def action_copy(self) -> None:
        """Not of what is masked: the application keeps what it copies."""
        if not self.password:
            super().action_copy()

    def action_cut(self) -> None:
        """As `action_copy`."""
        if not self.password:
            super().action_cut()

    def conceal(self) -> None:
        """Take a query off the screen; what is masked shows nothing."""
        path, question_mark, _ = self.value.partition("?")
        if question_mark and not self.password:
            self.value = path
