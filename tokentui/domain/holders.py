"""Whose a token value is: an endpoint's primary token, or an endpoint token, now or before its last rotation."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import ClassVar, Literal

from tokentui.domain.reasons import Reason
from tokentui.domain.records import Endpoint, EndpointToken, Secret
from tokentui.domain.slots import Authentication, Slot

Kind = Literal["primary", "endpoint", ""]
#: Token id → slots: what the endpoint tokens may use on one endpoint.
Grants = Mapping[str, tuple[Slot, ...]]


class Holder(ABC):
    """Who a value belongs to, and whether it is good."""

    __slots__ = ("id", "name")
    kind: ClassVar[Kind]
    #: Whether it is about the value from before the last rotation.
    previous: ClassVar[bool] = False

    def __init__(self, id: str, name: str) -> None:
        #: What machines and what people know the holder by.
        self.id = id
        self.name = name

    @abstractmethod
    def refusal(self, now: datetime) -> Reason | None:
        """Why the value is good for nothing at `now`; None if it is good."""

    @abstractmethod
    def out_of_scope(self, endpoint: Endpoint, slot: Slot, grants: Grants) -> str:
        """Why a good value is not good for this slot, for the admin; empty if it is."""

    def ended(self, now: datetime) -> bool:
        """Whether the value's time is over at `now`, so that no switch makes it good again."""
        return False

    def about(self, reason: Reason | None) -> str:
        """What the explanation of the holder's own reason (None is "allowed") adds to its sentence."""
        return ""


class PrimaryHolder(Holder):
    """An endpoint's primary token: good for its own endpoint and slot, while both are on."""

    __slots__ = ("_endpoint", "_off", "_slot")
    kind = "primary"

    def __init__(self, endpoint: Endpoint, slot: Slot) -> None:
        super().__init__(f"{endpoint.id}.{slot}", f"{endpoint.ref} {slot}")
        self._endpoint = endpoint
        self._slot = slot
        self._off = _why_off(endpoint, slot)

    def refusal(self, now: datetime) -> Reason | None:
        return Reason.PRIMARY_OFF if self._off else None

    def out_of_scope(self, endpoint: Endpoint, slot: Slot, grants: Grants) -> str:
        if endpoint.id == self._endpoint.id and slot is self._slot:
            return ""
        return "a primary token is good for its own endpoint and slot only"

    def about(self, reason: Reason | None) -> str:
        return self._off


class TokenHolder(Holder):
    """An endpoint token by its current value."""

    __slots__ = ("_expires_at", "_off")
    kind = "endpoint"

    def __init__(self, token: EndpointToken) -> None:
        super().__init__(token.id, token.name)
        self._off = _why_refused(token)
        self._expires_at = token.expires_at

    def refusal(self, now: datetime) -> Reason | None:
        if self._off or self._expires_at is None:
            return self._off
        return Reason.EXPIRED_TOKEN if now >= self._expires_at else None

    def out_of_scope(self, endpoint: Endpoint, slot: Slot, grants: Grants) -> str:
        if slot in grants.get(self.id, ()):
            return ""
        if endpoint.authentication is Authentication.INTERNAL:
            return "the endpoint takes its primary tokens only (authentication is internal)"
        return "it is not mapped to that slot"

    def about(self, reason: Reason | None) -> str:
        return f"expired at {instant(self._expires_at)}" if reason is Reason.EXPIRED_TOKEN else ""


class ReplacedHolder(TokenHolder):
    """An endpoint token by its value before the last rotation, which is good while the grace time runs."""

    __slots__ = ("_until",)
    previous = True

    def __init__(self, token: EndpointToken) -> None:
        super().__init__(token)
        self._until = token.previous_until

    def refusal(self, now: datetime) -> Reason | None:
        return super().refusal(now) or (Reason.REPLACED_TOKEN if self._grace_over(now) else None)

    def ended(self, now: datetime) -> bool:
        return self._grace_over(now) or (self._expires_at is not None and now >= self._expires_at)

    def _grace_over(self, now: datetime) -> bool:
        return self._until is None or now >= self._until

    def about(self, reason: Reason | None) -> str:
        until = self._until
        if reason is Reason.REPLACED_TOKEN:
            return f"left it valid until {instant(until)}" if until else "gave it no grace time"
        if reason is None:
            return f" with its value from before the last rotation, which is valid until {instant(until)}"
        return super().about(reason)


def held_digests(endpoints: Iterable[Endpoint], tokens: Iterable[EndpointToken]) -> Iterator[tuple[Secret, Holder]]:
    """Every secret with its holder: the primaries first, then the tokens, each with its current value first."""
    for endpoint in endpoints:
        for slot, secret in endpoint.primaries.items():
            yield secret, PrimaryHolder(endpoint, slot)
    for token in tokens:
        yield token.secret, TokenHolder(token)
        if token.previous is not None and token.previous.digest != token.secret.digest:
            yield token.previous, ReplacedHolder(token)


def primary_of(id: str) -> tuple[str, Slot | None]:
    """Endpoint id and slot of a primary's id; the id of an endpoint token, and no slot, of one of these."""
    owner, _, slot = id.partition(".")
    return (owner, Slot(slot)) if slot in Slot.__members__ else (id, None)


def _why_refused(token: EndpointToken) -> Reason | None:
    if not token.enabled:
        return Reason.DISABLED_TOKEN
    return None if token.active else Reason.INACTIVE_TOKEN


def _why_off(endpoint: Endpoint, slot: Slot) -> str:
    if not endpoint.active:
        return "its own endpoint is inactive"
    if endpoint.authentication is Authentication.NONE:
        return "the authentication of its own endpoint is none"
    return "" if slot in endpoint.slots else "its slot is off"


def instant(moment: datetime | None) -> str:
    """A moment as explanations tell it, to the second."""
    return moment.isoformat(sep=" ", timespec="seconds") if moment else "no time"
