"""What whoever enforces by a map must know of it, as comments in the map."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from tokentui.exchange.inventory import Inventory, instant
from tokentui.exchange.wording import one_line

#: How many deadlines are told one by one.
_MOST = 20


def written_at(now: datetime) -> str:
    """When the map was made, to the second."""
    return instant(now.replace(microsecond=0)) or ""


def deadlines(inventory: Inventory, now: datetime) -> list[str]:
    """What ends by itself, the soonest first: the map sees to it, and whoever has written it may want to know."""
    found = sorted(_deadlines(inventory, now))
    told = [f"{written_at(moment)} {what}" for moment, what in found[:_MOST]]
    return [*told, f"and {len(found) - _MOST} more later"] if len(found) > _MOST else told


def _deadlines(inventory: Inventory, now: datetime) -> Iterator[tuple[datetime, str]]:
    for token in inventory.tokens:
        if not (token.usable(now) and inventory.assigned(token)):
            continue
        if token.expires_at is not None:
            yield token.expires_at, f"{token.name} expires"
        if token.grace_until is not None and token.in_grace(now):
            yield token.grace_until, f"{token.name}: the value from before its last rotation is refused"


def head_of(text: str, now: datetime, rules: Iterable[str]) -> list[str]:
    """The comments that a map begins with: what it is, and the lines of configuration that ask it."""
    indented = "\n".join(f"    {rule}" for rule in rules)
    filled = text.replace("@NOW@", written_at(now)).replace("@RULES@", indented)
    return [f"# {line}".rstrip() for line in filled.splitlines()]


def comment(head: str, lines: Iterable[str]) -> list[str]:
    """Lines as comments under a head; none where there is nothing to tell. No name in them begins a new line."""
    shown = [f"# - {one_line(line, 300)}" for line in lines]
    return [f"# {head}", *shown] if shown else []
