"""After a while without a key the screen is covered: nothing below is seen, and no key does anything there."""

from tests.tui.conftest import Hourglass, Open
from tests.tui.driving import Ui
from tokentui.services.settings import Settings
from tokentui.services.tokens import reveal_token
from tokentui.tui.dialogs.lock import LockScreen
from tokentui.tui.dialogs.reveal import Reveal
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen


async def test_lock(open_ui: Open, hourglass: Hourglass) -> None:
    async with open_ui() as ui:
        await ui.press("2")
        await ui.at(EndpointTokensScreen)
        await ui.see("bank-import")
        await ui.press("v")
        await ui.at(Reveal)
        await ui.see("It hides")
        print(ui.text)
        hourglass.let_pass(300)
        await ui.at(LockScreen)
        await ui.see("Locked", "passphrase")
        print(ui.text)
        await ui.press("enter")
        await ui.at(EndpointTokensScreen)
        print(ui.text)
        assert 0
