"""What every screen works with: the desk, and two rows of threads, so that no key ever waits for the disk."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from tokentui.domain.errors import Locked, SealError, StoreError, TokenTuiError
from tokentui.domain.policy import Policy
from tokentui.services.desk import Desk
from tokentui.services.settings import ClipboardRule
from tokentui.store.protocol import Reader, Stamp
from tokentui.tui.drafts import Drafts
from tokentui.tui.homely import homely
from tokentui.tui.typed_ahead import saving

if TYPE_CHECKING:
    from tokentui.tui.auditor import Auditor
    from tokentui.tui.clearing import Clearing

#: How long a deed may take before it is told what it waits for, in seconds.
PATIENCE = 0.3

NOTHING_COPIED = "Nothing of this session is on the clipboard."

ResultT = TypeVar("ResultT")


def _threads(count: int, name: str) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=count, thread_name_prefix=name)


async def _nobody_to_ask() -> bool:
    return False


@dataclass
class Workplace:
    """The desk and the threads that work at it.

    Changes have one thread: they are saved in the order of the keys. Questions have others: a page is on screen while
    a change waits for somebody else's lock.
    """

    desk: Desk
    demo: bool = False
    #: How long a value may live, and what the audit tells.
    policy: Policy = field(default_factory=Policy)
    #: Where the endpoints are reached from outside, for `curl` lines; empty where nobody said.
    base_url: str = ""
    #: What becomes of a copied value.
    clipboard: ClipboardRule = field(default_factory=ClipboardRule)
    #: The setting of that name: which characters the terminal draws.
    glyphs: str = ""
    #: Whether nothing can be changed, as the store last said.
    read_only: bool = field(default=False, init=False)
    #: Sends a control sequence to the terminal, from any thread.
    write: Callable[[str], None] = lambda sequence: None
    #: Tells what is wrong with a deed when who asked for it has gone.
    tell: Callable[[str], None] = lambda trouble: None
    #: Asks the user for the key's passphrase; whether the key is unlocked then.
    ask_passphrase: Callable[[], Awaitable[bool]] = _nobody_to_ask
    #: Tells what happened meanwhile, with its kind, where nothing else is told; from any thread.
    mention: Callable[[str, str], object] = lambda text, kind: None
    #: Tells for whom the deeds wait; nobody any more where that is empty.
    tell_awaited: Callable[[str], None] = lambda awaited: None
    #: What was typed into forms that could not be saved.
    drafts: Drafts = field(default_factory=Drafts)
    #: How many deeds have failed.
    failures: int = field(default=0, init=False)
    #: What was wrong with the key when it was last wanted; empty for nothing.
    key_fault: str = field(default="", init=False)
    _awaited: str = field(default="", init=False)
    _closed: bool = field(default=False, init=False)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    _changes: ThreadPoolExecutor = field(default_factory=lambda: _threads(1, "change"))
    _questions: ThreadPoolExecutor = field(default_factory=lambda: _threads(2, "question"))
    #: One, so that the last value that was copied is the one on the clipboard, and the one that is known to be there.
    _clipboard: ThreadPoolExecutor = field(default_factory=lambda: _threads(1, "clipboard"))

    async def perform(self, deed: Callable[[], ResultT], *, then_shown: bool = False) -> ResultT:
        """Do a deed of the services in the changes' thread; raises what it raises.

        `then_shown`: what comes of it is shown in a dialog, which keys that are typed ahead are for.
        It is done also when who asked leaves before its turn comes; then what it raises is told by `tell`. Where it
        needs a key that is locked, it is begun again once the user has unlocked that.
        """
        if not then_shown:
            saving()
        return await self.with_key(lambda: self._perform(lambda: self._carry_out(deed)))

    async def with_key(self, doing: Callable[[], Awaitable[ResultT]]) -> ResultT:
        """Do what may need a key; raises `Locked` where the user does not unlock it."""
        while True:
            try:
                return await doing()
            except Locked:
                if not await self._unlocked():
                    raise Locked("The key stays locked, so nothing was done.") from None

    async def _unlocked(self) -> bool:
        """Whether the key is unlocked by now; the user is asked once for all that wait for it."""
        async with self._asking:
            locked = await asyncio.to_thread(lambda: self.desk.vault.needs_passphrase)
            return not locked or await self.ask_passphrase()

    async def unlock(self, passphrase: str) -> None:
        """Unlock the key; raises `WrongPassphrase` and `SealError`. Who leaves meanwhile leaves it locked."""
        try:
            await asyncio.to_thread(self.desk.vault.unlock, passphrase)
        except asyncio.CancelledError:
            asyncio.get_running_loop().run_in_executor(None, self._forget)
            raise

    async def drop_keys(self) -> bool:
        """Drop the keys once the deeds under way are done; whether a passphrase is needed to have them again.

        Raises `SealError` and `StoreError` where that is not known; they are dropped all the same.
        """
        return await self._perform(self.desk.vault.forget)

    def _forget(self) -> None:
        with suppress(TokenTuiError):  # what is not known of the key is asked by nobody here
            self.desk.vault.forget()

    async def _perform(self, deed: Callable[[], ResultT]) -> ResultT:
        loop = asyncio.get_running_loop()
        doing = self._in_thread(self._changes, deed)
        doing.add_done_callback(self._done)
        loop.call_later(PATIENCE, self._watch, doing)
        try:
            return await asyncio.shield(doing)
        except asyncio.CancelledError:
            doing.add_done_callback(self._tell_failure)
            raise

    def _carry_out(self, deed: Callable[[], ResultT]) -> ResultT:
        try:
            return deed()
        except SealError:
            self.key_trouble()  # so that it is known what of the message is about the key
            raise

    def _done(self, doing: asyncio.Future[Any]) -> None:
        self.failures += not doing.cancelled() and doing.exception() is not None
        self._await("")

    def _watch(self, doing: asyncio.Future[Any]) -> None:
        """Tell for whom the store waits, until the deed is done."""
        if not doing.done():
            self._await(self.desk.store.awaited)
            asyncio.get_running_loop().call_later(PATIENCE, self._watch, doing)

    def _await(self, awaited: str) -> None:
        if awaited != self._awaited:
            self._awaited = awaited
            self.tell_awaited(awaited)

    def _tell_failure(self, doing: asyncio.Future[Any]) -> None:
        error = None if doing.cancelled() else doing.exception()
        if error is not None:
            self.tell(str(error) if isinstance(error, TokenTuiError) else f"An unexpected {type(error).__name__}.")

    async def all_done(self) -> bool:
        """Wait for the deeds under way; False where one of them failed."""
        before = self.failures
        await self.perform(lambda: None)
        return self.failures == before

    async def look(self, question: Callable[[Reader], ResultT]) -> ResultT:
        """Ask the store as it is now; raises `StoreError`."""
        return await self._in_thread(self._questions, lambda: self._ask(question))

    def _in_thread(self, threads: ThreadPoolExecutor, deed: Callable[[], ResultT]) -> asyncio.Future[ResultT]:
        """Begin it there; raises `CancelledError` where the application is closing, and nothing is begun any more."""
        if self._closed:
            raise asyncio.CancelledError
        return asyncio.get_running_loop().run_in_executor(threads, deed)

    def _ask(self, question: Callable[[Reader], ResultT]) -> ResultT:
        reader = self.desk.reader()
        self.read_only = self.desk.store.read_only
        return question(reader)

    @cached_property
    def auditor(self) -> "Auditor":
        """Who audits the store, in a thread of its own."""
        from tokentui.tui.auditor import Auditor

        return Auditor(self.desk, self.policy)

    @cached_property
    def clearing(self) -> "Clearing":
        """Who knows what is on a clipboard still."""
        from tokentui.tui.clearing import Clearing

        return Clearing(self.clipboard, self.write, self.mention, self.environ, self._clipboard.submit)

    @property
    def has_copied(self) -> bool:
        """Whether something of ours may be on a clipboard."""
        return "clearing" in vars(self) and self.clearing.holds

    async def copy(self, value: str, what: str, *otherwise: str) -> str:
        """Put a value on the clipboard and say how, which may take seconds; see `clipboard.copy`."""
        from tokentui.tui import clipboard

        keep = self.clearing.keep
        return await self._at_clipboard(
            lambda: clipboard.copy(value, what, self.write, self.environ, keep, *otherwise)
        )

    async def clear_clipboard(self) -> tuple[str, str]:
        """Clear what was copied now; what was done, and its kind for the message line."""
        return await self._at_clipboard(self.clearing.clear)

    async def part_from_clipboard(self) -> str:
        """Clear what is to be cleared blindly, also what is being copied still; what was done."""
        return await self._at_clipboard(self.clearing.part) if "clearing" in vars(self) else ""

    async def _at_clipboard(self, deed: Callable[[], ResultT]) -> ResultT:
        """One deed after the other, also where who asked leaves before its turn comes."""
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._clipboard, deed))

    @property
    def location(self) -> str:
        """Which store this is, for people; the home folder is `~`."""
        if self.demo:
            return "a demo store, gone when you leave"
        return homely(self.desk.store.location, self.environ)

    def key_trouble(self) -> str:
        """Why no value could be shown or made now; empty where the key is at hand or needs a passphrase only.

        It may read the key file.
        """
        fault = ""
        try:
            self.desk.vault.digest("")
        except Locked:
            pass
        except SealError as error:
            fault = str(error)
        self.key_fault = fault
        return fault

    @property
    def plain(self) -> bool:
        """Whether the terminal draws few characters."""
        from tokentui.tui.appearance import draws_few

        return draws_few(self.environ, self.glyphs)

    def requests_stamp(self) -> Stamp | None:
        """Differs as soon as a request was recorded; None while that cannot be known."""
        try:
            return self.desk.store.requests.stamp()
        except StoreError:
            return None

    def now(self) -> datetime:
        """The time now, in UTC."""
        return self.desk.clock()

    def close(self) -> None:
        """Let the threads end; a change that has begun is finished first."""
        self._closed = True
        if "auditor" in vars(self):  # it was made when it was first asked for
            self.auditor.close()
        if "clearing" in vars(self):
            self.clearing.close()
        self._clipboard.shutdown(wait=False, cancel_futures=True)
        self._questions.shutdown(wait=False, cancel_futures=True)
        self._changes.shutdown(wait=True)


def over_ssh(environ: Mapping[str, str]) -> bool:
    """Whether this session is at the far end of an SSH connection."""
    return bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))
