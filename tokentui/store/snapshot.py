"""One parsed store, as a `Reader`: records are made only for those rows that somebody looks at."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from tokentui.domain.errors import NotFound
from tokentui.domain.names import plain_key
from tokentui.domain.records import Acknowledgement, Assignment, Endpoint, EndpointToken
from tokentui.domain.slots import Slot
from tokentui.store.codec import read_acknowledgement, read_assignment, read_endpoint, read_token
from tokentui.store.file_format import meta_of
from tokentui.store.protocol import Requests
from tokentui.store.queries import (
    Counts,
    EndpointQuery,
    EndpointRow,
    MappingQuery,
    MappingRow,
    Page,
    TokenQuery,
    TokenRow,
    TokenSort,
    Window,
    shown_of,
    window_of,
)
from tokentui.store.seeing import QueryT, Seeing, SeenOrder, Selected
from tokentui.store.selection import OverTables, Selection
from tokentui.store.tables import Tables

RowT = TypeVar("RowT")


class Snapshot(OverTables):
    """A `Reader` over documents that nobody changes any more, and over the requests seen as they are when asked."""

    def __init__(self, tables: Tables, requests: Requests) -> None:
        super().__init__(tables)
        self._selection = Selection(tables)
        self._requests = requests
        self._seen_order = SeenOrder()

    @property
    def key_id(self) -> str | None:
        return meta_of(self._tables).get("key_id")

    # ------------------------------------------------------------------ single records

    def endpoint(self, id: str) -> Endpoint:
        document = self._endpoints.get(id)
        if document is None:
            raise NotFound("That endpoint is no longer in the store.")
        return read_endpoint(id, document)

    def endpoint_by_ref(self, ref: str) -> Endpoint:
        id = self._refs.get(ref)
        if id is None:
            raise NotFound(f"There is no endpoint {ref}. `tokentui endpoints list` shows them all.")
        return self.endpoint(id)

    def token(self, id: str) -> EndpointToken:
        document = self._tokens.get(id)
        if document is None:
            raise NotFound("That endpoint token is no longer in the store.")
        return read_token(id, document)

    def token_by_name(self, name: str) -> EndpointToken:
        id = self._selection.token_named(name)
        if id is None:
            raise NotFound(f"There is no endpoint token {name!r}. `tokentui tokens list` shows them all.")
        return self.token(id)

    def assignment(self, token_id: str, endpoint_id: str) -> Assignment | None:
        id = f"{token_id}.{endpoint_id}"
        document = self._assignments.get(id)
        return None if document is None else read_assignment(id, document)

    def assignments_of(self, token_id: str) -> tuple[Assignment, ...]:
        return tuple(read_assignment(id, document) for id, document in self._assignments.of_token(token_id).items())

    def mapped(self, token_id: str) -> Iterable[tuple[str, Sequence[str]]]:
        documents = self._assignments.of_token(token_id).items()
        begin = len(token_id) + 1
        return [(id[begin:], document["slots"]) for id, document in documents]

    def assignments_at(self, endpoint_id: str) -> tuple[Assignment, ...]:
        found = (self.assignment(id, endpoint_id) for id in self._selection.tokens_at.get(endpoint_id, ()))
        return tuple(assignment for assignment in found if assignment is not None)

    def iter_endpoints(self) -> Iterator[Endpoint]:
        return (read_endpoint(id, document) for id, document in self._endpoints.items())

    def iter_tokens(self) -> Iterator[EndpointToken]:
        return (read_token(id, document) for id, document in self._tokens.items())

    def iter_assignments(self) -> Iterator[Assignment]:
        return (read_assignment(id, document) for id, document in self._assignments.items())

    def iter_acknowledgements(self) -> Iterator[Acknowledgement]:
        return (read_acknowledgement(id, document) for id, document in self._acknowledgements.items())

    def holder_of(self, digest: str) -> Endpoint | EndpointToken | None:
        if digest in self._primaries:
            return self.endpoint(self._primaries[digest])
        holder = self._tokens.holders.get(digest)
        return None if holder is None else self.token(holder)

    def called(self, words: str) -> tuple[frozenset[str], frozenset[str]]:
        return self._selection.called(plain_key(words).split())

    # ------------------------------------------------------------------ indexes

    @cached_property
    def _refs(self) -> dict[str, str]:
        return {f"{doc['group']}/{doc['slug']}": id for id, doc in self._endpoints.items()}

    @cached_property
    def _primaries(self) -> dict[str, str]:
        """Digest of a primary token → id of its endpoint."""
        return {secret["digest"]: id for id, doc in self._endpoints.items() for secret in doc["primaries"].values()}

    # ------------------------------------------------------------------ pages

    def endpoint_page(self, query: EndpointQuery, window: Window) -> Page[EndpointRow]:
        ids, of = self._selection.endpoints(query)
        counts = self._selection.mapped_count if query.counted else None
        return _page(
            ids, of, window, lambda id: EndpointRow(self.endpoint(id), None if counts is None else counts[id])
        )

    def token_page(self, query: TokenQuery, window: Window) -> Page[TokenRow]:
        mapped = self._assignments.endpoints_of
        return self._seen_page(
            query,
            self._selection.tokens,
            window,
            lambda id, seen_at: TokenRow(self.token(id), len(mapped.get(id, ())), seen_at),
        )

    def mapping_page(self, query: MappingQuery, window: Window) -> Page[MappingRow]:
        return self._seen_page(
            query,
            self._selection.mappings,
            window,
            lambda id, seen_at: MappingRow(self.token(id), self._slots(id, query.endpoint_id), seen_at),
        )

    def _seen_page(
        self,
        query: QueryT,
        select: Callable[[QueryT], Selected],
        window: Window,
        row: Callable[[str, datetime | None], RowT],
    ) -> Page[RowT]:
        seeing = Seeing(self._requests)
        by_seen = query.sort is TokenSort.LAST_SEEN
        ids, of = self._seen_order.select(query, select, seeing) if by_seen else select(query)
        seen = seeing.last(shown_of(ids, window))
        return replace(_page(ids, of, window, lambda id: row(id, seen.get(id))), trouble=seeing.trouble)

    def _slots(self, token_id: str, endpoint_id: str) -> tuple[Slot, ...]:
        assignment = self.assignment(token_id, endpoint_id)
        return () if assignment is None else assignment.slots

    def counts(self) -> Counts:
        return Counts(
            endpoints=len(self._endpoints),
            active_endpoints=sum(1 for document in self._endpoints.values() if document["active"]),
            tokens=len(self._tokens),
            active_tokens=len(self._tokens) - len(self._tokens.inactive),
        )


def _page(ids: list[str], of: int, window: Window, row: Callable[[str], RowT]) -> Page[RowT]:
    at, places = window_of(ids, window)
    rows = tuple(row(ids[place]) for place in places)
    return Page(rows=rows, offset=places.start, total=len(ids), of=of, at=at)
