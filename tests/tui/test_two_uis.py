"""Two at one store: each sees what the other saves, and who edits the same record loses nothing."""

import pytest

from tests.tui.conftest import Open
from tests.tui.driving import Ui
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.records import Endpoint, EndpointToken
from tokentui.domain.slots import Slot
from tokentui.services.assigning import map_slot
from tokentui.services.desk import Desk
from tokentui.services.endpoints import edit_endpoint, set_endpoints_active
from tokentui.services.tokens import add_token, edit_token, reveal_token, set_enabled
from tokentui.tui.dialogs.conflict import ConflictDialog
from tokentui.tui.dialogs.token_settings import TokenSettings
from tokentui.tui.screens.endpoint import EndpointScreen
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen
from tokentui.tui.screens.endpoints import EndpointsScreen

#: How soon a change must be seen, in seconds.
SOON = 2.0


async def show_tokens(ui: Ui) -> None:
    await ui.press("2")
    await ui.at(EndpointTokensScreen)
    await ui.until(lambda: ui.lines[2].endswith("37 of 37") and ui.cursor_line)


def token(desk: Desk, name: str = "crm") -> EndpointToken:
    return desk.reader().token_by_name(name)


def endpoint(desk: Desk, ref: str = "reports/exports") -> Endpoint:
    return desk.reader().endpoint_by_ref(ref)


async def test_a_key_in_one_ui_is_seen_in_the_other_without_a_key(open_ui: Open, other_desk: Desk) -> None:
    async with open_ui() as one, open_ui(other_desk) as two:
        await show_tokens(one)
        await show_tokens(two)
        await one.go("load-test")
        await one.press("e")
        await one.told("load-test is enabled.")
        await two.until(lambda: "● on" in two.row("load-test"), SOON)


async def test_cursor_and_marks_stay_while_rows_come_and_change(open_ui: Open, other_desk: Desk) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await ui.press("space")
        await ui.go("crm")
        await ui.press("space", "k")
        assert ui.cursor_line.startswith("›▌crm")
        add_token(other_desk, TokenFields(name="aaa"))
        set_enabled(other_desk, [token(other_desk).id], False)
        await ui.until(lambda: ui.lines[2].endswith("2 marked · 38 of 38"), SOON)
        await ui.until(lambda: "○ off" in ui.cursor_line, SOON)
        assert ui.cursor_line.startswith("›▌crm")
        await ui.press("home")
        assert ui.cursor_line.startswith("› aaa")
        assert "▌bank-import" in ui.text


async def test_the_counts_and_the_list_of_endpoints_follow(open_ui: Open, other_desk: Desk) -> None:
    async with open_ui() as ui:
        await ui.go("Returns")
        set_endpoints_active(other_desk, [endpoint(other_desk).id], False)
        await ui.until(lambda: "19 endpoints · 37 tokens" in ui.lines[0], SOON)
        await ui.until(lambda: ui.lines[2].endswith("19 of 19"), SOON)
        assert ui.cursor_line.startswith("› Returns")


async def test_the_tokens_tab_follows(open_ui: Open, other_desk: Desk) -> None:
    async with open_ui() as ui:
        await ui.go("Returns")
        await ui.press("enter")
        await ui.see("2 of 37 mapped")
        await ui.go("chatbot")
        map_slot(
            other_desk, token(other_desk, "chatbot").id, endpoint(other_desk, "orders/returns").id, Slot.GET, True
        )
        await ui.until(lambda: "✓" in ui.row("chatbot") and "3 of 37 mapped" in ui.text, SOON)
        assert ui.cursor_line.startswith("› chatbot")


async def test_a_form_without_edits_shows_what_the_other_saved(open_ui: Open, other_desk: Desk) -> None:
    async with open_ui() as ui:
        await ui.go("Exports")
        await ui.press("enter", "t")
        await ui.see("Details")
        change_endpoint(other_desk, name="Exporte")
        await ui.until(lambda: "Exporte" in ui.row("Name "), SOON)
        assert "*" not in ui.lines[2]


async def test_a_dialog_stays_open_while_the_list_below_changes(open_ui: Open, other_desk: Desk) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await ui.press("enter")
        await ui.at(TokenSettings)
        await ui.write("x")
        add_token(other_desk, TokenFields(name="zzz"))
        await ui.until(lambda: "38 of 38" in ui.lines[2], SOON)
        assert "bank-importx" in ui.text


# ---------------------------------------------------------------------- both edit the same token


def change_token(desk: Desk, **fields: object) -> EndpointToken:
    standing = token(desk)
    changed = {**{name: getattr(standing, name) for name in ("name", "description", "enabled")}, **fields}
    return edit_token(desk, standing, TokenFields(**changed))


async def edit_both(ui: Ui, other_desk: Desk) -> None:
    """I write into the description of crm; meanwhile they save another one, and switch the token off."""
    await show_tokens(ui)
    await ui.go("crm")
    await ui.press("enter")
    await ui.at(TokenSettings)
    await ui.tab_to("description")
    await ui.press("ctrl+u")
    await ui.write("mine")
    change_token(other_desk, description="theirs", enabled=False)
    await ui.press("enter")
    await ui.at(ConflictDialog)


async def test_the_second_to_save_a_token_sees_both_values_and_nothing_is_saved_yet(
    open_ui: Open, other_desk: Desk
) -> None:
    async with open_ui() as ui:
        await edit_both(ui, other_desk)
        await ui.see("Somebody else changed crm", "Description", "yours   mine", "theirs  theirs")
        assert ui.app.focused is not None
        assert ui.app.focused.id == "edit"
        assert token(other_desk).description == "theirs"


