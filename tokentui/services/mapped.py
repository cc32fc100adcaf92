"""Both ends of a mapping by their names: in a damaged store one of them may be missing."""

from typing import TYPE_CHECKING

from tokentui.domain.errors import NotFound, StoreError

if TYPE_CHECKING:
    from tokentui.domain.records import EndpointToken
    from tokentui.store.protocol import Reader


def ref_of(reader: "Reader", endpoint_id: str) -> str:
    """How people name an endpoint that a token is mapped to; raises `StoreError` where there is no such endpoint."""
    try:
        return reader.endpoint(endpoint_id).ref
    except NotFound:
        raise dangling(f"a token is mapped to an endpoint {endpoint_id[:40]}") from None


def mapped_there(reader: "Reader", endpoint_id: str) -> "tuple[EndpointToken, ...]":
    """The tokens that are mapped to an endpoint; raises `StoreError` where one of them is not in the store."""
    try:
        return tuple(reader.token(each.token_id) for each in reader.assignments_at(endpoint_id))
    except NotFound:
        raise dangling("an endpoint is mapped to a token") from None


def dangling(what: str) -> StoreError:
    """The refusal of a store that names what it does not hold."""
    return StoreError(f"The store is damaged: {what} that is not in it. Restore a backup.")
