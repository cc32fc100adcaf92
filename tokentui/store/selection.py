"""Which records a query selects, and in what order: answered from the parsed documents, without making records."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from tokentui.domain.names import name_key
from tokentui.store.queries import EndpointQuery, EndpointSort, MappingQuery, TokenQuery, TokenSort
from tokentui.store.tables import Documents, OverTables, Tables

_SortKey = Callable[[str], Any]


def matching(ids: list[str], texts: Mapping[str, str], words: str) -> list[str]:
    """The ids whose text holds every one of the words, ignoring case and composition; texts are `name_key`s."""
    found = ids
    for word in name_key(words).split():
        found = [id for id in found if word in texts[id]]
    return found


def among(documents: Documents, only: frozenset[str] | None) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """All documents, or those that `only` names, without a look at the others."""
    return documents.items() if only is None else ((id, documents[id]) for id in only if id in documents)


class Selection(OverTables):
    """The orders and texts of one parsed store, worked out when first asked for and kept."""

    def __init__(self, tables: Tables) -> None:
        super().__init__(tables)
        self._kept: dict[object, list[str]] = {}

    # ------------------------------------------------------------------ who is mapped where

    def _pairs(self) -> Iterator[tuple[str, str]]:
        """Token id and endpoint id of every assignment."""
        for id in self._assignments:
            token_id, _, endpoint_id = id.partition(".")
            yield token_id, endpoint_id

    @cached_property
    def endpoints_of(self) -> dict[str, list[str]]:
        """Token id → ids of the endpoints it is mapped to."""
        mapped: dict[str, list[str]] = {}
        for token_id, endpoint_id in self._pairs():
            mapped.setdefault(token_id, []).append(endpoint_id)
        return mapped

    @cached_property
    def tokens_at(self) -> dict[str, list[str]]:
        """Endpoint id → ids of the tokens mapped to it, the inactive ones too."""
        mapped: dict[str, list[str]] = {}
        for token_id, endpoint_id in self._pairs():
            mapped.setdefault(endpoint_id, []).append(token_id)
        return mapped

    @cached_property
    def assigned_count(self) -> Counter[str]:
        """Token id → to how many endpoints it is mapped."""
        counted = Counter(token_id for token_id, _ in self._pairs())
        # Under the table's own ids: copies of 100,000 of them are 10 MB.
        return Counter({id: counted[id] for id in self._tokens if id in counted})

    @cached_property
    def mapped_count(self) -> Counter[str]:
        """Endpoint id → how many active tokens are mapped to it."""
        tokens = self._tokens
        return Counter(
            endpoint_id
            for token_id, endpoint_id in self._pairs()
            if token_id in tokens and tokens[token_id]["active"]
        )

    # ------------------------------------------------------------------ texts to filter by

    @cached_property
    def token_texts(self) -> dict[str, str]:
        return {id: name_key(f"{doc['name']}\n{doc['description']}") for id, doc in self._tokens.items()}

    @cached_property
    def endpoint_texts(self) -> dict[str, str]:
        return {
            id: name_key(f"{doc['name']}\n{doc['group']}/{doc['slug']}\n{doc['path']}\n{doc['description']}")
            for id, doc in self._endpoints.items()
        }

    # ------------------------------------------------------------------ results

    def tokens(self, query: TokenQuery) -> tuple[list[str], int]:
        """The ids that the query selects, in order, and how many there are without its text."""
        ids = self._ordered_tokens(query)
        if query.reverse:
            ids = ids[::-1]
        return matching(ids, self.token_texts, query.text) if query.text else ids, len(ids)

    def mappings(self, query: MappingQuery) -> tuple[list[str], int]:
        """As `tokens`, for one endpoint's view of the active tokens; only the mapped ones where asked."""
        ids, _ = self.tokens(TokenQuery(sort=query.sort, reverse=query.reverse))
        if query.mapped_only:
            mapped = set(self.tokens_at.get(query.endpoint_id, ()))
            ids = [id for id in ids if id in mapped]
        return matching(ids, self.token_texts, query.text) if query.text else ids, len(ids)

    def endpoints(self, query: EndpointQuery) -> tuple[list[str], int]:
        """The ids that the query selects, in order, and how many there are without its text."""
        ids = sorted(self._flagged_endpoints(query), key=self._endpoint_key(query.sort), reverse=query.reverse)
        return matching(ids, self.endpoint_texts, query.text) if query.text else ids, len(ids)

    def _ordered_tokens(self, query: TokenQuery) -> list[str]:
        """Kept, but for those of some ids only: nobody asks for just these again."""
        if query.only is not None:
            return self._ordered(self._flagged_tokens(query), query.sort)
        key = (query.active, query.enabled, query.assigned, query.sort)
        if key not in self._kept:
            self._kept[key] = self._ordered(self._flagged_tokens(query), query.sort)
        return self._kept[key]

    def _flagged_tokens(self, query: TokenQuery) -> list[str]:
        mapped = self.assigned_count if query.assigned is not None else {}
        return [
            id
            for id, doc in among(self._tokens, query.only)
            if query.active in (None, doc["active"])
            and query.enabled in (None, doc["enabled"])
            and query.assigned in (None, id in mapped)
        ]

    def _flagged_endpoints(self, query: EndpointQuery) -> list[str]:
        return [
            id
            for id, doc in among(self._endpoints, query.only)
            if query.active in (None, doc["active"])
            and (
                query.slot is None
                or query.slot in doc["methods"]
                or (query.slot == "DELETE" and doc["allow_deleting"])
            )
        ]

    def _ordered(self, ids: list[str], sort: TokenSort) -> list[str]:
        tokens, counts = self._tokens, self.assigned_count
        names = {id: name_key(tokens[id]["name"]) for id in ids}
        first: dict[TokenSort, _SortKey] = {
            TokenSort.DESCRIPTION: lambda id: tokens[id]["description"].casefold(),
            TokenSort.ENABLED: lambda id: not tokens[id]["enabled"],
            TokenSort.ASSIGNED: counts.__getitem__,
            TokenSort.AGE: lambda id: tokens[id]["secret"]["generated_at"],
        }
        by_name = sorted(ids, key=names.__getitem__)
        return sorted(by_name, key=first[sort]) if sort in first else by_name

    def _endpoint_key(self, sort: EndpointSort) -> _SortKey:
        endpoints = self._endpoints
        counts = self.mapped_count if sort is EndpointSort.ASSIGNED else {}
        first: dict[EndpointSort, _SortKey] = {
            EndpointSort.REF: lambda id: (endpoints[id]["group"], endpoints[id]["slug"]),
            EndpointSort.METHODS: lambda id: (endpoints[id]["methods"], endpoints[id]["allow_deleting"]),
            EndpointSort.AUTHENTICATION: lambda id: endpoints[id]["authentication"],
            EndpointSort.ASSIGNED: lambda id: counts[id],
            EndpointSort.ACTIVE: lambda id: not endpoints[id]["active"],
            EndpointSort.NAME: lambda id: 0,
        }
        return lambda id: (first[sort](id), name_key(endpoints[id]["name"]), id)
