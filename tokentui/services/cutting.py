"""What a change of an endpoint cuts off, in the words that every face shows before and after it."""

from collections.abc import Iterator
from dataclasses import dataclass

from tokentui.domain.fields import EndpointFields
from tokentui.domain.records import Endpoint
from tokentui.domain.slots import Authentication, Slot, in_order
from tokentui.services.calls import Calls, calls_at, calls_by_primary
from tokentui.services.desk import Desk
from tokentui.services.wording import amount
from tokentui.store.protocol import Reader


@dataclass(frozen=True, slots=True)
class Cut:
    """What a change cuts off: a line for each thing, and how often lately that was called."""

    hits: tuple[str, ...] = ()
    #: None where nobody is refused.
    calls: Calls | None = None
    #: By whom it was called.
    by: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """All of it, for people."""
        return self.hits if self.calls is None else (*self.hits, self.calls.sentence(self.by))


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


def cut_slots(endpoint: Endpoint, form: EndpointFields) -> tuple[Slot, ...]:
    """The slots at which an active endpoint may refuse what it lets pass now, if it had these filled fields."""
    if not endpoint.active:
        return ()
    return endpoint.slots if _narrows(endpoint, form) else _lost(endpoint, form)


def _narrows(endpoint: Endpoint, form: EndpointFields) -> bool:
    """Whether callers of every slot may be refused."""
    before, after = endpoint.authentication, form.authentication
    guarded = after is not before and (before is Authentication.NONE or after is Authentication.INTERNAL)
    filtered = bool(form.ip_filter) and form.ip_filter != endpoint.ip_filter
    return not form.active or guarded or form.path != endpoint.path or filtered


def cut_of(desk: Desk, reader: Reader, endpoint: Endpoint, form: EndpointFields) -> Cut:
    """What the endpoint would cut off if it had these filled fields."""
    hits, slots = tuple(cut_hits(reader, endpoint, form)), cut_slots(endpoint, form)
    return Cut(hits, calls_at(desk, {endpoint.id: slots}) if hits and slots else None)


def _lost(endpoint: Endpoint, form: EndpointFields) -> tuple[Slot, ...]:
    kept = {*form.methods, *((Slot.DELETE,) if form.allow_deleting else ())}
    return in_order(slot for slot in endpoint.slots if slot not in kept)


def generate_cut(desk: Desk, endpoint: Endpoint, slot: Slot) -> Cut:
    """What a new primary token cuts off, where there is one that is good."""
    hit = f"The {slot} primary token that stands is refused at once."
    return Cut((hit,), calls_by_primary(desk, endpoint, slot), "by this token")


def refused_at(reader: Reader, endpoint: Endpoint) -> str:
    """Who is refused at an endpoint that is inactive by now: `2 mapped tokens are refused there`."""
    mapped = len(reader.assignments_at(endpoint.id)) if endpoint.authentication is Authentication.TOKEN else 0
    who = amount(mapped, "mapped token") if mapped else "every request"
    return f"{who} {'are' if mapped > 1 else 'is'} refused there"
