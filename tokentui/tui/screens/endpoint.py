"""One endpoint: its General tab, and its Tokens tab while authentication is `token`."""

from collections.abc import Mapping
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import ContentSwitcher

from tokentui.domain.errors import TokenTuiError
from tokentui.domain.fields import EndpointFields, endpoint_problems, rebased
from tokentui.domain.records import Endpoint
from tokentui.domain.slots import Authentication
from tokentui.tui import actions
from tokentui.tui.dialogs.leave import Leave
from tokentui.tui.endpoint_deeds import save_endpoint
from tokentui.tui.screens.page_screen import PageScreen
from tokentui.tui.screens.tokens_tab import TokensTab
from tokentui.tui.widgets.endpoint_form import EndpointForm
from tokentui.tui.widgets.place_line import PlaceLine
from tokentui.tui.widgets.tab_line import TabLine, following
from tokentui.tui.words import activity, authentication
from tokentui.tui.workplace import Workplace

GENERAL, TOKENS = "General", "Tokens"


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
        self.endpoint = endpoint
        self._given = fields
        self._saved = fields
        self._saving = False

    def body(self) -> ComposeResult:
        yield TabLine()
        with ContentSwitcher(initial=GENERAL):
            yield EndpointForm(id=GENERAL)

    async def on_mount(self) -> None:
        self._form.load(self._given)
        self._tell()
        await self._offer_tabs()
        if self.endpoint is None:
            self._form.query_one("#name").focus()
        else:
            await self._turn_to(self.query_one(TabLine).tabs[-1])

    @property
    def _form(self) -> EndpointForm:
        return self.query_one(EndpointForm)

    @property
    def _edited(self) -> bool:
        return self._form.fields != self._saved

    # ------------------------------------------------------------------ what is shown

    def _tell(self) -> None:
        line = self.query_one(PlaceLine)
        endpoint = self.endpoint
        line.place = f"Endpoints › {endpoint.ref if endpoint else 'new endpoint'}{' *' if self._edited else ''}"
        if endpoint is not None:
            line.state = f"{activity(endpoint.active)}  {authentication(endpoint.authentication)}"

    async def _offer_tabs(self) -> None:
        """The Tokens tab exists only while the saved authentication is `token`."""
        tabs = self.query_one(TabLine)
        wanted = self.endpoint is not None and self.endpoint.authentication is Authentication.TOKEN
        tabs.tabs = (GENERAL, TOKENS) if wanted else (GENERAL,)
        tabs.current = tabs.current or GENERAL
        if not wanted and tabs.current == TOKENS:
            await self._turn_to(GENERAL)

    async def _turn_to(self, name: str) -> None:
        switcher, tabs = self.query_one(ContentSwitcher), self.query_one(TabLine)
        if name == TOKENS and not self.query(TokensTab) and self.endpoint is not None:
            await switcher.mount(TokensTab(self, self.endpoint, id=TOKENS))
        tabs.current = switcher.current = name
        if name == TOKENS:
            self.query_one(TokensTab).enter()
        else:
            tabs.focus()
        self.refresh_bindings()

    async def begin_at(self, *, field: str = "", token_id: str = "") -> None:
        """Go to one field of General, or to one token of the Tokens tab where there is one."""
        if field:
            await self._turn_to(GENERAL)
            self._form.query_one(f"#{field}").focus()
        for tab in self.query(TokensTab) if token_id else ():
            tab.listing.go_to(token_id)

    def store_changed(self) -> None:
        super().store_changed()
        if self.endpoint is not None:
            self._read_again(self.endpoint.id)

    @work(exclusive=True, group="endpoint")
    async def _read_again(self, endpoint_id: str) -> None:
        try:
            endpoint = await self.workplace.look(lambda reader: reader.endpoint(endpoint_id))
        except TokenTuiError as error:
            self.say(str(error), "error")
            return
        if not self.is_open:
            return
        if not self._edited:
            self.endpoint, self._saved = endpoint, EndpointFields.of(endpoint)
            self._form.load(self._saved)
            self._tell()
        await self._offer_tabs()

    # ------------------------------------------------------------------ keys

    @on(EndpointForm.Changed)
    def _form_changed(self) -> None:
        self._tell()
        self.refresh_bindings()

    @on(EndpointForm.Left)
    def _form_left(self) -> None:
        self.query_one(TabLine).focus()

    @on(TabLine.Into)
    def _into(self) -> None:
        if self.query_one(TabLine).current == TOKENS:
            self.query_one(TokensTab).enter()
        else:
            self._form.query_one("#name").focus()

    @on(TabLine.Turned)
    async def _turned(self, event: TabLine.Turned) -> None:
        await self._turn_to(event.tab)

    async def action_turn_tab(self) -> None:
        tabs = self.query_one(TabLine)
        await self._turn_to(following(tabs.tabs, tabs.current))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Save only what is new or edited, the other tab only where there is one."""
        if not self.is_mounted:
            return False
        if action == "turn_tab" and len(self.query_one(TabLine).tabs) < 2:
            return False
        if action == "save" and self.endpoint is not None and not self._edited:
            return False
        return super().check_action(action, parameters)

    def action_explain(self) -> None:
        from tokentui.tui.explain_deed import open_explain

        open_explain(self, self.endpoint)

    @on(EndpointForm.SaveRequested)
    @work(group="save")
    async def action_save(self) -> None:
        await self._save()

    async def _save(self) -> bool:
        """Save, unless that is under way already; whether the endpoint is saved."""
        if self._saving:
            return False
        self._saving = True
        try:
            return await self._save_form(self._form.fields)
        finally:
            self._saving = False

    async def _save_form(self, sent: EndpointFields) -> bool:
        problems = endpoint_problems(sent)
        if problems:
            self._show_errors(problems)
            return False
        attempt = await save_endpoint(self, self.endpoint, sent)
        if not self.is_open:
            return attempt.done
        if attempt.endpoint is not None:
            self.endpoint, self._saved = attempt.endpoint, EndpointFields.of(attempt.endpoint)
            now = rebased(self._form.fields, sent, attempt.fields)  # what was typed meanwhile stays
            if self._form.fields != now:
                self._form.load(now)
            self._tell()
            await self._offer_tabs()
        if attempt.errors:
            self._show_errors(attempt.errors)
        elif attempt.done and not self._edited:
            self.query_one(TabLine).focus()
        return attempt.done

    def _show_errors(self, errors: Mapping[str, str]) -> None:
        self.query_one(TabLine).current = self.query_one(ContentSwitcher).current = GENERAL
        self._form.show(errors)
        self.say(errors.get("", "Not saved: see the marked fields."), "error")

    @work(exclusive=True, group="leave")
    async def action_back(self) -> None:
        await self.leave()

    async def leave(self) -> bool:
        """Close the screen; unsaved edits ask first."""
        left = await self._may_leave()
        if left:
            self.dismiss(self.endpoint.id if self.endpoint is not None else None)
        return left

    async def _may_leave(self) -> bool:
        if not self._edited or self.workplace.read_only:
            return True
        what = self.endpoint.ref if self.endpoint is not None else "The new endpoint"
        answer = await self.app.push_screen_wait(Leave(what))
        return answer == "discard" or (answer == "save" and await self._save())
