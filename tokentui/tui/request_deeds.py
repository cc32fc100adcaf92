"""What the data viewer does with one request: tells its story, and leads to what would let it pass."""

from itertools import islice

from tokentui.domain.fields import EndpointFields
from tokentui.domain.holders import primary_of
from tokentui.domain.records import Endpoint, EndpointToken
from tokentui.domain.slots import SLOT_OF_METHOD, Authentication, Slot
from tokentui.services.retelling import Place, Story, retell
from tokentui.services.viewing import SeenRow, tally_rows
from tokentui.services.wording import amount
from tokentui.store.request_queries import TallyBy
from tokentui.tui import token_switches
from tokentui.tui.dialogs.pick import Pick
from tokentui.tui.dialogs.request_details import EXPLAIN, RequestDetails
from tokentui.tui.endpoint_list_deeds import switch as switch_endpoints
from tokentui.tui.endpoint_opening import open_endpoint
from tokentui.tui.explain_deed import held_by_primary, held_by_token, open_explain
from tokentui.tui.request_filters import RequestFilters
from tokentui.tui.screens.page_screen import AnyPage
from tokentui.tui.token_deeds import copy_value, open_in_dialog

#: So many tokens or endpoints are offered, those with the most calls first.
_OFFERED = 200
_ALL = "*"
#: What is done at the endpoint.
_AT_ENDPOINT = frozenset({Place.MAPPING, Place.IP_FILTER, Place.ENDPOINT, Place.ACTIVATE_ENDPOINT})


async def show_request(page: AnyPage, row: SeenRow) -> None:
    """Tell a request's story, and go where the user wants to do something about it."""
    story = await _story(page, row)
    if story is None or isinstance(page.app.screen, RequestDetails):  # the key came twice
        return
    wanted = await page.app.push_screen_wait(RequestDetails(story, read_only=page.workplace.read_only))
    if wanted == EXPLAIN:
        _explain(page, story)
    elif wanted is not None:
        await _go_to(page, story, Place(wanted))


async def explain_request(page: AnyPage, row: SeenRow | None) -> None:
    """Explain what would be decided about the request now, or about one that is typed where there is none."""
    if row is None:
        open_explain(page, None)
        return
    story = await _story(page, row)
    if story is not None:
        _explain(page, story)


async def _story(page: AnyPage, row: SeenRow) -> Story | None:
    desk = page.workplace.desk
    return await page.look(lambda reader: retell(desk, reader, row))


def _explain(page: AnyPage, story: Story) -> None:
    one = story.row.request
    held = held_by_token(story.token) if story.token is not None else None
    owner, slot = primary_of(one.token_id)
    if slot is not None and story.endpoint is not None and story.endpoint.id == owner:
        held = held_by_primary(story.endpoint, slot)
    method = one.method if one.method in SLOT_OF_METHOD else Slot.GET
    open_explain(page, story.endpoint, held=held, method=method, target=one.path, client=one.address)


async def _go_to(page: AnyPage, story: Story, place: Place) -> None:
    token, endpoint = story.token, story.endpoint
    if place is Place.ADD_ENDPOINT:
        await _add_endpoint(page, story.row.request.path)
    elif place in _AT_ENDPOINT and endpoint is not None:
        await _at_endpoint(page, endpoint, place, story)
    elif token is not None:
        await _at_token(page, token, place)


async def _at_token(page: AnyPage, token: EndpointToken, place: Place) -> None:
    from tokentui.tui.screens.assign import assign_on_screen

    match place:
        case Place.TOKEN:
            await open_in_dialog(page, token)
        case Place.ASSIGN:
            await assign_on_screen(page, token)
        case Place.COPY:
            await copy_value(page, token)
        case Place.DISABLE:
            await token_switches.disable(page, token.id)
        case Place.ENABLE:
            await token_switches.enable(page, token.id)
        case Place.ACTIVATE:
            await token_switches.activate(page, token.id)


async def _at_endpoint(page: AnyPage, endpoint: Endpoint, place: Place, story: Story) -> None:
    if place is Place.ACTIVATE_ENDPOINT:
        await switch_endpoints(page, frozenset({endpoint.id}), active=True)
        return
    field = next((way.field for way in story.ways if way.place is place), "")
    if field == "methods":  # a tick for each
        field = f"method-{SLOT_OF_METHOD[story.row.request.method]}"
    await open_endpoint(page, endpoint, field=field, token_id=story.token.id if story.token is not None else "")


async def _add_endpoint(page: AnyPage, path: str) -> None:
    """The form of a new endpoint that answers to what was asked for."""
    from tokentui.tui.screens.endpoint import EndpointScreen

    fields = EndpointFields(name="", group="", path=path, authentication=Authentication.TOKEN)
    await page.app.push_screen(EndpointScreen(page.workplace, fields, None), lambda _: page.store_changed())


async def pick(page: AnyPage, filters: RequestFilters, by: TallyBy, near: tuple[str, str]) -> RequestFilters:
    """Let the user choose one of those that called, or were called, lately; `near`: of the row under the cursor."""
    requests, now = page.workplace.desk.store.requests, page.workplace.now()
    rows = await page.look(lambda reader: list(islice(tally_rows(requests, reader, by, now), _OFFERED)))
    if rows is None or isinstance(page.app.screen, Pick):  # the key came twice
        return filters
    names = {near[0]: near[1]} if near[0] else {}
    names |= {row.tally.id: row.name for row in rows}
    calls = {row.tally.id: f"  {amount(row.tally.calls, 'call')} in the last 24 h" for row in rows}
    # an id that is empty is one too: of requests without any
    options = {_ALL: f"All {by}s", **{f"={id}": f"{name}{calls.get(id, '')}" for id, name in names.items()}}
    note = f"Others: x in {'Endpoint tokens' if by is TallyBy.TOKEN else 'Endpoints'}, or / and the name."
    taken = await page.app.push_screen_wait(Pick(f"Requests of which {by}?", options, note))
    if taken is None:
        return filters
    return filters.by_all(by) if taken == _ALL else filters.by_one(by, taken[1:], names[taken[1:]])
