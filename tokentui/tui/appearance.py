"""How the application looks in the terminal that it is in: which colours and which characters that can show.

Textual asks the environment for the number of colours; what it then sends can often not be read, and characters it
sends as they are. What is worked out here are filters that its lines go through last; most terminals need but one.
"""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.filter import LineFilter

#: The theme where colours are not to be sent: all that is to stand out has a background far from its black.
COLOURLESS = "high-contrast-dark"

#: Python takes one of these for a session that names no locale, or `C`; nobody chose it.
_COERCED = ("C.UTF-8", "C.utf8", "UTF-8")


def colourless(environ: Mapping[str, str]) -> bool:
    """Whether no colours are wanted (https://no-color.org)."""
    return bool(environ.get("NO_COLOR"))


def on_console(environ: Mapping[str, str]) -> bool:
    """Whether this is the kernel's own console, which has no mouse and few characters."""
    return environ.get("TERM") == "linux"


def line_filters(environ: Mapping[str, str], color_system: str | None, glyphs: str) -> "tuple[LineFilter, ...]":
    """What every line goes through; `glyphs` is the setting of that name."""
    from tokentui.tui.harmless import Harmless

    filters: list[LineFilter] = [Harmless()]
    if colourless(environ):
        from tokentui.tui.terminal_colours import NoColours

        filters.append(NoColours())
    elif color_system == "standard":
        from tokentui.tui.terminal_colours import SixteenColours

        filters.append(SixteenColours())
    charset = charset_of(environ, _encoding(), glyphs)
    if charset:
        from tokentui.tui.glyphs import PlainGlyphs

        filters.append(PlainGlyphs(charset))
    return tuple(filters)


def draws_few(environ: Mapping[str, str], glyphs: str) -> bool:
    """Whether the terminal draws few characters; `glyphs` is the setting of that name."""
    return bool(charset_of(environ, _encoding(), glyphs))


def _encoding() -> str:
    """What Textual writes the screen in."""
    return sys.__stderr__.encoding if sys.__stderr__ is not None else "utf-8"


def charset_of(environ: Mapping[str, str], encoding: str, glyphs: str) -> str:
    """The characters that the terminal draws: an encoding, `console` for the kernel's own, empty for all of them."""
    if glyphs:
        return "ascii" if glyphs == "ascii" else ""
    name, _, codeset = _locale(environ).partition(".")
    if name in ("C", "POSIX") and not codeset:
        return "ascii"
    if not _is_utf8(encoding):
        return encoding
    if codeset and not _is_utf8(codeset.partition("@")[0]):
        return "ascii"  # a locale that is not installed: what is written are bytes of another kind
    return "console" if on_console(environ) else ""


def _is_utf8(codeset: str) -> bool:
    return codeset.lower().replace("-", "") == "utf8"


def _locale(environ: Mapping[str, str]) -> str:
    """The locale that the user named for characters; empty where none is named."""
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        value = environ.get(name, "")
        if value and not (name == "LC_CTYPE" and value in _COERCED):
            return value
    return ""
