"""The command palette: the same actions as the keys, found by their words."""

from collections.abc import Iterable
from functools import partial

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.dom import DOMNode


class ActionCommands(Provider):
    """All actions that are active on the screen below the palette, under the words of their bindings."""

    def _actions(self) -> Iterable[tuple[str, str, DOMNode]]:
        seen = set()
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if active.enabled and binding.id and binding.tooltip and (binding.id not in seen):
                seen.add(binding.id)
                yield self._title(binding), binding.action, active.node

    def _title(self, binding: Binding) -> str:
        return f"{binding.description}: {binding.tooltip}  ({self.app.get_key_display(binding)})"

    async def discover(self) -> Hits:
        for title, action, node in self._actions():
            yield DiscoveryHit(title, partial(self.app.run_action, action, node))

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for title, action, node in self._actions():
            score = matcher.match(title)
            if score > 0:
                yield Hit(score, matcher.highlight(title), partial(self.app.run_action, action, node))
