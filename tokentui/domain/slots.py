"""The words an endpoint speaks: slots, methods and kinds of authentication."""

from collections.abc import Iterable
from enum import StrEnum


class Slot(StrEnum):
    """What a token is mapped to on an endpoint: one kind of access."""

    POST = "POST"
    GET = "GET"
    DELETE = "DELETE"


class Authentication(StrEnum):
    """How an endpoint is guarded: not at all, by tokens, or by its own primary tokens only."""

    NONE = "none"
    TOKEN = "token"
    INTERNAL = "internal"


#: The slot that guards a request method; a method that is not here is never allowed.
SLOT_OF_METHOD: dict[str, Slot] = {
    "POST": Slot.POST,
    "PUT": Slot.POST,
    "PATCH": Slot.POST,
    "GET": Slot.GET,
    "HEAD": Slot.GET,
    "DELETE": Slot.DELETE,
}

#: What an endpoint may answer to by `methods`; DELETE comes by `allow_deleting` alone.
METHODS: tuple[Slot, ...] = (Slot.POST, Slot.GET)


def in_order(slots: Iterable[Slot]) -> tuple[Slot, ...]:
    """The slots, each once, in the order POST, GET, DELETE."""
    given = set(slots)
    return tuple(slot for slot in Slot if slot in given)