async def test_back_to_the_form_keeps_my_edits_and_saving_again_saves_them(open_ui: Open, other_desk: Desk) -> None:
    async with open_ui() as ui:
        await edit_both(ui, other_desk)
        await ui.press("n")
        await ui.at(TokenSettings)
        await ui.see("mine")
        assert "[ ] on" in ui.row("│   Enabled")
        await ui.press("enter")
        await ui.told("Saved crm.")
        assert (token(other_desk).description, token(other_desk).enabled) == ("mine", False)


async def test_take_theirs_leaves_what_they_saved(open_ui: Open, other_desk: Desk) -> None:
    async with open_ui() as ui:
        await edit_both(ui, other_desk)
        await ui.press("t")
        await ui.told("Kept what the other one saved of crm.")
        assert (token(other_desk).description, token(other_desk).enabled) == ("theirs", False)


async def test_save_mine_keeps_the_fields_that_only_they_touched(open_ui: Open, other_desk: Desk) -> None:
    async with open_ui() as ui:
        await edit_both(ui, other_desk)
        await ui.press("m")
        await ui.told("Saved crm.")
        assert (token(other_desk).description, token(other_desk).enabled) == ("mine", False)


async def test_a_new_value_on_both_sides_is_told_without_either_value(open_ui: Open, other_desk: Desk) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await ui.go("crm")
        await ui.press("enter", "tab", "r")
        await ui.until(lambda: "new " in ui.row("│   Token"))
        theirs = "T" * 64
        edit_token(other_desk, token(other_desk), TokenFields.of(token(other_desk)), theirs)
        await ui.press("w")
        await ui.answer("Save crm?", "y")
        await ui.at(ConflictDialog)
        await ui.see("yours   a new value", "theirs  another new value")
        assert theirs not in ui.text
        await ui.press("t")
        await ui.told("Kept what the other one saved")
        assert reveal_token(other_desk, token(other_desk)) == theirs


async def test_somebody_faster_twice_is_told_twice(open_ui: Open, other_desk: Desk) -> None:
    async with open_ui() as ui:
        await edit_both(ui, other_desk)
        change_token(other_desk, description="theirs again")
        await ui.press("m")
        await ui.see("theirs  theirs again")
        await ui.press("m")
        await ui.told("Saved crm.")


# ---------------------------------------------------------------------- both edit the same endpoint


def change_endpoint(desk: Desk, **fields: object) -> Endpoint:
    standing = endpoint(desk)
    before = EndpointFields.of(standing)
    return edit_endpoint(desk, standing, EndpointFields(**{**_as_dict(before), **fields}))  # type: ignore[arg-type]  # its own fields


def _as_dict(fields: EndpointFields) -> dict[str, object]:
    return {name: getattr(fields, name) for name in EndpointFields.__dataclass_fields__}


async def edit_endpoint_both(ui: Ui, other_desk: Desk) -> None:
    """I write a name and a description of reports/exports; meanwhile they save a name and an IP filter."""
    await ui.go("Exports")
    await ui.press("enter", "t")
    await ui.tab_to("name")
    await ui.press("end")
    await ui.write(" mine")
    change_endpoint(other_desk, name="Exports theirs", ip_filter=())
    await ui.press("enter")
    await ui.at(ConflictDialog)


def standing(desk: Desk) -> tuple[str, tuple[str, ...]]:
    return endpoint(desk).name, endpoint(desk).ip_filter


async def test_the_second_to_save_an_endpoint_sees_both_values(open_ui: Open, other_desk: Desk) -> None:
    async with open_ui() as ui:
        await edit_endpoint_both(ui, other_desk)
        await ui.see("Somebody else changed reports/exports", "yours   Exports mine", "theirs  Exports theirs")
        assert standing(other_desk) == ("Exports theirs", ())


async def test_back_to_the_endpoints_form_keeps_my_edits(open_ui: Open, other_desk: Desk) -> None:
    async with open_ui() as ui:
        await edit_endpoint_both(ui, other_desk)
        await ui.press("escape")
        await ui.at(EndpointScreen)
        await ui.until(lambda: "Exports mine" in ui.row("Name ") and "anywhere" in ui.row("IP filter"))
        assert "*" in ui.lines[2]
        await ui.press("escape", "w")
        await ui.told("Saved reports/exports.")
        assert standing(other_desk) == ("Exports mine", ())


@pytest.mark.parametrize(("key", "name"), [("m", "Exports mine"), ("t", "Exports theirs")])
async def test_mine_or_theirs_and_what_only_they_touched_survives(
    open_ui: Open, other_desk: Desk, key: str, name: str
) -> None:
    async with open_ui() as ui:
        await edit_endpoint_both(ui, other_desk)
        await ui.press(key)
        await ui.told("reports/exports")
        await ui.until(lambda: name in ui.row("Name "))
        assert standing(other_desk) == (name, ())
        assert "*" not in ui.lines[2]
        await ui.press("escape", "q")
        await ui.at(EndpointsScreen)


async def test_undo_of_what_somebody_changed_since_is_refused_and_says_why(open_ui: Open, other_desk: Desk) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await ui.go("load-test")
        await ui.press("e")
        await ui.told("load-test is enabled.")
        edit_token(other_desk, token(other_desk, "load-test"), TokenFields(name="load-test", description="new"))
        await ui.press("u")
        await ui.answer("Undo “enabled load-test”?", "y")
        await ui.told("Cannot undo “enabled load-test”")
        assert token(other_desk, "load-test").description == "new"


async def test_a_change_while_a_page_is_just_opening_does_no_harm(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.go("Returns")
        endpoint_screen = EndpointScreen(ui.app.workplace, EndpointFields.of(endpoint(ui.desk)), endpoint(ui.desk))
        ui.app.push_screen(endpoint_screen)
        endpoint_screen.store_changed()
        await ui.see("Endpoints › reports/exports", "Primary tokens")
