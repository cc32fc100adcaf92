"""Which records a query selects, and in what order: answered from the parsed documents, without making records."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from itertools import chain, islice, takewhile
from typing import Any

from tokentui.domain.names import name_key, plain_key
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


def _holding(texts: Iterable[tuple[str, str]], words: list[str]) -> frozenset[str]:
    return frozenset(id for id, text in texts if all(word in text for word in words))


def among(documents: Documents, only: frozenset[str] | None) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """All documents, or those that `only` names, without a look at the others."""
    return documents.items() if only is None else ((id, documents[id]) for id in only if id in documents)


class OverTables:
    """Something that reads the tables of records; each is parsed when it is first looked at."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    @property
    def _endpoints(self) -> Documents:
        return self._tables["endpoints"]

    @property
    def _acknowledgements(self) -> Documents:
        return self._tables["acknowledgements"]

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

    # ------------------------------------------------------------------ who is called so

    def called(self, words: list[str]) -> tuple[frozenset[str], frozenset[str]]:
        """Token ids and endpoint ids, as `Reader.called`; the words are `plain_key`s."""
        names = ((id, plain_key(text.partition("\n")[0])) for id, text in self._tokens.texts.items())
        refs = ((id, f"{doc['group']}/{doc['slug']}") for id, doc in self._endpoints.items())
        return _holding(names, words), _holding(refs, words)

    # ------------------------------------------------------------------ tokens

    def token_named(self, name: str) -> str | None:
        """The id of the token with this name, ignoring case; an index of names would take 13 MB for 100,000."""
        key, tokens = name_key(name), self._tokens
        place = bisect_left(tokens.by_name, f"{key}\n", key=tokens.texts.__getitem__)
        alike = takewhile(lambda id: tokens.texts[id].startswith(f"{key}\n"), islice(tokens.by_name, place, None))
        return next((id for id in alike if name_key(tokens[id]["name"]) == key), None)

    def tokens(self, query: TokenQuery) -> tuple[list[str], int]:
        """The ids that the query selects, in order, and how many there are without its text."""
        ids = self._ordered_tokens(query)
        if query.due_before is not None:
            ids = self._generated_by(ids, query.due_before)
        if query.reverse:
            ids = ids[::-1]
        return matching(ids, self._tokens.texts, query.text) if query.text else ids, len(ids)

    def _generated_by(self, ids: list[str], moment: datetime) -> list[str]:
        """Those whose value was generated at the moment or earlier; the texts of times in UTC sort as the times."""
        latest, generated_at = moment.astimezone(UTC).isoformat(), self._tokens.generated_at
        return [id for id in ids if generated_at[id] <= latest]

    def mappings(self, query: MappingQuery) -> tuple[list[str], int]:
        """As `tokens`, for one endpoint's view of the active tokens; only the mapped ones where asked."""
        ids, _ = self.tokens(TokenQuery(sort=query.sort, reverse=query.reverse))
        if query.mapped_only:
            mapped = set(self.tokens_at.get(query.endpoint_id, ()))
            ids = [id for id in ids if id in mapped]
        return matching(ids, self._tokens.texts, query.text) if query.text else ids, len(ids)

    def _ordered_tokens(self, query: TokenQuery) -> list[str]:
        """Kept, but for those of some ids only: nobody asks for just these again."""
        if query.only is not None:
            return self._ordered(self._tokens.among(query.only), query)
        key = (query.active, query.enabled, query.assigned, query.sort)
        if key not in self._kept:
            self._kept[key] = self._ordered(self._tokens, query)
        return self._kept[key]

    def _ordered(self, tokens: TokenTable, query: TokenQuery) -> list[str]:
        """The ids of those tokens that the query selects but for its text, in order."""
        ids, mapped = self._flagged_tokens(tokens, query), self._assignments.endpoints_of
        match query.sort:
            case TokenSort.DESCRIPTION:
                return sorted(ids, key=lambda id: tokens.texts[id].partition("\n")[2])
            case TokenSort.ENABLED:
                return sorted(ids, key=tokens.disabled.__contains__)
            case TokenSort.ASSIGNED:
                return sorted(ids, key=lambda id: len(mapped.get(id, ())))
            case TokenSort.AGE:
                return sorted(ids, key=tokens.generated_at.__getitem__)
            case _:
                return ids

    def _flagged_tokens(self, tokens: TokenTable, query: TokenQuery) -> list[str]:
        ids, mapped = tokens.by_name, self._assignments.endpoints_of
        if query.active is not None:
            ids = [id for id in ids if (id not in tokens.inactive) is query.active]
        if query.enabled is not None:
            ids = [id for id in ids if (id not in tokens.disabled) is query.enabled]
        if query.assigned is not None:
            ids = [id for id in ids if (id in mapped) is query.assigned]
        return ids

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
            for id, doc in among(self._endpoints, query.only)
            if query.active in (None, doc["active"])
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
