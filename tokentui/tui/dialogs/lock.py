"""What is on the screen while TokenTUI is locked: which store, since when, and the way back in."""

import asyncio
from typing import ClassVar

from rich.console import RenderableType
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.renderables.blank import Blank
from textual.screen import ModalScreen
from textual.widgets import Static
from textual.worker import Worker

from tokentui.domain.errors import TokenTuiError
from tokentui.domain.periods import local_text
from tokentui.tui.widgets.passphrase import Passphrase
from tokentui.tui.workplace import Workplace

#: How long dropping the keys may take before it is told why, in seconds.
PATIENCE = 0.3

_HIDES = (
    "The key has no passphrase, so this only hides the screen: whoever sits here can press Enter. "
    "`tokentui store key passphrase` gives it one."
)


class LockScreen(ModalScreen[None]):
    """Covers everything; the application takes it away."""

    ALLOW_SELECT = False

    class Opened(Message):
        """The user has unlocked it."""

    class LeaveRequested(Message):
        """The user wants to leave TokenTUI."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "unlock", "Unlock", id="lock.unlock", tooltip="Back to where you were"),
        Binding(
            "ctrl+q,ctrl+c",
            "leave",
            "Quit",
            priority=True,
            id="lock.quit",
            tooltip="Leave TokenTUI, where nothing unsaved is open",
        ),
        Binding(
            "q",
            "leave_by_letter",
            "Quit",
            id="lock.quit_by_letter",
            tooltip="Leave TokenTUI, where nothing unsaved is open and no passphrase is asked for",
        ),
    ]

    def __init__(self, workplace: Workplace) -> None:
        super().__init__()
        self._workplace = workplace
        self._since = workplace.now()
        #: Whether to ask for a passphrase; None while that is not known.
        self._asks: bool | None = None
        self._looking: Worker[None]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Locked"
            dialog.border_subtitle = "enter Unlock   ctrl+q Quit"
            yield Static(f"Since {local_text(self._since)}", markup=False)
            yield Static(self._workplace.location, classes="quiet", markup=False)
            yield Static("", id="note", markup=False)

    def render(self) -> RenderableType:
        """Nothing of what lies below, whatever the theme."""
        return Blank(self.styles.background)  # type: ignore[return-value]  # as Textual's own screens do

    def on_mount(self) -> None:
        self._looking = self._look()

    @work(group="keys")
    async def _look(self) -> None:
        """Drop the keys, and see whether a passphrase guards them: not to know it is not to know of none."""
        try:
            self._asks = await self._drop_keys()
        except TokenTuiError as error:
            self.tell(f"{error}\nWhether it has a passphrase is not known. Enter looks again.")
            return
        self.tell("" if self._asks else _HIDES)
        if self._asks:
            form = Passphrase(self._workplace.unlock)
            await self.mount(form, after="#note")
            form.enter()

    async def _drop_keys(self) -> bool:
        dropping = asyncio.ensure_future(self._workplace.drop_keys())
        if not (await asyncio.wait([dropping], timeout=PATIENCE))[0]:
            self.tell("Waiting for what is being saved.")
        return await dropping

    def tell(self, text: str) -> None:
        """Say something below since when it is locked."""
        self.query_one("#note", Static).update(text)

    @on(Passphrase.Passed)
    def _passed(self) -> None:
        self.post_message(self.Opened())

    def action_unlock(self) -> None:
        if self._asks is False:
            self.post_message(self.Opened())
        elif self._asks is None and self._looking.is_finished:
            self._looking = self._look()

    def action_leave(self) -> None:
        self.post_message(self.LeaveRequested())

    def action_leave_by_letter(self) -> None:
        """Not where letters may be those of a passphrase."""
        if self._asks is False:
            self.action_leave()
