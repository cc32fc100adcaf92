"""What a proxy needs to decide by itself: the doors, who holds a value, and which door that opens.

Only what is good now is in it, so nothing whose key is lost; what ends by itself says when. A door's number, and a
holder's, means something in one export alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from tokentui.domain.errors import Invalid
from tokentui.domain.records import Endpoint, EndpointToken
from tokentui.domain.slots import Authentication, Slot
from tokentui.domain.template import Template
from tokentui.exchange.inventory import Inventory, Values

#: Stands for no deadline: the last second that has ten digits, in the year 2286.
NEVER = 9_999_999_999


@dataclass(frozen=True, slots=True)
class Door:
    """An active endpoint."""

    number: int
    ref: str
    template: Template
    slots: tuple[Slot, ...]
    free: bool
    ip_filter: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """A value that is good now."""

    value: str = field(repr=False)
    #: The second, since 1970, from which it is refused.
    until: int


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a key, and what it opens: door numbers and slots."""

    number: int
    name: str
    keys: tuple[Key, ...]
    opens: tuple[tuple[int, Slot], ...]


@dataclass(frozen=True, slots=True)
class ProxyRules:
    """The doors in the order in which they are tried, and the holders that may open one."""

    made_at: datetime
    doors: tuple[Door, ...]
    holders: tuple[Holder, ...]

    @property
    def keys(self) -> Iterator[tuple[Key, Holder]]:
        return ((key, holder) for holder in self.holders for key in holder.keys)


def proxy_rules(inventory: Inventory, values: Values, now: datetime) -> ProxyRules:
    """The rules as they are at `now`; raises `Invalid` where two share a path or a value, `SealError`."""
    doors = _doors(inventory)
    numbers = {door.ref: door for door in doors}
    holders: list[Holder] = []
    for holder in (*_primaries(inventory, values, numbers), *_tokens(inventory, values, numbers, now)):
        number = len(holders) + 1
        holders.append(Holder(number, holder.name, holder.keys, holder.opens))
    rules = ProxyRules(now, doors, tuple(holders))
    _check_values(rules)
    return rules


def _check_values(rules: ProxyRules) -> None:
    """A value that two have is nobody's to the decision function; to a proxy it would be the first one's."""
    seen: dict[str, Holder] = {}
    for key, holder in rules.keys:
        other = seen.setdefault(key.value, holder)
        if other is not holder:
            raise Invalid("value", f"{other.name} and {holder.name} have the same token value: rotate one of them.")


def _doors(inventory: Inventory) -> tuple[Door, ...]:
    """Every active endpoint; a proxy tries them in this order, and takes the first whose path fits."""
    found: dict[str, tuple[Template, Endpoint]] = {}
    for endpoint in inventory.endpoints:
        if not endpoint.active:
            continue
        template = Template.parse(endpoint.path)
        _, other = found.setdefault(template.shape, (template, endpoint))
        if other is not endpoint:
            raise Invalid(
                "path", f"The endpoints {other.ref} and {endpoint.ref} answer to the same path: change one."
            )
    ordered = sorted(found.values(), key=lambda each: each[0].rank)
    return tuple(
        Door(
            number,
            endpoint.ref,
            template,
            endpoint.slots,
            endpoint.authentication is Authentication.NONE,
            endpoint.ip_filter,
        )
        for number, (template, endpoint) in enumerate(ordered, start=1)
    )


def _primaries(inventory: Inventory, values: Values, doors: dict[str, Door]) -> Iterator[Holder]:
    """A primary token opens its own endpoint and slot, while both are on."""
    for endpoint in inventory.endpoints:
        door = doors.get(endpoint.ref)
        if door is None or door.free:
            continue
        for slot in endpoint.slots:
            if slot in endpoint.primaries and not endpoint.primaries[slot].lost:
                key = Key(values.primary(endpoint, slot), NEVER)
                yield Holder(0, f"{endpoint.ref} {slot}", (key,), ((door.number, slot),))


def _tokens(inventory: Inventory, values: Values, doors: dict[str, Door], now: datetime) -> Iterator[Holder]:
    """An endpoint token opens what it is mapped to, where endpoint tokens are let in."""
    guarded = {each.ref for each in inventory.endpoints if each.authentication is Authentication.TOKEN}
    for token in inventory.tokens:
        opens = tuple(
            (doors[ref].number, slot)
            for ref, assignment in inventory.assigned(token)
            if ref in guarded and ref in doors
            for slot in assignment.slots
            if slot in doors[ref].slots
        )
        if opens and token.usable(now) and not token.secret.lost:
            yield Holder(0, token.name, tuple(_keys(token, values, now)), opens)


def _keys(token: EndpointToken, values: Values, now: datetime) -> Iterator[Key]:
    """The value, and the one before the last rotation while its grace time runs."""
    yield Key(values.of(token), _second(token.expires_at))
    if token.in_grace(now) and token.previous is not None and token.previous.digest != token.secret.digest:
        yield Key(values.before(token), _second(token.grace_until))


def _second(deadline: datetime | None) -> int:
    """The whole second from which it is refused: a fraction of one sooner rather than later."""
    return NEVER if deadline is None else min(int(deadline.timestamp()), NEVER)
