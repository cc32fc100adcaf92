"""Help for where one is: what the screen is about, and its keys, made from the bindings that are active there."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from tokentui.tui.dialogs.lines_dialog import LinesDialog


class Help(LinesDialog[None]):
    """`groups` maps a heading to `(keys, what they do)` lines."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1,enter", "close", "Close", id="help.close", tooltip="Close the help"),
        Binding("j", "scroll(1)", show=False, id="help.down", tooltip="Scroll down"),
        Binding("k", "scroll(-1)", show=False, id="help.up", tooltip="Scroll up"),
    ]

    title_text = "Help"

    def __init__(self, text: str, groups: Mapping[str, list[tuple[str, str]]]) -> None:
        super().__init__()
        self._text = text
        self._groups = groups

    def lines(self) -> Iterable[Content]:
        yield Content(self._text)
        for heading, rows in self._groups.items():
            yield Content("")
            yield Content.styled(heading, "bold $text-accent")
            for keys, meaning in rows:
                yield Content.assemble((f"  {keys:<14}", "bold"), meaning)


def key_groups(bindings: Iterable[tuple[str, Binding]]) -> dict[str, list[tuple[str, str]]]:
    """Help's groups from `(key as it is shown, binding)`: each action once, with all its keys."""
    actions: dict[str, tuple[Binding, list[str]]] = {}
    for key, binding in bindings:
        if binding.description and not binding.system:
            keys = actions.setdefault(binding.action, (binding, []))[1]
            keys += [key] if key not in keys else []
    groups: dict[str, list[tuple[str, str]]] = {}
    for binding, keys in actions.values():
        heading = binding.group.description if binding.group else "Go"
        groups.setdefault(heading, []).append((" ".join(keys), binding.tooltip or binding.description))
    return dict(sorted(groups.items(), key=lambda group: _ORDER.index(group[0])))


_ORDER = ("Change", "Look", "Go", "Move")
