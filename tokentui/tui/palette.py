"""The command palette: the same actions as the keys, found by their words."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider

from tokentui.tui.actions import CHANGE, GO, LOOK

#: What changes something comes first, what only moves the cursor last.
_ORDER = (CHANGE, LOOK, GO)

#: Nobody looks in the palette for the palette, or for what cannot be done.
NOT_LISTED = frozenset({"command_palette", "nothing_to_undo"})


class ActionCommands(Provider):
    """All actions that are active on the screen below the palette, and at the end those of the whole application."""

    def _commands(self) -> Iterable[tuple[str, Callable[[], Any]]]:
        active = [
            each
            for each in self.screen.active_bindings.values()
            if each.enabled and each.binding.action not in NOT_LISTED
        ]
        seen = set()
        for each in sorted(active, key=lambda each: _rank(each.binding)):
            binding = each.binding
            what = (binding.action, binding.tooltip)
            if binding.id and binding.tooltip and what not in seen:
                seen.add(what)
                yield self._title(binding), partial(self.app.run_action, binding.action, each.node)
        for name, help, callback, _ in self.app.get_system_commands(self.screen):
            yield f"{name}: {help}", callback

    def _title(self, binding: Binding) -> str:
        return f"{binding.description}: {binding.tooltip}  ({self.app.get_key_display(binding)})"

    async def discover(self) -> Hits:
        for title, callback in self._commands():
            yield DiscoveryHit(title, callback)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for title, callback in self._commands():
            score = matcher.match(title)
            if score > 0:
                yield Hit(score, matcher.highlight(title), callback)


def _rank(binding: Binding) -> int:
    return _ORDER.index(binding.group) if binding.group in _ORDER else len(_ORDER)
