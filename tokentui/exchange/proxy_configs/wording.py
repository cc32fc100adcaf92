"""What the configurations have in common: how their texts are filled in, the identity headers, the query's token.

The verifier takes a parameter of the query for a token whose name is `access_token` in any percent-encoding (see
`domain/target.py`), so whatever takes it away has to know all of its spellings.
"""

from collections.abc import Iterable
from itertools import product

from tokentui.domain.records import Endpoint
from tokentui.domain.slots import Authentication
from tokentui.domain.target import ACCESS_TOKEN
from tokentui.exchange.wording import one_line

#: What tells the backend who asks; see `verifier/answers.py`.
IDENTITY = ("X-Token-Name", "X-Token-Kind", "X-Token-Id", "X-Endpoint")


def _either_case(digits: str) -> str:
    return "".join(f"[{digit.upper()}{digit}]" if digit.isalpha() else digit for digit in digits)


#: A regular expression for the parameter's name in each of its spellings.
NAME = "".join(f"(?:{letter}|%{_either_case(f'{ord(letter):02x}')})" for letter in ACCESS_TOKEN)


def mistakable(name: str) -> list[str]:
    """The spellings with `_` and `.` that many a backend takes for this header (CVE-2025-64484)."""
    first, *rest = name.split("-")
    ways = ("".join(part for pair in zip(marks, rest, strict=True) for part in pair) for marks in _marks(len(rest)))
    return [first + way for way in ways]


def _marks(count: int) -> list[tuple[str, ...]]:
    return [marks for marks in product("-_.", repeat=count) if set(marks) != {"-"}]


def told(endpoints: Iterable[Endpoint]) -> tuple[str, ...]:
    """A line for each active endpoint, in the order of their names: what it answers to and who may come."""
    active = sorted((each for each in endpoints if each.active), key=lambda each: each.ref)
    return tuple(_told(each) for each in active)


def _told(endpoint: Endpoint) -> str:
    slots = ", ".join(endpoint.slots) or "nothing"
    free = " (free)" if endpoint.authentication is Authentication.NONE else ""
    return one_line(f"{endpoint.ref}: {slots} of {endpoint.path}{free}", 300)


def head(text: str, guarded: Iterable[str]) -> list[str]:
    """The comments that a configuration begins with: what it is, and which endpoints there are now."""
    there = [f"- {line}" for line in guarded]
    lines = [*text.splitlines(), "", *(_GUARDED if there else _NONE_GUARDED).splitlines(), *there]
    return [f"# {line}".rstrip() for line in lines]


_ASKED = """\
Every request that comes here is asked about, whatever its path: what no endpoint answers to is refused. So nothing
has to be written anew when endpoints or tokens change."""
_GUARDED = f"{_ASKED} When this was written, there were:"
_NONE_GUARDED = f"{_ASKED} When this was written, there were no active ones yet."


def filled(text: str, **values: str) -> str:
    """The text with each `@NAME@` replaced."""
    for name, value in values.items():
        text = text.replace(f"@{name.upper()}@", value)
    return text


def whole(comments: Iterable[str], text: str) -> str:
    """The comments, an empty line and the text."""
    return "\n".join((*comments, "", text))


#: The Lua function `without_token`, for proxies that run Lua.
LUA_WITHOUT_TOKEN = """\
-- The name of a parameter without its percent-encoding.
local function decoded(name)
    return (name:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

-- The target without the parameter access_token, however its name is spelled; all else as it came.
local function without_token(target)
    local path, query = target:match("^([^?]*)%?(.*)$")
    if not query then return target end
    local kept = {}
    for parameter in (query .. "&"):gmatch("([^&]*)&") do
        if decoded(parameter:match("^[^=]*")) ~= "access_token" then
            kept[#kept + 1] = parameter
        end
    end
    return #kept == 0 and path or path .. "?" .. table.concat(kept, "&")
end"""
