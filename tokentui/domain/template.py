"""Path templates: what an endpoint answers to, and the index that finds the endpoint for a path."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Self, TypeVar
from urllib.parse import unquote

from tokentui.domain.errors import InvalidPath, Taken
from tokentui.domain.masking import holds_value
from tokentui.domain.target import MAX_BYTES, BadTarget, decode_path

T = TypeVar("T")

#: A segment is the literals around its parameters: `a` is `("a",)`, `{x}` `("", "")`, `{x}.json` `("", ".json")`.
Segment = tuple[str, ...]

_PARAM: Segment = ("", "")
#: A segment's rank begins with 0 for a literal, 1 for a mixed one, 2 for a parameter.
_REST_RANK = 3
_BRACES = re.compile(r"\{[^{}]*\}")
#: What would be read as syntax if a literal that was percent-encoded stood in a shape as it is.
_SYNTAX = str.maketrans({"%": "%25", "{": "%7B", "}": "%7D", "*": "%2A"})


@dataclass(frozen=True, slots=True)
class Template:
    """A path with parameters. Two templates are equal when they match the same paths."""

    #: As it was written.
    text: str = field(compare=False)
    #: All segments but the wildcard, decoded.
    segments: tuple[Segment, ...]
    #: Whether a final `/*` takes everything below.
    rest: bool

    @classmethod
    def parse(cls, text: str) -> Self:
        """The template that is written so. Raises `InvalidPath` for the field `path`."""
        _check(text)
        segments = text[1:].split("/")
        rest = segments[-1] == "*"
        kept = segments[:-1] if rest else segments
        if "*" in "".join(kept):
            raise InvalidPath(
                "path", "A * may only be the last segment, as in /rest/v1/*; write %2A for a literal one."
            )
        return cls(text, tuple(_segment(each) for each in kept), rest)

    @property
    def shape(self) -> str:
        """The template without the names of its parameters: equal for templates that match the same paths."""
        shapes = ("{}".join(part.translate(_SYNTAX) for part in segment) for segment in self.segments)
        return "".join(f"/{shape}" for shape in shapes) + ("/*" if self.rest else "")

    @property
    def rank(self) -> tuple[Any, ...]:
        """Of the templates that match one path, `PathIndex` finds the one whose rank is the lowest."""
        rest = ((_REST_RANK,),) if self.rest else ()
        return (*map(_segment_rank, self.segments), *rest)


def _check(text: str) -> None:
    if not text.startswith("/"):
        raise InvalidPath("path", "The path must start with /, as in /pets/{id}.")
    if "?" in text:
        raise InvalidPath("path", "The path holds a ?; leave the query away, requests are matched without it.")
    if holds_value(text):
        raise InvalidPath("path", "The path holds what looks like a token value, and paths are no secret.")
    if len(text) > MAX_BYTES:
        raise InvalidPath("path", f"The path is longer than {MAX_BYTES} characters; shorten it.")
    try:
        decode_path(text)
    except BadTarget as bad:
        raise InvalidPath("path", f"No request could match the path: {bad.reason}.") from None


def _segment(text: str) -> Segment:
    if "{}" in text:
        raise InvalidPath("path", "A parameter has no name; write it as {id}.")
    literals = _BRACES.split(text)
    if any("{" in literal or "}" in literal for literal in literals):
        raise InvalidPath("path", "A brace has no partner; write a parameter as {id}, a literal brace as %7B or %7D.")
    return tuple(unquote(literal) for literal in literals)


def _segment_rank(segment: Segment) -> tuple[Any, ...]:
    if len(segment) == 1:
        return 0, segment
    return (2,) if segment == _PARAM else (1, *_mixed_rank(segment))


def _mixed_rank(segment: Segment) -> tuple[Any, ...]:
    """The most literal characters first."""
    return -len("".join(segment)), len(segment), segment


def _fits(segment: Segment, text: str) -> bool:
    """Whether the text is the segment with at least one character for each parameter.

    Taking each literal where it first occurs is enough, so this is linear where a regular expression would not be.
    """
    head, *between, tail = segment
    if not (text.startswith(head) and text.endswith(tail)):
        return False
    position, end = len(head), len(text) - len(tail)
    for literal in between:
        found = text.find(literal, position + 1, end)
        if found < 0:
            return False
        position = found + len(literal)
    return position < end


class _Node(Generic[T]):
    """One step of the trie. Only one way of reading a path leads to a node, so a search sees each at most once."""

    __slots__ = ("literals", "mixed", "param", "rest", "value")

    def __init__(self) -> None:
        self.literals: dict[str, _Node[T]] = {}
        #: The most literal characters first.
        self.mixed: list[tuple[Segment, _Node[T]]] = []
        self.param: _Node[T] | None = None
        self.rest: _Node[T] | None = None
        self.value: T | None = None

    def child(self, segment: Segment) -> "_Node[T]":
        """The node below for this segment, made if there is none yet."""
        if len(segment) == 1:
            return self.literals.setdefault(segment[0], _Node())
        if segment == _PARAM:
            self.param = self.param or _Node()
            return self.param
        return self._mixed_child(segment)

    def _mixed_child(self, segment: Segment) -> "_Node[T]":
        for known, node in self.mixed:
            if known == segment:
                return node
        node = _Node[T]()
        self.mixed.append((segment, node))
        self.mixed.sort(key=lambda each: _mixed_rank(each[0]))
        return node


class PathIndex(Generic[T]):
    """Finds the value whose template fits a path best, in time linear in the size of the index at worst."""

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()
        #: Paths without a parameter once more: a literal beats all else, so for them one look is enough.
        self._literals: dict[tuple[str, ...], T] = {}

    def add(self, template: Template, value: T) -> None:
        """Keep the value under the template. Raises `Taken` (field `path`) if one of the same shape is here."""
        node = self._root
        for segment in template.segments:
            node = node.child(segment)
        if template.rest:
            node.rest = node = node.rest or _Node()
        if node.value is not None:
            raise Taken("path", f"Another path matches the same requests as {template.text}.")
        node.value = value
        if not template.rest and all(len(segment) == 1 for segment in template.segments):
            self._literals[tuple(segment[0] for segment in template.segments)] = value

    def find(self, segments: Sequence[str]) -> T | None:
        """The value for the path: at each segment a literal beats a mixed one, a `{param}`, and then `/*`."""
        literal = self._literals.get(tuple(segments))
        return self._search(segments) if literal is None else literal

    def _search(self, segments: Sequence[str]) -> T | None:
        length = len(segments)
        waiting = [(self._root, 0)]
        while waiting:
            node, depth = waiting.pop()
            if depth == length:
                if node.value is not None:
                    return node.value
                continue
            # The last that is put here is the first that is tried.
            if node.rest is not None:
                waiting.append((node.rest, length))
            text = segments[depth]
            if node.param is not None and text:
                waiting.append((node.param, depth + 1))
            if node.mixed:
                waiting.extend((below, depth + 1) for known, below in reversed(node.mixed) if _fits(known, text))
            literal = node.literals.get(text)
            if literal is not None:
                waiting.append((literal, depth + 1))
        return None
