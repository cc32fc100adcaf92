"""Marks are on what the store holds: what somebody takes out of the list loses its mark, and the user is told."""

import pytest

from tests.tui.conftest import Open
from tests.tui.driving import Ui
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.services.desk import Desk
from tokentui.services.endpoints import edit_endpoint, set_endpoints_active
from tokentui.services.tokens import add_token, set_active, set_enabled
from tokentui.services.undo import undo_last
from tokentui.tui.widgets.message_line import MessageLine


def ids(desk: Desk, *names: str) -> list[str]:
    return [desk.reader().token_by_name(name).id for name in names]


async def show_tokens(ui: Ui, amount: str = "37 of 37") -> None:
    await ui.press("2")
    await ui.until(lambda: ui.lines[2].endswith(amount) and ui.cursor_line)


async def mark(ui: Ui, *names: str) -> None:
    for name in names:
        await ui.go(name)
        await ui.press("space")
    await ui.until(lambda: f"{len(names)} marked" in ui.lines[2])


async def test_a_mark_goes_with_a_token_that_somebody_deactivated(open_ui: Open, other_desk: Desk) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await mark(ui, "chatbot", "migration-2024", "intern-project")
        set_active(other_desk, ids(other_desk, "chatbot"), False)
        await ui.told("1 mark dropped: its token is gone from this list.")
        await ui.until(lambda: ui.lines[2].endswith("2 marked · 36 of 36"))
        await ui.press("d")
        await ui.told("2 tokens deactivated.")


async def test_a_mark_goes_with_a_token_that_somebody_took_back(open_ui: Open, other_desk: Desk) -> None:
    add_token(other_desk, TokenFields(name="aaa"))
    async with open_ui() as ui:
        await show_tokens(ui, "38 of 38")
        await mark(ui, "aaa", "bi-dashboard")
        undo_last(other_desk)
        await ui.told("1 mark dropped: its token is gone from this list.")
        await ui.press("e")
        await ui.answer("Disable bi-dashboard?", "n")


async def test_marks_on_the_inactive_go_with_what_somebody_activated(open_ui: Open, other_desk: Desk) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await ui.press("i")
        await ui.see("legacy-fax", "pos-wien")
        await mark(ui, "legacy-fax", "pos-wien")
        set_active(other_desk, ids(other_desk, "legacy-fax", "pos-wien"), True)
        await ui.told("2 marks dropped: their tokens are gone from this list.")
        await ui.until(lambda: "marked" not in ui.lines[2])


async def test_a_filter_drops_no_mark(open_ui: Open, other_desk: Desk) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await mark(ui, "bank-import", "chatbot")
        await ui.press("slash")
        await ui.write("dash")
        await ui.until(lambda: ui.lines[2].endswith("2 marked · 1 of 37"))
        set_active(other_desk, ids(other_desk, "chatbot"), False)
        await ui.until(lambda: ui.lines[2].endswith("1 marked · 1 of 36"))
        await ui.press("escape")
        await ui.until(lambda: ui.lines[2].endswith("1 marked · 36 of 36"))
        assert "▌bank-import" in ui.text


async def test_a_mark_goes_with_an_endpoint_that_somebody_deactivated(open_ui: Open, other_desk: Desk) -> None:
    async with open_ui() as ui:
        await mark(ui, "Returns", "Products")
        set_endpoints_active(other_desk, [other_desk.reader().endpoint_by_ref("orders/returns").id], False)
        await ui.told("1 mark dropped: its endpoint is gone from this list.")
        await ui.until(lambda: ui.lines[2].endswith("1 marked · 19 of 19"))


async def test_a_mark_goes_with_an_endpoint_that_lost_the_method_shown(open_ui: Open, other_desk: Desk) -> None:
    async with open_ui() as ui:
        await ui.press("m")
        await ui.see("GET · 18 of 18")
        await mark(ui, "Returns")
        endpoint = other_desk.reader().endpoint_by_ref("orders/returns")
        fields = EndpointFields.of(endpoint)
        methods = tuple(slot for slot in fields.methods if slot != "GET")
        edit_endpoint(other_desk, endpoint, EndpointFields(**{**_as_dict(fields), "methods": methods}))  # type: ignore[arg-type]  # its own fields
        await ui.told("1 mark dropped: its endpoint is gone from this list.")


