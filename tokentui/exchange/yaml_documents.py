"""YAML without its traps: bounded in depth and size, no cycles, no types of a programming language.

libyaml's and PyYAML's composers recurse for each level, which ends the interpreter at some 10,000 levels; so the
value is built here, from the parser's events, without recursion. Keys are text and scalars are null, true, false,
numbers or text, as OpenAPI asks for (OpenAPI 3.1 §4.4 Format; YAML 1.2 §10.3): no dates, and `on` is not true.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from tokentui.domain.errors import ImportRefused
from tokentui.exchange.wording import one_line
from tokentui.exchange.yaml_scalars import scalar_value

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: How many events go by between two reports of progress.
_EVENTS = 4096
#: libyaml compares each %TAG directive with all before it; nobody needs many.
_DIRECTIVES = 100
#: What YAML cannot hold (YAML 1.2 §5.1), looked for before the parser does, which does not know the line.
_UNPRINTABLE = re.compile("[^\x09\x0a\x0d\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAG = "tag:yaml.org,2002:"
_TAGS = frozenset(_TAG + each for each in ("null", "bool", "int", "float", "str", "seq", "map", "timestamp"))


@dataclass(slots=True, eq=False)
class _Node:
    """A value, how many values it stands for with its aliases written out, and how many levels it has."""

    value: Any = None
    size: int = 1
    height: int = 0
    #: False as long as its end has not been read: an alias to it would be a cycle.
    closed: bool = True


@dataclass(slots=True, eq=False)
class _Collection(_Node):
    """A list or an object. `key` waits for its value; `merged` are the objects of its `<<` keys."""

    key: str | None = None
    merging: bool = False
    merged: list[dict[str, Any]] = field(default_factory=list)

    @property
    def wants_key(self) -> bool:
        return isinstance(self.value, dict) and self.key is None and not self.merging


def read_yaml(text: str, name: str, *, max_values: int, max_depth: int, reached: Callable[[float], None]) -> object:
    """The value of the one document in `text`, None where there is none. Raises `ImportRefused`.

    `reached` gets the share of the text that has been read, and may raise to stop.
    """
    _check_text(text, name)
    builder = _Builder(name, max_values, max_depth)
    events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
    try:
        for count, event in enumerate(events):
            if count % _EVENTS == 0:
                reached(event.start_mark.index / len(text))
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise ImportRefused(_bad(name, line + _problem(error, max_depth))) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise ImportRefused(_bad(name, one_line(str(error)))) from None
    return builder.root.value


def _problem(error: yaml.MarkedYAMLError, max_depth: int) -> str:
    """What is wrong, in the parser's words; its own limit on nesting is higher than ours and comes to the same."""
    problem = one_line(error.problem or "it cannot be read")
    return f"nested deeper than {max_depth} levels" if "nesting depth" in problem else problem


def _bad(name: str, what: str) -> str:
    return f"{name}: bad YAML, {what}; correct it and import again."


def _check_text(text: str, name: str) -> None:
    refused = _UNPRINTABLE.search(text)
    if refused:
        line = text.count("\n", 0, refused.start()) + 1
        raise ImportRefused(_bad(name, f"line {line}: the control character U+{ord(refused[0]):04X}"))
    if text.count("\n%") > _DIRECTIVES:
        raise ImportRefused(_bad(name, f"more than {_DIRECTIVES} lines begin with %"))


