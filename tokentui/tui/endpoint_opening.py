"""Opening an endpoint at the place where something is to be done about it."""

from tokentui.domain.fields import EndpointFields
from tokentui.domain.records import Endpoint
from tokentui.tui.screens.page_screen import AnyPage


async def open_endpoint(page: AnyPage, endpoint: Endpoint, *, field: str, token_id: str) -> None:
    """At a field of its General tab, or at a token in its Tokens tab."""
    from tokentui.tui.screens.endpoint import EndpointScreen
    from tokentui.tui.screens.endpoint_tabs import EndpointTabs

    screen = EndpointScreen(page.workplace, EndpointFields.of(endpoint), endpoint)
    await page.app.push_screen(screen, lambda _: page.store_changed())
    tabs = screen.query_one(EndpointTabs)
    if field:
        await tabs.go_to_field(field)
    elif token_id:
        await tabs.go_to_token(token_id)
