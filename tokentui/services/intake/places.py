"""Endpoints as the assignments of a file find them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tokentui.domain.fields import EndpointFields
from tokentui.domain.records import Endpoint
from tokentui.domain.slots import Authentication, Slot, in_order
from tokentui.services.calls import Mapped
from tokentui.store.protocol import Reader


@dataclass(frozen=True, slots=True)
class Place:
    """An endpoint that is here, or will be."""

    id: str
    ref: str
    slots: tuple[Slot, ...]
    #: Whether endpoint tokens are let in there at all.
    takes_tokens: bool = True
    #: Whether the file says itself what the endpoint is.
    listed: bool = False


def takes_tokens(fields: EndpointFields) -> bool:
    """Whether an endpoint lets endpoint tokens in, and nobody else."""
    return fields.active and fields.authentication is Authentication.TOKEN


def cut_off(reader: Reader, endpoint: Endpoint, lost: Collection[Slot]) -> list[Mapped]:
    """The mappings to slots which the endpoint loses, as far as they are to these."""
    mapped = ((each, set(each.slots) & set(lost)) for each in reader.assignments_at(endpoint.id)) if lost else ()
    return [(each.token_id, endpoint.id, in_order(slots)) for each, slots in mapped if slots]


def names_of(reader: Reader, cut: Iterable[Mapped]) -> tuple[str, ...]:
    """The names of the tokens whose mappings these are."""
    return tuple(sorted(reader.token(token_id).name for token_id, _, _ in cut))
