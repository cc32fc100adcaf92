"""Paths as regular expressions for proxies (PCRE), which see the target as it was sent, percent-encoded.

They take what `domain.target` takes and what a template matches, with two exceptions that refuse: characters beyond
ASCII must be percent-encoded, and the query may carry no token. A proxy takes a pattern that runs out of stack or
patience for one that does not match, and goes on to the next, which may be one that is free. So nothing here needs
more of them where the target is longer: groups are possessive or atomic, and what is gone back over is one character
class at a time.
"""

import re

from tokentui.domain.target import ACCESS_TOKEN, MAX_BYTES
from tokentui.domain.template import Segment, Template

#: What stands for itself in a canonical path, without % and /; # ; ? \ and white space never do.
_PLAIN = '!"$&-.0-:<->@-\\[\\]-~'
#: What is never encoded (RFC 3986 §2.3).
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
#: The percent-encoded ASCII that a canonical path may hold: neither unreserved, nor / ; \ , nor % before two digits.
_ENCODED_ASCII = (
    "2[0-46-9A-Ca-c]|3[ACDEFacdef]|40|5[BDEbde]|60|7[BCDbcd]|25(?![0-9A-Fa-f]{2})"
)  # fmt: skip
#: Percent-encoded UTF-8 beyond ASCII (RFC 3629 §4), without the control characters U+0080 to U+009F.
_TAIL = "%[89ABab][0-9A-Fa-f]"
_ENCODED_UTF_8 = "|".join(
    (
        f"[Cc]2%[ABab][0-9A-Fa-f]|(?:[Cc][3-9A-Fa-f]|[Dd][0-9A-Fa-f]){_TAIL}",
        f"[Ee]0%[ABab][0-9A-Fa-f]{_TAIL}|[Ee][1-9A-CEFa-cef](?:{_TAIL}){{2}}|[Ee][Dd]%[89][0-9A-Fa-f]{_TAIL}",
        f"[Ff]0%[9ABab][0-9A-Fa-f](?:{_TAIL}){{2}}|[Ff][1-3](?:{_TAIL}){{3}}|[Ff]4%8[0-9A-Fa-f](?:{_TAIL}){{2}}",
    )
)
_SEGMENT = rf"(?!\.{{1,2}}(?:[/?]|$))(?:[{_PLAIN}]++|%(?:{_ENCODED_ASCII}|{_ENCODED_UTF_8}))++"
_QUERY = '[!-"$-~]*+'
_ANY_CASE = {letter: f"[{letter}{letter.lower()}]" for letter in "ABCDEF"}


def _encoded(byte: int) -> str:
    """A percent-encoded byte, its hexadecimal digits in any case."""
    return "%" + "".join(_ANY_CASE.get(digit, digit) for digit in f"{byte:02X}")


_TOKEN_IN_QUERY = "".join(f"(?:{letter}|{_encoded(ord(letter))})" for letter in ACCESS_TOKEN)

#: A canonical path that begins the target, see `canonical_target`.
PATH = f"(?:(?:/{_SEGMENT})++/?|/)"
#: What the target has before its path where it is canonical: nothing, after a look ahead.
LOOK = rf"(?=.{{1,{MAX_BYTES}}}$)(?!.*[?&]{_TOKEN_IN_QUERY}(?:[=&]|$))"
#: What the target may have behind its path.
REST = rf"(?:\?{_QUERY})?$(?!\n)"

#: As little as a parameter may take, up to where a character ends, be it encoded.
_TAKEN = "[^/?]+?(?<!%)(?<!%[0-9A-Fa-f])"


def path_pattern(template: Template) -> str:
    """A regular expression for the canonical paths that the template matches, without anchors."""
    below = "/[^?]*" if template.rest else ""
    return "".join(f"/{_segment(each)}" for each in template.segments) + below


def _segment(segment: Segment) -> str:
    if len(segment) == 1:
        return _literal(segment[0])
    if segment == ("", ""):
        return "[^/?]+"
    head, *between, tail = segment
    # To take each literal where it first comes is enough, see `template._fits`; so none is ever given back.
    middle = "".join(f"(?>{_TAKEN}{_literal(each)})" for each in between)
    return f"{_literal(head)}{middle}{_TAKEN}{_literal(tail)}"


def _literal(text: str) -> str:
    return "".join(map(_character, text))


def _character(character: str) -> str:
    """A character of a path, as itself or encoded, whichever a canonical path allows."""
    if _UNRESERVED.match(character):
        return re.escape(character)
    encoded = "".join(map(_encoded, character.encode()))
    if re.match(f"[{_PLAIN}]", character):
        return f"(?:{re.escape(character)}|{encoded})"
    return encoded
