"""While somebody else holds the store, keys go on: nothing is saved twice, typed in vain, or undone unseen."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from tests.tui.conftest import Open
from tests.tui.driving import Ui
from tokentui.domain.fields import TokenFields
from tokentui.services.desk import Desk
from tokentui.services.tokens import edit_token
from tokentui.tui.dialogs.confirm import Confirm
from tokentui.tui.screens.endpoint import EndpointScreen
from tokentui.tui.widgets.endpoint_form import EndpointForm


@contextmanager
def held(store: Path) -> Iterator[None]:
    """Somebody else's change is under way."""
    with FileLock(f"{store}.lock"):
        yield


def refs(desk: Desk) -> list[str]:
    return [endpoint.ref for endpoint in desk.reader().iter_endpoints() if endpoint.group == "tills"]


async def new_endpoint(ui: Ui) -> EndpointForm:
    await ui.see("Catalogue search")
    await ui.press("a")
    await ui.at(EndpointScreen)
    await ui.see("new endpoint")
    form = ui.page.query_one(EndpointForm)
    await ui.write("Till")
    await ui.tab_to("group")
    await ui.press("end", *["backspace"] * 20)
    await ui.write("tills")
    await ui.until(lambda: form.fields.group == "tills")
    return form


async def test_saving_twice_adds_once(open_ui: Open, store: Path, desk: Desk) -> None:
    async with open_ui() as ui:
        await new_endpoint(ui)
        with held(store):
            await ui.press("enter", "enter", "ctrl+s")
        await ui.told("Added tills/till.")
        await ui.app.workplace.perform(lambda: None)  # all changes that were asked for are through
        assert refs(desk) == ["tills/till"]


async def test_what_is_typed_during_a_save_stays_and_is_unsaved(open_ui: Open, store: Path, desk: Desk) -> None:
    async with open_ui() as ui:
        form = await new_endpoint(ui)
        await ui.tab_to("name")
        with held(store):
            await ui.press("enter", "end", *" two")
        await ui.told("Added tills/till.")
        await ui.until(lambda: form.fields.slug == "till")
        assert form.fields.name == "Till two"
        await ui.see("*")
        assert refs(desk) == ["tills/till"]


async def test_undo_is_of_the_change_that_was_asked_about(open_ui: Open, store: Path, desk: Desk) -> None:
    reader = desk.reader()
    edit_token(desk, reader.token_by_name("bank-import"), TokenFields(name="bank-import", description="harmless"))
    async with open_ui() as ui:
        await ui.press("2")
        await ui.see("bank-import")
        await ui.go("load-test")
        with held(store):
            await ui.press("e", "u")
        await ui.at(Confirm)
        await ui.see("Undo “enabled load-test”?")
        await ui.press("n")
        assert desk.reader().token_by_name("load-test").enabled
