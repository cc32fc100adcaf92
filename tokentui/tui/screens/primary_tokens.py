"""The upper half of an endpoint's Tokens tab: its primary tokens, and what is done with them."""

from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Label

from tokentui.domain.errors import TokenTuiError
from tokentui.domain.records import Endpoint
from tokentui.domain.slots import Slot
from tokentui.services.cutting import generate_cut
from tokentui.services.desk import Desk
from tokentui.services.endpoints import generate_primary, reveal_primary
from tokentui.store.protocol import Reader
from tokentui.tui import actions
from tokentui.tui.dialogs.confirm import Question
from tokentui.tui.hindrances import Hindered
from tokentui.tui.screens.page_screen import AnyPage
from tokentui.tui.turns import Once
from tokentui.tui.widgets.primary_list import PrimaryLine, PrimaryList


def generate_key() -> Binding:
    """Generate: of the primary of the slot under the cursor, in either half of the tab."""
    return Binding(
        "g", "generate", "Generate", id="primary.generate", group=actions.CHANGE, tooltip="A new primary token"
    )


class PrimaryTokens(Hindered, Vertical):
    """A line for each slot; `page` is the screen that asks, performs and tells."""

    DEFAULT_CSS = """
    PrimaryTokens { height: auto; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        generate_key(),
        *actions.secret_keys("endpoint"),
        actions.explain_key(),
    ]

    def __init__(self, page: AnyPage, endpoint: Endpoint) -> None:
        super().__init__()
        self._page = page
        self._endpoint = endpoint
        self._deeds = Once(self)
        self._list = PrimaryList()

    def compose(self) -> ComposeResult:
        yield Label("Primary tokens", classes="heading")
        yield self._list

    def follow(self, endpoint: Endpoint, lines: tuple[PrimaryLine, ...]) -> None:
        """Show the primaries as they are now; a revealed value that is another by now is hidden."""
        before, self._endpoint, self._list.lines = self._endpoint, endpoint, lines
        if any(before.primaries.get(slot) != endpoint.primaries.get(slot) for slot in self._list.revealed):
            self._list.conceal()

    def enter_last(self) -> None:
        """Take the focus, coming from below."""
        self._list.cursor = max(0, len(self._list.lines) - 1)
        self._list.focus()

    def hindrance(self, action: str, parameters: tuple[object, ...]) -> str:
        """All that is done here is done with a slot that is on; only explaining goes on without."""
        if (why := self._page.hindrance(action, parameters)) or action == "explain":
            return why
        line = self._list.line
        if line is None:
            return "There is no slot under the cursor."
        return "" if line.slot in self._endpoint.slots else f"{line.slot} is off at this endpoint."

    @property
    def _slot(self) -> Slot:
        """The slot under the cursor; the keys that use it are hidden where there is none."""
        line = self._list.line
        assert line is not None
        return line.slot

    # ------------------------------------------------------------------ keys

    def action_generate(self) -> None:
        self.generate(self._slot)

    def generate(self, slot: Slot) -> None:
        """Replace the primary of a slot, after a question."""
        self._deeds.begin(partial(self._generate, slot), ("generate", slot))

    async def _generate(self, slot: Slot) -> None:
        id, desk = self._endpoint.id, self._page.workplace.desk
        asked = await self._page.look(lambda reader: _asked(desk, reader, id, slot))
        if asked is None or not await self._page.ask(asked[1]):
            return
        self._list.conceal()
        await self._page.perform(
            lambda: generate_primary(desk, id, slot, asked[0].primaries.get(slot)),
            lambda endpoint: f"Generated the {slot} primary of {endpoint.ref}. c copies it.",
        )

    def action_explain(self) -> None:
        """With the primary under the cursor."""
        from tokentui.tui.explain_deed import held_by_primary, open_explain

        slot = self._list.line.slot if self._list.line is not None else None
        open_explain(self._page, self._endpoint, slot=slot, held=held_by_primary(self._endpoint, slot))

    def action_reveal(self) -> None:
        slot = self._slot
        if slot in self._list.revealed:
            self._list.conceal()
        else:
            self._deeds.begin(partial(self._reveal, slot), ("reveal", slot))

    async def _reveal(self, slot: Slot) -> None:
        value = await self._value(slot)
        if value is not None and self._list.is_on_screen:
            self._list.reveal(slot, value)

    def action_copy(self) -> None:
        self._deeds.begin(partial(self._copy, self._slot), ("copy", self._slot))

    async def _copy(self, slot: Slot) -> None:
        value = await self._value(slot)
        if value is not None:
            self._page.copy(value, f"the {slot} primary of {self._endpoint.ref}")

    async def _value(self, slot: Slot) -> str | None:
        """The value as it is once all changes under way are made: the list may be older."""
        id, desk = self._endpoint.id, self._page.workplace.desk
        try:
            return await self._page.workplace.perform(lambda: reveal_primary(desk, desk.reader().endpoint(id), slot))
        except TokenTuiError as error:
            self._page.say(str(error), "error")
            return None


def _asked(desk: Desk, reader: Reader, endpoint_id: str, slot: Slot) -> tuple[Endpoint, Question]:
    """The endpoint as it is now, and what another primary would cut off, as a question."""
    endpoint = reader.endpoint(endpoint_id)
    stands = slot in endpoint.primaries
    hits = (
        *(generate_cut(desk, endpoint, slot).lines if stands else ("It has none yet: none is cut off.",)),
        "Endpoint tokens that are mapped here go on working.",
    )
    return endpoint, Question(f"Generate a new {slot} primary of {endpoint.ref}?", hits, "Generate")
