"""Edits that are not saved yet: what tests of saving, failing and leaving begin with."""

from tests.tui.driving import Ui
from tokentui.tui.dialogs.token_settings import TokenSettings
from tokentui.tui.screens.assign import AssignScreen
from tokentui.tui.screens.endpoint import EndpointScreen
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen


async def show_token(ui: Ui, name: str) -> None:
    """Go to Endpoint tokens, the cursor on this one."""
    await ui.press("2")
    await ui.at(EndpointTokensScreen)
    await ui.go(name)


async def write_new_token(ui: Ui) -> None:
    """In the form of a new token, till."""
    await ui.press("2")
    await ui.at(EndpointTokensScreen)
    await ui.press("a")
    await ui.at(TokenSettings)
    await ui.write("till")


async def edit_token(ui: Ui) -> None:
    """In the form of bank-import, which is to be bank-import-2."""
    await show_token(ui, "bank-import")
    await ui.press("enter")
    await ui.at(TokenSettings)
    await ui.write("-2")


async def write_new_endpoint(ui: Ui) -> None:
    """In the form of a new endpoint, Till."""
    await ui.press("a")
    await ui.at(EndpointScreen)
    await ui.see("new endpoint")
    await ui.write("Till")
    await ui.see("new endpoint *")


async def tick_endpoint(ui: Ui) -> None:
    """On Assign of bank-import, all slots of the first endpoint ticked."""
    await show_token(ui, "bank-import")
    await ui.press("s")
    await ui.at(AssignScreen)
    await ui.until(lambda: ui.cursor_line)
    await ui.press("a")
    await ui.see("Save changes")
