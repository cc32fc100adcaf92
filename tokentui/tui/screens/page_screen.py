"""What all full screens share: masthead, place, messages and key line, and what happens when the store changes.

Opening has a budget: what the first list does not need (dialogs, services, the clipboard) is loaded by the key that
asks for it, here and in the sections.
"""

import asyncio
import gc
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, TypeVar

from textual import on, work
from textual.app import App, ComposeResult
from textual.await_complete import AwaitComplete
from textual.message import Message
from textual.screen import Screen

from tokentui.domain.errors import TokenTuiError
from tokentui.store.protocol import Reader
from tokentui.tui.actions import CHANGES
from tokentui.tui.closing import close
from tokentui.tui.hindrances import READ_ONLY, Hindered
from tokentui.tui.typed_ahead import hold, saving
from tokentui.tui.widgets.key_hints import KeyHints
from tokentui.tui.widgets.listing import Listing
from tokentui.tui.widgets.masthead import Masthead
from tokentui.tui.widgets.message_line import MessageLine
from tokentui.tui.widgets.place_line import PlaceLine
from tokentui.tui.working import work_for
from tokentui.tui.workplace import Workplace

if TYPE_CHECKING:
    from tokentui.tui.dialogs.confirm import Question
    from tokentui.tui.request_filters import RequestFilters

#: How long the keys have been quiet, in seconds, before the findings are counted.
QUIET_SECONDS = 0.5

#: How long to wait for a store that does not answer before it is asked again, in seconds.
ASK_AGAIN_SECONDS = 1.0

ScreenResultT = TypeVar("ScreenResultT")
ResultT = TypeVar("ResultT")


