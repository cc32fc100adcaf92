"""The question for the passphrase, where a value is wanted and the key is wrapped with one."""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from tokentui.tui.dialogs.dialog import Dialog
from tokentui.tui.widgets.passphrase import Passphrase


class Unlock(Dialog[bool]):
    """Whether the keys are open now."""

    COMES_BETWEEN = True

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", id="unlock.cancel", tooltip="Leave it undone"),
    ]

    def __init__(self, attempt: Callable[[str], Awaitable[None]]) -> None:
        super().__init__()
        self._attempt = attempt

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Unlock"
            dialog.border_subtitle = "enter Unlock   esc Cancel"
            yield Static("Values are sealed with a key that has a passphrase.", markup=False)
            yield Passphrase(self._attempt)

    def on_mount(self) -> None:
        self.query_one(Passphrase).enter()

    @on(Passphrase.Passed)
    def _passed(self) -> None:
        self.dismiss(True)

    def action_cancel(self) -> None:
        self.dismiss(False)
