"""The settings file is read with care, and a choice is written into the file that it is."""

import os
import stat
from pathlib import Path

import pytest

from tokentui.services.settings import ClipboardRule, SettingsError, load_settings, remember_theme


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A settings file in the folder of somebody's dotfiles."""
    file = tmp_path / "dotfiles" / "tokentui.toml"
    file.parent.mkdir()
    file.write_text('theme = "nord"  # the cold one\n')
    return file


@pytest.fixture
def link(file: Path, tmp_path: Path) -> Path:
    """The link to `file` where settings are looked for."""
    link = tmp_path / "config" / "config.toml"
    link.parent.mkdir()
    link.symlink_to(Path("..", "dotfiles", "tokentui.toml"))
    return link


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_a_link_stays_a_link_and_the_file_behind_it_is_written(link: Path, file: Path) -> None:
    remember_theme(link, "dracula")
    assert link.is_symlink()
    assert file.read_text() == 'theme = "dracula"  # the cold one\n'
    assert os.listdir(file.parent) == [file.name]
    assert os.listdir(link.parent) == [link.name]


def test_a_link_to_a_file_that_is_not_there_yet_leads_to_it(link: Path, file: Path) -> None:
    file.unlink()
    file.parent.rmdir()
    remember_theme(link, "dracula")
    assert link.is_symlink()
    assert load_settings(file).theme == "dracula"


@pytest.mark.parametrize("wanted", [0o600, 0o640, 0o664])
def test_the_mode_of_the_file_stays(file: Path, wanted: int) -> None:
    file.chmod(wanted)
    remember_theme(file, "dracula")
    assert mode(file) == wanted
    assert load_settings(file).theme == "dracula"


def test_the_lock_comes_after_five_minutes_unless_said(file: Path) -> None:
    assert load_settings(file).lock_after_minutes == 5
    file.write_text("lock_after_minutes = 0\n")
    assert load_settings(file).lock_after_minutes == 0


@pytest.mark.parametrize("minutes", ["-1", "1441", "2.5", '"5"', "true"])
def test_minutes_that_are_none_are_refused(file: Path, minutes: str) -> None:
    file.write_text(f"lock_after_minutes = {minutes}\n")
    with pytest.raises(SettingsError, match="a whole number, 0 to 1440; 0 switches it off"):
        load_settings(file)


def test_a_new_file_and_its_folder_are_the_owners_alone(tmp_path: Path) -> None:
    fresh = tmp_path / "fresh" / "config.toml"
    remember_theme(fresh, "dracula")
    assert (mode(fresh), mode(fresh.parent)) == (0o600, 0o700)


def test_links_in_a_circle_are_told(tmp_path: Path) -> None:
    link = tmp_path / "config.toml"
    link.symlink_to(link)
    with pytest.raises(SettingsError, match="The theme could not be remembered in"):
        remember_theme(link, "dracula")
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(link)


@pytest.mark.parametrize("content", ["theme = ", "a = 1\na = 2\n", "\x00", "[[theme]]\n[theme]\n"])
def test_a_file_that_is_no_toml_is_told_and_stays(file: Path, content: str) -> None:
    file.write_text(content)
    with pytest.raises(SettingsError, match="The theme could not be remembered in"):
        remember_theme(file, "dracula")
    assert file.read_text() == content


def test_a_full_disk_is_told_and_leaves_the_file_and_nothing_beside_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(SettingsError, match="No space left on device"):
        remember_theme(file, "dracula")
    assert file.read_text() == 'theme = "nord"  # the cold one\n'
    assert os.listdir(file.parent) == [file.name]


def test_the_theme_goes_above_the_tables_of_the_file(file: Path) -> None:
    file.write_text('# mine\n[keys]\n"tokens.add" = "n"\n')
    remember_theme(file, "dracula")
    settings = load_settings(file)
    assert (settings.theme, settings.keys) == ("dracula", {"tokens.add": "n"})
    assert file.read_text().startswith("# mine\n")


class TestTheClipboard:
    """`[clipboard]`: how and when a copied value is cleared."""

    def test_is_cleared_where_unchanged_after_45_seconds_unless_the_settings_say_otherwise(self, file: Path) -> None:
        assert load_settings(file).clipboard == ClipboardRule("unchanged", 45)
        file.write_text('[clipboard]\nclear = "blind"\nseconds = 10\n')
        assert load_settings(file).clipboard == ClipboardRule("blind", 10)

    @pytest.mark.parametrize(
        "line", ['clear = "yes"', "clear = true", "seconds = 0", "seconds = 1.5", "seconds = true", "after = 3"]
    )
    def test_what_cannot_be_right_is_refused(self, file: Path, line: str) -> None:
        file.write_text(f"[clipboard]\n{line}\n")
        with pytest.raises(SettingsError, match=r"\[clipboard\]"):
            load_settings(file)
