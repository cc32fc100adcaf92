"""What is wrong with the settings, said in the message line; loaded after the first list is shown."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path

from tokentui.services.settings import KNOWN, Settings

#: How a trouble begins that is with the file and not with a line of it.
_WHOLE = "The settings "


def settings_trouble(settings: Settings, themes: Iterable[str], file: Path | None) -> str:
    """One line that says which line of the file is wrong and what to do, and how many more; empty where none is."""
    troubles = list(_troubles(settings, tuple(themes)))
    if not troubles:
        return ""
    more = f" ({len(troubles) - 1} more like this.)" if len(troubles) > 1 else ""
    if troubles[0].startswith(_WHOLE):
        return f"{troubles[0]}{more}"
    return f"In {file.name if file is not None else 'the settings'}, {troubles[0]}{more}"


def _troubles(settings: Settings, themes: tuple[str, ...]) -> Iterator[str]:
    for wrong in settings.troubles:
        yield f"{wrong} Until then the default counts."
    if settings.theme and settings.theme not in themes:
        hint = meant(settings.theme, themes) or "The palette's Theme shows them all."
        yield f'theme = "{settings.theme}": there is no such theme. {hint}'
    for name in settings.unknown:
        yield f"{name}: there is no such setting. There are {', '.join(KNOWN)}."
    if settings.keys:
        from tokentui.tui.own_keys import key_troubles

        yield from key_troubles(settings.keys)


def meant(word: str, known: Iterable[str]) -> str:
    """A question whether a known word that is almost the same was meant; empty where none is."""
    close = get_close_matches(word, list(known), 1)
    return f'Did you mean "{close[0]}"?' if close else ""
