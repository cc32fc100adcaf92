"""Explaining from the screens: the dialog begins with what is under the cursor, and asks the service."""

from tokentui.domain.records import Endpoint, EndpointToken
from tokentui.domain.slots import Slot
from tokentui.services.explaining import Call, Explanation, Kept, explain
from tokentui.tui.dialogs.explain import ExplainDialog, Held, Subject
from tokentui.tui.screens.page_screen import AnyPage


def open_explain(
    page: AnyPage,
    endpoint: Endpoint | None,
    *,
    slot: Slot | None = None,
    held: Held | None = None,
    method: str = "",
    target: str = "",
    client: str = "",
) -> None:
    """Open the dialog for an endpoint and one of its slots, with the token that may be sent to it.

    `method`, `target` and `client` are those of a request, where one is at hand.
    """
    desk, workplace = page.workplace.desk, page.workplace

    async def ask(call: Call) -> Explanation:
        return await workplace.with_key(lambda: workplace.look(lambda reader: explain(desk, reader, call)))

    path = endpoint.path if endpoint is not None else ""
    subject = Subject(method or _method(endpoint, slot), target or path, held, client)
    page.app.push_screen(ExplainDialog(subject, ask))


def _method(endpoint: Endpoint | None, slot: Slot | None) -> str:
    """GET, unless the cursor is on another slot or the endpoint has no GET."""
    slots = endpoint.slots if endpoint is not None else ()
    return slot or (Slot.GET if Slot.GET in slots or not slots else slots[0])


def held_by_token(token: EndpointToken) -> Held:
    """An endpoint token's value, which stays where it is kept."""
    return Held(token.name, Kept(token.id))


def held_by_primary(endpoint: Endpoint, slot: Slot | None) -> Held | None:
    """A primary token's value; None where the slot has none."""
    return Held(f"{slot} primary", Kept(endpoint.id, slot)) if slot in endpoint.primaries else None
