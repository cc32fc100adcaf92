"""Forms whose save failed late: none of them comes over what its user does by then, each waits until it is asked for.

While others hold the store's lock a save takes seconds, in which lists scroll, and pages and dialogs open.
"""

from collections.abc import Callable, Hashable
from time import monotonic
from typing import Any, TypeVar

from textual.screen import Screen

#: How soon after its save a form comes back by itself, in seconds: by then nobody has gone on to something else.
SOON = 0.5

FormT = TypeVar("FormT")


class Drafts:
    """What was typed and is not saved, under what it is about."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, Any] = {}
        self._names: dict[Hashable, str] = {}

    def keep(self, what: Hashable, form: object, name: str) -> None:
        """Keep it; `name` says for people what it is about."""
        self._kept[what], self._names[what] = form, name

    @property
    def names(self) -> tuple[str, ...]:
        """What they are about that are still kept."""
        return tuple(self._names[what] for what in self._kept)

    def take(self, what: Hashable, fresh: Callable[[], FormT]) -> FormT:
        """What was typed of this, or a form as it is at the beginning; it is not kept any longer."""
        kept: FormT | None = self._kept.pop(what, None)
        return fresh() if kept is None else kept


class Patience:
    """Whether the user of a form still waits for its save, which begins now."""

    def __init__(self, page: Screen[Any]) -> None:
        self._page = page
        self._begun = monotonic()

    @property
    def over(self) -> bool:
        return monotonic() - self._begun > SOON or self._page.app.screen is not self._page
