"""The value of a key in a Kong configuration: as it stands there, or in the environment where it refers to that.

Sources: decK, "Environment variables" (`${{ env "DECK_X" }}`), Kong Gateway, "Environment variables vault"
(`{vault://env/my-key}` is `MY_KEY`); `$NAME` and `${NAME}` are what templates of configurations use.
"""

import re
from collections.abc import Mapping

from tokentui.domain.errors import Invalid
from tokentui.domain.values import check_value
from tokentui.exchange.wording import kind, one_line

#: A key that is a variable as a whole; parts of a key are never taken for one, as `$` may be what it is made of.
_SHELL = re.compile(r"\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})")
_INSIDE = re.compile(
    r"""\$\{\{\s*env\s+["'](?P<deck>[A-Za-z_][A-Za-z0-9_]*)["']\s*\}\}"""
    r"|\{vault://(?P<vault>[^/{}]*)/?(?P<secret>[^{}]*)\}"
)
_ENVIRONMENT_VAULT = "env"
_SECRET = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def key_value(key: object, environ: Mapping[str, str] | None) -> str:
    """The value; references are followed where `environ` is given. Raises `Invalid`, which never holds the value."""
    if not isinstance(key, str):
        what = (
            "It has no key" if key is None else f"Its key is {kind(key)}, where text belongs; a number wants quotes"
        )
        raise Invalid("key", f"{what}.")
    whole = _SHELL.fullmatch(key)
    if whole:
        return check_value(_variable(environ, whole[1] or whole[2]))
    return check_value(_INSIDE.sub(lambda found: _variable(environ, _name(found)), key))


def _name(reference: re.Match[str]) -> str:
    """The variable that a reference means; raises `Invalid` for a vault that cannot be asked here."""
    if reference["deck"]:
        return reference["deck"]
    if reference["vault"] != _ENVIRONMENT_VAULT or not _SECRET.fullmatch(reference["secret"]):
        raise Invalid(
            "key", f"Its key is in the vault {one_line(reference['vault'], 40)}, which cannot be asked here."
        )
    return reference["secret"].upper().replace("-", "_")


def _variable(environ: Mapping[str, str] | None, name: str) -> str:
    if environ is None:
        raise Invalid("key", f"Its key is in the environment variable {one_line(name)}; --env takes it from there.")
    if name not in environ:
        raise Invalid("key", f"Its key is in the environment variable {one_line(name)}, which is not set.")
    return environ[name]
