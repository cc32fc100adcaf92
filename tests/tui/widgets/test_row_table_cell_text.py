"""What reaches the terminal from a cell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tokentui.tui.widgets.cell_text import fit, printable
from tokentui.tui.widgets.columns import Justify

HOSTILE = "\x1b]0;owned\x07\r\n\t\x00\x7f\x9b31m\u202egnp.exe\u2066\u200b\ufeff\u2028\ud800"


def test_control_characters_never_reach_the_terminal() -> None:
    shown = printable(HOSTILE)
    assert shown.isprintable()
    assert shown.encode()
    assert "\x1b" not in shown
    assert shown.startswith("␛]0;owned␇␍␊␉␀␡")


def test_each_control_character_stays_visible_as_one_cell() -> None:
    assert cell_len(printable("\x1b\x07\u202e\u200d")) == 4


def test_odd_spaces_become_spaces() -> None:
    assert printable("a\u00a0b\u3000c") == "a b c"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("erp", "erp   "),
        ("erp-nightly", "erp-n…"),
        ("日本語", "日本語"),
        ("日本語版", "日本 …"),
        ("e\u0301te\u0301", "e\u0301te\u0301   "),
        ("příjem zboží", "příje…"),
        ("", "      "),
    ],
)
def test_long_text_is_cut_and_wide_and_combining_characters_are_measured(text: str, shown: str) -> None:
    assert fit(text, 6) == shown


def test_justify() -> None:
    sides: tuple[Justify, ...] = ("left", "right", "center")
    assert [fit("ab", 6, side) for side in sides] == ["ab    ", "    ab", "  ab  "]


def test_a_pile_of_combining_marks_does_not_flood_the_line() -> None:
    assert len(fit("a" + "\u0301" * 10_000, 10)) < 60


def test_a_very_long_text_shows_that_it_was_cut() -> None:
    assert fit("x" * 100_000, 5) == "xxxx…"


@pytest.mark.parametrize("width", [0, -1])
def test_no_room_is_no_text(width: int) -> None:
    assert fit("text", width) == ""


@given(st.text(alphabet=st.characters(exclude_categories=())), st.integers(1, 40), st.sampled_from(["left", "right"]))
def test_any_text_takes_exactly_its_cells_and_is_printable(text: str, width: int, justify: Justify) -> None:
    shown = fit(text, width, justify)
    assert cell_len(shown) == width
    assert shown.isprintable()
