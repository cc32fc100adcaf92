"""What is wrong in config.toml is told in one line once the first list is shown; the application opens anyway."""

import runpy
from dataclasses import replace
from pathlib import Path

import pytest
from textual.dom import DOMNode
from textual.screen import Screen

from tests.tui.conftest import Open
from tests.tui.driving import WIDE, Ui
from tokentui.cli.compose import Office
from tokentui.services.desk import Desk
from tokentui.services.settings import Settings, load_settings, settings_as_far_as_right
from tokentui.store.vault import KeyVault
from tokentui.tui.own_keys import default_keys, key_troubles, places
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen
from tokentui.tui.settings_check import settings_trouble

ROOT = Path(__file__).parents[2]

#: What stands in the file, and what is told of it.
WRONG = {
    'theme = "nrod"': 'theme = "nrod": there is no such theme. Did you mean "nord"?',
    'theme = "qqq"': 'theme = "qqq": there is no such theme. The palette\'s Theme shows them all.',
    'them = "nord"': "them: there is no such setting. There are theme, keys, mouse, policy, base_url, "
    "lock_after_minutes, glyphs, clipboard.",
    '[keys]\n"tokens.ad" = "n"': '"tokens.ad" = "n": no action has this id. Did you mean "tokens.add"?',
    '[keys]\n"qqq" = "n"': '"qqq" = "n": no action has this id. docs/keys.md lists them.',
    '[keys]\n"tokens.add" = "crtl+n"': '"tokens.add" = "crtl+n": this is no key.',
    '[keys]\n"tokens.add" = "esc"': '"tokens.add" = "esc": this is no key.',
    '[keys]\n"tokens.add" = ""': '"tokens.add" = "": this is no key.',
    '[keys]\n"tokens.add" = "n,"': '"tokens.add" = "n,": this is no key.',
    '[keys]\n"tokens.add" = "x"\n"tokens.assign" = "x"': (
        '"tokens.add" = "x": in the same place "tokens.assign" has the key x. Choose another.'
    ),
    '[keys]\n"tokens.add" = "n,?"': (
        '"tokens.add" = "n,?": in the same place "app.help" has the key ?. Choose another.'
    ),
    '[keys]\n"endpoints.add" = "d"': '"endpoints.add" = "d": in the same place "endpoints.activate" has the key d.',
    '[keys]\n"tokens.copy" = "j"': '"tokens.copy" = "j": in the same place "list.down" has the key j.',
}

#: What cannot be right at all: the default counts, and the rest of the file.
IMPOSSIBLE = {
    "lock_after_minutes = 0.2": "lock_after_minutes is a whole number, 0 to 1440; 0 switches it off.",
    "theme = 3": 'theme is a name, such as theme = "nord".',
    'mouse = "yes"': "mouse is true or false.",
    'glyphs = "emoji"': 'glyphs is "ascii" or "unicode", or left out.',
    "base_url = 3": "base_url is an address",
    "keys = 3": '[keys] holds lines such as "tokens.add" = "n".',
    "policy = 3": "[policy] is a table of days.",
    "[policy]\nrotate_after_days = -1": "rotate_after_days is a whole number of days",
    "[clipboard]\nseconds = 0": "seconds of [clipboard] is a whole number",
}

