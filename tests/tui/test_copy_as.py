"""Copy as: a value as it is, as a header, as a line of an `.env` file, or as a `curl` command."""

import pytest

from tests.tui.conftest import Open
from tests.tui.rotating import show_tokens, token
from tokentui.services.tokens import reveal_token
from tokentui.tui.dialogs.pick import Pick
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen


@pytest.mark.parametrize(
    ("keys", "form"),
    [
        (("enter",), "{value}"),
        (("j", "enter"), "Authorization: Bearer {value}"),
        (("j", "j", "enter"), "BANK_IMPORT_TOKEN={value}"),
        (
            ("k", "enter"),
            "curl --header 'Authorization: Bearer {value}' https://HOST/api/endpoint/invoicing/invoices",
        ),
    ],
)
async def test_a_value_is_copied_in_each_form(
    open_ui: Open, copied: list[str], keys: tuple[str, ...], form: str
) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await ui.press("C")
        await ui.see("─ Copy bank-import as ─", "BANK_IMPORT_TOKEN=…", "curl …")
        await ui.press(*keys)
        if "curl" in form:
            await ui.see("─ Call which endpoint? ─", "GET     invoicing/credit-notes  /api/endpoint/invoicing/")
            await ui.press("j", "enter")
            await ui.told("https://HOST stands for the address: base_url in the settings names it.")
        await ui.until(lambda: copied)
        assert copied == [form.format(value=reveal_token(ui.desk, token(ui)))]
        assert copied[0] not in ui.message


async def test_a_token_that_is_mapped_nowhere_has_no_curl_command(open_ui: Open) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await ui.go("intern-project")
        await ui.press("C")
        await ui.see("No curl command: the token is mapped to no endpoint.")
        assert "curl …" not in ui.text


async def test_escape_copies_nothing(open_ui: Open, copied: list[str]) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        for keys in (("C",), ("C", "k", "enter")):
            await ui.press(keys[0])
            await ui.at(Pick)
            first = ui.screen
            await ui.press(*keys[1:])
            await ui.until(lambda keys=keys, first=first: len(keys) == 1 or ui.screen is not first)  # type: ignore[misc]  # bound now
            await ui.at(Pick)
            await ui.press("escape")
            await ui.at(EndpointTokensScreen)
        assert copied == []
