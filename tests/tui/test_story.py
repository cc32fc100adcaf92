"""The product's story, told by keys alone: a real API imported, guarded, and one token handed out and cut off."""

from pathlib import Path

import pytest

from tests.tui.conftest import Open, desk_at
from tests.tui.driving import Ui
from tokentui.domain.records import Endpoint
from tokentui.domain.slots import Authentication, Slot
from tokentui.store.protocol import Reader
from tokentui.tui.screens.assign import AssignScreen
from tokentui.tui.screens.endpoint import EndpointScreen
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen
from tokentui.tui.screens.endpoints import EndpointsScreen

DATA = Path(__file__).parents[3] / "shared" / "data"
MUSEUM = "museum.openapi.yaml"

pytestmark = pytest.mark.skipif(not (DATA / MUSEUM).is_file(), reason=f"the example {MUSEUM} is not at {DATA}")


async def test_an_imported_endpoint_is_guarded_and_a_token_handed_out_and_cut_off_by_keys_alone(
    open_ui: Open, empty_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(DATA)
    desk = desk_at(empty_store)
    async with open_ui(desk) as ui:
        await ui.see("No endpoints here yet.", "I  Import an OpenAPI file")
        await import_the_museum(ui)
        assert event(desk.reader()).authentication is Authentication.NONE

        await guard_with_tokens(ui)
        assert set(event(desk.reader()).primaries) == {Slot.POST, Slot.GET}
        await allow_deleting(ui)
        assert set(event(desk.reader()).primaries) == set(Slot)

        await add_token(ui, "till")
        await add_token(ui, "website")
        await assign_to_two_slots(ui, "till")
        assert slots_of(desk.reader(), "till") == (Slot.POST, Slot.GET)

        await hide_unassigned(ui)
        await map_another(ui)
        assert slots_of(desk.reader(), "website") == (Slot.POST,)
        await cut_off(ui)
        assert slots_of(desk.reader(), "till") == (Slot.GET,)
        assert slots_of(desk.reader(), "website") == (Slot.POST,)


def event(reader: Reader) -> Endpoint:
    """The endpoint that the story is about."""
    (found,) = (endpoint for endpoint in reader.iter_endpoints() if endpoint.path.endswith("/special-events"))
    return found


def slots_of(reader: Reader, token: str) -> tuple[Slot, ...]:
    found = reader.assignment(reader.token_by_name(token).id, event(reader).id)
    return found.slots if found is not None else ()


async def import_the_museum(ui: Ui) -> None:
    await ui.press("I")
    await ui.see("Import a file")
    await ui.write(MUSEUM)
    await ui.press("tab", "right", "right")
    await ui.see("◉ none")
    await ui.tab_to("import")
    await ui.press("enter")
    await ui.see("5 endpoints added", "0 skipped")
    await ui.press("escape")
    await ui.at(EndpointsScreen)
    await ui.see("5 of 5", "/special-events", "○ none")


async def guard_with_tokens(ui: Ui) -> None:
    await ui.go("/special-events ")
    await ui.press("enter")
    await ui.at(EndpointScreen)
    await ui.see("○ none", "[■] POST", "[■] GET")
    assert "Tokens" not in ui.lines[3]
    await ui.tab_to("authentication")
    await ui.press("right", "escape", "w")
    await ui.see("Every caller without a token is refused at once.")
    await ui.press("y")
    await ui.told("Generated its POST and GET primary.")
    await ui.press("t")
    await ui.see("Primary tokens", "Allow deleting is off", "There are no endpoint tokens yet.")
    assert "generated just now" in ui.row(" POST ")
    assert "generated just now" in ui.row(" GET ")


async def allow_deleting(ui: Ui) -> None:
    await ui.press("t")
    await ui.tab_to("allow_deleting")
    await ui.press("space", "escape", "w")
    await ui.told("Generated its DELETE primary.")
    await ui.press("t")
    await ui.see("Primary tokens")
    await ui.until(lambda: "generated just now" in ui.row(" DELETE   "))


async def add_token(ui: Ui, name: str) -> None:
    await ui.press("2")
    await ui.at(EndpointTokensScreen)
    await ui.press("a")
    await ui.see("Add endpoint token")
    await ui.write(name)
    await ui.press("enter")
    await ui.told(f"Added {name}.")
    await ui.until(lambda: ui.cursor_line.startswith(f"› {name}"))


async def assign_to_two_slots(ui: Ui, name: str) -> None:
    await ui.go(name)
    await ui.press("s")
    await ui.at(AssignScreen)
    await ui.press("slash")
    await ui.write("special-events")
    await ui.press("enter")
    await ui.until(lambda: "2 of 5" in ui.lines[2])
    await ui.go(event(ui.desk.reader()).ref + " ")
    await ui.press("space", "right", "space")
    await ui.see("Save changes +2 −0")
    await ui.press("enter")
    await ui.told("Saved the assignments of till: +2 −0.")


async def hide_unassigned(ui: Ui) -> None:
    await ui.press("1")
    await ui.go("/special-events ")
    await ui.press("enter")
    await ui.see("Secondary tokens", "1 of 2 mapped", "website")
    await ui.press("h")
    await ui.see("[■] Hide unassigned")
    await ui.miss("website")
    assert "✓" in ui.row("till")


async def map_another(ui: Ui) -> None:
    await ui.press("h")
    await ui.see("website")
    await ui.go("website")
    await ui.press("space")
    await ui.told("Mapped website to POST.")
    await ui.see("2 of 2 mapped")


async def cut_off(ui: Ui) -> None:
    await ui.go("till")
    await ui.press("space")
    await ui.answer("Unmap till from POST here?", "y")
    await ui.told("Unmapped till from POST.")
    await ui.until(lambda: ui.row("till").count("✓") == 1)
    assert ui.row("website").count("✓") == 1