RIGHT = (
    "",
    "mouse = true",
    'theme = "nord"',
    '[keys]\n"tokens.add" = "n"\n"endpoints.add" = "n"',  # in two places
    '[keys]\n"tokens.disable" = "x"\n"tokens.enable" = "x"',  # never both at once
    '[keys]\n"tokens.disable" = "x"\n"list.down" = "down,j,n"',  # as docs/keys.md has it
    '[keys]\n"tokens.add" = "ctrl+n, f2,left_square_bracket,[,slash"\n"list.filter" = "f"',
    '[keys]\n"tokens.add" = "e"\n"tokens.disable" = "x"\n"tokens.enable" = "x"',  # the key has become free
    '[keys]\n"assign.cancel" = "escape"',  # one for the filter and for the page, as it was
    '[keys]\n"confirm.yes" = "d"',
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def trouble(config: Path, content: str) -> str:
    config.write_text(content)
    return settings_trouble(load_settings(config), ("nord", "dracula"), config)


@pytest.mark.parametrize(("content", "told"), WRONG.items())
def test_what_is_wrong_is_told_with_its_line_and_what_to_do(config: Path, content: str, told: str) -> None:
    assert trouble(config, content).startswith(f"In config.toml, {told}")


@pytest.mark.parametrize("content", RIGHT)
def test_what_is_right_is_not_told(config: Path, content: str) -> None:
    assert trouble(config, content) == ""


@pytest.mark.parametrize(("content", "told"), IMPOSSIBLE.items())
def test_what_cannot_be_right_is_told_and_the_default_counts(config: Path, content: str, told: str) -> None:
    name = content.partition(" ")[0].strip("[]").partition("]")[0]
    config.write_text(f"{'' if name == 'lock_after_minutes' else 'lock_after_minutes = 7'}\n{content}\n")
    settings = settings_as_far_as_right(config)
    assert getattr(settings, name) == getattr(Settings(), name)
    assert settings.lock_after_minutes == (5 if name == "lock_after_minutes" else 7)
    said = settings_trouble(settings, ("nord",), config)
    assert said.startswith(f"In config.toml, {told}")
    assert said.endswith("Until then the default counts.")


@pytest.mark.parametrize("content", [b"theme = ", b"\xff"])
def test_a_file_that_is_no_toml_is_told_and_the_defaults_count(config: Path, content: bytes) -> None:
    config.write_bytes(content)
    settings = settings_as_far_as_right(config)
    assert replace(settings, troubles=()) == Settings()
    assert settings_trouble(settings, ("nord",), config).startswith(f"The settings {config} are no TOML")


def test_of_several_the_first_is_told_and_how_many_more(config: Path) -> None:
    content = 'theme = "qqq"\nthem = 1\n[keys]\n"qqq" = "n"\n"list.up" = "q q"\n'
    assert trouble(config, content).endswith("shows them all. (3 more like this.)")


def test_a_pair_of_chosen_keys_is_told_once() -> None:
    assert len(list(key_troubles({"tokens.assign": "x", "tokens.add": "x"}))) == 1


@pytest.mark.parametrize("content", ['theme = "nrod"', '[keys]\n"tokens.ad" = "n"', 'them = "nord"'])
async def test_it_is_told_when_the_first_list_is_shown_and_stays(open_ui: Open, config: Path, content: str) -> None:
    config.write_text(content)
    async with open_ui(settings=load_settings(config), settings_file=config, size=WIDE) as ui:
        await ui.told("In config.toml, ")
        await ui.press("2")
        await ui.at(EndpointTokensScreen)
        await ui.until(lambda: ui.cursor_line)
        await ui.press("1")
        await ui.until(lambda: "In config.toml, " in ui.text)


async def test_the_ui_opens_on_what_cannot_be_right_and_tells_it(
    open_ui: Open, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text("lock_after_minutes = 0.2\n")
    office = Office(tmp_path / "data" / "tokens.json", tmp_path / "key" / "key")
    monkeypatch.setattr(Office, "settings_file", config)
    async with open_ui(settings=office.settings_of_ui, settings_file=config, size=WIDE) as ui:
        await ui.told("In config.toml, lock_after_minutes is a whole number")


async def test_a_key_that_does_not_open_the_store_comes_first(open_ui: Open, desk: Desk) -> None:
    desk.vault = KeyVault(lambda: _lost())
    async with open_ui(desk, settings=Settings(theme="qqq")) as ui:
        await ui.told("The key is lost.")
        await ui.until(lambda: not [each for each in ui.app.workers if each.group in ("key", "settings")])
        assert ui.message == "The key is lost."


def _lost() -> bytes:
    from tokentui.domain.errors import SealError

    raise SealError("The key is lost.")


async def test_nothing_is_looked_through_where_nothing_was_chosen(open_ui: Open) -> None:
    async with open_ui(settings=Settings(theme="nord")) as ui:
        await ui.until(lambda: not [each for each in ui.app.workers if each.group in ("key", "settings")])
        assert ui.message == ""


# ---------------------------------------------------------------------- what is known of the places


def test_every_id_of_the_page_of_keys_is_known() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "make_keys.py"))
    assert set(default_keys()) == {binding.id for binding in made["bindings"]()}


def ours(node: DOMNode) -> tuple[type[DOMNode], ...]:
    """The classes that have keys of ours, from a widget that has the focus outwards, as far as a dialog lets."""
    chain: list[type[DOMNode]] = []
    for each in node.ancestors_with_self:
        if any("BINDINGS" in base.__dict__ for base in type(each).__mro__ if base.__module__.startswith("tokentui.")):
            chain.append(type(each))
        if isinstance(each, Screen) and each.is_modal:
            break
    return tuple(chain)


async def focus_all(ui: Ui) -> set[tuple[type[DOMNode], ...]]:
    """Where one comes by Tab on what is shown."""
    found = {ours(ui.app.focused or ui.screen)}
    for _ in range(20):
        await ui.press("tab")
        found.add(ours(ui.app.focused or ui.screen))
    return found


WAYS: tuple[tuple[str, ...], ...] = (
    (),
    ("slash",),
    ("2",),
    ("2", "slash"),
    ("2", "enter"),
    ("2", "d"),
    ("2", "v"),
    ("2", "s"),
    ("2", "s", "slash"),
    ("j", "enter"),
    ("j", "enter", "slash"),
    ("j", "enter", "t"),
    ("j", "enter", "home", "k"),
    ("a",),
    ("I",),
    ("question_mark",),
)


@pytest.mark.parametrize("keys", WAYS)
async def test_wherever_the_focus_comes_the_places_are_known(open_ui: Open, keys: tuple[str, ...]) -> None:
    async with open_ui() as ui:
        for key in keys:
            await ui.until(lambda: ui.cursor_line or ui.screen.is_modal or ui.app.focused)
            await ui.press(key)
            await ui.pilot.pause()
        for chain in await focus_all(ui):
            assert any(set(chain) <= set(place) for place in places()), chain
