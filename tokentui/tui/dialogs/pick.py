"""One of a list of words: the arrows move, Enter takes it."""

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tokentui.tui.dialogs.dialog import Dialog


class Pick(Dialog[str | None]):
    """`options` maps what is given back to what is shown; None where nothing was taken."""

    AUTO_FOCUS = "OptionList"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "cancel", "Cancel", id="pick.cancel", tooltip="Take none"),
        Binding("j", "move('cursor_down')", "Down", show=False, id="pick.down", tooltip="The next one"),
        Binding("k", "move('cursor_up')", "Up", show=False, id="pick.up", tooltip="The one before"),
    ]

    def __init__(self, title: str, options: Mapping[str, str], note: str = "") -> None:
        super().__init__()
        self._title = title
        self._options = dict(options)
        self._note = note

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(self._title)
            dialog.border_subtitle = "enter Take   esc Cancel"
            options = [Option(Content(label), id=key) for key, label in self._options.items()]
            yield OptionList(*options, classes="lines", compact=True)
            if self._note:
                yield Static(self._note, classes="quiet", markup=False)

    @on(OptionList.OptionSelected)
    def _taken(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)

    async def action_move(self, action: str) -> None:
        await self.query_one(OptionList).run_action(action)

    def action_cancel(self) -> None:
        self.dismiss(None)
