"""What a key does on other pages; loaded by the first key that does nothing where it is pressed."""

from collections.abc import Mapping
from typing import Any

from textual.dom import DOMNode

from tokentui.tui.actions import CHANGE
from tokentui.tui.hindrances import READ_ONLY
from tokentui.tui.idle_keys import TOLD, keys_of
from tokentui.tui.own_keys import page_bindings
from tokentui.tui.screens.activity import ActivityScreen
from tokentui.tui.screens.assign import AssignScreen
from tokentui.tui.screens.audit import AuditScreen
from tokentui.tui.screens.endpoint import EndpointScreen
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen
from tokentui.tui.screens.endpoints import EndpointsScreen
from tokentui.tui.screens.page_screen import PageScreen
from tokentui.tui.screens.requests import RequestsScreen
from tokentui.tui.widgets.masthead import SECTIONS

_LABELS = {mode: f"{label} ({number})" for number, mode, label in SECTIONS}
_SECTIONS: tuple[type[PageScreen[Any]], ...] = (
    EndpointsScreen,
    EndpointTokensScreen,
    RequestsScreen,
    AuditScreen,
    ActivityScreen,
)
#: What each page is called: the sections, and what one comes to from them.
_NAMES: Mapping[type[DOMNode], str] = {
    **{section: _LABELS[section.SECTION] for section in _SECTIONS},
    EndpointScreen: "an endpoint's Tokens",
    AssignScreen: "Assign",
}


def told_elsewhere(key: str, shown: str, here: type[DOMNode], own_keys: Mapping[str, str], *, read_only: bool) -> str:
    """A sentence that says where the key does what; empty where it does nothing anywhere."""
    told = ((page, each) for page, each in page_bindings() if page in _NAMES and each.group in TOLD)
    bound = [(page, each) for page, each in told if key in keys_of(each, own_keys)]
    found: dict[type[DOMNode], dict[str, None]] = {}
    for page, binding in bound:
        if not (read_only and binding.group is CHANGE):
            found.setdefault(page, {})[binding.description] = None
    if bound and not found:
        return READ_ONLY
    near = {page: words for page, words in found.items() if page is here or page in _SECTIONS} or found
    return f"{shown} does nothing here: it is {_sentence(near)}." if near else ""


def _sentence(found: Mapping[type[DOMNode], Mapping[str, None]]) -> str:
    """Pages with the same words together, in the order of the pages."""
    pages: dict[str, list[str]] = {}
    for page, name in _NAMES.items():
        if page in found:
            pages.setdefault("/".join(found[page]), []).append(name)
    return ", ".join(f"{words} in {' and '.join(names)}" for words, names in pages.items())
