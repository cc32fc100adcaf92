"""What a change of an endpoint cuts off, in the words that every face shows before and after it."""

from collections.abc import Iterator

from tokentui.domain.fields import EndpointFields
from tokentui.domain.records import Endpoint
from tokentui.domain.slots import Authentication, Slot, in_order
from tokentui.services.wording import amount
from tokentui.store.protocol import Reader


def cut_hits(reader: Reader, endpoint: Endpoint, form: EndpointFields) -> Iterator[str]:
    """A line for each thing that an active endpoint would refuse, or let pass, if it had these filled fields."""
    if not endpoint.active:
        return
    assignments = reader.assignments_at(endpoint.id)
    mapped = amount(len(assignments), "mapped token")
    before, after = endpoint.authentication, form.authentication
    if not form.active:
        yield f"Inactive: every request is refused at once, of {mapped}."
    if before is Authentication.NONE and after is not Authentication.NONE:
        yield "Every caller without a token is refused at once."
    if before is not Authentication.NONE and after is Authentication.NONE:
        yield "Authentication none: anybody may call it, without a token."
    if before is Authentication.TOKEN and after is Authentication.INTERNAL and assignments:
        yield f"Authentication internal: {mapped} are refused at once; the mappings stay."
    for slot in _lost(endpoint, form):
        hit = sum(slot in assignment.slots for assignment in assignments)
        yield f"{slot} is switched off: refused at once, for {amount(hit, 'mapped token')}."
    if form.path != endpoint.path:
        yield f"The path changes: {endpoint.path} is refused from now on."
    if form.ip_filter and form.ip_filter != endpoint.ip_filter:
        yield f"Only these addresses may call it: {', '.join(form.ip_filter)}."


def _lost(endpoint: Endpoint, form: EndpointFields) -> tuple[Slot, ...]:
    kept = {*form.methods, *((Slot.DELETE,) if form.allow_deleting else ())}
    return in_order(slot for slot in endpoint.slots if slot not in kept)


def generate_hit(slot: Slot) -> str:
    """What a new primary token cuts off, where there is one that is good."""
    return f"The {slot} primary token that stands is refused at once."


def refused_at(reader: Reader, endpoint: Endpoint) -> str:
    """Who is refused at an endpoint that is inactive by now: `2 mapped tokens are refused there`."""
    mapped = len(reader.assignments_at(endpoint.id)) if endpoint.authentication is Authentication.TOKEN else 0
    who = amount(mapped, "mapped token") if mapped else "every request"
    return f"{who} {'are' if mapped > 1 else 'is'} refused there"
