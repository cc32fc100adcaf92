"""What was just added has the cursor, whatever was filtered before."""

from tests.tui.conftest import Open
from tests.tui.driving import Ui
from tokentui.domain.fields import EndpointFields
from tokentui.services.desk import Desk
from tokentui.tui.screens.endpoint import EndpointScreen
from tokentui.tui.screens.endpoints import EndpointsScreen
from tokentui.tui.widgets.endpoint_form import EndpointForm


async def show_tokens(ui: Ui) -> None:
    await ui.press("2")
    await ui.until(lambda: ui.lines[2].endswith("37 of 37") and ui.cursor_line)


async def filter_by(ui: Ui, text: str, state: str) -> None:
    await ui.press("slash")
    await ui.write(text)
    await ui.press("enter")
    await ui.until(lambda: ui.lines[2].endswith(state))


async def add_token(ui: Ui, name: str) -> None:
    await ui.press("a")
    await ui.see("─ Add endpoint token ─")
    await ui.write(name)
    await ui.press("enter")
    await ui.told(f"Added {name}.")


async def add_endpoint(ui: Ui, name: str) -> None:
    """Written, saved and left."""
    await ui.press("a")
    await ui.at(EndpointScreen)
    await ui.see("new endpoint")
    await ui.write(name)
    await ui.until(lambda: ui.page.query_one(EndpointForm).fields.name == name)


async def save_and_leave(ui: Ui) -> None:
    await ui.press("enter")
    await ui.told("Added ")
    await ui.press("escape", "q")
    await ui.at(EndpointsScreen)


async def test_a_filter_that_hides_the_new_token_is_cleared(open_ui: Open) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await filter_by(ui, "dash", " 1 of 37")
        await add_token(ui, "zeta")
        await ui.until(lambda: ui.cursor_line.startswith("› zeta") and ui.lines[2].endswith("38 of 38"))
        assert "/ dash" not in ui.text


async def test_a_filter_that_shows_the_new_token_stays(open_ui: Open) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await filter_by(ui, "dash", " 1 of 37")
        await add_token(ui, "dash-two")
        await ui.until(lambda: ui.cursor_line.startswith("› dash-two") and ui.lines[2].endswith("2 of 38"))
        assert "/ dash" in ui.text


async def test_a_token_that_is_added_among_the_inactive_is_shown_among_the_active(open_ui: Open) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await ui.press("i")
        await ui.see("legacy-fax")
        await add_token(ui, "zeta")
        await ui.until(lambda: ui.cursor_line.startswith("› zeta") and ui.lines[2].startswith(" Endpoint tokens  "))


async def test_what_hides_the_new_endpoint_is_lifted(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("m", "m", "m")
        await ui.see("DELETE · 5 of 5")
        await filter_by(ui, "taking", "DELETE · 1 of 5")
        await add_endpoint(ui, "Zulu")
        await save_and_leave(ui)
        await ui.until(lambda: ui.cursor_line.startswith("› Zulu") and ui.lines[2].endswith(" 21 of 21"))
        assert "DELETE" not in ui.lines[2]


async def test_what_does_not_hide_the_new_endpoint_stays(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("m")
        await ui.see("GET · 18 of 18")
        await filter_by(ui, "stock", "GET · 3 of 18")
        await add_endpoint(ui, "Stock of Zulu")
        await save_and_leave(ui)
        await ui.until(lambda: ui.cursor_line.startswith("› Stock of Zulu") and ui.lines[2].endswith("GET · 4 of 19"))


async def test_an_endpoint_that_is_added_inactive_is_shown_among_the_inactive(open_ui: Open) -> None:
    async with open_ui() as ui:
        await add_endpoint(ui, "Zulu")
        await ui.tab_to("active")
        await ui.press("space")
        await ui.tab_to("name")
        await save_and_leave(ui)
        await ui.until(lambda: ui.cursor_line.startswith("› Zulu") and "Endpoints › inactive" in ui.lines[2])


async def test_an_endpoint_that_was_opened_and_does_not_fit_the_filter_any_more_clears_nothing(
    open_ui: Open, desk: Desk
) -> None:
    async with open_ui() as ui:
        await filter_by(ui, "levels", "1 of 20")
        await ui.press("enter", "t")
        await ui.see("Details")
        await ui.tab_to("active")
        await ui.press("space", "escape", "w")
        await ui.answer("Save stock/stock-levels?", "y")
        await ui.told("Saved ")
        await ui.press("q")
        await ui.at(EndpointsScreen)
        await ui.until(lambda: ui.lines[2].endswith(" 0 of 19"))
        assert ui.lines[2].startswith(" Endpoints  ")


async def test_a_new_endpoint_that_was_given_up_leaves_list_and_filter_as_they_were(open_ui: Open) -> None:
    async with open_ui() as ui:
        await filter_by(ui, "levels", "1 of 20")
        before = ui.cursor_line
        await ui.press("a")
        await ui.at(EndpointScreen)
        await ui.see("new endpoint")
        await ui.press("escape", "q")
        await ui.at(EndpointsScreen)
        await ui.until(lambda: ui.cursor_line == before and ui.lines[2].endswith(" 1 of 20"))


async def test_the_clone_has_the_cursor_even_if_the_filter_hides_it(open_ui: Open, desk: Desk) -> None:
    async with open_ui() as ui:
        await filter_by(ui, "returns", " 1 of 20")
        await ui.press("C")
        await ui.at(EndpointScreen)
        await ui.see("Returns (copy)")
        form = ui.page.query_one(EndpointForm)
        form.load(EndpointFields(**{**_as_dict(form.fields), "name": "Zulu", "slug": "zulu", "path": ""}))  # type: ignore[arg-type]  # its own fields
        await ui.press("escape", "w")
        await ui.told("Added orders/zulu.")
        await ui.press("q")
        await ui.at(EndpointsScreen)
        await ui.until(lambda: ui.cursor_line.startswith("› Zulu"))


def _as_dict(fields: EndpointFields) -> dict[str, object]:
    return {name: getattr(fields, name) for name in EndpointFields.__dataclass_fields__}
