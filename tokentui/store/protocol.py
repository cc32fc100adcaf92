"""What a store is, for those who use one: read through a `Reader`, change through a `Transaction`.

Any backend that passes the contract tests (`tests/store/contract.py`) will do.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from tokentui.domain.records import Acknowledgement, Assignment, Endpoint, EndpointToken, Record, Secret
from tokentui.store.queries import (
    EVERY_REQUEST,
    Counts,
    EndpointQuery,
    EndpointRow,
    LastSeen,
    MappingQuery,
    MappingRow,
    Page,
    RequestFilter,
    TokenQuery,
    TokenRow,
    Window,
)

if TYPE_CHECKING:
    from tokentui.domain.activity import Entry
    from tokentui.domain.actors import Note
    from tokentui.domain.requests import SeenRequest
    from tokentui.store.request_queries import Pruned, RequestQuery, RequestRow, Tally, TallyBy
    from tokentui.store.trail_queries import ActivityQuery, Verification

RecordT = TypeVar("RecordT", bound=Record)

#: What a store was like at one moment: two equal stamps mean that nobody saved in between.
Stamp = tuple[int, ...]


class Reader(Protocol):
    """One consistent view of the store; it does not change while it is held. Safe to use from any thread."""

    @property
    def key_id(self) -> str | None:
        """Which key its values are sealed with; None where it was never said."""

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

    def mapped(self, token_id: str) -> Iterable[tuple[str, Sequence[str]]]:
        """Endpoint id and slots of each of its assignments: less work than the records, for long lists."""

    def assignments_at(self, endpoint_id: str) -> tuple[Assignment, ...]:
        """All assignments to an endpoint."""

    def iter_endpoints(self) -> Iterator[Endpoint]:
        """All endpoints, in no particular order; so are tokens and assignments."""

    def iter_tokens(self) -> Iterator[EndpointToken]: ...

    def iter_assignments(self) -> Iterator[Assignment]: ...

    def iter_acknowledgements(self) -> Iterator[Acknowledgement]: ...

    def holder_of(self, digest: str) -> Endpoint | EndpointToken | None:
        """The record that holds a value with this digest, in whatever state, or None."""

    def called(self, words: str) -> tuple[frozenset[str], frozenset[str]]:
        """Ids of the endpoint tokens by their name, and of the endpoints by `group/slug`: those that hold the words.

        Ignoring case and accents; in whatever state they are.
        """

    def endpoint_page(self, query: EndpointQuery, window: Window) -> Page[EndpointRow]: ...

    def token_page(self, query: TokenQuery, window: Window) -> Page[TokenRow]: ...

    def mapping_page(self, query: MappingQuery, window: Window) -> Page[MappingRow]: ...

    def counts(self) -> Counts: ...


@dataclass(frozen=True, slots=True)
class Replaced:
    """One record of a change: as it was (None: it is new) and as it is (None: it is gone)."""

    before: Record | None
    after: Record | None


class Notice(NamedTuple):
    """What the user should know of a change that is in place all the same."""

    text: str
    #: Whether the change may be lost yet, so that a command is not done.
    grave: bool = False


class Transaction(Protocol):
    """A change being made: the store is locked, `reader` is what it holds, nothing is saved until the block ends.

    The block's end saves all of it or nothing; an exception inside saves nothing. Afterwards `replaced` tells what
    was saved. That the disk did not confirm what is in place already is a grave notice of the store.
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

    def bring_back(self, record: RecordT, above: int) -> RecordT:
        """Save `record` as it once was, whatever the store holds of it now, and return it as saved.

        Its `rev` becomes higher than its own, than that in the store and than `above`.
        """

    def mark(self, key_id: str) -> None:
        """Say that from this change on the store's values are sealed with another key.

        The change must replace all of them. Whoever has sealed a value with the key before, and not saved it, gets
        `Conflict`.
        """

    def remove(self, record: Record) -> None:
        """Take `record` out; raises `Conflict` as `put` does."""

    #: Whether the note is written into the trail though no record is changed.
    note_alone: bool


class Activity(Protocol):
    """The activity trail as it was at one moment."""

    def page(self, query: "ActivityQuery", window: Window, now: datetime) -> "Page[Entry]": ...

    def verify(self, noted: str | None, now: datetime) -> "Verification":
        """Look whether anything in it was changed; `noted` is a head that was noted earlier."""


class Recording(Protocol):
    """Recording for a while. Raises `StoreError`."""

    def record(self, requests: "Iterable[SeenRequest]") -> None:
        """Keep requests, all or none of these."""

    def lose(self, at: datetime, amount: int) -> None:
        """Keep that so many requests could not be kept."""

    def moved(self) -> bool:
        """Whether what it records is not looked for any more where it goes: another recording has to begin."""

    def prune(self, before: datetime, most: int, step: int) -> "Pruned":
        """Remove at most `step` requests: those from before then, and the oldest where there are more than `most`.

        Sums and addresses go with their time too. When a token was last let in stays known. A step may be spent on
        what removing has left to do, and remove none.
        """


