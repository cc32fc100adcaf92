"""What a line goes through to fit the terminal: its colours, its characters, and nothing that is obeyed."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import Color as RichColor
from rich.color import ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from tests.tui.colours import contrast
from tests.tui.conftest import Open
from tokentui.services.desk import Desk
from tokentui.services.settings import Settings, SettingsError, load_settings
from tokentui.tui.app import TokenTuiApp
from tokentui.tui.appearance import charset_of, line_filters
from tokentui.tui.glyphs import PlainGlyphs, plain
from tokentui.tui.harmless import Harmless
from tokentui.tui.terminal_colours import PALETTES, NoColours, SixteenColours, in_sixteen, without_colours

BLACK = Color(0, 0, 0)
RGB = st.tuples(*[st.integers(0, 255)] * 3).map(lambda rgb: RichColor.from_rgb(*rgb))


@given(fore=RGB | st.none(), back=RGB, bold=st.booleans(), reverse=st.booleans())
def test_any_text_on_any_background_can_be_read_in_sixteen_colours(
    fore: RichColor | None, back: RichColor, bold: bool, reverse: bool
) -> None:
    shown = in_sixteen(Style(color=fore or RichColor.from_rgb(9, 9, 9), bgcolor=back, bold=bold, reverse=reverse))
    assert shown.color is not None
    assert shown.bgcolor is not None
    number, behind = shown.color.number, shown.bgcolor.number
    assert number is not None
    assert behind is not None
    assert behind < 8
    assert not shown.reverse
    bright = number % 8 + 8 if shown.bold else number
    for palette in PALETTES:
        assert contrast(palette[number], palette[behind]) >= 4.5
        assert contrast(palette[bright], palette[behind]) >= 4.5


def test_what_stands_on_the_terminals_own_background_is_left_as_its_user_has_it() -> None:
    style = Style(color="default", bgcolor="default", bold=True)
    assert in_sixteen(style) == style


@given(text=st.text(max_size=30))
def test_each_character_is_drawn_in_as_many_cells_of_plain_ones(text: str) -> None:
    for character in text:
        if character.isprintable():
            assert cell_len(plain(character)) == cell_len(character)
            assert plain(character).isascii()


def test_our_glyphs_are_told_apart_and_frames_stay_frames() -> None:
    assert (
        plain("● on ○ off ✗ expired ◐ grace 24 h ◔ ends 3 d ↻ due")
        == "* on o off X expired ~ grace 24 h ! ends 3 d @ due"
    )
    assert plain("[■] ✓ · + − › ▲ ▼ …") == "[x] v . + - > ^ v ~"
    assert plain("╭─┐│└╯") == "+-+|++"


def test_letters_stay_where_the_terminal_has_them_and_lose_their_marks_where_not() -> None:
    assert plain("Příjem Ω 東 ●", "ascii") == "Prijem ? ?? *"
    assert plain("Příjem Ω 東 ●", "iso8859-2") == "Příjem ? ?? *"
    assert plain("Příjem Ω 東 ●", "console") == "Příjem Ω ?? *"


@pytest.mark.parametrize(
    ("environ", "encoding", "glyphs", "charset"),
    [
        ({}, "utf-8", "", ""),
        ({"LANG": "en_GB.UTF-8"}, "utf-8", "", ""),
        ({"LANG": "en_GB.utf8", "LC_CTYPE": "C.UTF-8"}, "utf-8", "", ""),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, "utf-8", "", "ascii"),
        ({"LC_ALL": "POSIX", "LANG": "en_GB.UTF-8"}, "utf-8", "", "ascii"),
        ({"LANG": "cs_CZ.ISO-8859-2"}, "iso8859-2", "", "iso8859-2"),
        ({"LANG": "cs_CZ.ISO-8859-2@euro"}, "utf-8", "", "ascii"),
        ({"LANG": "en_GB.UTF-8", "TERM": "linux"}, "utf-8", "", "console"),
        ({"LANG": "en_GB.UTF-8", "TERM": "linux"}, "utf-8", "unicode", ""),
        ({"LANG": "en_GB.UTF-8"}, "utf-8", "ascii", "ascii"),
        ({"LANG": "C"}, "utf-8", "unicode", ""),
    ],
)
def test_which_characters_are_drawn(environ: dict[str, str], encoding: str, glyphs: str, charset: str) -> None:
    assert charset_of(environ, encoding, glyphs) == charset


def test_a_terminal_that_shows_all_gets_all_and_others_what_they_can() -> None:
    def kinds(environ: dict[str, str], color_system: str | None) -> list[type]:
        return [type(each) for each in line_filters({"LANG": "C.UTF-8"} | environ, color_system, "")]

    assert kinds({}, "truecolor") == [Harmless]
    assert kinds({}, "256") == [Harmless]
    assert kinds({}, "standard") == [Harmless, SixteenColours]
    assert kinds({"NO_COLOR": "1"}, "standard") == [Harmless, NoColours]
    assert kinds({"TERM": "linux"}, "standard") == [Harmless, SixteenColours, PlainGlyphs]


def test_without_colours_only_what_stands_out_is_reversed() -> None:
    page, yellow = RichColor.from_rgb(0, 0, 0), RichColor.from_rgb(255, 215, 0)
    cursor, text = Style(color=page, bgcolor=yellow, bold=True), Style(color=yellow, bgcolor=page, underline=True)
    assert without_colours(cursor) == Style(bold=True, reverse=True)
    assert without_colours(text) == Style(underline=True, reverse=False)
    assert without_colours(text + Style(reverse=True)).reverse
    (segment,) = NoColours().apply([Segment("x", cursor)], BLACK)
    assert segment.style is not None
    assert segment.style.color is None or segment.style.color.type is ColorType.DEFAULT


def test_what_a_terminal_would_obey_is_taken_out_and_the_rest_stays_as_it_is() -> None:
    lines = [Segment("a\x1b]52;c;QQ==\x07b\x9b2J\u202e", Style(bold=True)), Segment("čist\u0301 東")]
    assert Harmless().apply(lines, BLACK) == [Segment("a]52;c;QQ==b2J", Style(bold=True)), Segment("čist\u0301 東")]


async def test_without_colours_there_is_no_theme_to_choose(
    open_ui: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    file = tmp_path / "config.toml"
    async with open_ui(settings=Settings(theme="ansi-light"), settings_file=file) as ui:
        await ui.see("Catalogue search")
        assert ui.app.theme == "high-contrast-dark"
        assert "Theme" not in [command.title for command in ui.app.get_system_commands(ui.screen)]
    assert not file.exists()


@pytest.mark.parametrize("theme", ["high-contrast-dark", "high-contrast-light", "colour-blind-safe"])
async def test_each_theme_of_ours_is_chosen_in_the_palette_and_remembered(
    open_ui: Open, tmp_path: Path, theme: str
) -> None:
    file = tmp_path / "config.toml"
    async with open_ui(settings_file=file) as ui:
        await ui.press("colon")
        await ui.choose("theme", "Theme")
        await ui.choose(theme, theme)
        await ui.until(lambda: ui.app.theme == theme)
        await ui.until(lambda: load_settings(file).theme == theme)


def test_what_glyphs_may_say(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('glyphs = "ascii"')
    assert load_settings(file).glyphs == "ascii"
    for wrong in ('"emoji"', "true"):
        file.write_text(f"glyphs = {wrong}")
        with pytest.raises(SettingsError, match=re.escape('glyphs is "ascii" or "unicode"')):
            load_settings(file)


def test_the_kernels_console_has_no_mouse_unless_one_is_asked_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "linux")
    assert TokenTuiApp(desk).mouse is False
    assert TokenTuiApp(desk, settings=Settings(mouse=True)).mouse is True
