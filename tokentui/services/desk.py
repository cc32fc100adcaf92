"""What an admin works at: the store, the vault, the clock, and the changes of this session that can be undone."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tokentui.domain import values
from tokentui.domain.actors import NOBODY, Actor, Note
from tokentui.domain.ids import RANDOM_BYTES, new_id
from tokentui.domain.records import Secret
from tokentui.store.protocol import Reader, Replaced, Store, Transaction, Vault

#: How many changes of a session can be undone; each holds the records that it replaced.
REMEMBERED = 100


@dataclass(frozen=True, slots=True)
class Change:
    """One saved change: what was done, in words without secrets, and the records it replaced."""

    summary: str
    replaced: tuple[Replaced, ...]


_Saved = Callable[[tuple[Replaced, ...]], object]


def utc_now() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Desk:
    """All that a service needs. `clock` gives UTC; `random` is the operating system's random source."""

    store: Store
    vault: Vault
    #: Who works here; the activity trail says so.
    actor: Actor = NOBODY
    clock: Callable[[], datetime] = utc_now
    random: Callable[[int], bytes] = os.urandom
    #: This session's changes, the last one last; those before the last `REMEMBERED` are forgotten.
    history: list[Change] = field(default_factory=list)
    #: Whether there were more.
    forgot: bool = False

    def reader(self) -> Reader:
        """The store as it is now; from then on the vault is the one for it, whoever changed the key."""
        reader = self.store.reader()
        self.vault.follow(reader.key_id)
        return reader

    @contextmanager
    def change(self, summary: str) -> Iterator[Transaction]:
        """Make one change, and remember it for undo. Where nothing was put, nothing is remembered."""
        with self._saving(summary, lambda replaced: self._remember(Change(summary, replaced))) as transaction:
            yield transaction

    def _remember(self, change: Change) -> None:
        self.history.append(change)
        if len(self.history) > REMEMBERED:
            del self.history[:-REMEMBERED]
            self.forgot = True

    @contextmanager
    def undoing(self) -> Iterator[Transaction]:
        """Make the change that takes back the last one, which is forgotten then."""
        with self._saving(f"undid: {self.history[-1].summary}", lambda _: self.history.pop()) as transaction:
            yield transaction

    @contextmanager
    def _saving(self, what: str, saved: _Saved) -> Iterator[Transaction]:
        """A change that calls `saved` once it is in place."""
        note = Note(self.clock(), self.actor, what)
        with ExitStack() as finish, self.store.change(note) as transaction:
            finish.callback(lambda: transaction.replaced and saved(transaction.replaced))
            self.vault.follow(transaction.reader.key_id)
            yield transaction

    def new_id(self) -> str:
        """An id for a new record."""
        return new_id(self.clock(), self.random(RANDOM_BYTES))

    def fetch_key(self) -> None:
        """Have the key at hand, before the store is locked: whoever types its passphrase takes their time."""
        self.reader()
        _ = self.vault.key_id

    def seal(self, value: str, record_id: str, field: str) -> Secret:
        """A token value, sealed for its place in a record, with the key that the store has now."""
        self.reader()
        key = (
            self.vault.key_id
        )  # first: where it is replaced in between, the store refuses what could be under either
        sealed, digest, hint = self.vault.seal(value, record_id, field)
        return Secret(
            sealed=sealed,
            digest=digest,
            hint=hint,
            generated_at=self.clock(),
            strong=values.is_strong(value),
            sealed_by=key,
        )
