"""The rules about endpoint tokens and what they are mapped to; only active ones come here."""

from collections.abc import Callable, Iterator
from datetime import UTC

from tokentui.domain.audit.estate import Estate, Held, lasted
from tokentui.domain.audit.findings import ARROW, Code, Finding
from tokentui.domain.periods import spoken
from tokentui.domain.records import Endpoint, EndpointToken
from tokentui.domain.slots import Authentication, Slot

#: A token is everywhere only where there is more than one place to be.
_FEWEST_PLACES = 2


def about_token(estate: Estate, token: EndpointToken, held: Held, everywhere: int) -> Iterator[Finding]:
    usable = token.usable(estate.now)
    for rule in (*LISTED_RULES, *LIVE_RULES) if usable else LISTED_RULES:
        finding = rule(estate, token)
        if finding is not None:
            yield finding
    if not held:
        yield _of(token, Code.TOKEN_UNASSIGNED, "Mapped to no endpoint.")
    yield from mappings_dead(token, held)
    if usable:
        yield from token_everywhere(estate, token, held, everywhere)


def _of(token: EndpointToken, code: Code, gist: str) -> Finding:
    return Finding(code, token.name, token.id, gist)


def token_expired(estate: Estate, token: EndpointToken) -> Finding | None:
    end = token.expires_at
    if end is None or not token.expired(estate.now):
        return None
    return _of(token, Code.TOKEN_EXPIRED, f"Expired {spoken(estate.now - end)} ago.")


def token_disabled_long(estate: Estate, token: EndpointToken) -> Finding | None:
    if token.enabled or token.disabled_at is None:
        return None
    off = estate.now - token.disabled_at
    if not lasted(off, estate.policy.disabled_after_days):
        return None
    return _of(token, Code.TOKEN_DISABLED_LONG, f"Disabled for {spoken(off)}.")


def token_weak(estate: Estate, token: EndpointToken) -> Finding | None:
    if token.secret.strong:
        return None
    return _of(token, Code.TOKEN_WEAK, "Not 64 letters and digits.")


def value_lost(estate: Estate, token: EndpointToken) -> Finding | None:
    if not token.secret.lost:
        return None
    return _of(token, Code.VALUE_LOST, "Sealed with a key that was lost.")


def token_rotation_due(estate: Estate, token: EndpointToken) -> Finding | None:
    if not estate.policy.rotation_due(token, estate.now):
        return None
    return _of(token, Code.TOKEN_ROTATION_DUE, f"Value is {spoken(estate.now - token.secret.generated_at)} old.")


def token_expiring(estate: Estate, token: EndpointToken) -> Finding | None:
    end = token.expires_at
    if end is None or not estate.policy.expires_soon(token, estate.now):
        return None
    return _of(token, Code.TOKEN_EXPIRING, f"Expires in {spoken(end - estate.now)}.")


def token_unseen(estate: Estate, token: EndpointToken) -> Finding | None:
    """`token-never-seen` or `token-silent`, as far as the requests seen reach back."""
    if estate.began is None:
        return None
    seen = estate.seen.get(token.id)
    if seen is None:
        unseen = estate.now - max(token.created_at, estate.began)
        if not lasted(unseen, estate.policy.never_seen_after_days):
            return None
        return _of(token, Code.TOKEN_NEVER_SEEN, f"Never seen in {spoken(unseen)}.")
    silent = estate.now - seen
    if not lasted(silent, estate.policy.silent_after_days):
        return None
    return _of(token, Code.TOKEN_SILENT, f"Last seen {spoken(silent)} ago.")


def grace_open(estate: Estate, token: EndpointToken) -> Finding | None:
    until = token.grace_until
    if until is None or not token.in_grace(estate.now):
        return None
    deadline = until.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return _of(token, Code.GRACE_OPEN, f"Old value ends in {spoken(until - estate.now)} ({deadline}).")


def token_everywhere(estate: Estate, token: EndpointToken, held: Held, everywhere: int) -> Iterator[Finding]:
    """Mapped wherever a token can be mapped, or to DELETE at many endpoints."""
    many = estate.policy.delete_endpoints
    if len(held) < min(everywhere, many or everywhere):
        return
    opened = [place.open.intersection(slots) for place, slots in held if place.guarded]
    deleting = sum(Slot.DELETE in slots for slots in opened)
    reached = sum(map(bool, opened))
    if reached == everywhere >= _FEWEST_PLACES:
        yield _of(token, Code.TOKEN_EVERYWHERE, f"Mapped to all {reached} endpoints.")
    elif many and deleting >= many:
        where = "1 endpoint" if deleting == 1 else f"{deleting} endpoints"
        yield _of(token, Code.TOKEN_EVERYWHERE, f"May DELETE at {where}.")


def mappings_dead(token: EndpointToken, held: Held) -> Iterator[Finding]:
    """Where the token is mapped and is refused all the same."""
    for place, slots in held:
        if place.open.issuperset(slots):
            continue
        dead = tuple(slot for slot in slots if slot not in place.open)
        endpoint = place.endpoint
        subject, id = f"{token.name}{ARROW}{endpoint.ref}", f"{token.id}.{endpoint.id}"
        yield Finding(Code.MAPPING_DEAD, subject, id, _why_dead(endpoint, dead), dead)


def _why_dead(endpoint: Endpoint, dead: tuple[Slot, ...]) -> str:
    if not endpoint.active:
        return "The endpoint is inactive."
    if endpoint.authentication is Authentication.INTERNAL:
        return "It takes primaries only."
    return f"{' and '.join(dead)} {'is' if len(dead) == 1 else 'are'} off there."


_TokenRule = Callable[[Estate, EndpointToken], Finding | None]

#: About every active token.
LISTED_RULES: tuple[_TokenRule, ...] = (token_expired, token_disabled_long, value_lost)
#: About those that are let in now.
LIVE_RULES: tuple[_TokenRule, ...] = (token_weak, token_rotation_due, token_expiring, token_unseen, grace_open)
