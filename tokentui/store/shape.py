"""Whether parsed tables have the shape of records: told when a store is opened, not when a row happens to be painted.

Whole columns are looked at, most of it in C: some milliseconds for 10,000 tokens. Only where a column is wrong, the
record that is to blame is searched for.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import chain
from operator import itemgetter, methodcaller
from typing import Any

Table = Mapping[str, Any]
_Kinds = frozenset[Any]
#: Field → the types that its values may have.
_Fields = Mapping[str, _Kinds]

_TEXT: _Kinds = frozenset({str})
_FLAG: _Kinds = frozenset({bool})
_NUMBER: _Kinds = frozenset({int})
_LIST: _Kinds = frozenset({list})
_MAP: _Kinds = frozenset({dict})
#: Of a field that may be missing.
_NOTHING: _Kinds = frozenset({type(None)})

_FIELDS: Mapping[str, _Fields] = {
    "endpoints": {
        **dict.fromkeys(("name", "group", "slug", "path", "authentication", "description", "created_at"), _TEXT),
        **dict.fromkeys(("methods", "ip_filter"), _LIST),
        **dict.fromkeys(("allow_deleting", "active"), _FLAG),
        "primaries": _MAP,
        "rev": _NUMBER,
    },
    "tokens": {
        **dict.fromkeys(("name", "description", "created_at"), _TEXT),
        **dict.fromkeys(("expires_at", "previous_until", "rotated_at", "disabled_at"), _TEXT | _NOTHING),
        **dict.fromkeys(("enabled", "active"), _FLAG),
        "secret": _MAP,
        "previous": _MAP | _NOTHING,
        "rev": _NUMBER,
    },
    "assignments": {"slots": _LIST, "created_at": _TEXT, "rev": _NUMBER},
    "acknowledgements": {
        **dict.fromkeys(("code", "subject_id", "subject", "reason", "by", "created_at"), _TEXT),
        "until": _TEXT | _NOTHING,
        "rev": _NUMBER,
    },
}
_SECRET: _Fields = {
    **dict.fromkeys(("sealed", "digest", "hint", "generated_at"), _TEXT),
    "strong": _FLAG | _NOTHING,
    "lost": _TEXT | _NOTHING,
}

_KINDS = {
    "endpoints": "endpoint",
    "tokens": "endpoint token",
    "assignments": "assignment",
    "acknowledgements": "acknowledgement",
}


def flaw(tables: Mapping[str, Table]) -> str:
    """What is wrong with the first record whose shape is wrong, for people; empty where all are well shaped."""
    for name, table in tables.items():
        if name in _FIELDS and not _fits(name, table.values()):
            return next(f"the {_KINDS[name]} {id}: {what}" for id, what in _flaws(name, table))
    return ""


def _fits(name: str, documents: Collection[Any]) -> bool:
    return (
        _all_of(_MAP, documents)
        and _have(documents, _FIELDS[name])
        and _have(_secrets(name, documents), _SECRET)
        and _all_of(_TEXT, _listed(name, documents))
    )


def _all_of(kinds: _Kinds, values: Iterable[Any]) -> bool:
    return set(map(type, values)) <= kinds


def _have(documents: Collection[Any], fields: _Fields) -> bool:
    """Whether every document has every field, with a value of its type."""
    try:
        return _all_of(_MAP, documents) and all(
            _all_of(kinds, map(_getter(name, kinds), documents)) for name, kinds in fields.items()
        )
    except KeyError:
        return False


def _getter(name: str, kinds: _Kinds) -> Callable[[Any], object]:
    """What gets the field out of a document; a method call takes twice the time, so only where it may be missing."""
    return methodcaller("get", name) if kinds >= _NOTHING else itemgetter(name)


def _secrets(name: str, documents: Collection[Any]) -> list[Any]:
    """All secrets in documents whose own fields are right."""
    if name == "tokens":
        previous = map(methodcaller("get", "previous"), documents)
        return [*map(itemgetter("secret"), documents), *(secret for secret in previous if secret is not None)]
    if name == "endpoints":
        return [secret for document in documents for secret in document["primaries"].values()]
    return []


def _listed(name: str, documents: Collection[Any]) -> Iterator[Any]:
    """All that stands in lists, in documents whose own fields are right."""
    lists = [field for field, kinds in _FIELDS[name].items() if kinds is _LIST]
    return chain.from_iterable(document[field] for field in lists for document in documents)


def _flaws(name: str, table: Table) -> Iterator[tuple[str, str]]:
    for id, document in table.items():
        if not _fits(name, (document,)):
            yield id, _flaw_of(name, document)


def _flaw_of(name: str, document: Any) -> str:
    if not isinstance(document, dict):
        return "it is no record"
    for field, kinds in _FIELDS[name].items():
        if not _have((document,), {field: kinds}):
            return f"its field {field} is missing or of a wrong kind"
    return "what is inside one of its fields is of a wrong kind"
