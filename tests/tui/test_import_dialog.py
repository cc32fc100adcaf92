"""Import from the UI: a path field, a progress bar, and what came of it."""

import threading
from pathlib import Path

import pytest

from tests.tui.conftest import Open
from tests.tui.driving import Ui
from tokentui.domain.slots import Authentication
from tokentui.services import importing
from tokentui.services.tokens import reveal_token
from tokentui.tui.dialogs.confirm import Confirm
from tokentui.tui.dialogs.import_file import ImportDialog, ImportProgress, ImportResult
from tokentui.tui.screens.endpoints import EndpointsScreen

API = """\
openapi: 3.0.3
info: {title: Tills, version: "1"}
paths:
  /tills:
    get: {tags: [shop], summary: All tills}
  /tills/{id}:
    get: {tags: [shop], security: []}
security: [{key: []}]
components: {securitySchemes: {key: {type: http, scheme: bearer}}}
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file to import is in the current folder."""
    monkeypatch.chdir(tmp_path)
    Path("tills.yaml").write_text(API)


async def ask_for(ui: Ui, path: str) -> None:
    """Open the dialog and write a path into it."""
    await ui.press("I")
    await ui.at(ImportDialog)
    await ui.write(path)


def tills(ui: Ui) -> dict[str, Authentication]:
    return {each.path: each.authentication for each in ui.desk.reader().iter_endpoints() if "tills" in each.path}


async def test_enter_imports_and_the_counts_and_names_are_told(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ask_for(ui, "tills.yaml")
        await ui.press("enter")
        await ui.at(ImportResult)
        await ui.see("─ Imported ─", "2 endpoints added", "0 changed", "0 unchanged", "0 skipped", "shop/all-tills")
        await ui.press("escape")
        await ui.until(lambda: ui.lines[2].endswith("22 of 22"))
        assert set(tills(ui).values()) == {Authentication.TOKEN}


async def test_importing_again_changes_nothing(open_ui: Open) -> None:
    async with open_ui() as ui:
        for counts in ("2 endpoints added", "2 unchanged"):
            await ask_for(ui, "tills.yaml")
            await ui.press("enter")
            await ui.see(counts)
            await ui.press("q")
            await ui.at(EndpointsScreen)


async def test_authentication_is_chosen_or_as_declared(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ask_for(ui, "tills.yaml")
        await ui.press("tab", "left")
        await ui.see("◉ as declared")
        await ui.tab_to("import")
        await ui.press("enter")
        await ui.see("2 endpoints added")
        assert set(tills(ui).values()) == {Authentication.TOKEN, Authentication.NONE}


async def test_a_dry_run_tells_what_would_be_and_saves_nothing(open_ui: Open) -> None:
    async with open_ui() as ui:
        before = ui.desk.store.stamp()
        await ask_for(ui, "tills.yaml")
        await ui.press("tab", "tab", "space")
        await ui.see("[■] save nothing")
        await ui.tab_to("import")
        await ui.press("enter")
        await ui.see("Nothing was saved: a trial", "2 endpoints to add")
        assert ui.desk.store.stamp() == before


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "nothing.yaml"), ("- a\n- list\n", "✗"), ("a: [", "✗"), ("\x00\x01\x02", "✗")],
)
async def test_a_refused_file_brings_the_dialog_back_with_one_line_beside_the_path(
    open_ui: Open, content: str | None, told: str
) -> None:
    if content is not None:
        Path("nothing.yaml").write_text(content)
    async with open_ui() as ui:
        before = ui.desk.store.stamp()
        await ask_for(ui, "nothing.yaml")
        await ui.press("enter")
        await ui.see("✗", told)
        assert isinstance(ui.screen, ImportDialog)
        assert "nothing.yaml" in ui.row("File ")
        assert ui.desk.store.stamp() == before


