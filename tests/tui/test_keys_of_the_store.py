"""The UI while the store's key is lost, was given up, or is replaced by somebody else: all but values goes on."""

from pathlib import Path

import pytest

from tests.tui.conftest import Open
from tests.tui.driving import WIDE, Ui
from tokentui.cli.compose import Office
from tokentui.cli.rekeying import rekey_with
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.slots import Authentication, Slot
from tokentui.services.assigning import assign
from tokentui.services.endpoints import add_endpoint
from tokentui.services.rekeying import give_up
from tokentui.services.tokens import add_token, reveal_token
from tokentui.store.vault import KeyVault
from tokentui.tui.dialogs.reveal import Reveal
from tokentui.tui.dialogs.rotate import Rotate
from tokentui.tui.dialogs.rotated import Rotated
from tokentui.tui.dialogs.token_settings import TokenSettings
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen

NEW = bytes(range(1, 33))


class Place:
    """A store and its key, at which several may work, each in a process of their own."""

    def __init__(self, folder: Path) -> None:
        self.key = folder / "config" / "key"
        self._store = folder / "data" / "tokens.json"
        desk = self.office.desk
        orders = add_endpoint(desk, EndpointFields(name="Orders", group="g", authentication=Authentication.TOKEN))
        erp = add_token(desk, TokenFields(name="erp"))
        assign(desk, erp.id, add={orders.id: (Slot.GET,)}, remove={})

    @property
    def office(self) -> Office:
        return Office(self._store, self.key)

    def value(self, name: str = "erp") -> str:
        desk = self.office.desk
        return reveal_token(desk, desk.reader().token_by_name(name))

    def rekey(self) -> None:
        office = self.office
        rekey_with(office, office.desk)

    def give_up(self) -> None:
        """The key was lost, and somebody gave it up."""
        self.key.unlink()
        give_up(self.office.desk, KeyVault(lambda: NEW))
        office = self.office
        with office.key.ring.alone():
            office.key.ring.begin(NEW)
            office.key.ring.finish(office.store.key_id or "")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


async def on_tokens(ui: Ui) -> None:
    await ui.press("2")
    await ui.at(EndpointTokensScreen)
    await ui.until(lambda: "erp" in ui.cursor_line)


async def revealed(ui: Ui, value: str) -> None:
    """Reveal the token under the cursor, see that it is this value, and hide it."""
    await ui.press("v")
    await ui.at(Reveal)
    await ui.see(value[:40])
    await ui.press("escape")
    await ui.miss(value[:40])


async def test_somebody_elses_rekey_is_noticed_and_values_are_shown_and_made_under_the_new_key(
    open_ui: Open, place: Place
) -> None:
    value, desk = place.value(), place.office.desk
    async with open_ui(desk, size=WIDE) as ui:
        await on_tokens(ui)
        await revealed(ui, value)
        old = desk.vault.key_id
        place.rekey()
        await revealed(ui, value)
        assert desk.vault.key_id == place.office.store.key_id != old
        place.rekey()
        await ui.press("r")
        await ui.at(Rotate)
        await ui.press("enter")
        await ui.at(Rotated)
        await ui.press("escape")
        assert place.value() != value


async def test_a_form_that_was_open_while_the_key_was_replaced_writes_nothing_old(
    open_ui: Open, place: Place
) -> None:
    async with open_ui(place.office.desk, size=WIDE) as ui:
        await on_tokens(ui)
        await ui.press("a")
        await ui.at(TokenSettings)
        await ui.write("late")
        place.rekey()
        await ui.press("ctrl+s")
        await ui.see("Added late")
        assert place.value("late")
        assert place.value()


async def test_without_the_key_all_but_values_is_seen_and_changed(open_ui: Open, place: Place) -> None:
    place.key.rename(place.key.with_name("elsewhere"))
    async with open_ui(place.office.desk, size=WIDE) as ui:
        await ui.told("is not there")
        await ui.see("Orders")
        await on_tokens(ui)
        await ui.press("e")
        await ui.answer("Disable erp?", "y")
        await ui.told("erp is disabled")
        await ui.press("v")
        await ui.told("Put it back")
        await ui.press("4")
        await ui.until(lambda: ui.lines[2].startswith(" Audit"))
        await ui.press("5")
        await ui.see("added erp", "disabled erp")
    assert not place.office.desk.reader().token_by_name("erp").enabled
    assert not place.key.exists()


async def test_what_was_told_of_a_key_is_taken_back_when_it_is_there_again(open_ui: Open, place: Place) -> None:
    elsewhere = place.key.rename(place.key.with_name("elsewhere"))
    async with open_ui(place.office.desk, size=WIDE) as ui:
        await ui.told("is not there")
        elsewhere.rename(place.key)
        await ui.told("The key can be read again.")
        await on_tokens(ui)
        await revealed(ui, place.value())


async def test_what_a_deed_told_of_a_key_is_taken_back_too(open_ui: Open, place: Place) -> None:
    elsewhere = place.key.rename(place.key.with_name("elsewhere"))
    async with open_ui(place.office.desk, size=WIDE) as ui:
        await on_tokens(ui)
        await ui.press("e")
        await ui.answer("Disable erp?", "y")
        await ui.told("erp is disabled")
        await ui.press("v")
        await ui.told("is not there")
        elsewhere.rename(place.key)
        await ui.told("The key can be read again.")


async def test_another_fault_of_the_key_is_told_instead(open_ui: Open, place: Place) -> None:
    elsewhere = place.key.rename(place.key.with_name("elsewhere"))
    async with open_ui(place.office.desk, size=WIDE) as ui:
        await ui.told("is not there")
        elsewhere.chmod(0o644)
        elsewhere.rename(place.key)
        await ui.told("Others may read the key file.")
        place.key.chmod(0o600)
        await ui.told("The key can be read again.")


async def test_what_was_told_since_stays_when_the_key_is_there_again(open_ui: Open, place: Place) -> None:
    elsewhere = place.key.rename(place.key.with_name("elsewhere"))
    desk = place.office.desk
    async with open_ui(desk, size=WIDE) as ui:
        await ui.told("is not there")
        ui.page.say("Told since.")
        elsewhere.rename(place.key)
        await ui.until(lambda: not ui.app.workplace.key_trouble())
        await ui.until(lambda: not any(each.group == "key back" for each in ui.page.workers))
        assert ui.message == "Told since."


async def test_lost_values_are_told_as_lost_and_another_is_made(open_ui: Open, place: Place) -> None:
    value = place.value()
    place.give_up()
    async with open_ui(place.office.desk, size=WIDE) as ui:
        await on_tokens(ui)
        await ui.press("v")
        await ui.told("sealed with a key that was lost")
        await ui.press("enter")
        await ui.at(TokenSettings)
        await ui.see("The key of this value is lost")
        await ui.press("escape", "r")
        await ui.at(Rotate)
        await ui.press("enter")
        await ui.at(Rotated)
        await ui.press("escape")
        await ui.press("1")
        await ui.go("Orders")
        await ui.press("enter")
        await ui.see("????", "key lost: g makes another")
    assert place.value() != value
