"""Assign endpoint tokens: the endpoints that one token is mapped to, ticked and saved as one change."""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tokentui.domain.errors import TokenTuiError
from tokentui.domain.records import EndpointToken
from tokentui.domain.slots import in_order
from tokentui.services.assigning import assign
from tokentui.services.desk import Desk
from tokentui.services.reach import reach_of_mappings
from tokentui.services.undo import noted
from tokentui.store.protocol import Reader
from tokentui.tui import actions
from tokentui.tui.dialogs.confirm import Question
from tokentui.tui.dialogs.leave import Answer, Leave
from tokentui.tui.screens.page_screen import AnyPage, PageScreen
from tokentui.tui.screens.tick_list import TickList
from tokentui.tui.ticks import Delta, Slots, Ticks
from tokentui.tui.turns import Turns
from tokentui.tui.widgets.place_line import PlaceLine
from tokentui.tui.widgets.row_table import RowTable
from tokentui.tui.words import amount, some
from tokentui.tui.workplace import Workplace


class AssignScreen(PageScreen[str | None]):
    """Ticks for one token, until they are saved or given up; gives back what was saved, in words."""

    SECTION = "tokens"
    HELP_TEXT = (
        "✓ is mapped, · is not, + and − are what Save would map and unmap. A slot that the endpoint has switched off "
        "is left blank. t ticks all slots of all endpoints in the row's group, or takes all these ticks away."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "w,ctrl+s", "save", "Save", id="assign.save", group=actions.CHANGE, tooltip="Save the ticks; Enter too"
        ),
        Binding(
            "q,escape",
            "back",
            "Cancel",
            id="assign.cancel",
            group=actions.GO,
            tooltip="Leave the mappings as they are",
        ),
    ]

    def __init__(self, workplace: Workplace, token: EndpointToken, mapped: Slots) -> None:
        super().__init__(workplace)
        self._token = token
        self._turns = Turns(self)
        self._list = TickList(self, self._turns, Ticks.of(mapped))

    def body(self) -> ComposeResult:
        yield self._list

    @on(TickList.Shown)
    def _shown(self, event: TickList.Shown) -> None:
        line = self.query_one(PlaceLine)
        line.place = f"Endpoint tokens › {self._token.name} › Assign"
        line.state = event.state
        self.refresh_bindings()

    @property
    def edited(self) -> bool:
        return bool(self._list.ticks.delta)

    def store_changed(self) -> None:
        super().store_changed()
        if self.is_open:
            self._read_again()

    @work(exclusive=True, group="ticks")
    async def _read_again(self) -> None:
        """Somebody else may work at the same token: show what is mapped by now, with the own edits on top."""
        found = await self.look(lambda reader: (reader.token(self._token.id), mapped_slots(reader, self._token)))
        if found is not None:
            self._token, mapped = found
            self._list.ticks = self._list.ticks.rebased(mapped)
            self._list.listing.announce()

    def hindrance(self, action: str, parameters: tuple[object, ...]) -> str:
        """Save only where a tick is another than it was, or is about to be."""
        if why := super().hindrance(action, parameters):
            return why
        unchanged = action == "save" and not (self._list.ticks.delta or self._turns.busy)
        return "Nothing to save: all ticks are as they were." if unchanged else ""

    # ------------------------------------------------------------------ the way out

    @on(RowTable.RowChosen)
    def action_save(self) -> None:
        self._turns.begin(self._save)

    async def _save(self) -> bool:
        """Save the ticks and close; where they cannot be saved they stay, and so does the screen."""
        change = self._list.ticks.delta
        if not self.is_open or not await self._agreed(change):
            return False
        if change:
            return await self._store(change)
        return self._close(None)

    async def _agreed(self, change: Delta) -> bool:
        """Whether to save it: what cuts the token off asks first."""
        if not change.remove:
            return True
        desk = self.workplace.desk
        question = await self.look(lambda reader: cut_question(desk, reader, self._token, change))
        return question is not None and await self.ask(question)

    async def _store(self, change: Delta) -> bool:
        desk, id = self.workplace.desk, self._token.id
        self.say("Saving…", "busy")
        try:
            done = await self.workplace.perform(
                lambda: noted(desk, lambda: assign(desk, id, add=change.add, remove=change.remove))
            )
        except TokenTuiError as error:
            self.say(str(error), "error")
            self.store_changed()
            return False
        name = done.result.name
        if not done.changed:  # somebody else was faster
            return self._close(f"Nothing to do: {name} is assigned so already.")
        return self._close(f"Saved the assignments of {name}: {change.text}. u takes it back.")

    def _close(self, told: str | None) -> bool:
        """Close and say whether it is closed: while help or the palette is on top, it stays and tells it here."""
        closed = self.is_active
        if closed:
            self.dismiss(told)
        elif told is not None:
            self.say(told)
            self.store_changed()
        return closed

    def action_back(self) -> None:
        self._turns.begin(self._leave)

    async def leave(self) -> bool:
        """Close the screen; ticks that are not saved ask first."""
        return await self._turns.do(self._leave)

    async def _leave(self) -> bool:
        if not self.is_open:
            return True
        answer: Answer = "discard"
        if self._list.ticks.delta:
            answer = await self.app.push_screen_wait(Leave(f"The assignment of {self._token.name}"))
        if answer == "save":
            return await self._save()
        return answer == "discard" and self._close(None)


def mapped_slots(reader: Reader, token: EndpointToken) -> Slots:
    """What the token is mapped to."""
    return {each.endpoint_id: frozenset(each.slots) for each in reader.assignments_of(token.id)}


def cut_question(desk: Desk, reader: Reader, token: EndpointToken, change: Delta) -> Question:
    """What the change would cut off, as a question."""
    cut = sorted((reader.endpoint(id).ref, " ".join(in_order(slots))) for id, slots in change.remove.items())
    where = some([f"{ref} ({slots})" for ref, slots in cut])
    told = reach_of_mappings(desk, reader, token.id, change.remove).told
    hits = (f"{token.name} is refused at once at {amount(len(cut), 'endpoint')}:", *where, f"{told}.")
    return Question(f"Save {change.text}?", hits, "Save")


async def assign_on_screen(page: AnyPage, token: EndpointToken) -> None:
    """Let the user tick and save, and tell on `page` what was saved."""
    mapped = await page.look(lambda reader: mapped_slots(reader, token))
    if mapped is None or isinstance(page.app.screen, AssignScreen):  # the key came twice
        return
    told = await page.app.push_screen_wait(AssignScreen(page.workplace, token, mapped))
    if told is not None:
        page.say(told)
        page.store_changed()
