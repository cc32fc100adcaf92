"""One line of text in a form."""

from textual import events
from textual.reactive import var
from textual.widgets import Input


class Entry(Input):
    """An input that selects nothing when it is entered: the next letter is added, and does not replace all.

    `read_only`: its text can be moved through, selected and copied; letters are keys there, as outside of a field.
    """

    read_only: var[bool] = var(False)

    def __init__(self, value: str = "", *, id: str, max_length: int = 0, placeholder: str = "") -> None:
        super().__init__(value, placeholder, id=id, max_length=max_length, compact=True, select_on_focus=False)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Letters, unless it is read-only."""
        return not self.read_only and super().check_consume_key(key, character)

    def on_key(self, event: events.Key) -> None:
        if self.read_only and event.is_printable:
            event.prevent_default()

    def replace(self, text: str, start: int, end: int) -> None:
        """What all keys that write or delete come to."""
        if self.read_only:
            self.restricted()
        else:
            super().replace(text, start, end)