class PageScreen(Hindered, Screen[ScreenResultT]):
    """A screen of its own below the masthead; `body` gives what stands between place line and messages."""

    AUTO_FOCUS = "RowTable"

    #: Which section of the menu this belongs to.
    SECTION: ClassVar[str] = ""
    #: What the help dialog says above the keys: one paragraph.
    HELP_TEXT: ClassVar[str] = ""

    class Opened(Message):
        """The first list is on the screen, and what is wrong with the key has been told."""

    def __init__(self, workplace: Workplace) -> None:
        super().__init__()
        self.workplace = workplace
        self._masthead = Masthead()
        self._composed = False
        #: Whether the store did not answer when it was last asked for nothing but that.
        self._lost = False
        #: What was told of a store that did not answer, and which answers are still to come before that is over.
        self._trouble = ""
        #: What was told last of the requests seen beside the store.
        self._trouble_beside = ""
        self._unanswered: set[str] = set()

    def compose(self) -> ComposeResult:
        yield self._masthead
        yield PlaceLine()
        yield from self.body()
        yield MessageLine()
        yield KeyHints()

    def body(self) -> ComposeResult:
        """The widgets of this screen."""
        raise NotImplementedError

    async def on_mount(self) -> None:
        self._composed = True
        self._masthead.section = self.section
        self._masthead.location = self.workplace.location
        if not self.query(Listing):
            self._count()

    @on(Listing.Shown)
    def _first_shown(self) -> None:
        """The amounts can wait until the first list is on the screen."""
        self._answered("list")
        if self._masthead.counts is None:
            self._count()
            self._check_key()
            self.app.call_after_refresh(collect_garbage)

    @property
    def section(self) -> str:
        """Which section of the menu is marked as the current one."""
        return self.SECTION

    @property
    def help_text(self) -> str:
        """What the help dialog says above the keys now."""
        return self.HELP_TEXT

    @property
    def is_open(self) -> bool:
        """Whether it is shown: what comes too early finds no widgets yet, what comes too late none any more."""
        return self._composed and self._masthead.is_attached and self in self.app.screen_stack

    @property
    def is_settled(self) -> bool:
        """Whether it shows what the keys so far have asked for."""
        return self.is_open and all(listing.is_settled for listing in self.query(Listing).results())

    @property
    def edited(self) -> bool:
        """Whether something here would be lost by leaving."""
        return False

    def store_changed(self) -> None:
        """Somebody saved, here or elsewhere: show what the store holds now."""
        if not self.is_open:
            return
        listings = list(self.query(Listing).results())
        self._unanswered = {"count", "list"} if listings else {"count"}
        self._count()
        for listing in listings:
            listing.reload()

    @work(exclusive=True, group="count")
    async def _count(self) -> None:
        try:
            self._masthead.counts = await self.workplace.look(lambda reader: reader.counts())
        except TokenTuiError as error:
            self._tell_trouble(error)
        else:
            self._answered("count")
            self._count_findings()
        self._masthead.note = "read-only" if self.workplace.read_only else ""
        self.refresh_bindings()

    @work(exclusive=True, group="findings")
    async def _count_findings(self) -> None:
        """Nobody waits for this amount, so it comes when all else has been seen to."""
        auditor = self.workplace.auditor
        if auditor.last is not None:
            self._masthead.findings = len(auditor.last.findings)
        await asyncio.sleep(max(QUIET_SECONDS, 2 * auditor.took))
        try:
            self._masthead.findings = len((await auditor.audit()).findings)
        except TokenTuiError as error:
            self._tell_once(str(error))

    def _answered(self, what: str) -> None:
        """Where all that was asked has been answered, no message may say otherwise any more."""
        self._unanswered.discard(what)
        if self._trouble and not self._unanswered:
            trouble, self._trouble = self._trouble, ""
            if self.told == trouble:
                self.say("The store can be read again.")

    def _tell_trouble(self, error: TokenTuiError) -> None:
        """Once for all that fail of the same: the last to fail must not wipe out what was told meanwhile."""
        known, self._trouble = self._trouble == str(error), str(error)
        self._unanswered.add("count")  # whatever has failed is asked again, and the amounts with it
        if not known:
            self.say(str(error), "error")
        self._wait_for_store(str(error))

    @work(exclusive=True, group="trouble")
    async def _wait_for_store(self, trouble: str) -> None:
        """Where the store does not answer, ask until it does; then show what it holds."""
        while not await self._answers():
            self._lost = True
            if not self.told and shown_page(self.app) is self:  # what stood over it has faded, and it lasts
                self.say(trouble, "error")
            await asyncio.sleep(ASK_AGAIN_SECONDS)
        if self._lost:
            self._lost = False
            self.store_changed()

    async def _answers(self) -> bool:
        try:
            await self.workplace.look(lambda reader: None)
        except TokenTuiError:
            return False
        return True

    @work(exclusive=True, group="key")
    async def _check_key(self) -> None:
        """Say at the beginning, not after a form was filled in, that values cannot be opened or made."""
        trouble = await self.look(lambda reader: self.workplace.key_trouble())
        if trouble:
            self.say(trouble, "error")
        self.post_message(self.Opened())

    def dismiss(self, result: ScreenResultT | None = None) -> AwaitComplete:
        """Close with a result: this screen and what lies above it, and nothing a second time."""
        return close(self, lambda: super(PageScreen, self).dismiss(result))

    async def leave(self) -> bool:
        """Close the screen, and say whether it is closed; one with unsaved edits asks first."""
        self.dismiss()
        return True

    def say(self, text: str, kind: str = "done") -> None:
        """Tell what happened (`done`, `busy`, `warning`, `error`), also on the page that is shown, be it another.

        What is to be known of a change that was saved goes with it.
        """
        notice = self.workplace.desk.store.take_notice()
        if notice is not None:
            text, kind = f"{text} {notice.text}", "error" if notice.grave or kind == "error" else "warning"
        for page in {self, shown_page(self.app) or self}:
            for line in page.query(MessageLine):  # a screen that was closed meanwhile has none
                line.say(text, kind)
                if (fault := self.workplace.key_fault) and fault in text:
                    page.look_for_key(text)

    @work(exclusive=True, group="key back")
    async def look_for_key(self, told: str) -> None:
        """Take back what was told of the key once that can be read again."""
        from tokentui.tui.key_back import take_back

        await take_back(self, told)

    def unsay(self, text: str) -> bool:
        """Take a message away, unless another one stands there by now; whether it stood there."""
        return any(line.unsay(text) for line in self.query(MessageLine))

    @property
    def told(self) -> str:
        """What the message line says."""
        return self.query_one(MessageLine).text

    async def look(self, question: Callable[[Reader], ResultT]) -> ResultT | None:
        """Ask the store; where it does not answer, say why and give None."""
        try:
            return await self.workplace.look(question)
        except TokenTuiError as error:
            self.say(str(error), "error")
            return None

    async def perform(
        self,
        deed: Callable[[], ResultT],
        done: Callable[[ResultT], str],
        kind: Callable[[ResultT], str] = lambda result: "done",
    ) -> bool:
        """Do a deed, say how it went and with which kind, and show the store as it is then."""
        saving(0.0)
        try:
            result = await self.workplace.perform(deed)
        except TokenTuiError as error:
            self.say(str(error), "error")
            return False
        finally:
            self.store_changed()
        self.say(done(result), kind(result))
        return True

    async def ask(self, question: "Question") -> bool:
        """Ask before something is cut off."""
        from tokentui.tui.dialogs.confirm import Confirm

        if isinstance(self.app.screen, Confirm):  # the key came twice
            return False
        return await self.app.push_screen_wait(Confirm(question))

    def copy(self, value: str, what: str, *otherwise: str) -> None:
        """Put a value on the clipboard and say how, and what to do where it has not arrived."""

        async def copy() -> None:
            self.say(await self.workplace.copy(value, what, *otherwise))

        work_for(self.app, copy, "copy")  # this page may be left meanwhile

    def show_history(self, record_id: str, name: str) -> None:
        """Open the activity of one record."""
        from tokentui.tui.screens.activity import HistoryScreen, Subject

        self.app.push_screen(HistoryScreen(self.workplace, Subject(self.section, record_id, name)))

    def show_requests(self, filters: "RequestFilters") -> None:
        """Open the data viewer for what the filters select."""
        from tokentui.tui.screens.requests import RecordRequestsScreen

        self.app.push_screen(RecordRequestsScreen(self.workplace, filters, self.section))

    def action_undo(self) -> None:
        hold(self, self._undo)

    @work(exclusive=True, group="undo")
    async def _undo(self) -> None:
        from tokentui.tui.undo_deed import undo

        await undo(self)

    def action_nothing_to_undo(self) -> None:
        from tokentui.services.undo import nothing_to_undo

        self.say(nothing_to_undo(self.workplace.desk), "warning")

    def hindrance(self, action: str, parameters: tuple[object, ...]) -> str:
        """Nothing that changes the store where it is read-only; no undo where there is nothing to undo."""
        if self.workplace.read_only and (action in CHANGES or action == "nothing_to_undo"):
            return READ_ONLY
        if action == "undo" and not self.workplace.desk.history:
            return "There is nothing to undo."
        if action == "nothing_to_undo" and self.workplace.desk.history:
            return "u takes back the last change."
        return "Nothing to clear or to close here: q quits." if action == "stay" else ""

    @on(Listing.Troubled)
    def _listing_troubled(self, event: Listing.Troubled) -> None:
        self._tell_once(event.trouble)

    def _tell_once(self, trouble: str) -> None:
        """Say on this page what is not known beside the store, whoever finds it, and not again until it is over."""
        before, self._trouble_beside = self._trouble_beside, trouble
        if trouble and trouble != before:
            for line in self.query(MessageLine):
                line.add(trouble, "error")

    @on(Listing.Failed)
    def _listing_failed(self, event: Listing.Failed) -> None:
        self._tell_trouble(event.error)


def shown_page(app: App[Any]) -> "AnyPage | None":
    """The full screen that is shown, below whatever dialog."""
    return next((screen for screen in reversed(app.screen_stack) if isinstance(screen, PageScreen)), None)


def collect_garbage() -> None:
    """Begin to look for garbage, but not among what was there when the first list was on the screen.

    The command line starts without: to look through modules and the store's records again and again costs a third of
    the time to the first list, and later 70 ms at a time with 100,000 tokens. Where garbage is looked for already,
    what is there is left to that: part of it may be garbage by now, and would stay for good.
    """
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


#: Any full screen, whatever it gives back.
AnyPage: TypeAlias = PageScreen[Any]
