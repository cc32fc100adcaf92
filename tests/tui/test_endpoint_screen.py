"""One endpoint: the General tab, what saving it brings and cuts off, and the way out."""

import pytest
from textual.widgets import Input

from tests.tui.conftest import Open
from tests.tui.driving import Ui
from tokentui.domain.records import Endpoint
from tokentui.domain.slots import Authentication, Slot
from tokentui.services.endpoints import reveal_primary
from tokentui.tui.screens.endpoint import EndpointScreen
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen
from tokentui.tui.screens.endpoints import EndpointsScreen
from tokentui.tui.widgets.row_table import RowTable
from tokentui.tui.widgets.tab_line import TabLine


async def open_general(ui: Ui, name: str) -> None:
    """The General tab of the endpoint with this name."""
    await ui.go(name)
    await ui.press("enter")
    await ui.at(EndpointScreen)
    if "Tokens" in ui.lines[3]:
        await ui.press("t")
    await ui.see("Details", "Security", "Misc")
    await ui.until(lambda: isinstance(ui.app.focused, TabLine))


def kept(ui: Ui, ref: str) -> Endpoint:
    return ui.desk.reader().endpoint_by_ref(ref)


async def edit(ui: Ui, field: str, text: str) -> None:
    """Put `text` in the place of what stands in a field."""
    await ui.tab_to(field)
    await ui.press("end", "ctrl+u")
    await ui.write(text)


