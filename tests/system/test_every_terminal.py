"""Each kind of terminal, by the real program: no text without contrast, and nothing that it cannot draw or obey."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from pyte.screens import Char
from rich.color_triplet import ColorTriplet

from tests.system.terminal import ROOT, Terminal, terminal
from tests.tui.colours import contrast

pytestmark = pytest.mark.system

SIXTEEN = ("linux", "screen", "tmux", "xterm", "xterm-16color")
MORE = ("screen-256color", "tmux-256color", "xterm-256color")
#: The least contrast of a text: WCAG's AA.
LEAST = 4.5

_NAMES = ("black", "red", "green", "brown", "blue", "magenta", "cyan", "white")
_VGA = (0x000000, 0xAA0000, 0x00AA00, 0xAA5500, 0x0000AA, 0xAA00AA, 0x00AAAA, 0xAAAAAA)
_VGA_BRIGHT = (0x555555, 0xFF5555, 0x55FF55, 0xFFFF55, 0x5555FF, 0xFF55FF, 0x55FFFF, 0xFFFFFF)
_XTERM = (0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5)
_XTERM_BRIGHT = (0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF)
#: What the numbers 0 to 15 look like on the kernel's console, and in xterm.
PALETTES = ((*_VGA, *_VGA_BRIGHT), (*_XTERM, *_XTERM_BRIGHT))

#: The last column: there the scrollbar is drawn.
_DRAWN = frozenset(chr(number) for number in range(0x2500, 0x25A0))
#: How many colours a number after 38 and 48 chooses from.
SIZES = {5: 256, 2: 1 << 24}
SGR = re.compile(rb"\x1b\[([0-9;]*)m")


def triplet(colour: str, palette: tuple[int, ...], default: int, *, bold: bool = False) -> ColorTriplet:
    """What a colour of pyte looks like; bold colours of the first eight are bright on many terminals."""
    if colour == "default":
        number = palette[default]
    elif (name := colour.removeprefix("bright").replace("bfight", "")) in _NAMES:
        bright = colour != name or bold
        number = palette[_NAMES.index(name) + 8 * bright]
    else:
        number = int(colour, 16)
    return ColorTriplet(*number.to_bytes(3, "big"))


@cache
def least_contrast(fore: str, back: str, *, bold: bool) -> float:
    """That of a cell, whatever the 16 colours are and whether bold is bright or not."""
    return min(
        contrast(triplet(fore, palette, 7, bold=bright), triplet(back, palette, 0))
        for palette in PALETTES
        for bright in {False, bold}
    )


def on_top(screen: Terminal) -> list[list[Char]]:
    """The cells of the screen, or those in the frame of the dialog that is over it: what lies below is dimmed."""
    left = min((line.find(corner) for line in screen.lines for corner in ("╭─", "+-") if corner in line), default=0)
    framed = [line for line in screen.cells if line[left].data in "╭│╰+|"]
    return [line[left:-left] for line in framed] if left else screen.cells


def poor(screen: Terminal) -> list[str]:
    """The texts on top that are hard to read."""
    found = []
    for line in on_top(screen):
        texts = [cell for cell in line if cell.data.strip() and cell.data not in _DRAWN]
        bad = [cell for cell in texts if least_contrast(cell.fg, cell.bg, bold=cell.bold) < LEAST]
        if bad:
            found.append(f"{''.join(cell.data for cell in bad)!r} {sorted({(cell.fg, cell.bg) for cell in bad})}")
    return found


def tour(screen: Terminal, cursor: str = "›") -> Iterator[str]:
    """Through lists, a form with errors, ticks, an audit: the name of each when it is on the screen."""
    screen.see("20 of 20", "? Help", "findings")
    yield "endpoints"
    screen.press("2")
    screen.see("37 of 37", "bank-import", "? Help")
    yield "tokens"
    screen.press("space")
    screen.see("1 marked", f"{cursor} bi-dashboard")
    yield "marked"
    screen.press("space", "a", "enter")
    screen.see("Add endpoint token", "never", "Save (enter)")
    screen.until(lambda: screen.row("Name").strip())
    screen.press("enter")
    screen.see("is empty")
    yield "form"
    screen.press("escape")
    screen.miss("Add endpoint token")
    screen.press("s")
    screen.see("Assign")
    screen.press("space")
    screen.see("Save changes")
    yield "ticks"


def sent(screen: Terminal) -> set[int]:
    """The numbers of all colours and attributes that were sent; those of many colours by their first: 38 and 48."""
    found = set()
    for codes in SGR.findall(screen.written):
        numbers = [int(code or 0) for code in codes.split(b";")]
        while numbers:
            first = numbers.pop(0)
            found.add(first)
            if first in (38, 48):
                found.add(SIZES[numbers[0]] + first)
                del numbers[: 2 if numbers[0] == 5 else 4]
    return found


def stands_out(screen: Terminal, cursor: str) -> bool:
    """Whether the cursor's line looks another way than those below it."""
    (at,) = (y for y, line in enumerate(screen.lines) if line.startswith(cursor))
    (one, *_), (other, *_) = screen.cells[at][20:], screen.cells[at + 1][20:]
    return (one.bg, one.reverse) != (other.bg, other.reverse)


@pytest.mark.parametrize("term", [*SIXTEEN, *MORE])
def test_every_text_can_be_read_and_the_cursor_be_seen(tmp_path: Path, term: str) -> None:
    cursor = ">" if term == "linux" else "›"
    with terminal("--demo", home=tmp_path, more={"TERM": term, "LANG": "C.UTF-8"}) as screen:
        for place in tour(screen, cursor):
            assert not poor(screen), place
            assert place == "form" or stands_out(screen, cursor), place
        colours = {number for number in sent(screen) if number >= 30}
    if term in SIXTEEN:
        assert colours <= {*range(30, 38), *range(90, 98), *range(40, 48)}
    else:
        assert {256 + 38, 256 + 48} <= colours <= {38, 48, 256 + 38, 256 + 48}


