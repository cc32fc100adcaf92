"""What the application has to do with the clipboard: the key that clears it, and what is selected on screen."""

from textual import work
from textual.binding import Binding
from textual.widgets import Input

from tokentui.tui.actions import LOOK
from tokentui.tui.locking import LockingApp
from tokentui.tui.screens.page_screen import shown_page


def clear_clipboard_key() -> Binding:
    """Offered where something was copied."""
    return Binding(
        "X",
        "clear_clipboard",
        "Clear clipboard",
        show=False,
        id="app.clear_clipboard",
        group=LOOK,
        tooltip="Take what was copied off the clipboard now",
    )


class CopyingApp(LockingApp):
    """The part of the application that sees to what was copied."""

    def on_mount(self) -> None:
        self.workplace.mention = lambda text, kind: self.call_later(self.mention, text, kind)

    def mention(self, text: str, kind: str) -> None:
        """Tell something where the message line is free: trouble with the key or the store comes first."""
        page = shown_page(self)
        if page is not None and not page.told:
            page.say(text, kind)

    def copy_to_clipboard(self, text: str) -> None:
        """What was selected may be a value, wherever it stood, and goes the way of values.

        That of an ordinary entry is also kept for a while, to be pasted into another one.
        """
        from tokentui.tui.widgets.entry import QuietEntry

        entry, page = self.focused, shown_page(self)
        if not text:
            return
        if isinstance(entry, Input) and not isinstance(entry, QuietEntry) and entry.selected_text == text:
            self.keep_cut(text)
        if page is not None:
            page.copy(text, "the selection", "Hold Shift while you select, and the terminal copies it.")

    @work(group="clear_clipboard")
    async def action_clear_clipboard(self) -> None:
        """Take what was copied off the clipboard now."""
        self.say(*await self.workplace.clear_clipboard())
