"""A key that can do nothing where it is pressed says why, or where else it does something."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from textual import events, work
from textual.actions import parse
from textual.binding import Binding, InvalidBinding
from textual.dom import DOMNode

from tokentui.tui.actions import CHANGE, GO, LOOK
from tokentui.tui.copying import CopyingApp
from tokentui.tui.hindrances import Hindered
from tokentui.tui.screens.page_screen import AnyPage, PageScreen

#: Groups of actions of which is told why they do nothing; who moves to where there is nothing sees that.
TOLD = (CHANGE, LOOK, GO)


class IdleKeysApp(CopyingApp):
    """The part of the application that answers keys which nothing else does; whoever makes it sets `own_keys`."""

    #: Binding id → the keys that the user has chosen for it.
    own_keys: Mapping[str, str] = {}

    def on_key(self, event: events.Key) -> None:
        """All that may take the key for something else had it before; Textual does now what is bound to it."""
        page = self.screen
        if not isinstance(page, PageScreen) or event.key in page.active_bindings:
            return
        if why := hindrance_of(page, event.key, self.own_keys):
            page.say(why, "warning")
        elif event.is_printable:
            self._tell_elsewhere(page, event.key, (event.character or "").strip() or event.key)

    @work(exclusive=True, group="idle key")
    async def _tell_elsewhere(self, page: AnyPage, key: str, shown: str) -> None:
        """Of a key that means something on other pages: to know them all is to load them all."""
        told = page.told

        def look() -> str:
            from tokentui.tui.keys_elsewhere import told_elsewhere

            return told_elsewhere(key, shown, type(page), self.own_keys, read_only=page.workplace.read_only)

        why = await asyncio.to_thread(look)
        if why and page is self.screen and page.told == told:  # else something has happened since
            page.say(why, "warning")


def hindrance_of(page: AnyPage, key: str, own_keys: Mapping[str, str]) -> str:
    """Why what has this key here cannot be done now, as the outermost tells it; empty where nothing has it."""
    found = ""
    for node in (page.focused or page).ancestors_with_self:
        told = (_hindrance(node, each) for each in _bindings(node) if key in keys_of(each, own_keys))
        found = next(filter(None, told), found)
    return found


def keys_of(binding: Binding, own_keys: Mapping[str, str]) -> tuple[str, ...]:
    """The keys of a binding, which are the user's own where those are chosen."""
    own = own_keys.get(binding.id or "")
    return (binding.key,) if own is None else keys_in(own)


def keys_in(text: str) -> tuple[str, ...]:
    """The keys of a text such as `"?,ctrl+n"`, as Textual names them; none where it holds no keys."""
    try:
        return tuple(binding.key for binding in Binding.make_bindings([Binding(text, "")]))
    except InvalidBinding:
        return ()


def _bindings(node: DOMNode) -> Iterator[Binding]:
    for base in type(node).__mro__:
        if base.__module__.startswith("tokentui."):
            yield from Binding.make_bindings(base.__dict__.get("BINDINGS", ()))


def _hindrance(node: Any, binding: Binding) -> str:
    _, action, parameters = parse(binding.action)
    if binding.group not in TOLD or node.check_action(action, parameters) is not False:
        return ""
    told = node.hindrance(action, parameters) if isinstance(node, Hindered) else ""
    return told or f"{binding.description} can do nothing here."
