"""What was told of a key that cannot be read is taken back once it can: nobody else would notice that."""

import asyncio

from tokentui.domain.errors import TokenTuiError
from tokentui.tui.screens.page_screen import ASK_AGAIN_SECONDS, AnyPage
from tokentui.tui.stack import covered_stack
from tokentui.tui.widgets.message_line import MessageLine


async def take_back(page: AnyPage, told: str) -> None:
    """Until the key can be read, tell on this page what is wrong with it by now, in the place of what was told."""
    fault = page.workplace.key_fault
    while fault:
        await asyncio.sleep(ASK_AGAIN_SECONDS)
        now = await _fault(page)
        if now is not None and now != fault:
            fault, told = now, _tell_instead(page, told, now)
    page.store_changed()  # the last characters of values could not be read before


def _tell_instead(page: AnyPage, told: str, fault: str) -> str:
    """What is told now, unless another message stands there by now."""
    instead = fault or "The key can be read again."
    if page.unsay(told):
        page.query_one(MessageLine).say(instead, "error" if fault else "done")
    return instead


async def _fault(page: AnyPage) -> str | None:
    """What is wrong with the key; None where the store does not answer, so that this is not known.

    To look may be to have the key again, which nobody wants while it is locked.
    """
    held = covered_stack(page)
    if held is not None:
        await held.when_free()
    try:
        return await page.workplace.look(lambda reader: page.workplace.key_trouble())
    except TokenTuiError:
        return None
