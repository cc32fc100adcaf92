"""Where in records values are kept, and under which field each is sealed."""

from collections.abc import Iterator
from typing import NamedTuple

from tokentui.domain.records import Endpoint, EndpointToken, Record, Secret
from tokentui.domain.slots import Slot

#: The field that the values of an endpoint token are sealed for, before and after a rotation.
VALUE = "value"


def primary_field(slot: Slot) -> str:
    """The field name that a primary token's value is sealed for."""
    return f"primary.{slot}"


class Place(NamedTuple):
    """One value: whose, the field that it is sealed for, and what tells it from the record's others, for people."""

    record_id: str
    field: str
    secret: Secret
    word: str


def places_of(record: Record) -> Iterator[Place]:
    """All values that a record holds."""
    match record:
        case Endpoint():
            for slot, secret in record.primaries.items():
                yield Place(record.id, primary_field(slot), secret, slot.value)
        case EndpointToken():
            yield Place(record.id, VALUE, record.secret, "")
            if record.previous is not None:
                yield Place(record.id, VALUE, record.previous, "(before its rotation)")
