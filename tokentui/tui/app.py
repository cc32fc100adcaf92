"""The application: its sections, the keys that work everywhere, and the eye on the store."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from textual import on, work
from textual.app import SystemCommand
from textual.command import CommandPalette
from textual.filter import LineFilter
from textual.screen import Screen
from textual.widgets import Input

from tokentui.services.desk import Desk
from tokentui.services.settings import Settings, SettingsError, remember_theme
from tokentui.tui.app_keys import APP_KEYS
from tokentui.tui.appearance import COLOURLESS, colourless, line_filters, on_console
from tokentui.tui.ending import Ending
from tokentui.tui.escape_key import EscapeKey
from tokentui.tui.hearing import HearingApp
from tokentui.tui.hindrances import Hindered
from tokentui.tui.palette import ActionCommands
from tokentui.tui.screens.endpoints import EndpointsScreen
from tokentui.tui.screens.page_screen import PageScreen
from tokentui.tui.store_eye import StoreEye
from tokentui.tui.suspending import Suspending, may_suspend, suspend
from tokentui.tui.themes import THEMES
from tokentui.tui.typed_ahead import hold
from tokentui.tui.widgets.message_line import MessageLine
from tokentui.tui.workplace import NOTHING_COPIED, Workplace, over_ssh

#: Actions that lead away from what is shown: not from a dialog, which is answered first.
ELSEWHERE = frozenset({"quit", "section"})


class TokenTuiApp(Hindered, HearingApp):
    """The terminal UI over one desk."""

    TITLE = "TokenTUI"
    CSS_PATH = "app.tcss"
    COMMANDS = {ActionCommands}
    ENABLE_COMMAND_PALETTE = True

    DEFAULT_MODE = "endpoints"

    BINDINGS = APP_KEYS

    def __init__(
        self,
        desk: Desk,
        *,
        settings: Settings | None = None,
        settings_file: Path | None = None,
        demo: bool = False,
    ) -> None:
        super().__init__()
        self._settings = settings or Settings()
        self.workplace = Workplace(
            desk,
            demo=demo,
            policy=self._settings.policy,
            base_url=self._settings.base_url,
            clipboard=self._settings.clipboard,
            glyphs=self._settings.glyphs,
        )
        self._settings_file = settings_file
        if "app.lock" in self._settings.keys:
            self.lock_keys = frozenset(self._settings.keys["app.lock"].split(","))
        self.lock_after = 60.0 * self._settings.lock_after_minutes
        self._checked = False
        #: Who sees to an end that comes from outside; nobody does where there is no terminal.
        self.ending: Ending | None = None
        #: What is said of those for whom the changes wait.
        self._waiting = ""
        self._last_message = ""
        self._eye = StoreEye(desk.store)
        self.own_keys = self._settings.keys
        self.set_keymap(self.own_keys)
        self.escape = EscapeKey(self._settings.keys)
        self.add_mode("endpoints", lambda: EndpointsScreen(self.workplace))
        self.add_mode("tokens", self._tokens_screen)
        self.add_mode("requests", self._requests_screen)
        self.add_mode("audit", self._audit_screen)
        self.add_mode("activity", self._activity_screen)
        for theme in THEMES:
            self.register_theme(theme)
        chosen = COLOURLESS if self.colourless else self._settings.theme
        if chosen in self.available_themes:
            self.theme = chosen
        self._fitting = line_filters(self.workplace.environ, self.console.color_system, self._settings.glyphs)

    def _tokens_screen(self) -> Screen[None]:
        from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen

        return EndpointTokensScreen(self.workplace)

    def _requests_screen(self) -> Screen[None]:
        from tokentui.tui.screens.requests import RequestsScreen

        return RequestsScreen(self.workplace)

    def _audit_screen(self) -> Screen[None]:
        from tokentui.tui.screens.audit import AuditScreen

        return AuditScreen(self.workplace, self._settings.keys)

    def _activity_screen(self) -> Screen[None]:
        from tokentui.tui.screens.activity import ActivityScreen

        return ActivityScreen(self.workplace)

    @property
    def colourless(self) -> bool:
        """Whether no colours are wanted: then there is no theme to choose."""
        return colourless(self.workplace.environ)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's, and then what makes a line fit this terminal."""
        return (*super().get_line_filters(), *self._fitting)

    @property
    def mouse(self) -> bool:
        """Whether to listen to the mouse, unless the settings say it: not over SSH, where each move costs bytes."""
        if self._settings.mouse is not None:
            return self._settings.mouse
        return not (over_ssh(self.workplace.environ) or on_console(self.workplace.environ))

    def on_mount(self) -> None:
        self.theme_changed_signal.subscribe(self, lambda theme: self._remember(theme.name))
        if over_ssh(self.workplace.environ):
            self.animation_level = "none"
        self.workplace.write = self._write_to_terminal
        self.workplace.tell = lambda trouble: self.say(trouble, "error")
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))
        if self.ending is not None:
            Suspending(ends=self.ending.has_begun, draw_anew=lambda: self.call_later(self._draw_anew)).begin()
        self.workplace.tell_awaited = self._tell_awaited
        self._watch_store()

    def on_unmount(self) -> None:
        self.note_what_stays()
        self._eye.close()
        self.answer_nobody()
        self.workplace.close()

    # ------------------------------------------------------------------ the eye on the store

    @work(thread=True, group="watch")
    def _watch_store(self) -> None:
        """Tell the screens when somebody saved, here or in another process."""
        self._eye.watch(
            lambda trouble: self.call_from_thread(self._store_changed, trouble),
            lambda failure: self.call_later(self.say, failure, "error"),
        )

    def _store_changed(self, trouble: str) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, PageScreen):
                screen.store_changed()
        if trouble:
            self.say(trouble, "error")

    # ------------------------------------------------------------------ keys that work everywhere

    def action_section(self, section: str) -> None:
        """Go to a section's list; unsaved edits on the way ask first."""
        hold(self, lambda: self._go_to(section))

    @work(exclusive=True, group="section")
    async def _go_to(self, section: str) -> None:
        if not await self.leave_pages():
            return
        await self.switch_mode(section)
        if isinstance(self.screen, PageScreen):
            self.screen.store_changed()

    def _draw_anew(self) -> None:
        """Somebody stopped the process without its being asked, and a shell may have changed the terminal."""
        with self.suspend():
            pass

    def action_suspend_process(self) -> None:
        """Back to the shell, as the terminal's own Ctrl+Z leads there."""
        if self.ending is None or not may_suspend():
            self.say("There is no shell to go back to: TokenTUI goes on.", "warning")
        else:
            self.app_suspend_signal.publish(self)
            suspend()

    def action_help(self) -> None:
        from tokentui.tui.dialogs.help import Help, key_groups

        active = [active.binding for active in self.screen.active_bindings.values() if active.enabled]
        bindings = [(self.get_key_display(binding), binding) for binding in active]
        text = self.screen.help_text if isinstance(self.screen, PageScreen) else ""
        self.push_screen(Help(text, key_groups(bindings)))

    def hindrance(self, action: str, parameters: tuple[object, ...]) -> str:
        """A dialog is answered before one goes elsewhere; the palette offers what could be done without it."""
        if action == "clear_clipboard":
            return "" if self.workplace.has_copied else NOTHING_COPIED
        asked = (screen for screen in reversed(self.screen_stack) if not isinstance(screen, CommandPalette))
        if action in ELSEWHERE and not isinstance(next(asked, None), PageScreen):
            return "The dialog is answered first."
        return ""

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        if not self.colourless:
            yield SystemCommand("Theme", "Choose the colours; the choice is remembered", self.action_change_theme)
        yield SystemCommand("Message", "Show the last message in full", self._show_last_message)
        yield SystemCommand("Picture", "Save an SVG picture of this screen; values are hidden", self._save_picture)
        if isinstance(screen, PageScreen):
            yield SystemCommand("Quit", "Leave TokenTUI", self.action_quit)

    def _fatal_error(self) -> None:
        """As Textual does, without the local variables and the error's own words: a token's value may be in them.

        There is no public way to say so; a test notices if Textual asks another method one day.
        """
        from tokentui.tui.crash import where_it_was

        self.panic(where_it_was())

    # ------------------------------------------------------------------ what the user has chosen

    @on(PageScreen.Opened)
    def _check_settings(self) -> None:
        if not self._checked:
            self._checked = True
            self.run_worker(self._look_at_settings, thread=True, group="settings")

    def _look_at_settings(self) -> None:
        """To know all keys is to load all screens, which the first list does not wait for."""
        from tokentui.tui.settings_check import settings_trouble

        if self._settings.keys:
            from tokentui.tui.own_keys import completed

            self.call_from_thread(self.set_keymap, completed(self._settings.keys))
        trouble = settings_trouble(self._settings, self.available_themes, self._settings_file)
        if trouble:
            self.call_from_thread(self.mention, trouble, "error")

    # ------------------------------------------------------------------ palette, theme, messages and pictures

    @on(CommandPalette.Opened)
    def _still_palette(self) -> None:
        """A cursor that blinks costs bytes as an animation does, in the palette too."""
        for palette in self.screen_stack:
            if isinstance(palette, CommandPalette):
                for input in palette.query(Input):
                    input.cursor_blink = self.animation_level != "none"

    def _remember(self, theme: str) -> None:
        if self._settings_file is not None:
            self.run_worker(lambda: self._write_theme(theme), thread=True, group="theme", exclusive=True)

    def _write_theme(self, theme: str) -> None:
        assert self._settings_file is not None
        try:
            remember_theme(self._settings_file, theme)
        except SettingsError as error:
            self.call_from_thread(self.say, str(error), "warning")

    def _tell_awaited(self, awaited: str) -> None:
        """Say for whom the changes wait, and no longer than they do; not over what was said since."""
        waiting, self._waiting = self._waiting, awaited and f"Waiting for {awaited}."
        pages = [page for page in self.screen_stack if isinstance(page, PageScreen)]
        told = [page for page in pages if page.unsay(waiting)] if waiting else pages[-1:]
        if awaited and told:
            self.say(self._waiting, "busy")

    @on(MessageLine.Said)
    def _keep_message(self, event: MessageLine.Said) -> None:
        self._last_message = event.text

    def _show_last_message(self) -> None:
        from tokentui.tui.dialogs.last_message import LastMessage

        self.push_screen(LastMessage(self._last_message or "Nothing was told yet."))

    def _save_picture(self) -> None:
        from tokentui.tui.pictures import save_picture

        self.say(*save_picture(self))

    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:
        """As Textual does, with every value taken off the screen first: what is revealed, and what was pasted."""
        from tokentui.tui.pictures import pasted_concealed

        self.conceal()
        with pasted_concealed(self.screen_stack):
            return super().export_screenshot(title=title, simplify=simplify)

    def _write_to_terminal(self, sequence: str) -> None:
        self.call_from_thread(self._write_sequence, sequence)

    def _write_sequence(self, sequence: str) -> None:
        if self._driver is not None:
            self._driver.write(sequence)
