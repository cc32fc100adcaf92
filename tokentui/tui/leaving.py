"""The one way out: edits on the way ask first, what is being saved is waited for, and the clipboard is seen to."""

import asyncio

from textual import work

from tokentui.tui.screens.page_screen import PageScreen, shown_page
from tokentui.tui.stack import StackApp
from tokentui.tui.typed_ahead import hold
from tokentui.tui.workplace import PATIENCE, Workplace


class LeavingApp(StackApp):
    """The part of the application that sees to the user's leaving it."""

    workplace: Workplace
    #: What there is to know of the clipboard once the screen has gone.
    farewell: str = ""

    async def leave(self) -> None:
        """Leave for good; clears what is to be cleared blindly, while there is somebody to do it."""
        self.farewell = await self.workplace.part_from_clipboard()
        self.exit()

    def end(self, code: int) -> None:
        """Leave at once, from any thread: forms are dropped, and what is being saved is waited for."""
        self.call_later(self.exit, return_code=code)

    def note_what_stays(self) -> None:
        """Put into the farewell what stays on the clipboard."""
        if self.workplace.has_copied:
            self.farewell = f"{self.farewell} {self.workplace.clearing.left}".strip()

    async def action_quit(self) -> None:
        """Leave TokenTUI; unsaved edits on the way ask first, and what is being saved is waited for."""
        hold(self, self._quit)

    @work(exclusive=True, group="section")
    async def _quit(self) -> None:
        if await self.leave_pages() and await self._all_saved() and await self._drafts_given_up():
            await self.leave()

    async def _drafts_given_up(self) -> bool:
        """Ask where a form is kept that could not be saved."""
        names, page = self.workplace.drafts.names, shown_page(self)
        if not names or page is None:
            return True
        from tokentui.tui.dialogs.confirm import Question

        return await page.ask(Question("Leave without saving?", (f"Not saved: {', '.join(names)}.",), "Leave"))

    async def _all_saved(self) -> bool:
        """Wait for the changes under way; False where one failed, which is told, or brings its form back."""
        saving = asyncio.ensure_future(self.workplace.all_done())
        if not (await asyncio.wait([saving], timeout=PATIENCE))[0]:
            awaited = self.workplace.desk.store.awaited
            self.say(f"Waiting for what is being saved{awaited and f', which waits for {awaited}'}.", "busy")
        return await saving

    async def leave_pages(self) -> bool:
        """Back to the list of the section; False where a dialog is open, or the user would rather go on editing."""
        while isinstance(self.screen, PageScreen):
            if len(self.screen_stack) == 1:
                return True
            if not await self.screen.leave():
                return False
        return False

    def action_help_quit(self) -> None:
        """What Textual answers to ctrl+c, in the message line."""
        keys = {each.binding.action: self.get_key_display(each.binding) for each in self.active_bindings.values()}
        self.say(f"{keys.get('back', 'q')} leads back, and from a section out; {keys['quit']} quits.", "warning")

    def say(self, text: str, kind: str = "done") -> None:
        """Tell something in the message line of the page that is shown; see `PageScreen.say`."""
        page = shown_page(self)
        if page is not None:
            page.say(text, kind)
