"""The General tab of an endpoint: the form, what it is based on, and saving it."""

from textual.app import ComposeResult
from textual.containers import Vertical

from tokentui.domain.fields import EndpointFields, endpoint_problems, rebased
from tokentui.domain.records import Endpoint
from tokentui.tui.endpoint_deeds import Attempt, save_endpoint
from tokentui.tui.screens.page_screen import AnyPage
from tokentui.tui.widgets.endpoint_form import EndpointForm


class GeneralTab(Vertical):
    """The settings of one endpoint, or of a new one; `page` is the screen that asks, performs and tells."""

    def __init__(self, page: AnyPage, fields: EndpointFields, endpoint: Endpoint | None, *, id: str) -> None:
        super().__init__(id=id)
        self._page = page
        #: The endpoint as the form knows it; None until a new one is saved.
        self.endpoint = endpoint
        self._saved = fields
        self.form = EndpointForm()

    def compose(self) -> ComposeResult:
        yield self.form

    def on_mount(self) -> None:
        self.form.load(self._saved)
        self.tell_read_only()

    def tell_read_only(self) -> None:
        """Let the form be written into where the store can be changed."""
        self.form.read_only = self._page.workplace.read_only

    @property
    def edited(self) -> bool:
        """Whether there is something to save."""
        return self.form.fields != self._saved

    def follow(self, endpoint: Endpoint) -> None:
        """Show what the store holds by now, unless there are edits: these meet it when they are saved."""
        if not self.edited:
            self._base_on(endpoint, EndpointFields.of(endpoint))

    async def save(self) -> Attempt:
        """Save the form as it stands; what is typed meanwhile stays in it, unsaved."""
        sent = self.form.fields
        problems = endpoint_problems(sent)
        if problems:
            return Attempt(self.endpoint, sent, problems)
        attempt = await save_endpoint(self._page, self.endpoint, sent)
        if self._page.is_open and attempt.endpoint is not None:
            self._base_on(attempt.endpoint, rebased(self.form.fields, sent, attempt.fields))
        return attempt

    def _base_on(self, endpoint: Endpoint, fields: EndpointFields) -> None:
        self.endpoint, self._saved = endpoint, EndpointFields.of(endpoint)
        if self.form.fields != fields:
            self.form.load(fields)
