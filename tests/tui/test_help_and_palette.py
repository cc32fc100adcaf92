"""Help, palette and keymap are made of the same bindings as the keys."""

import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from textual.app import App
from textual.binding import Binding
from textual.command import CommandPalette
from textual.dom import DOMNode
from textual.widgets import Input

import tokentui.tui
from tests.tui.conftest import Open
from tests.tui.driving import WIDE, Ui
from tokentui.tui.dialogs.help import Help
from tokentui.tui.screens.assign import AssignScreen
from tokentui.tui.screens.endpoint import EndpointScreen
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen
from tokentui.tui.screens.endpoints import EndpointsScreen
from tokentui.tui.screens.page_screen import PageScreen


def our_classes(base: type[DOMNode] = DOMNode) -> Iterator[type[DOMNode]]:
    """All widgets, screens and applications that are defined in the terminal UI."""
    for module in pkgutil.walk_packages(tokentui.tui.__path__, "tokentui.tui."):
        importlib.import_module(module.name)
    for cls in base.__subclasses__():
        if cls.__module__.startswith("tokentui.tui"):
            yield cls
        yield from our_classes(cls)


def our_bindings() -> list[tuple[str, Binding]]:
    """Each binding that is declared in the terminal UI, with its class; one for each key."""
    declared = {cls: cls.__dict__.get("BINDINGS", ()) for cls in our_classes()}
    return [(cls.__name__, each) for cls, bindings in declared.items() for each in Binding.make_bindings(bindings)]


def test_every_binding_has_an_id_and_an_id_stands_for_one_action() -> None:
    actions = defaultdict(set)
    for where, binding in our_bindings():
        assert binding.id, f"{where}: {binding.key} {binding.action}"
        actions[binding.id].add(binding.action)
    assert {id: found for id, found in actions.items() if len(found) > 1} == {}


def test_no_two_declarations_share_an_id() -> None:
    declared = defaultdict(set)
    for where, binding in our_bindings():
        declared[binding.id].add(where)
    shared = {id: places for id, places in declared.items() if len(places) > 1}
    assert set(shared) <= {
        "app.back",
        "app.explain",
        "app.nothing_to_undo",
        "app.stay",
        "app.undo",
        "list.mark",
        "endpoint.copy",
        "endpoint.reveal",
        "primary.generate",
    }  # each declared once, offered by several screens, or by both halves of one


def test_every_binding_that_is_shown_says_what_it_does() -> None:
    assert [binding for _, binding in our_bindings() if binding.show and not binding.tooltip] == []


def test_every_ctrl_and_function_key_has_a_letter_twin() -> None:
    keys = defaultdict(set)
    for where, binding in our_bindings():
        # where a letter may be one of a passphrase, it has an action of its own, which asks for that first
        keys[where, binding.action.removesuffix("_by_letter")].add(binding.key)
    lone = {
        place: found
        for place, found in keys.items()
        if any(re.match(r"ctrl\+|f\d", key) for key in found) and all(re.match(r"ctrl\+|f\d", key) for key in found)
    }
    assert lone == {}


def test_the_ctrl_keys_that_textual_brings_have_a_letter_twin() -> None:
    twins = {"ctrl+q": "q", "ctrl+p": "colon", "ctrl+c": "q"}
    brought = {binding.key for binding in Binding.make_bindings(App.BINDINGS)} | {App.COMMAND_PALETTE_BINDING}
    assert {key for key in brought if key.startswith("ctrl")} <= set(twins)
    assert set(twins.values()) <= {binding.key for _, binding in our_bindings()}


@pytest.mark.parametrize("key", ["question_mark", "f1"])
@pytest.mark.parametrize("close", ["escape", "q", "question_mark"])
async def test_help_opens_and_closes(open_ui: Open, key: str, close: str) -> None:
    async with open_ui() as ui:
        await ui.press(key)
        await ui.at(Help)
        await ui.press(close)
        await ui.at(EndpointsScreen)


PLACES: dict[str, tuple[tuple[str, ...], type[PageScreen[Any]]]] = {
    "endpoints": ((), EndpointsScreen),
    "tokens": (("2",), EndpointTokensScreen),
    "endpoint": (("enter",), EndpointScreen),
    "tokens tab": (("j", "enter"), EndpointScreen),
    "assign": (("2", "s"), AssignScreen),
}


