"""Keys that come in one piece, and pastes, through a real terminal."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.system.terminal import ROOT, TOKENTUI, terminal

pytestmark = pytest.mark.system


@pytest.fixture
def places(tmp_path: Path) -> list[str]:
    """Options that name a store and a key of this test alone; `till` has an endpoint, `website` has none."""
    options = ["--store", str(tmp_path / "data" / "tokens.json"), "--key-file", str(tmp_path / "config" / "key")]
    for command in (
        ("endpoints", "add", "Orders", "--group", "shop", "--authentication", "token"),
        ("tokens", "add", "till"),
        ("tokens", "add", "website"),
        ("tokens", "assign", "till", "shop/orders"),
    ):
        subprocess.run([*TOKENTUI, *options, *command], check=True, cwd=ROOT, capture_output=True)
    return options


def tokens(places: list[str]) -> dict[str, dict[str, object]]:
    whole = [*TOKENTUI, *places, "tokens", "list", "--json", "--reveal"]
    found = json.loads(subprocess.run(whole, capture_output=True, check=True, cwd=ROOT).stdout)
    return {each["name"]: each for each in found}


def test_a_whole_morning_in_one_piece(places: list[str], tmp_path: Path) -> None:
    before = tokens(places)
    with terminal(*places, home=tmp_path) as screen:
        screen.see("1 of 1")
        screen.write(b"2ey" + b"anightly\r" + b"/web\rr\r")
        screen.see("─ Rotated website ─")
        screen.press("\x1b")
        screen.see("1 of 3")
        screen.write(b"\x1b")
        screen.see("3 of 3")
        screen.write(b"jd")
        screen.press("q", "q")
        screen.until(lambda: not screen.is_alive())
    after = tokens(places)
    assert {name: each["enabled"] for name, each in after.items()} == {
        "nightly": True,
        "till": False,
        "website": True,
    }
    assert after["website"]["value"] != before["website"]["value"]
    assert after["till"]["value"] == before["till"]["value"]


def test_keys_typed_while_it_starts_are_not_lost(places: list[str], tmp_path: Path) -> None:
    with terminal(*places, home=tmp_path) as screen:
        screen.until(lambda: b"\x1b[?2004h" in screen.written)
        screen.write(b"2anightly\r")
        screen.see("Added nightly.")


def test_a_token_that_is_pasted_into_a_list_does_nothing_and_that_is_told(places: list[str], tmp_path: Path) -> None:
    before = tokens(places)
    with terminal(*places, home=tmp_path) as screen:
        screen.see("1 of 1")
        screen.write(b"2")
        screen.see("2 of 2")
        screen.write(b"\x1b[200~dyeyRyayes\ry1q\x1b[201~")
        screen.see("Nothing was done with what was pasted")
        screen.see("2 of 2")
        screen.write(b"a\x1b[200~\r\nfrom-elsewhere\r\n\x1b[201~")
        screen.see("Add endpoint token", "from-elsewhere")
        screen.press("enter")
        screen.see("Added from-elsewhere.")
    after = tokens(places)
    assert after.pop("from-elsewhere")
    assert after == before


def test_a_lock_key_in_one_piece_with_the_enter_before_it_leaves_the_keyboard_alive(
    places: list[str], tmp_path: Path
) -> None:
    with terminal(*places, home=tmp_path) as screen:
        screen.see("1 of 1")
        screen.write(b"2")
        screen.see("2 of 2")
        screen.write(b"/")
        screen.see("type to filter")
        screen.write(b"\rL")
        screen.see("Locked", "The key has no passphrase")
        screen.write(b"\r")
        screen.see("2 of 2", "website")
        screen.write(b"1")
        screen.see("1 of 1")
        screen.write(b"q")
        screen.until(lambda: not screen.is_alive())


def test_escape_and_the_next_key_in_one_piece_are_two_keys(places: list[str], tmp_path: Path) -> None:
    with terminal(*places, home=tmp_path) as screen:
        screen.see("1 of 1")
        screen.write(b"2/web\x1b4")
        screen.see("Audit ")
        screen.write(b"2/web\x1b/til")
        screen.see("/ til", "1 of 2")
        screen.write(b"\x1b\rweb\x1bq")
        screen.see("Token settings")
        screen.write(b"\x1bd")
        screen.miss("Token settings")
