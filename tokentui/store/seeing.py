"""When tokens were last seen, for the pages of a list: asked anew for each, since requests come without the store."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from tokentui.domain.errors import StoreError
from tokentui.store.protocol import Requests
from tokentui.store.queries import MappingQuery, TokenQuery, TokenSort

QueryT = TypeVar("QueryT", TokenQuery, MappingQuery)
#: Ids in their order, and how many there are without the text filter.
Selected = tuple[list[str], int]

_NEVER = datetime.min.replace(tzinfo=UTC)


class Seeing:
    """What one page asks of the requests seen. Where they cannot be read nobody was seen, and `trouble` says why."""

    def __init__(self, requests: Requests) -> None:
        self.requests = requests
        self.trouble = ""

    def last(self, token_ids: Sequence[str]) -> Mapping[str, datetime | None]:
        """Token id → when it was last let in, by whichever of its values."""
        try:
            return {id: seen.last for id, seen in self.requests.last_seen(token_ids).items()} if token_ids else {}
        except StoreError as error:
            self.trouble = str(error)
            return {}

    def last_let_in(self) -> Mapping[str, datetime]:
        """As `Requests.last_let_in`."""
        try:
            return self.requests.last_let_in()
        except StoreError as error:
            self.trouble = str(error)
            return {}

    def stamp(self) -> object:
        """As `Requests.stamp`."""
        try:
            return self.requests.stamp()
        except StoreError as error:
            self.trouble = str(error)
            return None


class SeenOrder:
    """The ids of one result by when they were last seen, kept while nothing is recorded."""

    def __init__(self) -> None:
        self._kept: tuple[object, list[str]] = (None, [])

    def select(self, query: QueryT, by_name: Callable[[QueryT], Selected], seeing: Seeing) -> Selected:
        """As `by_name` selects: those that were never seen first, then the one that was seen longest ago."""
        found, of = by_name(replace(query, sort=TokenSort.NAME, reverse=False))
        ids = self._of(replace(query, text="", sort=TokenSort.NAME, reverse=False), by_name, seeing)
        if query.text:
            wanted = set(found)
            ids = [id for id in ids if id in wanted]
        return ids[::-1] if query.reverse else ids, of

    def _of(self, query: QueryT, by_name: Callable[[QueryT], Selected], seeing: Seeing) -> list[str]:
        key = (query, seeing.stamp())
        if self._kept[0] != key:
            seen = seeing.last_let_in()
            self._kept = (key, sorted(by_name(query)[0], key=lambda id: seen.get(id, _NEVER)))
        return self._kept[1]
