"""What all dialogs share: each is closed once, by its own answer."""

from typing import ClassVar, TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

from tokentui.tui.closing import close

ResultT = TypeVar("ResultT")


class Dialog(ModalScreen[ResultT]):
    """Asks for a `ResultT`, or shows something and gives back None."""

    #: Whether something may be cut off or lost by an answer: see `typed_ahead`.
    CUTS: ClassVar[bool] = False
    #: Whether it comes between a key and what that leads to, so that nobody typed ahead for it.
    COMES_BETWEEN: ClassVar[bool] = False

    def dismiss(self, result: ResultT | None = None) -> AwaitComplete:
        """Close with an answer: this dialog and what lies above it, and nothing a second time."""
        return close(self, lambda: super(Dialog, self).dismiss(result))
