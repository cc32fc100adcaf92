"""What the drawing libraries remember of a text once it was drawn: how many cells it takes, and where it was cut.

They keep thousands of such texts, a revealed value among them, for as long as the program runs.
"""

from collections.abc import Iterator
from types import ModuleType
from typing import Protocol, runtime_checkable

from rich import cells, segment
from textual import content, strip


@runtime_checkable
class _Cache(Protocol):
    """What `functools.lru_cache` makes of a function."""

    def cache_clear(self) -> None: ...


def forget_drawn() -> None:
    """Empty all these caches; what is drawn next fills them again."""
    for module in (cells, segment, content, strip):
        for cache in _caches(module):
            cache.cache_clear()


def _caches(module: ModuleType) -> Iterator[_Cache]:
    owners = [each for each in vars(module).values() if isinstance(each, type) and each.__module__ == module.__name__]
    for owner in (module, *owners):
        for name in list(vars(owner)):
            cache = getattr(owner, name, None)
            if isinstance(cache, _Cache):
                yield cache
