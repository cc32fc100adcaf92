"""What a user may choose: keys, theme, mouse."""

import tomllib
from pathlib import Path

import pytest

from tests.tui.conftest import Open
from tests.tui.driving import WIDE
from tokentui.services.desk import Desk
from tokentui.services.settings import Settings, load_settings
from tokentui.tui.app import TokenTuiApp
from tokentui.tui.dialogs.help import Help
from tokentui.tui.dialogs.token_settings import TokenSettings
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen

CONFIG = """\
# how I like it
theme = "textual-light"  # easy on the eyes

[keys]
"tokens.add" = "n"  # as elsewhere
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(CONFIG)
    return file


async def test_a_users_key_replaces_the_one_of_its_binding_id(open_ui: Open, config: Path) -> None:
    async with open_ui(settings=load_settings(config), size=WIDE) as ui:
        await ui.press("2")
        await ui.at(EndpointTokensScreen)
        await ui.until(lambda: "n Add" in ui.footer)
        await ui.press("a")
        await ui.pilot.pause()
        assert isinstance(ui.screen, EndpointTokensScreen)
        await ui.press("question_mark")
        await ui.at(Help)
        await ui.see("n             Add an endpoint token")
        await ui.press("escape", "n")
        await ui.at(TokenSettings)


async def test_several_keys_may_be_given(open_ui: Open) -> None:
    async with open_ui(settings=Settings(keys={"list.down": "x,j"})) as ui:
        await ui.press("x", "j")
        await ui.until(lambda: ui.cursor_line.startswith("› Customers"))


@pytest.mark.parametrize(
    ("changed", "active", "inactive"),
    [("deactivate", "x Deactivate", "d Activate"), ("activate", "d Deactivate", "x Activate")],
)
async def test_an_action_keeps_its_key_when_the_one_that_shares_it_gets_another(
    open_ui: Open, changed: str, active: str, inactive: str
) -> None:
    async with open_ui(settings=Settings(keys={f"tokens.{changed}": "x"}), size=WIDE) as ui:
        await ui.press("2")
        await ui.at(EndpointTokensScreen)
        await ui.until(lambda: active in ui.footer)
        await ui.press("i")
        await ui.until(lambda: inactive in ui.footer)


async def test_the_theme_is_the_one_in_the_settings(open_ui: Open, config: Path) -> None:
    async with open_ui(settings=load_settings(config)) as ui:
        assert ui.app.theme == "textual-light"


async def test_a_theme_that_is_not_there_falls_back_to_the_default_and_is_told(open_ui: Open) -> None:
    async with open_ui(settings=Settings(theme="no-such")) as ui:
        assert ui.app.theme == "textual-dark"
        await ui.told('theme = "no-such": there is no such theme.')


async def test_the_theme_that_is_chosen_is_remembered_and_the_files_comments_stay(
    open_ui: Open, config: Path
) -> None:
    async with open_ui(settings=load_settings(config), settings_file=config) as ui:
        await ui.press("colon")
        await ui.choose("theme", "Theme")
        await ui.choose("nord", "nord")
        await ui.until(lambda: ui.app.theme == "nord")
        await ui.until(lambda: load_settings(config).theme == "nord")
    text = config.read_text()
    for kept in ("# how I like it", "# easy on the eyes", '"tokens.add" = "n"  # as elsewhere'):
        assert kept in text


async def test_the_first_choice_makes_the_settings_file(open_ui: Open, tmp_path: Path) -> None:
    file = tmp_path / "fresh" / "config.toml"
    async with open_ui(settings_file=file) as ui:
        ui.app.theme = "dracula"
        await ui.until(file.exists)
    assert tomllib.loads(file.read_text()) == {"theme": "dracula"}


async def test_the_application_opens_without_touching_the_settings(open_ui: Open, tmp_path: Path) -> None:
    file = tmp_path / "fresh" / "config.toml"
    async with open_ui(settings_file=file) as ui:
        await ui.press("j")
    assert not file.parent.exists()


async def test_a_theme_that_cannot_be_remembered_is_told(open_ui: Open, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    async with open_ui(settings_file=tmp_path / "file" / "config.toml") as ui:
        ui.app.theme = "dracula"
        await ui.told("The theme could not be remembered")


@pytest.mark.parametrize(
    ("chosen", "ssh", "mouse"),
    [(None, "", True), (None, "a b c d", False), (True, "a b c d", True), (False, "", False)],
)
def test_the_mouse_works_but_over_ssh_only_where_asked_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, chosen: bool | None, ssh: str, mouse: bool
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", ssh)
    assert TokenTuiApp(desk, settings=Settings(mouse=chosen)).mouse is mouse


async def test_a_click_puts_the_cursor_on_a_row_and_a_second_opens_it(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.pilot.click(offset=(5, 7))
        await ui.until(lambda: ui.cursor_line.startswith("› Daily turnover"))
        await ui.pilot.click(offset=(5, 7))
        await ui.see("Endpoints › reports/daily-turnover")


async def test_a_click_on_a_section_goes_there(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.pilot.click(offset=(22, 1))
        await ui.at(EndpointTokensScreen)
