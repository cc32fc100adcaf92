"""A user's own keys: what Textual has to be told for them, and what is wrong with them.

Loaded after the first list is shown, and only for who has keys of their own: it knows every class that has keys.
"""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain, permutations
from typing import Any

import textual.keys
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen

import tokentui.tui
from tokentui.tui.app import TokenTuiApp
from tokentui.tui.dialogs.explain import ExplainDialog
from tokentui.tui.dialogs.import_file import ImportDialog
from tokentui.tui.dialogs.token_settings import TokenSettings
from tokentui.tui.idle_keys import keys_in
from tokentui.tui.screens.assign import AssignScreen
from tokentui.tui.screens.endpoint import EndpointScreen
from tokentui.tui.screens.primary_tokens import PrimaryTokens
from tokentui.tui.screens.request_list import RequestList
from tokentui.tui.screens.requests import RequestsScreen
from tokentui.tui.screens.secondary_tokens import SecondaryTokens
from tokentui.tui.screens.tally_list import TallyList
from tokentui.tui.screens.tick_list import TickList
from tokentui.tui.screens.tokens_tab import TokensTab
from tokentui.tui.settings_check import meant
from tokentui.tui.widgets.choice import Choice
from tokentui.tui.widgets.endpoint_form import EndpointForm
from tokentui.tui.widgets.filter_input import FilterInput
from tokentui.tui.widgets.listing import Listing
from tokentui.tui.widgets.mapping_list import MappingList
from tokentui.tui.widgets.primary_list import PrimaryList
from tokentui.tui.widgets.row_table import RowTable
from tokentui.tui.widgets.secret_field import SecretField
from tokentui.tui.widgets.seen_list import SeenList
from tokentui.tui.widgets.tab_line import TabLine

#: Classes whose keys are in reach at once, from the widget that has the focus outwards; a dialog shuts out the rest.
Place = tuple[type[DOMNode], ...]

#: What has the focus on a page, unless `_INSIDE` says otherwise: a list, or the filter of it.
_LIST: tuple[Place, ...] = ((RowTable, Listing), (FilterInput, Listing))

#: What may have the focus inside other screens; in a dialog that is not named here, nothing that has keys.
_INSIDE: Mapping[type[DOMNode], tuple[Place, ...]] = {
    AssignScreen: ((RowTable, Listing, TickList), (FilterInput, Listing, TickList)),
    EndpointScreen: (
        (RowTable, MappingList, SecondaryTokens, TokensTab),
        (FilterInput, MappingList, SecondaryTokens, TokensTab),
        (PrimaryList, PrimaryTokens, TokensTab),
        (Choice, EndpointForm),
        (TabLine,),
    ),
    RequestsScreen: (
        (RowTable, SeenList, RequestList),
        (FilterInput, SeenList, RequestList),
        (RowTable, TallyList),
        (FilterInput, TallyList),
        (TabLine,),
    ),
    TokenSettings: ((SecretField,),),
    ImportDialog: ((Choice,),),
    ExplainDialog: ((Choice,),),
}

Keys = Mapping[str, frozenset[str]]

_MODIFIERS = frozenset({"alt", "ctrl", "hyper", "meta", "shift", "super"})
_NAMES = frozenset(key.value for key in textual.keys.Keys) | frozenset(textual.keys.REPLACED_KEYS)


@cache
def places() -> tuple[Place, ...]:
    """All places of the terminal UI, whose modules are all loaded for that."""
    for module in pkgutil.walk_packages(tokentui.tui.__path__, "tokentui.tui."):
        importlib.import_module(module.name)
    return tuple(chain.from_iterable(map(_places_in, _ours(Screen))))


def _ours(base: type[Screen[Any]]) -> Iterator[type[Screen[Any]]]:
    for screen in base.__subclasses__():
        if screen.__module__.startswith("tokentui."):
            yield screen
        yield from _ours(screen)


