"""One line of text in a form."""

from textual.widgets import Input


class Entry(Input):
    """An input that selects nothing when it is entered: the next letter is added, and does not replace all."""

    def __init__(self, value: str = "", *, id: str, max_length: int = 0, placeholder: str = "") -> None:
        super().__init__(value, placeholder, id=id, max_length=max_length, compact=True, select_on_focus=False)
