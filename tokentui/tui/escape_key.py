"""Esc and the key behind it, apart: a burst or a slow line brings both as a terminal sends Alt with that key.

Textual takes them for one: `Esc 4` would write ¢, and of `Esc Enter` only Enter would be left. Nothing here is bound
to Alt unless a user's own keymap says so, so each is what it is on its own.
"""

from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import cast

from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import XTermParser

ESCAPE = "\x1b"
#: What terminals themselves send behind Esc: the beginnings of longer sequences, Shift+Tab, Alt with an arrow or ⌫.
_SEQUENCES = frozenset(map(ord, "\x1b[]OP^_\\\tbf\x7f"))


@dataclass(frozen=True, slots=True)
class _Key:
    """What Textual's table of sequences holds: the name of a key."""

    value: str


class EscapeKey:
    """What tells Esc from Alt, for a user with this keymap."""

    def __init__(self, keymap: Mapping[str, str]) -> None:
        keys = (key.strip() for own in keymap.values() for key in own.split(","))
        #: Those keys with Alt that are bound.
        self._bound = frozenset(key for key in keys if key.startswith("alt+"))
        #: What is written by keys that have a longer name.
        self._characters: dict[str, str] = {}
        self._teach_parser()

    def _teach_parser(self) -> None:
        """Let the parser give Esc and the key behind it, each for itself, and at once.

        There is no public way to say so; a test notices if Textual reads its table otherwise one day.
        """
        table = cast(MutableMapping[str, Iterable[_Key]], ANSI_SEQUENCES_KEYS)
        for character in (chr(code) for code in range(0x7F) if code not in _SEQUENCES):
            if _with_alt(character) not in self._bound:
                names = [event.key for event in XTermParser().feed(character) if isinstance(event, events.Key)]
                table[ESCAPE + character] = tuple(map(_Key, ("escape", *names)))
                if character.isprintable():
                    self._characters.update(dict.fromkeys(names, character))

    def apart(self, event: events.Key) -> tuple[events.Key, ...]:
        """The keys that were pressed; the parser makes one of two where the second may begin a sequence."""
        if event.character is None:  # behind Esc only its name is known
            event.character = self._characters.get(event.key)
        if not event.key.startswith("alt+") or event.character is None or event.key in self._bound:
            return (event,)
        keys = (events.Key("escape", ESCAPE), events.Key(event.character, event.character))
        for key in keys:
            key.time = event.time
        return keys


def _with_alt(character: str) -> str:
    return f"alt+shift+{character.lower()}" if character.isupper() else f"alt+{character}"
