"""The last line: the keys that do something here and now, made from the active bindings."""

from collections.abc import Iterable

from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from tokentui.tui.actions import CHANGE

#: The ids of what is never left out: the way back, and Help.
ALWAYS = frozenset({"app.back", "app.help", "assign.cancel"})


class KeyHints(Widget):
    """Keys and words of what can be done now; what finds no room is left out, but never the way back and Help."""

    DEFAULT_CSS = """
    KeyHints {
        height: 1;
        background: $panel;
        color: $foreground;
    }
    """

    #: Key, words and binding id of each.
    _shown: tuple[tuple[str, str, str], ...] = ()

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_updated)

    def _bindings_updated(self, screen: Screen[object]) -> None:
        self.call_after_refresh(self._look)

    def _look(self) -> None:
        if self.is_attached and self._hints() != self._shown:
            self.refresh()

    def _hints(self) -> tuple[tuple[str, str, str], ...]:
        return tuple(hints(self.app.get_key_display, self._active()))

    def _active(self) -> Iterable[Binding]:
        return [active.binding for active in self.screen.active_bindings.values() if active.enabled]

    def render(self) -> Content:
        self._shown = self._hints()
        first = [hint for hint in self._shown if hint[2] not in ALWAYS]
        last = [hint for hint in self._shown if hint[2] in ALWAYS]
        room = self.size.width - sum(_width(hint) for hint in last)
        parts = []
        for hint in first:
            if _width(hint) > room:
                break
            room -= _width(hint)
            parts.append(_hint(hint))
        return Content("").join((*parts, *map(_hint, last)))


def hints(display: object, bindings: Iterable[Binding]) -> Iterable[tuple[str, str, str]]:
    """`(key, words, binding id)` of each action that is to be shown, once: what changes something first."""
    seen = set()
    for binding in sorted(bindings, key=lambda binding: binding.group is not CHANGE):
        if binding.show and binding.action not in seen:
            seen.add(binding.action)
            yield display(binding), binding.description, binding.id or ""  # type: ignore[operator]


def _width(hint: tuple[str, str, str]) -> int:
    return len(hint[0]) + len(hint[1]) + 3


def _hint(hint: tuple[str, str, str]) -> Content:
    return Content.assemble(" ", (hint[0], "bold $text-accent"), " ", (hint[1], "$foreground 85%"), " ")
