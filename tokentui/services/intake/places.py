"""Endpoints as the assignments of a file find them."""

from dataclasses import dataclass

from tokentui.domain.fields import EndpointFields
from tokentui.domain.records import Endpoint
from tokentui.domain.slots import Authentication, Slot
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


def cut_off(reader: Reader, endpoint: Endpoint, lost: tuple[Slot, ...]) -> tuple[str, ...]:
    """The names of the tokens that are mapped to a slot which the endpoint loses."""
    mapped = (each for each in reader.assignments_at(endpoint.id) if set(each.slots) & set(lost))
    return tuple(sorted(reader.token(each.token_id).name for each in mapped)) if lost else ()
