"""One route of a Kong configuration: what it is as an endpoint, why it is none, and what of it is not taken over."""

from collections.abc import Iterator

from tokentui.domain.errors import Invalid
from tokentui.domain.fields import ENDPOINT_NAME_LIMIT, EndpointFields
from tokentui.domain.slots import METHODS, SLOT_OF_METHOD, Authentication, Slot, in_order
from tokentui.domain.slug import slugify
from tokentui.exchange.kong_entities import Route, texts
from tokentui.exchange.kong_plugins import Guarding
from tokentui.exchange.wording import one_line

_HTTP = frozenset({"http", "https"})
#: What narrows a route in Kong, and is not looked at here.
_NARROWING = ("hosts", "headers", "snis", "sources", "destinations")


def is_served(route: Route) -> bool:
    """Whether Kong answers to it, over HTTP and with a method that a slot guards."""
    protocols = texts(route.entity, "protocols")
    return route.service.enabled and (not protocols or bool(_HTTP & set(protocols))) and bool(slots_of(route))


def why_not(route: Route) -> str:
    """Why there is no endpoint in the route at all; empty where there is one."""
    if not route.service.enabled:
        return "Its service is disabled in Kong."
    protocols = texts(route.entity, "protocols")
    if protocols and not _HTTP & set(protocols):
        return f"It answers to {' and '.join(protocols)}, not to HTTP."
    if route.entity.get("expression"):
        return "It is an expression, which no path template says."
    if not route.paths:
        return "It has no path, and hosts and headers are not looked at here."
    if not slots_of(route):
        return f"It answers to {' and '.join(texts(route.entity, 'methods'))} only, which no slot guards."
    return ""


def asked_of(route: Route) -> frozenset[str]:
    """The methods for which Kong gives it requests, of those that a slot guards."""
    methods = texts(route.entity, "methods")
    return (
        frozenset(SLOT_OF_METHOD) & frozenset(methods) if route.entity.get("methods") else frozenset(SLOT_OF_METHOD)
    )


def slots_of(route: Route) -> tuple[Slot, ...]:
    """The slots of its methods; POST and GET where it lists none, DELETE only where it lists that."""
    methods = texts(route.entity, "methods")
    if not route.entity.get("methods"):
        return METHODS
    return in_order(SLOT_OF_METHOD[method] for method in methods if method in SLOT_OF_METHOD)


def fields_of(route: Route, path: str, guarding: Guarding) -> EndpointFields:
    slots = slots_of(route)
    name = one_line(route.name, ENDPOINT_NAME_LIMIT)
    return EndpointFields(
        name=name if len(route.paths) == 1 else one_line(f"{name} {path}", ENDPOINT_NAME_LIMIT),
        group=slugify(route.service.name),
        slug=slugify(route.name),
        path=path,
        methods=tuple(slot for slot in slots if slot in METHODS),
        allow_deleting=Slot.DELETE in slots,
        authentication=Authentication.NONE if guarding.free else Authentication.TOKEN,
        ip_filter=_ip_filter(guarding),
        description=one_line(f"Route {route.name} of {route.service.name} in Kong", 200),
    )


def _ip_filter(guarding: Guarding) -> tuple[str, ...]:
    if guarding.addresses is not None and not guarding.addresses:
        raise Invalid("ip_filter", "The addresses that its ip-restriction allows cannot be read.")
    return guarding.addresses or ()


def remarks(route: Route) -> Iterator[str]:
    """What about an imported route is not looked at."""
    narrowing = [each for each in _NARROWING if route.entity.get(each)]
    if narrowing:
        yield f"It is imported for all callers: {' and '.join(narrowing)} are not looked at here."
    unguarded = [method for method in texts(route.entity, "methods") if method not in SLOT_OF_METHOD]
    if unguarded:
        yield f"It is imported without {' and '.join(unguarded)}, which no slot guards."


def guard_remarks(guarding: Guarding) -> Iterator[str]:
    """What about the guard of an imported route is another here."""
    others = " and ".join(guarding.others)
    if guarding.key_auth and others:
        yield f"Kong asks for {others} too; here a token is enough."
    elif others:
        yield f"Kong asks for {others}, which is not taken over: it wants a token here, and none is mapped to it."
    elif guarding.access and not guarding.key_auth:
        yield "It has acl without key-auth, so Kong lets nobody in: it wants a token here, and none is mapped to it."
    if guarding.anonymous:
        yield f"Kong lets whoever brings no key in as {one_line(guarding.anonymous)}; here a token is wanted."
    if guarding.denies_addresses:
        yield "The addresses that its ip-restriction denies are not taken over; set its IP filter."