@pytest.mark.parametrize("term", ["xterm-256color", "xterm", "linux"])
def test_where_no_colours_are_wanted_none_is_sent_and_what_stands_out_is_reversed(tmp_path: Path, term: str) -> None:
    cursor = ">" if term == "linux" else "›"
    with terminal("--demo", home=tmp_path, more={"TERM": term, "LANG": "C.UTF-8", "NO_COLOR": "1"}) as screen:
        for place in tour(screen, cursor):
            assert place == "form" or stands_out(screen, cursor), place
            section = "1 Endpoints" if place == "endpoints" else "2 Endpoint tokens"
            assert place == "form" or reversed_in(screen.cells[1]) == section
        screen.press("escape")
        screen.see("Unsaved edits", "Go on editing (n)", "Discard (d)")
        (buttons,) = (line for line in on_top(screen) if "Discard (d)" in "".join(cell.data for cell in line))
        assert reversed_in(buttons) == "Go on editing (n)"
        assert max(sent(screen)) < 30


def reversed_in(line: list[Char]) -> str:
    """What stands out of a line without colours."""
    return "".join(cell.data for cell in line if cell.reverse).strip()


@pytest.mark.parametrize(
    "more",
    [
        {"TERM": "linux", "LANG": "C.UTF-8"},
        {"LANG": "C"},
        {"LC_ALL": "POSIX"},
        {"LANG": "cs_CZ.ISO-8859-2"},
        {"LANG": "cs_CZ.ISO-8859-2", "PYTHONIOENCODING": "iso8859-2"},
    ],
    ids=["linux", "C", "POSIX", "not installed", "ISO-8859-2"],
)
def test_a_terminal_that_draws_few_characters_gets_plain_ones_each_in_its_cell(
    tmp_path: Path, more: dict[str, str]
) -> None:
    with terminal("--demo", home=tmp_path, more={"LANG": "", "LC_ALL": "", "LC_CTYPE": "", **more}) as screen:
        for place in tour(screen, ">"):
            assert screen.text.isascii(), place
            if place == "tokens":
                assert "* on" in screen.row("bi-dashboard")
                assert screen.row("load-test").split()[1:3] == ["o", "off"]
            if place == "form":
                assert "+- Add endpoint token --" in screen.text
        assert screen.written.isascii()


@pytest.mark.parametrize("lang", ["C.UTF-8", ""], ids=["C.UTF-8", "none"])
def test_where_the_locale_says_nothing_else_all_characters_are_drawn(tmp_path: Path, lang: str) -> None:
    with terminal("--demo", home=tmp_path, more={"LANG": lang, "LC_ALL": "", "LC_CTYPE": ""}) as screen:
        for place in tour(screen):
            if place == "tokens":
                assert "● on" in screen.row("bi-dashboard")
            if place == "form":
                assert "╭─ Add endpoint token" in screen.text


def test_the_settings_have_the_last_word_on_characters(tmp_path: Path) -> None:
    config = tmp_path / ".config" / "tokentui" / "config.toml"
    config.parent.mkdir(parents=True)
    places = ["--store", str(tmp_path / "data" / "tokens.json"), "--key-file", str(tmp_path / "key")]
    for glyphs, more, drawn in (("ascii", {"LANG": "C.UTF-8"}, "Name ^"), ("unicode", {"LANG": "C"}, "Name ▲")):
        config.write_text(f'glyphs = "{glyphs}"')
        with terminal(*places, home=tmp_path, more={"LC_ALL": "", "LC_CTYPE": "", **more}) as screen:
            screen.see(drawn, "No endpoints here yet.")


def test_the_kernels_console_is_not_asked_for_what_it_does_not_have(tmp_path: Path) -> None:
    """It has no mouse of its own and no keyboard protocol; an old one writes the end of such a request out."""
    with terminal("--demo", home=tmp_path, more={"TERM": "linux", "LANG": "C.UTF-8"}) as screen:
        screen.see("20 of 20", "? Help")
        screen.press("q")
        assert screen.ended() == 0
        for request in (b"\x1b[?1000h", b"\x1b[?1003h", b"\x1b[>"):
            assert request not in screen.written


def test_a_name_that_holds_control_sequences_sends_none_of_them(tmp_path: Path) -> None:
    """Such a name is refused wherever one is given; here somebody has written it into the store's file."""
    places = ["--store", str(tmp_path / "data" / "tokens.json"), "--key-file", str(tmp_path / "key")]
    subprocess.run([sys.executable, "-m", "tokentui", *places, "tokens", "add", "NAME"], check=True, cwd=ROOT)
    for file in (tmp_path / "data").glob("*.json*"):
        file.write_text(file.read_text().replace('"NAME"', json.dumps("NAME\x1b]52;c;QUFB\x07\x1b[2J\x9b2J")))
    with terminal(*places, home=tmp_path, more={"LANG": "C.UTF-8"}) as screen:
        screen.see("No endpoints here yet.")
        screen.press("2")
        screen.until(lambda: screen.cursor_line.startswith("› NAME"))
        screen.press("r")
        screen.see("Rotate NAME")
        screen.press("escape")
        screen.miss("Rotate NAME")
        screen.press("5")
        screen.see("added NAME")
        assert b"QUFB" in screen.written
        sent = screen.written.replace(b"\x1b]22;default\x07", b"")  # the shape of the pointer, as Textual wants it
        assert not re.search(rb"\x1b\]|\x07|\x1b\[2J|\xc2[\x80-\x9f]", sent)