def _places_in(screen: type[Screen[Any]]) -> Iterator[Place]:
    dialog = issubclass(screen, ModalScreen)
    for inside in _INSIDE.get(screen, ((),) if dialog else _LIST):
        yield (*inside, screen) if dialog else (*inside, screen, TokenTuiApp)


def page_bindings() -> Iterator[tuple[type[DOMNode], Binding]]:
    """All bindings that a page has for one of its places, one for each key, with the class of its screen."""
    for place in places():
        if place[-1] is TokenTuiApp:
            yield from ((place[-2], binding) for binding in _bindings(place[:-1]))


def _bindings(place: Place) -> Iterator[Binding]:
    """All bindings of ours in a place, one for each key."""
    for owner in place:
        for base in owner.__mro__:
            if base.__module__.startswith("tokentui."):
                yield from Binding.make_bindings(base.__dict__.get("BINDINGS", ()))


def _by_id(bindings: Iterator[Binding]) -> dict[str, frozenset[str]]:
    keys: dict[str, frozenset[str]] = {}
    for binding in bindings:
        if binding.id is not None:
            keys[binding.id] = keys.get(binding.id, frozenset()) | {binding.key}
    return keys


def default_keys() -> Keys:
    """Binding id → its keys, where nobody has chosen others."""
    return _by_id(chain.from_iterable(map(_bindings, places())))


def _parsed(keys: str) -> frozenset[str]:
    """The keys of a text such as `"n,ctrl+n"`, as Textual names them; empty where one of them is no key."""
    parsed = frozenset(keys_in(keys))
    return parsed if all(map(_is_key, parsed)) else frozenset()


def _is_key(key: str) -> bool:
    *modifiers, name = key.split("+")
    if not _MODIFIERS.issuperset(modifiers):
        return False
    character = textual.keys.key_to_character(name)
    named = name.islower() and character is not None and character.isprintable()
    return len(name) == 1 or name in _NAMES or named


def completed(chosen: Mapping[str, str]) -> dict[str, str]:
    """The keymap of these keys: an action that shares its key with one that gets another keeps its own.

    Textual takes the whole key away: who gave Deactivate another key would have none for Activate.
    """
    keep: dict[str, str] = {}
    for owner in {owner for place in places() for owner in place}:
        keys = _by_id(_bindings((owner,)))
        for id, other in permutations(keys, 2):
            if id in chosen and keys[id] & keys[other]:
                keep[other] = ",".join(sorted(keys[other]))
    return {**keep, **chosen}


def key_troubles(chosen: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each thing that is wrong: no such action, no such key, one key for two actions in one place."""
    defaults = default_keys()
    for id, keys in chosen.items():
        if id not in defaults:
            yield f"{_line(id, keys)}: no action has this id. {meant(id, defaults) or 'docs/keys.md lists them.'}"
        elif not _parsed(keys):
            yield f'{_line(id, keys)}: this is no key. Keys are written as in "n", "f2", "escape", "ctrl+n", "n,f2".'
    now = {**defaults, **{id: _parsed(keys) for id, keys in chosen.items() if id in defaults}}
    for id, other in _side_by_side(chosen):
        both = now[id] & now[other]
        if both and not defaults[id] & defaults[other]:
            yield f'{_line(id, chosen[id])}: in the same place "{other}" has the key {_shown(both)}. Choose another.'


def _side_by_side(chosen: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each pair of ids in one place of which the first was given a key, the pair of two such ids once."""
    pairs = (pair for place in places() for pair in permutations(sorted(_by_id(_bindings(place))), 2))
    for id, other in dict.fromkeys(pairs):
        if id in chosen and not (other in chosen and other < id):
            yield id, other


def _line(id: str, keys: str) -> str:
    return f'"{id}" = "{keys}"'


def _shown(keys: frozenset[str]) -> str:
    return " and ".join(sorted(map(textual.keys.format_key, keys)))
