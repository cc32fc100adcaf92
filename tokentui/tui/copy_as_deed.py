"""Copying a token's value in the form that it is to be pasted in."""

from collections.abc import Callable
from functools import partial

from tokentui.domain.errors import TokenTuiError
from tokentui.domain.records import Endpoint, EndpointToken
from tokentui.domain.slots import Slot
from tokentui.domain.snippets import PLACEHOLDER, curl_line, env_line, header_line, variable_name
from tokentui.services.assigning import callable_slots
from tokentui.services.tokens import reveal_now
from tokentui.tui.dialogs.pick import Pick
from tokentui.tui.screens.page_screen import AnyPage
from tokentui.tui.workplace import Workplace

_Calls = tuple[tuple[Endpoint, Slot], ...]


async def copy_as(page: AnyPage, token: EndpointToken) -> None:
    """Ask in what form, and copy the value of a token so."""
    try:
        told = await copy_value_as(page, token)
    except TokenTuiError as error:
        page.say(str(error), "error")
        return
    if told:
        page.say(told)


async def copy_value_as(page: AnyPage, token: EndpointToken) -> str:
    """Ask in what form, and copy the value of this token so; what was done, or nothing where it was given up.

    Raises `SealError`.
    """
    calls: _Calls = await page.look(lambda reader: callable_slots(reader, token.id)) or ()
    kinds = {
        "value": "the value",
        "header": "Authorization: Bearer …",
        "env": f"{variable_name(token.name)}=…",
        **({"curl": "curl …"} if calls else {}),
    }
    note = "" if calls else "No curl command: the token is mapped to no endpoint."
    kind = await page.app.push_screen_wait(Pick(f"Copy {token.name} as", kinds, note))
    what = f"the token of {token.name}"
    match kind:
        case "value":
            return await copied_of(page.workplace, token, str, what)
        case "header":
            return await copied_of(page.workplace, token, header_line, f"the header with {what}")
        case "env":
            line = partial(env_line, token.name)
            return await copied_of(page.workplace, token, line, f"the .env line with {what}")
        case "curl":
            return await _copy_curl(page, token, calls)
    return ""


async def _copy_curl(page: AnyPage, token: EndpointToken, calls: _Calls) -> str:
    place = 0
    if len(calls) > 1:
        width = max(len(endpoint.ref) for endpoint, _ in calls)
        lines = [f"{slot:<6}  {endpoint.ref:<{width}}  {endpoint.path}" for endpoint, slot in calls]
        options = {str(number): line for number, line in enumerate(lines)}
        taken = await page.app.push_screen_wait(Pick("Call which endpoint?", options))
        if taken is None:
            return ""
        place = int(taken)
    (endpoint, slot), base_url = calls[place], page.workplace.base_url
    line = partial(curl_line, base_url, endpoint, slot)
    told = await copied_of(page.workplace, token, line, f"a curl command for {slot} of {endpoint.ref}")
    return told if base_url else f"{told} {PLACEHOLDER} stands for the address: base_url in the settings names it."


async def copied_of(workplace: Workplace, token: EndpointToken, form: Callable[[str], str], what: str) -> str:
    """Open the value of a token, and put it on the clipboard in this form; says how. Raises `SealError`."""
    value = await workplace.perform(lambda: reveal_now(workplace.desk, token))
    return await copied(workplace, form(value), what)


async def copied(workplace: Workplace, text: str, what: str) -> str:
    """Put a text on the clipboard; says how."""
    return await workplace.copy(text, what)
