"""The application: its sections, the keys that work everywhere, and the eye on the store."""

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

import rich
from textual import work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from tokentui.domain.errors import TokenTuiError
from tokentui.services.desk import Desk
from tokentui.services.settings import Settings, SettingsError, remember_theme
from tokentui.store.protocol import Stamp
from tokentui.tui.actions import GO, LOOK
from tokentui.tui.palette import ActionCommands
from tokentui.tui.reveals import Reveals
from tokentui.tui.screens.endpoints import EndpointsScreen
from tokentui.tui.screens.page_screen import PageScreen
from tokentui.tui.workplace import Workplace, over_ssh

#: How often the store is looked at for changes that others made, in seconds.
WATCH_SECONDS = 0.5


class TokenTuiApp(App[None]):
    """The terminal UI over one desk."""

    TITLE = "TokenTUI"
    CSS_PATH = "app.tcss"
    COMMANDS = {ActionCommands}
    ENABLE_COMMAND_PALETTE = True

    DEFAULT_MODE = "endpoints"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "1",
            "section('endpoints')",
            "Endpoints",
            show=False,
            id="app.endpoints",
            group=GO,
            tooltip="Go to Endpoints",
        ),
        Binding(
            "2", "section('tokens')", "Tokens", show=False, id="app.tokens", group=GO, tooltip="Go to Endpoint tokens"
        ),
        Binding("4", "section('audit')", "Audit", show=False, id="app.audit", group=GO, tooltip="Go to Audit"),
        Binding(
            "5", "section('activity')", "Activity", show=False, id="app.activity", group=GO, tooltip="Go to Activity"
        ),
        Binding(
            "colon",
            "command_palette",
            "Commands",
            show=False,
            key_display=":",
            id="app.palette",
            group=LOOK,
            tooltip="Find any action by its words",
        ),
        Binding(
            "ctrl+p",
            "command_palette",
            "Commands",
            show=False,
            priority=True,
            id="app.palette_in_fields",
            group=LOOK,
            tooltip="Find any action by its words",
        ),
        Binding(
            "question_mark,f1",
            "help",
            "Help",
            id="app.help",
            group=LOOK,
            tooltip="The keys that work here",
        ),
    ]

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
        self.workplace = Workplace(desk, demo=demo, policy=self._settings.policy)
        self._settings_file = settings_file
        self._ended = threading.Event()
        #: The store as it was before a list was read, so that no change falls between list and look.
        self._seen = self._looked_at()
        self.set_keymap(self._settings.keys)
        self.add_mode("endpoints", lambda: EndpointsScreen(self.workplace))
        self.add_mode("tokens", self._tokens_screen)
        self.add_mode("audit", self._audit_screen)
        self.add_mode("activity", self._activity_screen)
        if self.workplace.environ.get("NO_COLOR"):  # the terminal's own colours, taken away, are black on black
            for theme in [name for name in self.available_themes if name.startswith("ansi")]:
                self.unregister_theme(theme)
        if self._settings.theme in self.available_themes:
            self.theme = self._settings.theme

    def _tokens_screen(self) -> Screen[None]:
        from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen

        return EndpointTokensScreen(self.workplace)

    def _audit_screen(self) -> Screen[None]:
        from tokentui.tui.screens.audit import AuditScreen

        return AuditScreen(self.workplace, self._settings.keys)

    def _activity_screen(self) -> Screen[None]:
        from tokentui.tui.screens.activity import ActivityScreen

        return ActivityScreen(self.workplace)

    @property
    def mouse(self) -> bool:
        """Whether to listen to the mouse: not over SSH, where each move costs bytes, unless the settings say so."""
        if self._settings.mouse is not None:
            return self._settings.mouse
        return not over_ssh(self.workplace.environ)

    def on_mount(self) -> None:
        self.theme_changed_signal.subscribe(self, lambda theme: self._remember(theme.name))
        if over_ssh(self.workplace.environ):
            self.animation_level = "none"
        self.workplace.write = self._write_to_terminal
        self._watch_store()

    def on_unmount(self) -> None:
        self._ended.set()
        self.workplace.close()

    # ------------------------------------------------------------------ the eye on the store

    @work(thread=True, group="watch", exit_on_error=False)
    def _watch_store(self) -> None:
        """Tell the screens when somebody saved, here or in another process."""
        while not self._ended.wait(WATCH_SECONDS):
            before, self._seen = self._seen, self._looked_at()
            if self._seen != before:
                self.call_from_thread(self._store_changed, self._seen[1])

    def _looked_at(self) -> tuple[Stamp | None, str]:
        """The store's stamp, or what is wrong with the store."""
        try:
            return self.workplace.desk.store.stamp(), ""
        except TokenTuiError as error:
            return None, str(error)

    def _store_changed(self, trouble: str) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, PageScreen):
                screen.store_changed()
                if trouble:
                    screen.say(trouble, "error")

    # ------------------------------------------------------------------ keys that work everywhere

    @work(exclusive=True, group="section")
    async def action_section(self, section: str) -> None:
        """Go to a section's list; unsaved edits on the way ask first."""
        if not await self._leave_pages():
            return
        await self.switch_mode(section)
        if isinstance(self.screen, PageScreen):
            self.screen.store_changed()

    async def action_quit(self) -> None:
        """Leave TokenTUI; unsaved edits on the way ask first."""
        self._quit()

    @work(exclusive=True, group="section")
    async def _quit(self) -> None:
        if await self._leave_pages():
            self.exit()

    async def _leave_pages(self) -> bool:
        """Back to the list of the section; False where the user would rather go on editing."""
        while len(self.screen_stack) > 1 and isinstance(self.screen, PageScreen):
            if not await self.screen.leave():
                return False
        return True

    def action_help(self) -> None:
        from tokentui.tui.dialogs.help import Help, key_groups

        active = [active.binding for active in self.screen.active_bindings.values() if active.enabled]
        bindings = [(self.get_key_display(binding), binding) for binding in active]
        text = self.screen.HELP_TEXT if isinstance(self.screen, PageScreen) else ""
        self.push_screen(Help(text, key_groups(bindings)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A dialog is answered before one goes elsewhere."""
        return isinstance(self.screen, PageScreen) if action == "quit" else True

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        yield SystemCommand("Theme", "Choose the colours; the choice is remembered", self.action_change_theme)
        yield SystemCommand("Picture", "Save an SVG picture of this screen; values are hidden", self._save_picture)
        yield SystemCommand("Quit", "Leave TokenTUI", self.action_quit)

    def _fatal_error(self) -> None:
        """As Textual does, without the local variables: a token's value may be among them.

        There is no public way to say so; a test notices if Textual asks another method one day.
        """
        from rich.traceback import Traceback

        self.panic(Traceback(width=None, suppress=[rich]))

    # ------------------------------------------------------------------ theme and pictures

    def _remember(self, theme: str) -> None:
        if self._settings_file is not None:
            self.run_worker(lambda: self._write_theme(theme), thread=True, group="theme", exclusive=True)

    def _write_theme(self, theme: str) -> None:
        assert self._settings_file is not None
        try:
            remember_theme(self._settings_file, theme)
        except SettingsError as error:
            self.call_from_thread(self._say, str(error), "warning")

    def _say(self, text: str, kind: str = "done") -> None:
        if isinstance(self.screen, PageScreen):
            self.screen.say(text, kind)

    def _save_picture(self) -> None:
        self._say(f"Saved {self.save_screenshot()}.")

    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:
        """As Textual does, with every revealed value taken off the screen first."""
        for screen in self.screen_stack:
            for widget in screen.walk_children(with_self=True):
                if isinstance(widget, Reveals):
                    widget.conceal()
        return super().export_screenshot(title=title, simplify=simplify)

    def _write_to_terminal(self, sequence: str) -> None:
        self.call_from_thread(self._write_sequence, sequence)

    def _write_sequence(self, sequence: str) -> None:
        if self._driver is not None:
            self._driver.write(sequence)
