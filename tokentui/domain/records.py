"""The records that a store keeps: endpoints, endpoint tokens and the assignments between them.

All are frozen; a change is a new record with the same `id`, and the store raises its `rev`. Times are
timezone-aware UTC. No `repr` shows a secret, sealed or not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tokentui.domain.slots import METHODS, Authentication, Slot, in_order


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A token value as it is kept: sealed to be revealed, digested to be found, never in the clear."""

    #: The value, sealed with authenticated encryption (see `store.vault`).
    sealed: str = field(repr=False)
    #: The keyed digest of the value, hex: equal for equal values, and useless without the key.
    digest: str = field(repr=False)
    #: The value's last four characters, sealed; they tell values apart on screen.
    hint: str = field(repr=False)
    generated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A guarded URL. `group/slug` names it for people, `id` for machines."""

    id: str
    name: str
    group: str
    slug: str
    path: str
    methods: tuple[Slot, ...] = METHODS
    authentication: Authentication = Authentication.NONE
    ip_filter: tuple[str, ...] = ()
    allow_deleting: bool = False
    active: bool = True
    description: str = ""
    #: One primary token a slot; values of slots that are off now are kept and refused.
    primaries: Mapping[Slot, Secret] = field(default_factory=dict)
    created_at: datetime
    rev: int = 0

    @property
    def ref(self) -> str:
        """`group/slug`: how people and the command line name this endpoint."""
        return f"{self.group}/{self.slug}"

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The slots that are on: its `methods`, and DELETE where `allow_deleting`."""
        return in_order((*self.methods, *((Slot.DELETE,) if self.allow_deleting else ())))

    @property
    def missing_primaries(self) -> tuple[Slot, ...]:
        """Slots that ought to have a primary token and have none yet."""
        if self.authentication is Authentication.NONE:
            return ()
        return tuple(slot for slot in self.slots if slot not in self.primaries)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointToken:
    """A secondary token: the credential of one calling application."""

    id: str
    name: str
    secret: Secret
    description: str = ""
    enabled: bool = True
    active: bool = True
    expires_at: datetime | None = None
    #: The value before the last rotation, and the instant from which it is refused.
    previous: Secret | None = None
    previous_until: datetime | None = None
    rotated_at: datetime | None = None
    created_at: datetime
    rev: int = 0

    def expired(self, now: datetime) -> bool:
        """Whether the token is refused at `now` because its time is over; the very instant counts as over."""
        return self.expires_at is not None and now >= self.expires_at

    def usable(self, now: datetime) -> bool:
        """Whether the current value may pass at all at `now`: active, enabled and not expired."""
        return self.active and self.enabled and not self.expired(now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What one endpoint token may do on one endpoint."""

    token_id: str
    endpoint_id: str
    slots: tuple[Slot, ...]
    created_at: datetime
    rev: int = 0

    @property
    def id(self) -> str:
        """Made of the two ids it joins: there is never a second one for the same pair."""
        return f"{self.token_id}.{self.endpoint_id}"


Record = Endpoint | EndpointToken | Assignment
