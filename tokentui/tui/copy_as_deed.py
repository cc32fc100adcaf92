"""Copying a token's value in the form that it is to be pasted in."""

import asyncio

from tokentui.domain.errors import TokenTuiError
from tokentui.domain.records import Endpoint, EndpointToken
from tokentui.domain.slots import Slot
from tokentui.domain.snippets import PLACEHOLDER, curl_line, env_line, header_line, variable_name
from tokentui.services.assigning import callable_slots
from tokentui.services.tokens import reveal_now
from tokentui.tui import clipboard
from tokentui.tui.dialogs.pick import Pick
from tokentui.tui.screens.page_screen import AnyPage
from tokentui.tui.workplace import Workplace

_Calls = tuple[tuple[Endpoint, Slot], ...]


async def copy_as(page: AnyPage, token: EndpointToken) -> None:
    """Ask in what form, and copy the value of a token so."""
    try:
        value = await page.workplace.perform(lambda: reveal_now(page.workplace.desk, token))
    except TokenTuiError as error:
        page.say(str(error), "error")
        return
    told = await copy_value_as(page, token, value)
    if told:
        page.say(told)


async def copy_value_as(page: AnyPage, token: EndpointToken, value: str) -> str:
    """Ask in what form, and copy this value of the token so; what was done, or nothing where it was given up."""
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
            return await copied(page.workplace, value, what)
        case "header":
            return await copied(page.workplace, header_line(value), f"the header with {what}")
        case "env":
            return await copied(page.workplace, env_line(token.name, value), f"the .env line with {what}")
        case "curl":
            return await _copy_curl(page, calls, value)
    return ""


async def _copy_curl(page: AnyPage, calls: _Calls, value: str) -> str:
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
    line = curl_line(base_url, endpoint, slot, value)
    told = await copied(page.workplace, line, f"a curl command for {slot} of {endpoint.ref}")
    return told if base_url else f"{told} {PLACEHOLDER} stands for the address: base_url in the settings names it."


async def copied(workplace: Workplace, text: str, what: str) -> str:
    """Put a text on the clipboard; says how."""
    return await asyncio.to_thread(clipboard.copy, text, what, workplace.write, workplace.environ)
