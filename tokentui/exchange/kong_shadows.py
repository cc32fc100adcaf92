"""Where an endpoint that is free would answer for what Kong guards, because that is another thing here.

A path template is no path of Kong: `/api/*` does not take `/api` itself, and some routes are no endpoint at all. Of
several, Kong takes a regular expression before any prefix, and here the more literal one wins. A slot guards several
methods of which Kong may answer one. Wherever a free endpoint lies over such a gap, requests that Kong refuses would
pass; which endpoints do is told rather too often than not.
"""

import re
from collections.abc import Set
from dataclasses import dataclass
from urllib.parse import unquote

from tokentui.domain.template import Segment, Template
from tokentui.exchange.kong_paths import is_regex

#: Where the literal beginning of a regular expression ends.
_SPECIAL = re.compile(r"[\\^$.|?*+()\[\]{}]")
#: What may take back the character before it.
_QUANTIFIERS = "?*{"


@dataclass(frozen=True, slots=True)
class Guarded:
    """Requests that Kong guards by a route: those with these methods whose path begins so."""

    route: str
    beginning: str
    methods: frozenset[str]
    #: The endpoint that guards them here; None: there is none.
    template: Template | None = None
    regex: bool = False

    def is_open_at(self, free: Template, asked: Set[str], opened: Set[str]) -> bool:
        """Whether a free endpoint would let some of them in.

        `asked` are the methods for which Kong gives requests to its route, `opened` those of its slots.
        """
        if self.template is not None and free.rank >= self.template.rank:
            return False
        open_here = opened if self.template is None or self.regex else opened - asked
        return bool(open_here & self.methods) and self._may_match(free)

    def _may_match(self, template: Template) -> bool:
        *whole, part = unquote(self.beginning).removeprefix("/").split("/")
        segments = template.segments
        if len(segments) < len(whole) and not template.rest:
            return False
        pairs = zip(segments, whole, strict=False)
        return all(_may_be(segment, text) for segment, text in pairs) and _may_begin(segments, len(whole), part)


def _may_be(segment: Segment, text: str) -> bool:
    return len(segment) > 1 or segment[0] == text


def _may_begin(segments: tuple[Segment, ...], place: int, part: str) -> bool:
    return place >= len(segments) or len(segments[place]) > 1 or segments[place][0].startswith(part)


def beginning(path: str, *, kong_2: bool) -> str:
    """What every request that a route's path takes begins with, as far as that is a literal."""
    if not is_regex(path, kong_2=kong_2):
        return path
    pattern = path.removeprefix("~").removeprefix("^")
    if "|" in pattern:
        return "/"
    special = _SPECIAL.search(pattern)
    if special is None:
        return pattern
    end = special.start()
    return pattern[: end - 1 if end and pattern[end] in _QUANTIFIERS else end]
