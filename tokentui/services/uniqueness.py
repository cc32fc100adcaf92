"""What no two records may share: a token's name and value, an endpoint's `group/slug` and, while active, its path."""

from collections.abc import Collection, Iterator
from functools import cached_property

from tokentui.domain.errors import Conflict, NotFound, Taken
from tokentui.domain.names import name_key
from tokentui.domain.records import Endpoint, EndpointToken, Record
from tokentui.domain.template import Template
from tokentui.store.protocol import Reader

_Named = Endpoint | EndpointToken


def check_unique(reader: Reader, *records: Record, gone: Collection[str] = ()) -> None:
    """Raise `Taken` where two records would share what only one may have.

    `records` are what one change will save, `gone` the ids of what it will remove: they count as they will be, all
    others as `reader` has them.
    """
    named = [record for record in records if isinstance(record, _Named)]
    claims = _Claims(reader, {*gone, *(record.id for record in named)})
    for record in named:
        claims.check(record)


class _Claims:
    """What the records of one change lay claim to, against one another and against those that it leaves alone."""

    def __init__(self, reader: Reader, changed: set[str]) -> None:
        self._reader = reader
        self._changed = changed
        self._claimed: dict[tuple[str, str], _Named] = {}

    def check(self, record: _Named) -> None:
        for field, key in _claims_of(record):
            other = self._claimed.setdefault((field, key), record)
            if other is record:
                other = self._standing(field, key) or record
            if other is not record:
                raise _taken(field, other)

    def _standing(self, field: str, key: str) -> _Named | None:
        """The record that has it and is left alone by the change."""
        found = self._paths.get(key) if field == "path" else _find(self._reader, field, key)
        return None if found is None or found.id in self._changed else found

    @cached_property
    def _paths(self) -> dict[str, Endpoint]:
        others = (each for each in self._reader.iter_endpoints() if each.active and each.id not in self._changed)
        return {Template.parse(each.path).shape: each for each in others}


def _claims_of(record: _Named) -> Iterator[tuple[str, str]]:
    """Field and key of all that no other record may have."""
    if isinstance(record, EndpointToken):
        yield "name", name_key(record.name)
        yield from (("value", each.digest) for each in (record.secret, record.previous) if each is not None)
    else:
        yield "slug", record.ref
        yield from (("value", each.digest) for each in record.primaries.values())
        if record.active:
            yield "path", Template.parse(record.path).shape


def _find(reader: Reader, field: str, key: str) -> _Named | None:
    try:
        if field == "name":
            return reader.token_by_name(key)
        return reader.endpoint_by_ref(key) if field == "slug" else reader.holder_of(key)
    except NotFound:
        return None


def _taken(field: str, other: _Named) -> Taken:
    if field == "value":
        return Taken(field, f"{other.name!r} has this token value already; every token needs its own.")
    if isinstance(other, EndpointToken):
        shelf = "" if other.active else " (it is inactive; Activate brings it back)"
        return Taken(field, f"There is already an endpoint token named {other.name!r}{shelf}.")
    if field == "path":
        return Taken(field, f"The active endpoint {other.ref} answers to {other.path} already.")
    return Taken(field, f"There is already an endpoint {other.ref}. Choose another slug or group.")


def check_fresh(found_rev: int, rev: int, what: str) -> None:
    """Raise `Conflict` where a record was changed since it was read."""
    if found_rev != rev:
        raise Conflict(f"Somebody else changed {what} meanwhile.")