class _Builder:
    """Puts a value together from the parser's events."""

    def __init__(self, name: str, max_values: int, max_depth: int) -> None:
        self.root = _Node()
        self._name = name
        self._max_values = max_values
        self._max_depth = max_depth
        self._open: list[_Collection] = []
        self._anchors: dict[str, _Node] = {}
        self._documents = 0
        self._line = 1
        self._takers: dict[type[yaml.Event], Callable[[Any], None]] = {
            yaml.DocumentStartEvent: self._start_document,
            yaml.ScalarEvent: self._scalar,
            yaml.AliasEvent: self._alias,
            yaml.MappingStartEvent: lambda event: self._start(event, {}),
            yaml.SequenceStartEvent: lambda event: self._start(event, []),
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
        }

    def take(self, event: Any) -> None:
        taker = self._takers.get(type(event))
        if taker:
            self._line = event.start_mark.line + 1
            taker(event)

    def _refused(self, what: str) -> ImportRefused:
        return ImportRefused(_bad(self._name, f"line {self._line}: {what}"))

    def _start_document(self, _event: yaml.Event) -> None:
        self._documents += 1
        if self._documents > 1:
            raise self._refused("a second document begins (---), one file may hold one")

    def _scalar(self, event: Any) -> None:
        self._check_tag(event.tag)
        if self._open and self._open[-1].wants_key:
            merging = event.value == "<<" and event.implicit[0]
            self._remember(event.anchor, _Node(event.value))
            self._take_key(self._open[-1], event.value, merging=merging)
            return
        is_text = event.tag in ("!", _TAG + "str") or (event.tag is None and not event.implicit[0])
        node = _Node(event.value if is_text else scalar_value(event.value))
        self._remember(event.anchor, node)
        self._place(node)

    def _check_tag(self, tag: str | None) -> None:
        if tag not in (None, "!") and tag not in _TAGS:
            shown = one_line(str(tag).replace(_TAG, "!!"))
            raise self._refused(f"the tag {shown} is not taken, only plain YAML is")

    def _remember(self, anchor: str | None, node: _Node) -> None:
        if anchor:
            self._anchors[anchor] = node

    def _take_key(self, parent: _Collection, key: object, *, merging: bool = False) -> None:
        if not isinstance(key, str):
            raise self._refused("a key that is not text")
        parent.size += 1
        parent.merging = merging
        parent.key = None if merging else key

    def _alias(self, event: Any) -> None:
        shown = one_line(event.anchor)
        node = self._anchors.get(event.anchor)
        if node is None:
            raise self._refused(f"the alias *{shown} has no anchor before it")
        if not node.closed:
            raise self._refused(f"the alias *{shown} stands inside its own anchor, which has no end")
        if self._open and self._open[-1].wants_key:
            self._take_key(self._open[-1], node.value)
            return
        self._check_depth(node.height)
        self._place(node)

    def _start(self, event: Any, value: dict[str, Any] | list[Any]) -> None:
        self._check_tag(event.tag)
        if self._open and self._open[-1].wants_key:
            raise self._refused("a key that is not text")
        collection = _Collection(value, height=1, closed=False)
        self._remember(event.anchor, collection)
        self._check_depth(1)
        self._open.append(collection)

    def _check_depth(self, height: int) -> None:
        if len(self._open) + height > self._max_depth:
            raise self._refused(f"nested deeper than {self._max_depth} levels")

    def _end(self, _event: yaml.Event) -> None:
        collection = self._open.pop()
        for merged in collection.merged:
            for key, value in merged.items():
                collection.value.setdefault(key, value)
        collection.closed = True
        self._place(collection)

    def _place(self, node: _Node) -> None:
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        parent.size += node.size
        parent.height = max(parent.height, node.height + 1)
        if parent.size > self._max_values:
            raise self._refused(f"more than {self._max_values:,} values once its aliases are written out")
        self._put(parent, node.value)

    def _put(self, parent: _Collection, value: Any) -> None:
        if isinstance(parent.value, list):
            parent.value.append(value)
        elif parent.merging:
            parent.merging = False
            parent.merged.extend(self._mergeable(value))
        else:
            parent.value[parent.key] = value
            parent.key = None

    def _mergeable(self, value: Any) -> list[dict[str, Any]]:
        """The objects behind a `<<` key, the one that wins first (YAML merge key, yaml.org/type/merge.html)."""
        sources = value if isinstance(value, list) else [value]
        if not all(isinstance(source, dict) for source in sources):
            raise self._refused("<< merges something that is not an object")
        return sources
