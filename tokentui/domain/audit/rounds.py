"""Going once over all there is, a record at a time, so that a store of any size can be audited.

What is inactive is on the shelf, and is told only where an active token still points at it.
"""

from collections.abc import Iterable, Iterator

from tokentui.domain.audit.endpoint_rules import about_endpoint
from tokentui.domain.audit.estate import Estate, Held
from tokentui.domain.audit.findings import Finding
from tokentui.domain.audit.token_rules import about_token
from tokentui.domain.records import Assignment, EndpointToken


def findings_of(
    estate: Estate, tokens: Iterable[EndpointToken], assignments: Iterable[Assignment]
) -> Iterator[Finding]:
    """All findings, in no particular order; `tokens` are gone over once, after `assignments`."""
    everywhere = estate.guarded
    held = _held(estate, assignments)
    used: set[str] = set()
    for token in tokens:
        if token.active:
            mapped = held.pop(token.id, [])
            used.update(place.endpoint.id for place, _ in mapped)
            yield from about_token(estate, token, mapped, everywhere)
    for place in estate.places.values():
        if place.endpoint.active:
            yield from about_endpoint(estate, place, place.endpoint.id in used)


def _held(estate: Estate, assignments: Iterable[Assignment]) -> dict[str, Held]:
    """Token id → where it is mapped."""
    held: dict[str, Held] = {}
    places = estate.places
    for each in assignments:
        place = places.get(each.endpoint_id)
        if place is not None:
            held.setdefault(each.token_id, []).append((place, each.slots))
    return held
