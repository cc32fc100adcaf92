"""What the rules of the audit look at: the endpoints, what was seen, the policy and the time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tokentui.domain.policy import Policy
from tokentui.domain.records import Endpoint
from tokentui.domain.slots import Authentication, Slot


@dataclass(frozen=True, slots=True)
class Place:
    """An endpoint, as an assignment to it sees it."""

    endpoint: Endpoint
    #: The slots in which a mapped token is let in now: none where the endpoint is inactive or `internal`.
    open: frozenset[Slot]

    @classmethod
    def of(cls, endpoint: Endpoint) -> "Place":
        shut = not endpoint.active or endpoint.authentication is Authentication.INTERNAL
        return cls(endpoint, frozenset(() if shut else endpoint.slots))

    @property
    def guarded(self) -> bool:
        """Whether it is endpoint tokens that let a caller in here."""
        return self.endpoint.active and self.endpoint.authentication is Authentication.TOKEN


#: Where a token is mapped, and to which slots.
Held = list[tuple[Place, tuple[Slot, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estate:
    """What the rules look at besides the record in question."""

    policy: Policy
    now: datetime
    places: Mapping[str, Place]
    #: When a token was last let in, by its id; of a primary token by `<endpoint id>.<slot>`.
    seen: Mapping[str, datetime] = field(default_factory=dict)
    #: Since when requests are recorded; None where they are not, and nobody can be called silent.
    began: datetime | None = None

    @property
    def guarded(self) -> int:
        """At how many endpoints a token can be mapped to any use."""
        return sum(place.guarded for place in self.places.values())


def lasted(length: timedelta, days: int) -> bool:
    """Whether it has been so for that many days; a threshold of 0 days is switched off."""
    return bool(days) and length >= timedelta(days=days)
