"""Which records a query selects, and in what order: answered from the parsed documents, without making records."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cached_property
from itertools import chain, islice, takewhile
from typing import Any

from tokentui.domain.names import name_key
from tokentui.store.queries import EndpointQuery, EndpointSort, MappingQuery, TokenQuery, TokenSort
from tokentui.store.record_tables import AssignmentTable, TokenTable
from tokentui.store.tables import Documents, Tables

_SortKey = Callable[[str], Any]


def matching(ids: list[str], texts: Mapping[str, str], words: str) -> list[str]:
    """The ids whose text holds every one of the words, ignoring case and composition; texts are `name_key`s."""
    found = ids
    for word in name_key(words).split():
        found = [id for id in found if word in texts[id]]
    return found


class OverTables:
    """Something that reads the tables of records; each is parsed when it is first looked at."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    @property
    def _endpoints(self) -> Documents:
        return self._tables["endpoints"]

    @property
    def _tokens(self) -> TokenTable:
        table = self._tables["tokens"]
        assert isinstance(table, TokenTable)
        return table

    @property
    def _assignments(self) -> AssignmentTable:
        table = self._tables["assignments"]
        assert isinstance(table, AssignmentTable)
        return table


class Selection(OverTables):
    """The orders and texts of one parsed store, worked out when first asked for and kept."""

    def __init__(self, tables: Tables) -> None:
        super().__init__(tables)
        self._kept: dict[object, list[str]] = {}

    # ------------------------------------------------------------------ who is mapped where

    @cached_property
    def tokens_at(self) -> dict[str, list[str]]:
        """Endpoint id → ids of the tokens mapped to it, the inactive ones too."""
        mapped: dict[str, list[str]] = {}
        for token_id, endpoint_ids in self._assignments.endpoints_of.items():
            for endpoint_id in endpoint_ids:
                mapped.setdefault(endpoint_id, []).append(token_id)
        return mapped

    @cached_property
    def mapped_count(self) -> Counter[str]:
        """Endpoint id → how many active tokens are mapped to it."""
        tokens, inactive = self._tokens, self._tokens.inactive
        return Counter(
            chain.from_iterable(
                endpoint_ids
                for token_id, endpoint_ids in self._assignments.endpoints_of.items()
                if token_id in tokens and token_id not in inactive
            )
        )

    # ------------------------------------------------------------------ tokens

    @cached_property
    def by_name(self) -> list[str]:
        """The ids of all tokens, by name ignoring case."""
        return sorted(self._tokens, key=self._tokens.texts.__getitem__)

    def token_named(self, name: str) -> str | None:
        """The id of the token with this name, ignoring case; an index of names would take 13 MB for 100,000."""
        key, tokens, texts = name_key(name), self._tokens, self._tokens.texts
        place = bisect_left(self.by_name, f"{key}\n", key=texts.__getitem__)
        alike = takewhile(lambda id: texts[id].startswith(f"{key}\n"), islice(self.by_name, place, None))
        return next((id for id in alike if name_key(tokens[id]["name"]) == key), None)

    def tokens(self, query: TokenQuery) -> tuple[list[str], int]:
        """The ids that the query selects, in order, and how many there are without its text."""
        key = (query.active, query.enabled, query.assigned, query.sort)
        ids = self._keep(key, lambda: self._ordered(self._flagged_tokens(query), query.sort))
        if query.reverse:
            ids = ids[::-1]
        return matching(ids, self._tokens.texts, query.text) if query.text else ids, len(ids)

    def mappings(self, query: MappingQuery) -> tuple[list[str], int]:
        """As `tokens`, for one endpoint's view of the active tokens; only the mapped ones where asked."""
        ids, _ = self.tokens(TokenQuery(sort=query.sort, reverse=query.reverse))
        if query.mapped_only:
            mapped = set(self.tokens_at.get(query.endpoint_id, ()))
            ids = [id for id in ids if id in mapped]
        return matching(ids, self._tokens.texts, query.text) if query.text else ids, len(ids)

    def _keep(self, key: object, make: Callable[[], list[str]]) -> list[str]:
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def _flagged_tokens(self, query: TokenQuery) -> list[str]:
        """The ids that the query selects but for its text, by name."""
        inactive, disabled, mapped = self._tokens.inactive, self._tokens.disabled, self._assignments.endpoints_of
        ids = self.by_name
        if query.active is not None:
            ids = [id for id in ids if (id not in inactive) is query.active]
        if query.enabled is not None:
            ids = [id for id in ids if (id not in disabled) is query.enabled]
        if query.assigned is not None:
            ids = [id for id in ids if (id in mapped) is query.assigned]
        return ids

    def _ordered(self, by_name: list[str], sort: TokenSort) -> list[str]:
        tokens, mapped = self._tokens, self._assignments.endpoints_of
        match sort:
            case TokenSort.DESCRIPTION:
                return sorted(by_name, key=lambda id: tokens.texts[id].partition("\n")[2])
            case TokenSort.ENABLED:
                return sorted(by_name, key=tokens.disabled.__contains__)
            case TokenSort.ASSIGNED:
                return sorted(by_name, key=lambda id: len(mapped.get(id, ())))
            case TokenSort.AGE:
                generated = {id: document["secret"]["generated_at"] for id, document in tokens.items()}
                return sorted(by_name, key=generated.__getitem__)
            case _:
                return by_name

    # ------------------------------------------------------------------ endpoints

    @cached_property
    def endpoint_texts(self) -> dict[str, str]:
        return {
            id: name_key(f"{doc['name']}\n{doc['group']}/{doc['slug']}\n{doc['path']}\n{doc['description']}")
            for id, doc in self._endpoints.items()
        }

    def endpoints(self, query: EndpointQuery) -> tuple[list[str], int]:
        """The ids that the query selects, in order, and how many there are without its text."""
        ids = sorted(self._flagged_endpoints(query), key=self._endpoint_key(query.sort), reverse=query.reverse)
        return matching(ids, self.endpoint_texts, query.text) if query.text else ids, len(ids)

    def _flagged_endpoints(self, query: EndpointQuery) -> list[str]:
        return [
            id
            for id, doc in self._endpoints.items()
            if query.active in (None, doc["active"])
            and (query.only is None or id in query.only)
            and (
                query.slot is None
                or query.slot in doc["methods"]
                or (query.slot == "DELETE" and doc["allow_deleting"])
            )
        ]

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