async def test_general_has_details_security_and_misc(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_general(ui, "Exports")
        labels = " ".join(line.split()[0] for line in ui.lines[4:21] if line.strip())
        assert labels == (
            "Details Name Slug Group Path Methods Security Authentication IP Allow Misc Description Active"
        )
        assert "10.20.0.0/16, 2001:db8:20::/48" in ui.row("IP filter")
        assert "○ none   ◉ token   ○ internal" in ui.row("Authentication")
        assert "[■] POST   [■] GET" in ui.row("Methods")
        assert "[ ] DELETE" in ui.row("Allow deleting")
        assert ui.lines[2].endswith("● active  ▣ token")


async def test_the_slug_is_generated_from_the_name(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_general(ui, "Exports")
        await edit(ui, "name", "Příjem zboží #2")
        await ui.tab_to("generate")
        await ui.press("enter")
        await ui.until(lambda: "prijem-zbozi-2" in ui.row("Slug"))


async def test_an_empty_slug_and_an_empty_path_show_what_they_stand_for(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_general(ui, "Exports")
        await edit(ui, "name", "Year end")
        await edit(ui, "slug", "")
        await edit(ui, "path", "")
        await ui.until(lambda: "year-end" in ui.row("Slug"))
        await ui.until(lambda: "/api/endpoint/reports/year-end" in ui.row("Path"))


async def test_authentication_on_brings_the_primaries_of_post_and_get(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_general(ui, "Catalogue search")
        await ui.tab_to("method-POST")
        await ui.press("space")
        await ui.tab_to("authentication")
        await ui.press("right", "escape", "w")
        await ui.answer("Save catalogue/search?", "y")
        await ui.told("Generated its POST and GET primary.")
        assert set(kept(ui, "catalogue/search").primaries) == {Slot.POST, Slot.GET}


async def test_the_tokens_tab_is_there_only_while_authentication_is_token_and_values_stay(open_ui: Open) -> None:
    async with open_ui() as ui:
        before = kept(ui, "orders/returns").primaries
        await open_general(ui, "Returns")
        assert "Tokens" in ui.lines[3]
        await ui.tab_to("authentication")
        await ui.press("right", "escape")
        await ui.press("w")
        await ui.see("Authentication internal: 2 mapped tokens are refused at once")
        await ui.answer("Save orders/returns?", "y")
        await ui.told("Saved orders/returns.")
        await ui.until(lambda: "Tokens" not in ui.lines[3])
        await ui.press("t")
        assert "Primary tokens" not in ui.text
        await ui.tab_to("authentication")
        await ui.press("left", "escape", "w")
        await ui.until(lambda: "Tokens" in ui.lines[3])
        assert kept(ui, "orders/returns").primaries == before


async def test_allow_deleting_off_keeps_the_value_refused_and_on_brings_it_back(open_ui: Open) -> None:
    async with open_ui() as ui:
        desk = ui.desk
        value = reveal_primary(desk, kept(ui, "catalogue/products"), Slot.DELETE)
        await open_general(ui, "Products")
        await ui.tab_to("allow_deleting")
        await ui.press("space", "escape", "w")
        await ui.see("DELETE is switched off: refused at once, for 1 mapped token.")
        await ui.answer("Save catalogue/products?", "y")
        await ui.told("Saved catalogue/products.")
        await ui.press("t")
        await ui.see("Allow deleting is off; its value is kept, and refused")
        await ui.press("t")
        await ui.tab_to("allow_deleting")
        await ui.press("space", "escape", "w")
        await ui.until(lambda: kept(ui, "catalogue/products").allow_deleting)
        assert reveal_primary(desk, kept(ui, "catalogue/products"), Slot.DELETE) == value


@pytest.mark.parametrize(
    ("field", "text", "error"),
    [
        ("name", "", "name"),
        ("slug", "Not A Slug", "slug"),
        ("group", "Nö", "group"),
        ("path", "pets", "path"),
        ("ip_filter", "10.0.0.0/99", "10.0.0.0/99"),
    ],
)
async def test_errors_stand_beside_the_field_and_nothing_is_saved(
    open_ui: Open, field: str, text: str, error: str
) -> None:
    async with open_ui() as ui:
        before = kept(ui, "reports/exports")
        await open_general(ui, "Exports")
        await edit(ui, field, text)
        await ui.press("enter")

        def below() -> str:
            focused = ui.app.focused
            return ui.lines[focused.region.bottom].strip() if focused is not None and focused.id == field else ""

        await ui.until(lambda: below().startswith("✗"))
        assert error in below().lower()
        assert "Not saved: see the marked fields." in ui.message
        assert kept(ui, "reports/exports") == before


async def test_a_taken_slug_is_told_beside_the_slug(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_general(ui, "Exports")
        await edit(ui, "slug", "daily-turnover")
        await ui.press("enter")
        await ui.see("✗ There is already an endpoint reports/daily-turnover.")


async def test_in_a_field_letters_are_text_and_escape_makes_them_keys_again(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_general(ui, "Exports")
        await edit(ui, "name", "wqt1?:")
        assert isinstance(ui.app.focused, Input)
        assert "wqt1?:" in ui.row("Name")
        assert " q " not in ui.footer
        await ui.press("escape")
        await ui.until(lambda: "w Save" in ui.footer and "q Back" in ui.footer)


async def test_an_edited_form_is_starred_and_only_then_save_is_offered(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_general(ui, "Exports")
        assert "w Save" not in ui.footer
        assert "reports/exports *" not in ui.text
        await edit(ui, "name", "Exporte")
        await ui.see("Endpoints › reports/exports *")
        await ui.press("escape")
        await ui.until(lambda: "w Save" in ui.footer)
        await ui.press("w")
        await ui.told("Saved reports/exports. u takes it back.")
        await ui.until(lambda: "*" not in ui.lines[2] and "w Save" not in ui.footer)


@pytest.mark.parametrize("key", ["q", "2", "ctrl+q"])
async def test_leaving_with_unsaved_edits_asks_whatever_the_way_out(open_ui: Open, key: str) -> None:
    async with open_ui() as ui:
        await open_general(ui, "Exports")
        await edit(ui, "description", "x")
        await ui.press("escape", key)
        await ui.see("reports/exports has edits that are not saved.")
        assert ui.app.focused is not None
        assert ui.app.focused.id == "stay"
        await ui.press("enter")
        await ui.at(EndpointScreen)
        assert "x" in ui.row("Description")
        assert kept(ui, "reports/exports").description == ""


@pytest.mark.parametrize(("answer", "description"), [("s", "x"), ("d", "")])
async def test_on_the_way_out_edits_are_saved_or_discarded_as_one_says(
    open_ui: Open, answer: str, description: str
) -> None:
    async with open_ui() as ui:
        await open_general(ui, "Exports")
        await edit(ui, "description", "x")
        await ui.press("escape", "2")
        await ui.answer("Unsaved edits", answer)
        await ui.at(EndpointTokensScreen)
        assert kept(ui, "reports/exports").description == description


async def test_quitting_after_discard_quits(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_general(ui, "Exports")
        await edit(ui, "description", "x")
        await ui.press("ctrl+q")
        await ui.see("Unsaved edits")
        await ui.press("d")
        await ui.until(lambda: not ui.app.is_running)


async def test_save_on_the_way_out_stays_where_saving_fails(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_general(ui, "Exports")
        await edit(ui, "slug", "Ü")
        await ui.press("escape", "q")
        await ui.answer("Unsaved edits", "s")
        await ui.see("✗")
        assert isinstance(ui.screen, EndpointScreen)


async def test_leaving_without_edits_does_not_ask(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_general(ui, "Exports")
        await ui.press("q")
        await ui.at(EndpointsScreen)


@pytest.mark.parametrize(
    ("field", "keys", "told"),
    [
        ("active", ("space",), "Inactive: every request is refused at once, of 2 mapped tokens."),
        ("authentication", ("left",), "Authentication none: anybody may call it, without a token."),
        ("method-POST", ("space",), "POST is switched off: refused at once, for 0 mapped tokens."),
        ("path", ("x",), "The path changes: /api/endpoint/reports/exports is refused"),
        ("ip_filter", ("backspace", "9"), "Only these addresses may call it: 10.20.0.0/16, 2001:db8:20::/49."),
    ],
)
async def test_saving_what_cuts_off_asks_first_and_cancel_keeps_the_form(
    open_ui: Open, field: str, keys: tuple[str, ...], told: str
) -> None:
    async with open_ui() as ui:
        before = kept(ui, "reports/exports")
        await open_general(ui, "Exports")
        await ui.tab_to(field)
        if field in ("path", "ip_filter"):
            await ui.press("end")
        await ui.press(*keys)
        await ui.press("escape", "w")
        await ui.see(told)
        assert ui.app.focused is not None
        assert ui.app.focused.id == "cancel"
        await ui.press("enter")
        await ui.at(EndpointScreen)
        assert "*" in ui.lines[2]
        assert kept(ui, "reports/exports") == before


async def test_enter_in_a_form_without_edits_claims_no_save(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_general(ui, "Exports")
        await ui.tab_to("name")
        await ui.press("enter")
        await ui.told("Nothing to save.")
        assert not ui.desk.history


async def test_an_edit_that_comes_to_nothing_claims_no_save(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_general(ui, "Exports")
        await ui.tab_to("name")
        await ui.press("end", "space", "enter")
        await ui.told("reports/exports stays as it was.")
        assert "u takes it back" not in ui.message
        await ui.until(lambda: "*" not in ui.lines[2])
        assert not ui.desk.history


async def test_a_primary_that_one_generates_is_no_conflict_with_ones_own_edits(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_general(ui, "Exports")
        await edit(ui, "name", "Exporte")
        await ui.press("escape", "t")
        await ui.see("Primary tokens", " mapped")
        await ui.press("g")
        await ui.answer("Generate a new POST primary of reports/exports?", "y")
        await ui.told("Generated the POST primary of reports/exports.")
        generated = kept(ui, "reports/exports").primaries
        await ui.press("w")
        await ui.told("Saved reports/exports.")
        assert kept(ui, "reports/exports").name == "Exporte"
        assert kept(ui, "reports/exports").primaries == generated


async def test_saving_from_the_tokens_tab_leaves_the_cursor_in_its_list(open_ui: Open) -> None:
    async with open_ui() as ui:
        await open_general(ui, "Exports")
        await edit(ui, "name", "Exporte")
        await ui.press("escape", "t")
        await ui.see("Primary tokens", " mapped")
        await ui.press("w")
        await ui.told("Saved reports/exports.")
        await ui.until(lambda: "*" not in ui.lines[2])
        await ui.pilot.pause()
        assert isinstance(ui.app.focused, RowTable)


async def test_internal_has_no_tokens_tab_and_the_state_is_glyph_and_word(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.go("Stocktaking")
        await ui.press("enter")
        await ui.see("● active  ◈ internal")
        assert "Tokens" not in ui.lines[3]
        assert kept(ui, "stock/stocktaking").authentication is Authentication.INTERNAL
