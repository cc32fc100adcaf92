"""Explain takes tokens in, under the cursor, typed, pasted or in a target, and shows none of them."""

from textual.events import Paste
from textual.message import Message
from textual.widgets import Input

from tests.tui.conftest import Open
from tests.tui.test_explain_dialog import explain_here, fill, on_token, told
from tests.tui.test_secrets_on_screen import leaked, looks, values
from tokentui.services.endpoints import reveal_primary
from tokentui.services.tokens import reveal_token
from tokentui.tui.screens.endpoints import EndpointsScreen


async def test_the_value_of_the_token_under_the_cursor_is_nowhere(open_ui: Open) -> None:
    sent: list[str] = []
    async with open_ui(seen=lambda message: sent.append(repr(message))) as ui:
        await on_token(ui, "monitoring")
        await explain_here(ui)
        await ui.write("/api/endpoint/stock/stock-levels")
        await ui.press("enter")
        await ui.see("✓ allowed")
        assert not leaked(f"{ui.text}{looks(ui)}{sent}", values(ui.desk))


async def test_a_typed_token_is_masked_and_no_message_shows_it(open_ui: Open) -> None:
    sent: list[str] = []

    def seen(message: Message) -> None:
        sent.append(repr(message))

    async with open_ui(seen=seen) as ui:
        value = reveal_token(ui.desk, ui.desk.reader().token_by_name("monitoring"))
        await ui.go("Stock levels")
        await explain_here(ui)
        await ui.tab_to("token")
        await ui.press("right")
        await fill(ui, "value", value)
        await ui.press("enter")
        await ui.see("✓ allowed", "✓ 7  monitoring is enabled and active")
        assert "••••" in ui.text
        await ui.press("ctrl+shift+a", "ctrl+c", "ctrl+x")
        assert not ui.app.clipboard
        await ui.tab_to("client")
        assert not leaked(f"{ui.text}{looks(ui)}{sent}{ui.app.export_screenshot()}", {value[:20]})
        await ui.press("escape")
        await ui.at(EndpointsScreen)
        assert not leaked(f"{looks(ui)}{sent}", {value[:20]})


async def test_a_pasted_token_is_masked(open_ui: Open) -> None:
    async with open_ui() as ui:
        endpoint = ui.desk.reader().endpoint_by_ref("orders/returns")
        (slot, *_) = endpoint.primaries
        value = reveal_primary(ui.desk, endpoint, slot)
        await ui.go("Returns")
        await explain_here(ui)
        await ui.tab_to("token")
        await ui.press("right")
        await ui.tab_to("value")
        ui.app.post_message(Paste(f"{value}\n"))
        await ui.until(lambda: ui.screen.query_one("#value", Input).value == value)
        await ui.press("enter")
        await ui.see("primary token orders/returns POST is on")
        assert not leaked(ui.text, {value[:20]})


async def test_a_token_in_the_target_is_decided_about_and_told_by_no_message_or_picture(open_ui: Open) -> None:
    sent: list[str] = []
    async with open_ui(seen=lambda message: sent.append(repr(message))) as ui:
        value = reveal_token(ui.desk, ui.desk.reader().token_by_name("monitoring"))
        await ui.go("Stock levels")
        await explain_here(ui)
        await ui.write(f"?access_token={value}")
        await ui.press("enter")
        await ui.see("✓ allowed", "✓ 6  one token came, as access_token")
        await ui.tab_to("method")
        assert not leaked(f"{looks(ui)}{sent}", {value[:20]})
        assert not leaked(ui.app.export_screenshot(), {value[:20]})


async def test_typed_is_asked_for_where_it_is_chosen_only(open_ui: Open) -> None:
    async with open_ui() as ui:
        await explain_here(ui)
        await ui.tab_to("token")
        await ui.press("tab")
        assert ui.app.focused is ui.screen.query_one("#client")
        await ui.tab_to("token")
        await ui.press("right")
        await ui.until(lambda: "the token" in told(ui))
        await ui.tab_to("value")
        await ui.press("x")
        await ui.tab_to("token")
        await ui.press("left")
        await ui.miss("•")
