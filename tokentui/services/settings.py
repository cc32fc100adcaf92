"""The settings file: read with care, written only to remember a choice that was made in the UI."""

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from tokentui.domain.errors import TokenTuiError
from tokentui.domain.policy import Policy
from tokentui.store.private_files import make_private_folder, temporary_beside, write_private

#: A day.
_MOST_MINUTES = 1440
#: What `glyphs` may say.
GLYPHS = ("", "ascii", "unicode")

#: A hundred years: no arithmetic with it leaves the calendar.
_MOST_DAYS = 36525
#: A day: a value that should stay longer on a clipboard is one for `clear = "never"`.
_MOST_SECONDS = 86400


class SettingsError(TokenTuiError):
    """The settings file cannot be used as it is."""


#: What is done with a copied value that stays on a clipboard: cleared where it can be read back unchanged; also where
#: nobody can read it back, whatever is there by then; or nothing.
CLEARING = ("unchanged", "blind", "never")


@dataclass(frozen=True, slots=True)
class ClipboardRule:
    """How and when a copied value is cleared from the clipboard."""

    #: One of `CLEARING`.
    clear: str = "unchanged"
    #: After how many seconds.
    seconds: int = 45


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user may choose in `config.toml`."""

    #: The name of the colour theme; empty: the default one.
    theme: str = ""
    #: Binding id → keys, such as `{"tokens.rotate": "R"}`; several keys are separated by commas.
    keys: Mapping[str, str] = field(default_factory=dict)
    #: Whether the mouse is listened to; None: where the session is not over SSH.
    mouse: bool | None = None
    #: How long a value may live, and what the audit tells.
    policy: Policy = field(default_factory=Policy)
    #: Where the endpoints are reached from outside, for the `curl` lines: `https://api.example.com`.
    base_url: str = ""
    #: After how many minutes without a key the UI locks itself; 0: never.
    lock_after_minutes: int = 5
    #: Which characters to draw with: `ascii`, `unicode`, or empty: what the terminal is known to draw.
    glyphs: str = ""
    #: What becomes of a copied value.
    clipboard: ClipboardRule = field(default_factory=ClipboardRule)
    #: Names in the file that are no settings.
    unknown: tuple[str, ...] = ()
    #: What cannot be right in the file, a sentence each, so that the default counts in its place.
    troubles: tuple[str, ...] = ()


#: The names of all settings.
KNOWN = tuple(each.name for each in fields(Settings) if each.name not in ("unknown", "troubles"))


def load_settings(path: Path) -> Settings:
    """The settings in `path`, the defaults where there is no such file; raises `SettingsError`."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise SettingsError(f"The settings {path} cannot be read: {error.strerror}.") from error
    return _settings(path, _parsed(path, text))


def settings_as_far_as_right(path: Path) -> Settings:
    """The settings in `path`, and the default in place of each that cannot be right: a UI opens, and tells it."""
    try:
        return load_settings(path)
    except SettingsError as error:
        try:
            content = _parsed(path, path.read_bytes())
        except (SettingsError, OSError):
            return Settings(troubles=(str(error),))
    right, troubles = dict(content), list[str]()
    for name, value in content.items():
        try:
            _settings(path, {name: value})
        except SettingsError as error:
            del right[name]
            troubles.append(str(error).removeprefix(f"In {path}, "))
    return replace(_settings(path, right), troubles=tuple(troubles))


def _parsed(path: Path, text: bytes) -> Mapping[str, object]:
    import tomllib

    try:
        return tomllib.loads(text.decode())
    except RecursionError:
        raise SettingsError(f"The settings {path} are nested too deeply.") from None
    except ValueError as error:  # not UTF-8, no TOML, or a number of too many digits
        raise SettingsError(f"The settings {path} are no TOML: {error}.") from None


