"""One endpoint: its General tab, and its Tokens tab while authentication is `token`."""

from collections.abc import Mapping
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tokentui.domain.fields import EndpointFields
from tokentui.domain.records import Endpoint
from tokentui.tui import actions
from tokentui.tui.dialogs.leave import Leave
from tokentui.tui.hindrances import READ_ONLY
from tokentui.tui.screens.endpoint_tabs import GENERAL, EndpointTabs
from tokentui.tui.screens.general_tab import GeneralTab
from tokentui.tui.screens.page_screen import PageScreen
from tokentui.tui.turns import Turns
from tokentui.tui.widgets.endpoint_form import EndpointForm
from tokentui.tui.widgets.place_line import PlaceLine
from tokentui.tui.words import activity, authentication
from tokentui.tui.workplace import Workplace

NOTHING_TO_SAVE = "Nothing to save."


class EndpointScreen(PageScreen[str | None]):
    """Shows and edits one endpoint, or a new one (`endpoint` None); gives back the id of what was saved."""

    SECTION = "endpoints"
    HELP_TEXT = (
        "General holds the settings; in a field, letters are text: Esc makes them keys again. Tokens is there while "
        "authentication is token: primary tokens, one per slot, and below them which endpoint token is mapped to "
        "which slot. Switching authentication on generates the primary tokens when it is saved."
    )
    AUTO_FOCUS = ""
    CSS_PATH = "endpoint.tcss"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "turn_tab", "Other tab", id="endpoint.tab", group=actions.GO, tooltip="General or Tokens"),
        Binding("w,ctrl+s", "save", "Save", id="endpoint.save", group=actions.CHANGE, tooltip="Save the settings"),
        actions.explain_key(),
        *actions.common_keys(),
    ]

    def __init__(self, workplace: Workplace, fields: EndpointFields, endpoint: Endpoint | None) -> None:
        super().__init__(workplace)
        self._turns = Turns(self)
        self._general = GeneralTab(self, fields, endpoint, id=GENERAL)
        self._tabs = EndpointTabs(self, self._general)

    def body(self) -> ComposeResult:
        yield self._tabs

    async def on_mount(self) -> None:
        await self._tell()
        if self._general.endpoint is None:
            self._general.form.enter()
        else:
            await self._tabs.turn_to(self._tabs.names[-1])

    # ------------------------------------------------------------------ what is shown

    @on(EndpointForm.Changed)
    async def _tell(self) -> None:
        """Say what this is, and offer what can be done with it."""
        line, endpoint = self.query_one(PlaceLine), self._general.endpoint
        star = " *" if self._general.edited else ""
        line.place = f"Endpoints › {endpoint.ref if endpoint else 'new endpoint'}{star}"
        if endpoint is not None:
            line.state = f"{activity(endpoint.active)}  {authentication(endpoint.authentication)}"
        await self._tabs.offer(endpoint)
        self.refresh_bindings()

    @property
    def edited(self) -> bool:
        return self._general.edited

    def store_changed(self) -> None:
        super().store_changed()
        if self._general.endpoint is not None:
            self._read_again(self._general.endpoint.id)

    @work(exclusive=True, group="endpoint")
    async def _read_again(self, endpoint_id: str) -> None:
        endpoint = await self.look(lambda reader: reader.endpoint(endpoint_id))
        if endpoint is not None and self.is_open:
            self._general.tell_read_only()
            self._general.follow(endpoint)
            await self._tell()

    def hindrance(self, action: str, parameters: tuple[object, ...]) -> str:
        """Save only what is new or edited, the other tab only where there is one."""
        if not self.is_mounted:
            return "It is opening."
        if why := super().hindrance(action, parameters):
            return why
        if action == "turn_tab" and len(self._tabs.names) < 2:
            return "There is no other tab: Tokens is there while the saved authentication is token."
        if action == "save" and self._general.endpoint is not None and not self._general.edited:
            return NOTHING_TO_SAVE
        return ""

    def action_explain(self) -> None:
        from tokentui.tui.explain_deed import open_explain

        open_explain(self, self._general.endpoint)

    async def action_turn_tab(self) -> None:
        await self._tabs.turn()

    # ------------------------------------------------------------------ saving, and the way out

    @on(EndpointForm.SaveRequested)
    def action_save(self) -> None:
        self._turns.begin(self._save)

    async def _save(self) -> bool:
        """Save, and say whether the endpoint is saved; what is wrong stands beside its field."""
        if not self.is_open:
            return False
        if self._general.endpoint is not None and not self._general.edited:
            self.say(READ_ONLY if self.workplace.read_only else NOTHING_TO_SAVE, "warning")
            return True
        attempt = await self._general.save()
        if not self.is_open:
            return attempt.done
        await self._tell()
        if attempt.errors:
            await self._show_errors(attempt.errors)
        elif attempt.done and not self._general.edited and self._general.has_focus_within:
            self._tabs.focus_line()
        return attempt.done

    async def _show_errors(self, errors: Mapping[str, str]) -> None:
        await self._tabs.turn_to(GENERAL)
        self._general.form.show(errors)
        self.say(errors.get("", "Not saved: see the marked fields."), "error")

    def action_back(self) -> None:
        self._turns.begin(self._leave)

    async def leave(self) -> bool:
        """Close the screen; unsaved edits ask first, and what is being saved is saved first."""
        return await self._turns.do(self._leave)

    async def _leave(self) -> bool:
        if not self.is_open:
            return True
        while self._general.edited:  # once more, where something was typed while it was saved
            endpoint = self._general.endpoint
            answer = await self.app.push_screen_wait(Leave(endpoint.ref if endpoint else "The new endpoint"))
            if answer == "discard":
                break
            if answer == "stay" or not await self._save():
                return False
        if not self.is_active:  # help or the palette was opened while it was saved: it stays until these are closed
            return False
        self.dismiss(self._general.endpoint.id if self._general.endpoint is not None else None)
        return True
