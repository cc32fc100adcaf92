"""Paths of Kong routes as path templates: a plain one is a prefix, one behind `~` a regular expression.

Source: Kong Gateway 3.x, Route entity, "How requests are routed". Kong takes the prefix itself and all that begins
with it (`/r1`, `/r1/a`, `/r1xy`); a template's `/*` takes what is below (`/r1/`, `/r1/a`): that is what it becomes.
"""

import re
from itertools import count

from tokentui.domain.errors import InvalidPath

_REGEX_MARK = "~"
#: What a path of Kong 2 may hold without being a regular expression.
_PLAIN_IN_KONG_2 = re.compile(r"[A-Za-z0-9._~/%-]*")
#: Syntax of a template, which in a plain path of Kong stands for itself.
_LITERAL = str.maketrans({"{": "%7B", "}": "%7D", "*": "%2A"})
#: One step of a regular expression that a template can say: a whole segment's worth of anything, or a literal.
_STEP = re.compile(
    r"\(\?P?<(?P<name>\w+)>\[\^/\][+]\)|(?P<any>\(\[\^/\][+]\)|\[\^/\][+])|\\(?P<escaped>[^A-Za-z0-9])|(?P<plain>[^\\^$.|?*+()\[\]{}])"
)
_BELOW = re.compile(r"(?<!\\)/(?:\.\*|\(\.\*\))\$?$")
#: The end of a regular expression that is no prefix: a `$`, or all that is below.
_WHOLE = re.compile(rf"{_BELOW.pattern}|(?<!\\)\$$")


def path_template(path: str, *, kong_2: bool) -> str:
    """The template for a route's path; raises `InvalidPath` with the reason where no template says the same."""
    if is_regex(path, kong_2=kong_2):
        return _from_regex(path.removeprefix(_REGEX_MARK))
    return _below(path.translate(_LITERAL))


def bare_path(path: str, template: str, *, kong_2: bool) -> str:
    """What a prefix takes besides its template: the path itself; empty where there is nothing like it."""
    takes_itself = not path.endswith("/") and not (is_regex(path, kong_2=kong_2) and _WHOLE.search(path))
    return template.removesuffix("/*") if takes_itself and template.endswith("/*") else ""


def is_regex(path: str, *, kong_2: bool) -> bool:
    """Whether a route's path is a regular expression; Kong 2 told it by the characters."""
    return path.startswith(_REGEX_MARK) or (kong_2 and not _PLAIN_IN_KONG_2.fullmatch(path))


def _below(prefix: str) -> str:
    return f"{prefix.removesuffix('/')}/*"


def _from_regex(pattern: str) -> str:
    """Only what is exactly a template: literals and whole segments up to a `$`, a `/.*` behind them, or a prefix."""
    pattern = pattern.removeprefix("^")
    below = _BELOW.search(pattern)
    if below:
        return f"{_said(pattern[: below.start()])}/*"
    if pattern.endswith("$") and not pattern.endswith("\\$"):
        return _said(pattern[:-1])
    said = _said(pattern)
    if "{" in said:
        raise _unsayable()
    return _below(said)


def _said(pattern: str) -> str:
    parts: list[str] = []
    unnamed = count(1)
    position = 0
    while position < len(pattern):
        step = _STEP.match(pattern, position)
        if step is None:
            raise _unsayable()
        literal = step["escaped"] or step["plain"]
        parts.append(literal.translate(_LITERAL) if literal else f"{{{step['name'] or f'p{next(unnamed)}'}}}")
        position = step.end()
    return "".join(parts)


def _unsayable() -> InvalidPath:
    return InvalidPath("path", "It is a regular expression that no path template says exactly.")
