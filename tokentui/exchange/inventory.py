"""All that a store holds, in a settled order, for those who write it out; values only where they may be told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from tokentui.domain.records import Acknowledgement, Assignment, Endpoint, EndpointToken
from tokentui.domain.slots import Slot


class Values(Protocol):
    """Opens token values; raises `SealError`."""

    def of(self, token: EndpointToken) -> str:
        """The token's value."""

    def before(self, token: EndpointToken) -> str:
        """The value before the last rotation, which `token.previous` keeps."""

    def primary(self, endpoint: Endpoint, slot: Slot) -> str:
        """The primary token's value."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """The records: endpoints by `group/slug`, tokens by name, the assignments of each by endpoint."""

    endpoints: tuple[Endpoint, ...]
    tokens: tuple[EndpointToken, ...]
    #: Token id → `group/slug` and assignment.
    assignments: Mapping[str, tuple[tuple[str, Assignment], ...]]
    acknowledgements: tuple[Acknowledgement, ...]

    def assigned(self, token: EndpointToken) -> tuple[tuple[str, Assignment], ...]:
        return self.assignments.get(token.id, ())


def instant(moment: datetime | None) -> str | None:
    """A time in UTC as exactly as it is kept: `2026-03-01T09:30:00.123456Z`."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
