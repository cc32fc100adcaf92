"""What a store is, for those who use one: read through a `Reader`, change through a `Transaction`.

Any backend that passes the contract tests (`tests/store/contract.py`) will do.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, TypeVar

from tokentui.domain.records import Assignment, Endpoint, EndpointToken, Record, Secret
from tokentui.store.queries import (
    Counts,
    EndpointQuery,
    EndpointRow,
    MappingQuery,
    MappingRow,
    Page,
    TokenQuery,
    TokenRow,
    Window,
)

RecordT = TypeVar("RecordT", bound=Record)

#: What a store was like at one moment: two equal stamps mean that nobody saved in between.
Stamp = tuple[int, ...]


class Reader(Protocol):
    """One consistent view of the store; it does not change while it is held. Safe to use from any thread."""

    def endpoint(self, id: str) -> Endpoint:
        """The endpoint; raises `NotFound`."""

    def endpoint_by_ref(self, ref: str) -> Endpoint:
        """The endpoint that `group/slug` names; raises `NotFound`."""

    def token(self, id: str) -> EndpointToken:
        """The endpoint token; raises `NotFound`."""

    def token_by_name(self, name: str) -> EndpointToken:
        """The endpoint token with this name, ignoring case; raises `NotFound`."""

    def assignment(self, token_id: str, endpoint_id: str) -> Assignment | None:
        """What the token may do there, or None where it is not mapped to the endpoint."""

    def assignments_of(self, token_id: str) -> tuple[Assignment, ...]:
        """All assignments of an endpoint token."""

    def assignments_at(self, endpoint_id: str) -> tuple[Assignment, ...]:
        """All assignments to an endpoint."""

    def iter_endpoints(self) -> Iterator[Endpoint]:
        """All endpoints, in no particular order; so are tokens and assignments."""

    def iter_tokens(self) -> Iterator[EndpointToken]: ...

    def iter_assignments(self) -> Iterator[Assignment]: ...

    def holder_of(self, digest: str) -> Endpoint | EndpointToken | None:
        """The record that holds a value with this digest, in whatever state, or None."""

    def endpoint_page(self, query: EndpointQuery, window: Window) -> Page[EndpointRow]: ...

    def token_page(self, query: TokenQuery, window: Window) -> Page[TokenRow]: ...

    def mapping_page(self, query: MappingQuery, window: Window) -> Page[MappingRow]: ...

    def counts(self) -> Counts: ...


@dataclass(frozen=True, slots=True)
class Replaced:
    """One record of a change: as it was (None: it is new) and as it is (None: it is gone)."""

    before: Record | None
    after: Record | None


class Transaction(Protocol):
    """A change being made: the store is locked, `reader` is what it holds, nothing is saved until the block ends.

    The block's end saves all of it or nothing; an exception inside saves nothing. Afterwards `replaced` tells what
    was saved, also where the end raised because the disk did not confirm what is in place already.
    """

    @property
    def reader(self) -> Reader:
        """The store as it was when the lock was taken."""

    @property
    def replaced(self) -> tuple[Replaced, ...]:
        """What the change did, each record with the `rev` it was saved under; empty until it is saved."""

    def put(self, record: RecordT) -> RecordT:
        """Save `record`, whose `rev` must be the one that the store holds (0 for a new one), and return it as saved.

        Raises `Conflict` where somebody changed it since, and where it is gone.
        """

    def remove(self, record: Record) -> None:
        """Take `record` out; raises `Conflict` as `put` does."""


class Store(Protocol):
    """Where the records are kept. Safe to use from several threads and processes at once."""

    @property
    def location(self) -> str:
        """Where the store is, for people: a path, or a database's name."""

    @property
    def read_only(self) -> bool: ...

    def reader(self) -> Reader:
        """The store as it is now; raises `StoreError`."""

    def change(self) -> AbstractContextManager[Transaction]:
        """Begin a change, waiting a short while for others; raises `StoreError`."""

    def stamp(self) -> Stamp:
        """Cheap, to be asked often: differs as soon as somebody saved. Raises `StoreError`."""


class Vault(Protocol):
    """Seals token values for one store, and opens them again."""

    def digest(self, value: str) -> str:
        """The keyed digest of a value, hex."""

    def seal(self, value: str, record_id: str, field: str) -> tuple[str, str, str]:
        """`(sealed, digest, sealed hint)` of a value; it can be opened for this record and field only."""

    def reveal(self, secret: Secret, record_id: str, field: str) -> str:
        """The value; raises `SealError`."""

    def hint(self, secret: Secret, record_id: str, field: str) -> str:
        """The value's last four characters; raises `SealError`."""
