"""What the endpoint list does with its rows; loaded by the first key that asks for it."""

from tokentui.domain.errors import TokenTuiError
from tokentui.domain.fields import EndpointFields
from tokentui.domain.records import Endpoint
from tokentui.services.calls import calls_at
from tokentui.services.desk import Desk
from tokentui.services.endpoints import clone_fields, set_endpoints_active
from tokentui.store.protocol import Reader
from tokentui.tui.dialogs.confirm import Question
from tokentui.tui.screens.page_screen import AnyPage
from tokentui.tui.words import amount, some


async def clone_of(page: AnyPage, endpoint: Endpoint) -> EndpointFields | None:
    """Fields for a copy of the endpoint, with a slug that is free now; None where the store does not answer."""
    return await page.look(lambda reader: clone_fields(reader, endpoint))


async def deactivate(page: AnyPage, ids: frozenset[str]) -> bool:
    """Ask, then put endpoints on the shelf."""
    desk = page.workplace.desk
    try:
        question = await page.workplace.look(lambda reader: _deactivate_question(desk, reader, ids))
    except TokenTuiError as error:
        page.say(str(error), "error")
        return False
    return await page.ask(question) and await switch(page, ids, False)


async def switch(page: AnyPage, ids: frozenset[str], active: bool) -> bool:
    """Activate or deactivate endpoints."""
    desk, past = page.workplace.desk, "activated" if active else "deactivated"
    return await page.perform(
        lambda: set_endpoints_active(desk, ids, active),
        lambda changed: (
            f"{_named(changed)} {past}. u takes it back." if changed else f"Nothing to do: {past} already."
        ),
        lambda changed: "done" if changed else "warning",
    )


def _deactivate_question(desk: Desk, reader: Reader, ids: frozenset[str]) -> Question:
    """What would be refused if these endpoints were put on the shelf."""
    endpoints = [reader.endpoint(id) for id in ids]
    tokens = {assignment.token_id for id in ids for assignment in reader.assignments_at(id)}
    names = sorted(endpoint.ref for endpoint in endpoints)
    what = names[0] if len(names) == 1 else amount(len(names), "endpoint")
    hits = (
        f"Every request to {'it' if len(names) == 1 else 'them'} is refused at once, whatever the token.",
        calls_at(desk, {endpoint.id: endpoint.slots for endpoint in endpoints}).sentence(),
        f"{amount(len(tokens), 'endpoint token')} mapped; the mappings stay.",
        *(some(names) if len(names) > 1 else ()),
    )
    return Question(f"Deactivate {what}?", hits, "Deactivate")


def _named(endpoints: tuple[Endpoint, ...]) -> str:
    if len(endpoints) == 1:
        return f"{endpoints[0].ref} is"
    return f"{amount(len(endpoints), 'endpoint')}"