async def go_to(ui: Ui, place: str) -> None:
    keys, screen = PLACES[place]
    for key in keys:
        await ui.press(key)
        await ui.pilot.pause()
    await ui.at(screen)
    await ui.until(lambda: "?" in ui.footer)


@pytest.mark.parametrize("place", list(PLACES))
async def test_help_is_for_where_one_is_and_names_every_key_that_works_there(open_ui: Open, place: str) -> None:
    async with open_ui(size=(120, 100)) as ui:
        await go_to(ui, place)
        active = [each.binding for each in ui.screen.active_bindings.values() if each.enabled]
        about = ui.page.HELP_TEXT
        await ui.press("question_mark")
        await ui.at(Help)
        assert about[:30] in ui.text
        text = " ".join(line.strip("│ ") for line in help_lines(ui))
        for binding in active:
            if binding.tooltip and not binding.system:
                assert binding.tooltip in text


def help_lines(ui: Ui) -> list[str]:
    widget = ui.screen.query_one(".lines Static")
    return [strip.text for strip in widget.render_lines(widget.size.region)]


async def test_help_names_all_keys_of_an_action_and_groups_them(open_ui: Open) -> None:
    async with open_ui(size=(120, 60)) as ui:
        await ui.press("question_mark")
        await ui.at(Help)
        text = "\n".join(help_lines(ui))
        assert re.search(r"\? f1 +The keys that work here", text)
        assert re.search(r"↑ k +One row up", text)
        assert [word for word in ("Change", "Look", "Go", "Move") if f"\n{word}" in f"\n{text}"] == [
            "Change",
            "Look",
            "Go",
            "Move",
        ]


@pytest.mark.parametrize("place", list(PLACES))
async def test_the_footer_names_only_keys_that_do_something_here_and_now(open_ui: Open, place: str) -> None:
    async with open_ui(size=(200, 24)) as ui:
        await go_to(ui, place)
        active: dict[str, str] = {}
        for each in ui.screen.active_bindings.values():
            if each.enabled and each.binding.show:
                active.setdefault(
                    each.binding.action, f"{ui.app.get_key_display(each.binding)} {each.binding.description}"
                )
        await ui.until(lambda: set(ui.footer.strip().split("  ")) == set(active.values()))


@pytest.mark.parametrize("key", ["colon", "ctrl+p"])
async def test_the_palette_finds_an_action_by_its_words_and_does_it(open_ui: Open, key: str) -> None:
    async with open_ui() as ui:
        await ui.press(key)
        await ui.choose("refuse it, keep", "Deactivate: Refuse it, keep all of it  (d)")
        await ui.see("Deactivate catalogue/search?")


async def test_the_palette_offers_what_the_keys_offer_here(open_ui: Open) -> None:
    async with open_ui(size=WIDE) as ui:
        await ui.press("2")
        await ui.at(EndpointTokensScreen)
        await ui.press("colon")
        await ui.at(CommandPalette)
        await ui.see("Add: Add an endpoint token", "Assign: Map the token to endpoints")
        for other in ("Import:", "Commands:", "Nothing to undo"):
            assert other not in ui.text


async def test_sections_are_reached_by_their_numbers_and_the_current_one_is_marked(open_ui: Open) -> None:
    async with open_ui() as ui:
        assert "1 Endpoints   2 Endpoint tokens" in ui.lines[1]
        await ui.press("2")
        await ui.at(EndpointTokensScreen)
        await ui.press("1")
        await ui.at(EndpointsScreen)


async def test_a_section_is_reached_from_inside_an_endpoint_too(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("enter")
        await ui.at(EndpointScreen)
        await ui.press("2")
        await ui.at(EndpointTokensScreen)
        await ui.press("1")
        await ui.at(EndpointsScreen)
        assert isinstance(ui.screen, PageScreen)


@pytest.mark.parametrize("animations", ["none", "full"])
async def test_the_palettes_cursor_blinks_only_where_things_move(
    open_ui: Open, animations: Literal["none", "full"]
) -> None:
    async with open_ui() as ui:
        ui.app.animation_level = animations
        for opening in (ui.app.action_command_palette, ui.app.action_change_theme):
            opening()
            await ui.at(CommandPalette)
            await ui.until(lambda: ui.one(Input).cursor_blink is (animations == "full"))
            await ui.press("escape")
            await ui.at(EndpointsScreen)
