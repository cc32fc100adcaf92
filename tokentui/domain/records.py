"""The records that a store keeps: endpoints, endpoint tokens, the assignments between them, and acknowledgements.

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
    #: Whether the value has the form that the system generates; kept, so that nobody needs the key to know it.
    strong: bool = True
    #: The name of the key that it is sealed with, where that is lost: until it is found, nobody can open or check it.
    lost: str = ""
    #: The name of the key that a new value was sealed with; a store takes it under its own key only, and forgets it.
    sealed_by: str = field(default="", repr=False, compare=False)


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
    #: Since when it is disabled; None while it is enabled.
    disabled_at: datetime | None = None
    created_at: datetime
    rev: int = 0

    @property
    def grace_until(self) -> datetime | None:
        """The instant from which the value before the last rotation is refused, if it was left valid at all."""
        if self.previous is None or self.previous.lost or self.previous_until is None:
            return None
        return self.previous_until if self.expires_at is None else min(self.previous_until, self.expires_at)

    def in_grace(self, now: datetime) -> bool:
        """Whether the value before the last rotation has time left at `now`; the token may be off all the same."""
        until = self.grace_until
        return until is not None and now < until

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """A finding that an admin has looked at and lets be, for a reason and for a time."""

    id: str
    #: The finding's code, the id of what it is about, and what people call that.
    code: str
    subject_id: str
    subject: str
    reason: str
    #: From this instant on the finding is back; None: it stays away.
    until: datetime | None = None
    by: str = ""
    created_at: datetime
    rev: int = 0

    def stands(self, now: datetime) -> bool:
        """Whether it still keeps its finding away at `now`."""
        return self.until is None or now < self.until


Record = Endpoint | EndpointToken | Assignment | Acknowledgement
