"""Switching an endpoint token where its requests are seen, as the section of the endpoint tokens does."""

from tokentui.services.tokens import set_active, set_enabled
from tokentui.tui.screens.page_screen import AnyPage
from tokentui.tui.token_deeds import cut, switch


async def disable(page: AnyPage, token_id: str) -> None:
    """Ask, where somebody would be refused by it, then refuse the token everywhere."""
    await cut(page, frozenset({token_id}), "Disable", lambda desk, ids: set_enabled(desk, ids, False), _nothing)


async def enable(page: AnyPage, token_id: str) -> None:
    """Let the token pass again."""
    await switch(page, frozenset({token_id}), "Enable", lambda desk, ids: set_enabled(desk, ids, True), _nothing)


async def activate(page: AnyPage, token_id: str) -> None:
    """Bring the token back from the shelf."""
    await switch(page, frozenset({token_id}), "Activate", lambda desk, ids: set_active(desk, ids, True), _nothing)


def _nothing() -> None:
    """What there is to draw ahead: requests that were decided stay as they are."""
