"""The palette's Picture ends in a file, or in a line that says why not; it never ends the application."""

import stat
from pathlib import Path

import pytest

from tests.tui.conftest import Open
from tests.tui.driving import WIDE, Ui
from tokentui.tui.dialogs.import_file import ImportDialog


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    return home


@pytest.fixture
def _gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The current folder can take no file, whoever we are: it was removed."""
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()


async def take_picture(ui: Ui) -> None:
    await ui.press("ctrl+p")
    await ui.choose("picture", "Picture")


async def test_a_picture_goes_into_the_current_folder_for_its_owner_alone_and_its_whole_path_is_told(
    open_ui: Open, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with open_ui(size=WIDE) as ui:
        await take_picture(ui)
        await ui.told(f"Saved {tmp_path}/")
        (picture,) = tmp_path.glob("*.svg")
        assert ui.message == f"Saved {picture}."
        assert stat.S_IMODE(picture.stat().st_mode) == 0o600
        assert list(home.iterdir()) == []


@pytest.mark.usefixtures("_gone")
async def test_where_the_current_folder_cannot_be_written_the_home_folder_is_and_both_are_told(
    open_ui: Open, home: Path
) -> None:
    async with open_ui(size=WIDE) as ui:
        await take_picture(ui)
        await ui.told(f"Saved {home}/")
        assert "the current folder cannot be written (No such file or directory)" in ui.message
        assert len(list(home.glob("*.svg"))) == 1


@pytest.mark.usefixtures("_gone")
async def test_where_nothing_can_be_written_it_is_told_where_and_why(open_ui: Open, home: Path) -> None:
    home.rmdir()
    async with open_ui(size=WIDE) as ui:
        await take_picture(ui)
        await ui.told("No picture was saved: the current folder cannot be written (No such file or directory), and ")
        assert f"{home} cannot be written" in ui.message


@pytest.mark.usefixtures("_gone", "home")
async def test_a_picture_of_a_dialog_is_told_on_the_page_below_it(open_ui: Open) -> None:
    async with open_ui(size=WIDE) as ui:
        await ui.press("I")
        await ui.at(ImportDialog)
        await take_picture(ui)
        await ui.told("Saved ")
        assert isinstance(ui.screen, ImportDialog)