def _settings(path: Path, content: Mapping[str, object]) -> Settings:
    theme, keys, mouse = content.get("theme", ""), content.get("keys", {}), content.get("mouse")
    if not isinstance(theme, str):
        raise SettingsError(f'In {path}, theme is a name, such as theme = "nord".')
    if not isinstance(mouse, bool | None):
        raise SettingsError(f"In {path}, mouse is true or false.")
    if not isinstance(keys, dict) or not all(isinstance(key, str) for key in keys.values()):
        raise SettingsError(f'In {path}, [keys] holds lines such as "tokens.add" = "n".')
    glyphs = content.get("glyphs", "")
    if glyphs not in GLYPHS:
        raise SettingsError(f'In {path}, glyphs is "ascii" or "unicode", or left out.')
    base_url = content.get("base_url", "")
    if not isinstance(base_url, str):
        raise SettingsError(f'In {path}, base_url is an address, such as base_url = "https://api.example.com".')
    minutes = content.get("lock_after_minutes", Settings().lock_after_minutes)
    if type(minutes) is not int or not 0 <= minutes <= _MOST_MINUTES:
        raise SettingsError(
            f"In {path}, lock_after_minutes is a whole number, 0 to {_MOST_MINUTES}; 0 switches it off."
        )
    policy, unknown = _policy(path, content.get("policy", {})), tuple(name for name in content if name not in KNOWN)
    clipboard = _clipboard(path, content.get("clipboard", {}))
    return Settings(theme, keys, mouse, policy, base_url, minutes, str(glyphs), clipboard, unknown)


def _clipboard(path: Path, table: object) -> ClipboardRule:
    """The rule of `[clipboard]`; raises `SettingsError`."""
    if not isinstance(table, dict) or not table.keys() <= {each.name for each in fields(ClipboardRule)}:
        raise SettingsError(f'In {path}, [clipboard] holds lines such as clear = "unchanged" and seconds = 45.')
    rule = ClipboardRule(**table)
    if rule.clear not in CLEARING:
        raise SettingsError(f"In {path}, clear of [clipboard] is one of {', '.join(CLEARING)}.")
    if type(rule.seconds) is not int or not 1 <= rule.seconds <= _MOST_SECONDS:
        raise SettingsError(f"In {path}, seconds of [clipboard] is a whole number, 1 to {_MOST_SECONDS}.")
    return rule


def _policy(path: Path, table: object) -> Policy:
    """The thresholds of `[policy]`; raises `SettingsError` for a name that is none."""
    known = {each.name for each in fields(Policy)}
    if not isinstance(table, dict):
        raise SettingsError(f"In {path}, [policy] is a table of days.")
    for name, days in table.items():
        if name not in known:
            raise SettingsError(f"In {path}, [policy] knows no {name[:60]}; it knows {', '.join(sorted(known))}.")
        if type(days) is not int or not 0 <= days <= _MOST_DAYS:
            raise SettingsError(f"In {path}, {name} is a whole number of days, 0 to {_MOST_DAYS}; 0 switches it off.")
    return Policy(**table)


def remember_theme(path: Path, theme: str) -> None:
    """Write the theme's name into the settings, leaving the rest of the file as it stands; raises `SettingsError`."""
    file = Path(os.path.realpath(path))  # to replace a link would leave the file behind it as it was
    try:
        _replace(file, _with_theme(file, theme))
    except (OSError, ValueError) as error:
        raise SettingsError(f"The theme could not be remembered in {path}: {error}.") from error


def _with_theme(file: Path, theme: str) -> str:
    import tomlkit

    try:
        document = tomlkit.parse(file.read_text("utf-8"))
    except FileNotFoundError:
        document = tomlkit.document()
    document["theme"] = theme
    return tomlkit.dumps(document)


def _replace(file: Path, text: str) -> None:
    """All of the text or none of it, in a file of the mode that it had; a new one is its owner's alone."""
    make_private_folder(file.parent)
    temporary = temporary_beside(file)
    try:
        write_private(temporary, text.encode())
        with suppress(FileNotFoundError):
            temporary.chmod(stat.S_IMODE(file.stat().st_mode))
        os.replace(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)
