"""The product's story in a real terminal of 80×24, and the terminal as it was found afterwards."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.system.terminal import ROOT, Terminal, terminal

DATA = ROOT.parent / "shared" / "data"
MUSEUM = "museum.openapi.yaml"

pytestmark = pytest.mark.system


@pytest.fixture
def places(tmp_path: Path) -> list[str]:
    """Options that name a store and a key of this test alone."""
    return ["--store", str(tmp_path / "data" / "tokens.json"), "--key-file", str(tmp_path / "config" / "key")]


def listed(places: list[str], *command: str) -> list[dict[str, object]]:
    """What the command line says of the same store."""
    whole = [sys.executable, "-m", "tokentui", *places, *command, "--json"]
    found: list[dict[str, object]] = json.loads(
        subprocess.run(whole, capture_output=True, check=True, cwd=ROOT).stdout
    )
    return found


@pytest.mark.skipif(not (DATA / MUSEUM).is_file(), reason=f"the example {MUSEUM} is not at {DATA}")
def test_an_imported_endpoint_is_guarded_and_a_token_handed_out_and_cut_off(
    places: list[str], tmp_path: Path
) -> None:
    with terminal(*places, home=tmp_path) as screen:
        screen.see("No endpoints here yet.")
        import_the_museum(screen)
        guard_with_tokens(screen)
        allow_deleting(screen)
        for name in ("till", "website"):
            add_token(screen, name)
        assign_to_two_slots(screen)
        hide_map_and_cut_off(screen)
        screen.press("q")
        screen.see("5 of 5")
        screen.press("q")
        assert screen.ended() == 0
    (endpoint,) = (
        each for each in listed(places, "endpoints", "list") if str(each["path"]).endswith("special-events")
    )
    assert endpoint["slots"] == ["POST", "GET", "DELETE"]
    mapped = {each["name"]: each["assignments"] for each in listed(places, "tokens", "list")}
    ref = f"{endpoint['group']}/{endpoint['slug']}"
    assert mapped == {
        "till": [{"endpoint": ref, "slots": ["GET"]}],
        "website": [{"endpoint": ref, "slots": ["POST"]}],
    }


def import_the_museum(screen: Terminal) -> None:
    screen.press("I")
    screen.see("Import a file")
    screen.press(str(DATA / MUSEUM), "tab", "left", "left")
    screen.see("◉ none")
    screen.press("tab", "tab", "enter")
    screen.see("5 endpoints added", "0 skipped")
    screen.press("escape")
    screen.until(lambda: screen.lines[2].endswith("5 of 5"))


def guard_with_tokens(screen: Terminal) -> None:
    screen.go("/special-events ")
    screen.press("enter")
    screen.see("Security", "○ none")
    screen.press("down")
    screen.see("esc Out of the field")
    screen.press(*["tab"] * 7, "right")
    screen.until(lambda: "◉ token" in screen.row("Authentication"))
    screen.press("escape")
    screen.see("Into the tab")
    screen.press("w")
    screen.see("Every caller without a token is refused at once.")
    screen.press("y")
    screen.see("Generated its POST and GET primary.", "Tokens")
    screen.press("t")
    screen.see("Primary tokens", "Allow deleting is off", "There are no endpoint tokens yet.")


def allow_deleting(screen: Terminal) -> None:
    screen.press("t")
    screen.see("Details")
    screen.press("down")
    screen.see("esc Out of the field")
    screen.press(*["tab"] * 9, "space")
    screen.see("[■] DELETE")
    screen.press("escape")
    screen.see("Into the tab")
    screen.press("w")
    screen.see("Generated its DELETE primary.")
    screen.press("t")
    screen.until(lambda: "generated just now" in screen.row(" DELETE   "))


def add_token(screen: Terminal, name: str) -> None:
    screen.press("2")
    screen.until(lambda: "Endpoint tokens" in screen.lines[2])
    screen.press("a")
    screen.see("Add endpoint token")
    screen.press(name, "enter")
    screen.see(f"Added {name}.")
    screen.until(lambda: screen.cursor_line.startswith(f"› {name}"))


def assign_to_two_slots(screen: Terminal) -> None:
    screen.go("till")
    screen.press("s")
    screen.see("› Assign", "5 of 5")
    screen.press("/")
    screen.see("To the list")
    screen.press("special-events", "enter")
    screen.until(lambda: "2 of 5" in screen.lines[2])
    screen.go("events/special-events ")
    screen.press("space", "right", "space")
    screen.see("Save changes +2 −0")
    screen.press("enter")
    screen.see("Saved the assignments of till: +2 −0.")


def hide_map_and_cut_off(screen: Terminal) -> None:
    screen.press("1")
    screen.until(lambda: screen.lines[2].startswith(" Endpoints  "))
    screen.go("/special-events ")
    screen.press("enter")
    screen.see("Secondary tokens", "1 of 2 mapped", "website")
    screen.press("h")
    screen.see("[■] Hide unassigned")
    screen.miss("website")
    screen.press("h")
    screen.go("website")
    screen.press("space")
    screen.see("Mapped website to POST.", "2 of 2 mapped")
    screen.go("till")
    screen.press("space")
    screen.see("Unmap till from POST here?")
    screen.press("y")
    screen.see("Unmapped till from POST.")
    screen.until(lambda: screen.row("till ").count("✓") == 1)
    assert screen.row("website ").count("✓") == 1


def test_the_demo_opens_and_quits_and_the_terminal_is_as_it_was_found(tmp_path: Path) -> None:
    with terminal("--demo", home=tmp_path) as screen:
        before = screen.mode()
        screen.see("20 endpoints · 37 tokens", "20 of 20", "Catalogue search")
        assert screen.mode() != before
        screen.press("q")
        assert screen.ended() == 0
        assert screen.mode() == before
        assert b"\x1b[?1049h" in screen.written
        screen.left_clean()
    assert list(tmp_path.rglob("*")) == []


def test_a_wider_window_shows_more_and_a_narrow_one_enough(tmp_path: Path) -> None:
    with terminal("--demo", home=tmp_path) as screen:
        screen.see("20 of 20", "? Help")
        assert "Path" not in screen.text
        screen.resize(120, 40)
        screen.see("Path", "Active", "Warehouses", "/api/endpoint/")
        screen.until(lambda: screen.lines[-1].endswith("? Help"))
        screen.resize(80, 24)
        screen.miss("Path")
        screen.until(lambda: screen.lines[-1].endswith("? Help"))
        screen.press("q")
        assert screen.ended() == 0


def test_over_ssh_no_mouse_is_asked_for_and_c_asks_the_terminal_for_its_clipboard(tmp_path: Path) -> None:
    with terminal("--demo", home=tmp_path, more={"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}) as screen:
        screen.see("20 of 20")
        screen.press("2")
        screen.see("37 of 37", "bank-import")
        screen.press("c")
        screen.see("Sent the token of bank-import to the terminal.")
        assert b"\x1b]52;c;" in screen.written
        screen.press("q")
        assert screen.ended() == 0
        assert b"\x1b[?1003h" not in screen.written