async def test_a_home_folder_of_nobody_is_told_beside_the_path(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ask_for(ui, "~nobody-here/tills.yaml")
        await ui.press("enter")
        await ui.see("✗ ~nobody-here/tills.yaml: there is no such user")


async def test_the_application_may_end_in_the_middle_of_an_import(
    open_ui: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    half_way, go_on = threading.Event(), threading.Event()
    real = importing.import_file

    def slow(*args: object, progress: object, **more: object) -> object:
        def report(share: float) -> None:
            half_way.set()
            assert go_on.wait(10)
            progress(share)  # type: ignore[operator]  # what the dialog gave

        return real(*args, progress=report, **more)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr("tokentui.tui.import_deed.import_file", slow)
    async with open_ui() as ui:
        close = ui.app.workplace.close

        def go_on_and_close() -> None:
            go_on.set()
            close()

        monkeypatch.setattr(ui.app.workplace, "close", go_on_and_close)
        await ask_for(ui, "tills.yaml")
        await ui.press("enter")
        await ui.until(half_way.is_set)
    assert len(tills(ui)) == 2


async def test_no_path_is_told_beside_the_field(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ask_for(ui, "")
        await ui.press("enter")
        await ui.see("✗ Name a file.")


async def test_escape_imports_nothing(open_ui: Open) -> None:
    async with open_ui() as ui:
        before = ui.desk.store.stamp()
        await ask_for(ui, "tills.yaml")
        await ui.press("escape")
        await ui.at(EndpointsScreen)
        assert ui.desk.store.stamp() == before


async def test_a_bar_tells_how_far_it_is_and_escape_stops_it_with_nothing_changed(
    open_ui: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    half_way, go_on = threading.Event(), threading.Event()
    real = importing.import_file

    def slow(*args: object, progress: object, **more: object) -> object:
        def report(share: float) -> None:
            progress(0.5)  # type: ignore[operator]  # what the dialog gave
            half_way.set()
            assert go_on.wait(10)

        return real(*args, progress=report, **more)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr("tokentui.tui.import_deed.import_file", slow)
    async with open_ui() as ui:
        before = ui.desk.store.stamp()
        await ask_for(ui, "tills.yaml")
        await ui.press("enter")
        await ui.at(ImportProgress)
        await ui.until(half_way.is_set)
        await ui.see("tills.yaml", "50%", "Esc stops it, and nothing is changed.")
        await ui.press("escape")
        go_on.set()
        await ui.at(ImportDialog)
        await ui.see("✗")
        assert ui.desk.store.stamp() == before


async def test_an_import_is_undone_as_one_change(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ask_for(ui, "tills.yaml")
        await ui.press("enter")
        await ui.see("2 endpoints added")
        await ui.press("escape", "u")
        await ui.told("Undone: imported Tills.")
        assert not tills(ui)


KONG = """\
_format_version: "3.0"
services: [{name: tills, routes: [{name: all, paths: [/all]}, {name: odd, paths: ['~/\\d+']}]}]
plugins: [{name: key-auth}]
consumers: [{username: till-1, keyauth_credentials: [{key: till-1-key}]}, {username: old}]
"""


async def test_what_the_file_is_shows_by_itself_and_all_kinds_are_told(open_ui: Open) -> None:
    Path("kong.yaml").write_text(KONG)
    async with open_ui() as ui:
        await ask_for(ui, "kong.yaml")
        await ui.press("enter")
        await ui.at(ImportResult)
        await ui.see(
            "Endpoints        1 added, 0 changed, 0 unchanged, 1 skipped",
            "Tokens           1 added, 0 changed, 0 unchanged, 1 skipped",
            "Assignments      1 added, 0 changed, 0 unchanged, 0 skipped",
            "add   tills/all  POST,GET  /all/*",
        )
        assert "till-1-key" not in ui.text
        assert reveal_token(ui.desk, ui.desk.reader().token_by_name("till-1")) == "till-1-key"


async def test_a_dry_run_tells_old_and_new_of_what_would_change(open_ui: Open) -> None:
    Path("tokens.csv").write_text("name,description,enabled,endpoint,slots\nchatbot,Answers,no,,\n")
    async with open_ui() as ui:
        before = ui.desk.store.stamp()
        await ask_for(ui, "tokens.csv")
        await ui.press("tab", "tab", "space")
        await ui.tab_to("import")
        await ui.press("enter")
        await ui.see(
            "Nothing was saved: a trial",
            "Tokens           0 added, 1 changed, 0 unchanged, 0 skipped",
            "enabled: yes → no",
            "change  chatbot  orders/order-status  -GET",
        )
        assert ui.desk.store.stamp() == before


async def test_an_import_that_cuts_off_asks_first_and_cancel_changes_nothing(open_ui: Open) -> None:
    Path("tokens.csv").write_text("name,enabled,endpoint,slots\nchatbot,,,\nforecast,no,stock/stock-levels,GET\n")
    async with open_ui() as ui:
        before = ui.desk.store.stamp()
        await ask_for(ui, "tokens.csv")
        await ui.press("enter")
        await ui.at(Confirm)
        await ui.see(
            "Import tokens.csv?",
            "chatbot → orders/order-status loses GET: chatbot",
            "forecast is switched off",
            "Import (y)",
        )
        assert ui.app.focused is not None
        assert ui.app.focused.id == "cancel"
        await ui.press("enter")
        await ui.at(ImportDialog)
        assert "tokens.csv" in ui.row("File ")
        assert ui.desk.store.stamp() == before
        await ui.press("enter")
        await ui.at(Confirm)
        await ui.press("y")
        await ui.see("─ Imported ─", "Tokens           0 added, 1 changed, 1 unchanged, 0 skipped")
        assert not ui.desk.reader().token_by_name("forecast").enabled
