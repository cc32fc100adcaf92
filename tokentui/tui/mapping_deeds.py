"""Mapping a token to a slot of an endpoint, and unmapping it there."""

from collections.abc import Callable

from tokentui.domain.records import Endpoint, EndpointToken
from tokentui.domain.slots import Slot
from tokentui.services.assigning import map_slot
from tokentui.services.calls import calls_through
from tokentui.services.desk import Desk
from tokentui.services.undo import Done, noted
from tokentui.tui.dialogs.confirm import Question
from tokentui.tui.screens.page_screen import AnyPage


async def remap(page: AnyPage, endpoint_id: str, token_id: str, slot: Slot, on: bool) -> None:
    """Map the token to the slot, or unmap it there."""
    desk, verb, to = page.workplace.desk, "Mapped" if on else "Unmapped", "to" if on else "from"

    def told(done: Done[EndpointToken]) -> str:
        if not done.changed:  # somebody else was faster
            return f"Nothing to do: {done.result.name} is {verb.lower()} {to} {slot} already."
        return f"{verb} {done.result.name} {to} {slot}. u takes it back."

    await page.perform(
        lambda: noted(desk, lambda: map_slot(desk, token_id, endpoint_id, slot, on)),
        told,
        lambda done: "done" if done.changed else "warning",
    )


async def unmap(
    page: AnyPage, endpoint: Endpoint, token: EndpointToken, slot: Slot, ahead: Callable[[], None]
) -> None:
    """Ask, then unmap the token that was asked about; `ahead` draws what will be."""
    desk = page.workplace.desk
    question = await page.look(lambda _: unmap_question(desk, endpoint, token, slot))
    if question is not None and await page.ask(question):
        ahead()
        await remap(page, endpoint.id, token.id, slot, False)


def unmap_question(desk: Desk, endpoint: Endpoint, token: EndpointToken, slot: Slot) -> Question:
    """What unmapping the token would cut off, as a question."""
    passes = slot in endpoint.slots and endpoint.active and token.usable(desk.clock())
    calls = calls_through(desk, [(token.id, endpoint.id, (slot,))])
    hits = (
        f"{slot} requests of {token.name} are refused here {'at once' if passes else 'already'}.",
        *((calls.sentence("by this token"),) if passes else ()),
        "Its other mappings stay as they are.",
    )
    return Question(f"Unmap {token.name} from {slot} here?", hits, "Unmap")