class Requests(Protocol):
    """The requests that the verifier saw. Raises `StoreError`."""

    def recording(self) -> AbstractContextManager[Recording]:
        """Record for a while: less work than `record` for each."""

    def record(self, requests: "Iterable[SeenRequest]") -> None:
        """Keep requests, all or none of these."""

    def stamp(self) -> Stamp:
        """Cheap, to be asked often: differs as soon as something was recorded."""

    def began(self) -> datetime | None:
        """From when on requests are known; None where none ever was recorded: nothing can be said of anybody then."""

    def last_seen(self, token_ids: Collection[str] | None = None) -> Mapping[str, LastSeen]:
        """Token id → when it was last let in, of these tokens or of all. A primary's id is `<endpoint id>.<slot>`."""

    def last_let_in(self) -> Mapping[str, datetime]:
        """Token id → when it was last let in by whichever of its values: all of them, in less memory."""

    def calls(self, token_ids: Collection[str], since: datetime, only: RequestFilter = EVERY_REQUEST) -> int:
        """How many requests came with one of these tokens since then, let in or not."""

    def calls_at(self, endpoint_ids: Collection[str], since: datetime, only: RequestFilter = EVERY_REQUEST) -> int:
        """How many requests came to one of these endpoints since then, let in or not."""

    def lost(self, since: datetime) -> int:
        """How many requests since then could not be recorded."""

    def page(self, query: "RequestQuery", window: Window) -> "Page[RequestRow]":
        """Requests, the newest first, of how many whatever their text and outcome."""

    def last_id(self) -> str:
        """The id of the request that was recorded last; empty where none is kept. Ids grow as they are recorded."""

    def tallies(self, by: "TallyBy", now: datetime) -> "tuple[Tally, ...]":
        """The calls of the last 24 h by token or endpoint, those with the most first."""

    def hours(self, by: "TallyBy", ids: Collection[str], now: datetime) -> Mapping[str, tuple[int, ...]]:
        """The calls of each of these 24 hours, the last one last, by the ids of tallies; none where nothing came."""


class Store(Protocol):
    """Where the records are kept. Safe to use from several threads and processes at once."""

    @property
    def location(self) -> str:
        """Where the store is, for people: a path, or a database's name."""

    @property
    def read_only(self) -> bool: ...

    def reader(self) -> Reader:
        """The store as it is now; raises `StoreError`."""

    def change(self, note: "Note") -> AbstractContextManager[Transaction]:
        """Begin a change, waiting a short while for others; raises `StoreError`.

        Before it is saved it is written into the activity trail, with the note; where that cannot be, it is refused.
        """

    def activity(self) -> Activity:
        """The activity trail as it is now; raises `StoreError`."""

    @property
    def requests(self) -> Requests:
        """The requests seen, kept beside the store."""

    def stamp(self) -> Stamp:
        """Cheap, to be asked often: differs as soon as somebody saved. Raises `StoreError`."""

    @property
    def awaited(self) -> str:
        """For whom a change waits at this moment, in words; empty where none waits. Safe to ask from any thread."""

    def take_notice(self) -> Notice | None:
        """What the user should know of the changes that were saved, given once. Safe to ask from any thread."""


class Vault(Protocol):
    """Seals token values for one store, and opens them again. Safe to use from several threads at once.

    Whatever needs a key raises `Locked` while that is wrapped with a passphrase and not at hand.
    """

    @property
    def key_id(self) -> str:
        """The name of the key that values are sealed with now; raises `SealError`."""

    @property
    def needs_passphrase(self) -> bool:
        """Whether the key is wrapped with a passphrase and not in memory now: cheap.

        Raises `SealError` and `StoreError` where that is not known.
        """

    def unlock(self, passphrase: str) -> None:
        """Take the key into memory; slow (Argon2id), so not for a UI's thread.

        Raises `WrongPassphrase`, `SealError` where there is no such key, and `Locked` where `forget` came meanwhile.
        """

    def forget(self) -> bool:
        """Drop the keys from memory, those too that an `unlock` is at; whether a passphrase is needed from then on.

        Whoever needs a key next fetches it anew, a wrapped one after another `unlock` only. Raises `SealError` and
        `StoreError` where nobody knows whether a passphrase is needed; the keys are dropped all the same.
        """

    def follow(self, key_id: str | None) -> None:
        """Be the vault of a store that is marked with this key: keys of another one are dropped. Fetches nothing."""

    def digest(self, value: str) -> str:
        """The keyed digest of a value, hex."""

    def digester(self) -> Callable[[str], str]:
        """`digest` with the key of now, which it keeps, be the vault's another one later; raises `SealError`."""

    def seal(self, value: str, record_id: str, field: str) -> tuple[str, str, str]:
        """`(sealed, digest, sealed hint)` of a value; it can be opened for this record and field only."""

    def reveal(self, secret: Secret, record_id: str, field: str) -> str:
        """The value; raises `SealError`."""

    def hint(self, secret: Secret, record_id: str, field: str) -> str:
        """The value's last four characters; raises `SealError`."""

    def length(self, secret: Secret) -> int:
        """How many characters the value has, which its seal tells without the key; raises `SealError`."""
