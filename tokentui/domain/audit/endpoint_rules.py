"""The rules about endpoints and their primary tokens; only active ones come here."""

from collections.abc import Iterator

from tokentui.domain.audit.estate import Estate, Place
from tokentui.domain.audit.findings import Code, Finding
from tokentui.domain.periods import spoken
from tokentui.domain.records import Endpoint
from tokentui.domain.slots import Authentication

#: An IP filter that ends so lets any address of its version pass.
_ANYWHERE = "/0"


def about_endpoint(estate: Estate, place: Place, used: bool) -> Iterator[Finding]:
    yield from endpoint_open(place.endpoint)
    yield from endpoint_any_address(place.endpoint)
    yield from primaries_lost(place)
    yield from primaries_used(estate, place)
    if place.guarded and not used:
        yield _at(place.endpoint, Code.ENDPOINT_UNUSED, "No token is mapped.")


def _at(endpoint: Endpoint, code: Code, gist: str) -> Finding:
    return Finding(code, endpoint.ref, endpoint.id, gist)


def endpoint_open(endpoint: Endpoint) -> Iterator[Finding]:
    if endpoint.authentication is Authentication.NONE:
        yield _at(endpoint, Code.ENDPOINT_OPEN, "Asks for no token.")


def endpoint_any_address(endpoint: Endpoint) -> Iterator[Finding]:
    anywhere = not endpoint.ip_filter or any(entry.endswith(_ANYWHERE) for entry in endpoint.ip_filter)
    if endpoint.allow_deleting and anywhere:
        yield _at(endpoint, Code.ENDPOINT_ANY_ADDRESS, "DELETE from any address.")


def primaries_lost(place: Place) -> Iterator[Finding]:
    """Primaries that nobody can open or check, because the key is lost that they were sealed with."""
    endpoint = place.endpoint
    for slot in endpoint.slots if place.guarded else ():
        secret = endpoint.primaries.get(slot)
        if secret is not None and secret.lost:
            subject, id = f"{endpoint.ref} {slot}", f"{endpoint.id}.{slot}"
            yield Finding(Code.PRIMARY_LOST, subject, id, "Sealed with a key that was lost.", (slot,))


def primaries_used(estate: Estate, place: Place) -> Iterator[Finding]:
    """Primaries that a request came with since they were generated; where `internal`, that is what they are for."""
    endpoint = place.endpoint
    for slot in endpoint.slots if place.guarded else ():
        secret, id = endpoint.primaries.get(slot), f"{endpoint.id}.{slot}"
        seen = estate.seen.get(id)
        if secret is not None and seen is not None and seen >= secret.generated_at:
            gist = f"Used {spoken(estate.now - seen)} ago."
            yield Finding(Code.PRIMARY_USED, f"{endpoint.ref} {slot}", id, gist, (slot,))