def _as_dict(fields: EndpointFields) -> dict[str, object]:
    return {name: getattr(fields, name) for name in EndpointFields.__dataclass_fields__}


@pytest.mark.parametrize("kind", ["error", "done"])
async def test_what_was_just_told_stands_beside_a_lost_mark(open_ui: Open, other_desk: Desk, kind: str) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await mark(ui, "chatbot")
        ui.page.say("Something happened.", kind)
        set_active(other_desk, ids(other_desk, "chatbot"), False)
        await ui.told("Something happened. 1 mark dropped: its token is gone from this list.")
        assert ui.page.query_one(MessageLine).kind == ("error" if kind == "error" else "warning")


async def test_ones_own_deed_takes_its_marks_along_without_a_word(open_ui: Open) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await mark(ui, "migration-2024", "intern-project")
        await ui.press("d")
        await ui.told("2 tokens deactivated. u takes it back.")
        await ui.until(lambda: ui.lines[2].endswith(" 35 of 35"))
        assert ui.message == "2 tokens deactivated. u takes it back."


@pytest.mark.parametrize("key", ["e", "d"])
async def test_a_key_is_for_the_row_that_it_fell_on_however_soon_the_next_one_comes(
    open_ui: Open, desk: Desk, key: str
) -> None:
    async with open_ui() as ui:
        await ui.press("2")
        await ui.see("new-portal")
        await ui.go("new-portal")
        await ui.burst(key, "j")
        await ui.told("new-portal is d")
        token, below = (desk.reader().token_by_name(name) for name in ("new-portal", "partner-acme"))
        assert not (token.enabled and token.active)
        assert below.enabled
        assert below.active


async def test_a_key_is_for_the_endpoint_that_it_fell_on(open_ui: Open, desk: Desk) -> None:
    async with open_ui() as ui:
        await ui.see("Goods received")
        await ui.go("Goods received")
        await ui.burst("d", "j")
        await ui.see("Deactivate stock/goods-received?")


def enabled(desk: Desk, *names: str) -> list[bool]:
    return [desk.reader().token_by_name(name).enabled for name in names]


async def test_what_e_does_is_said_by_the_marked_rows_and_not_by_the_cursor(open_ui: Open, desk: Desk) -> None:
    set_enabled(desk, ids(desk, "intern-project"), False)
    async with open_ui() as ui:
        await show_tokens(ui)
        await mark(ui, "bank-import", "bi-dashboard")
        await ui.go("intern-project")
        await ui.until(lambda: " e Disable " in ui.footer)
        await ui.press("e")
        await ui.answer("Disable 2 tokens?", "y")
        await ui.told("2 tokens disabled.")
        assert enabled(desk, "bank-import", "bi-dashboard", "intern-project") == [False, False, False]


async def test_one_marked_row_that_is_on_is_enough_to_disable(open_ui: Open, desk: Desk) -> None:
    set_enabled(desk, ids(desk, "intern-project"), False)
    async with open_ui() as ui:
        await show_tokens(ui)
        await mark(ui, "bank-import", "intern-project")
        await ui.until(lambda: " e Disable " in ui.footer)


async def test_a_marked_row_counts_also_where_the_filter_hides_it(open_ui: Open, desk: Desk) -> None:
    set_enabled(desk, ids(desk, "intern-project"), False)
    async with open_ui() as ui:
        await show_tokens(ui)
        await mark(ui, "bank-import")
        await ui.press("slash")
        await ui.write("intern-project")
        await ui.press("enter")
        await ui.until(lambda: ui.cursor_line.startswith("› intern-project") and " e Disable " in ui.footer)


async def test_marks_stay_where_nothing_was_to_be_done_and_that_is_no_success(
    open_ui: Open, desk: Desk, other_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_enabled(desk, ids(desk, "migration-2024", "intern-project"), False)
    async with open_ui() as ui:
        await show_tokens(ui)
        await mark(ui, "migration-2024", "intern-project")
        monkeypatch.setattr(type(ui.page), "store_changed", lambda page: None)  # it is not seen here yet
        set_enabled(other_desk, ids(other_desk, "migration-2024", "intern-project"), True)
        await ui.press("e")
        await ui.told("Nothing to do: enabled already.")
        assert ui.page.query_one(MessageLine).kind == "warning"
        assert "2 marked" in ui.lines[2]
