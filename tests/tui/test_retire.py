"""Retire: the end of a grace time before its time; and the same keys from an endpoint."""

from tests.tui.conftest import NOW, Open
from tests.tui.rotating import DAY, NAMES, show_tokens, token
from tokentui.services.desk import Desk
from tokentui.services.rotating import rotate
from tokentui.services.tokens import reveal_token
from tokentui.tui.dialogs.pick import Pick
from tokentui.tui.dialogs.rotate import Rotate
from tokentui.tui.dialogs.rotated import Rotated
from tokentui.tui.screens.endpoint import EndpointScreen
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen


class TestRetire:
    async def test_capital_r_ends_the_grace_after_a_question_with_both_values_last_use(
        self, open_ui: Open, desk: Desk
    ) -> None:
        one = desk.reader().token_by_name("bank-import")
        rotate(desk, [one.id], NOW + DAY)
        async with open_ui() as ui:
            await show_tokens(ui)
            assert "R Retire" in ui.footer
            await ui.press("R")
            await ui.see("2 endpoints (GET)", "Last seen: new value –, old value 10 hours ago.")
            await ui.answer("Retire the old value of bank-import?", "y")
            await ui.told("The old value of bank-import is refused from now on. u takes it back.")
            assert not token(ui).in_grace(NOW)
            await ui.until(lambda: "● on" in ui.cursor_line and "R Retire" not in ui.footer)

    async def test_is_offered_only_where_a_grace_time_runs(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await show_tokens(ui)
            before = ui.desk.store.stamp()
            assert "Retire" not in ui.footer
            await ui.press("R")
            await ui.pilot.pause()
            assert ui.desk.store.stamp() == before
            assert isinstance(ui.screen, EndpointTokensScreen)

    async def test_several_are_retired_in_one_change(self, open_ui: Open, desk: Desk) -> None:
        reader = desk.reader()
        rotate(desk, [reader.token_by_name(name).id for name in NAMES], NOW + DAY)
        async with open_ui() as ui:
            await show_tokens(ui)
            await ui.press("space", "space", "space", "R")
            await ui.see("3 tokens:", "bi-dashboard: new value –, old value ")
            await ui.answer("Retire the old value of 3 tokens?", "y")
            await ui.told("The old values of 3 tokens are refused from now on.")
            assert not any(token(ui, name).in_grace(NOW) for name in NAMES)


class TestFromAnEndpoint:
    async def test_the_tokens_tab_has_the_same_keys(self, open_ui: Open, copied: list[str]) -> None:
        async with open_ui() as ui:
            await ui.go("Invoices")
            await ui.press("enter")
            await ui.at(EndpointScreen)
            await ui.until(lambda: ui.cursor_line.startswith("› bank-import"))
            await ui.press("r")
            await ui.at(Rotate)
            await ui.press("enter")
            await ui.at(Rotated)
            await ui.press("enter")
            await ui.until(lambda: "◐ grace 24 h" in ui.cursor_line)
            await ui.press("C")
            await ui.at(Pick)
            await ui.press("enter")
            await ui.until(lambda: copied)
            await ui.press("R")
            await ui.answer("Retire the old value of bank-import?", "y")
            await ui.told("The old value of bank-import is refused from now on.")
            assert copied == [reveal_token(ui.desk, token(ui))]

    async def test_on_a_primary_they_are_not_offered(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await ui.go("Invoices")
            await ui.press("enter")
            await ui.at(EndpointScreen)
            await ui.until(lambda: "r Rotate" in ui.footer)
            await ui.press("home", "k")
            await ui.until(lambda: "r Rotate" not in ui.footer)
