"""Another key for a store: every value sealed anew in one change, or given up where the key is lost, or brought back.

Values stay what they are; seals and digests become others. The keys themselves are looked after by who calls.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from tokentui.domain.actors import Note
from tokentui.domain.errors import Conflict, Locked, SealError
from tokentui.domain.holders import held_digests
from tokentui.domain.records import Endpoint, EndpointToken, Secret
from tokentui.services.desk import Desk
from tokentui.services.endpoints import primary_field
from tokentui.services.rotating import Progress, nobody_looks
from tokentui.services.tokens import VALUE
from tokentui.store.protocol import Reader, Transaction, Vault

#: What is to become of a secret in its place: record, the record's name, field.
_Convert: TypeAlias = Callable[[Secret, str, str, str], Secret]
_Keeper = Endpoint | EndpointToken

#: Sealing is most of the work; the rest is to check and to save.
_SEALED = 0.8
#: So many names are told; more would be no line any more.
_TOLD = 3
#: What stands for the name of a lost key that nobody knows.
UNKNOWN_KEY = "unknown"


@dataclass(frozen=True, slots=True)
class Values:
    """How many values a store holds that can be opened, and how many of these are good now."""

    held: int
    good: int


def values_at_stake(desk: Desk) -> Values:
    """What would be lost with the key. Raises `StoreError`."""
    reader, now = desk.reader(), desk.clock()
    holders = [
        holder for secret, holder in held_digests(reader.iter_endpoints(), reader.iter_tokens()) if not secret.lost
    ]
    return Values(len(holders), sum(1 for holder in holders if holder.refusal(now) is None))


# ------------------------------------------------------------------ a new key


def rekey(desk: Desk, new: Vault, progress: Progress = nobody_looks) -> int:
    """Seal every value with the key of `new`, all in one change or none; returns how many.

    Values whose key is lost stay as they are. Raises `SealError` that names those which do not open, `Conflict` where
    the key was replaced meanwhile, `StoreError`.
    """
    reader = desk.reader()
    if reader.key_id not in (None, desk.vault.key_id):
        raise _replaced()
    sealing = _Sealing(desk.vault, new)
    total = sum(1 for _ in _keepers(reader)) or 1
    for number, keeper in enumerate(_keepers(reader), start=1):  # before the store is locked: it takes the most time
        _converted(keeper, sealing)
        _tell(progress, number, total)
    sealing.check()
    with desk.store.change(Note(desk.clock(), desk.actor, f"rekeyed the store, to the key {new.key_id}")) as change:
        if change.reader.key_id != reader.key_id:
            raise _replaced()
        _convert_all(change, sealing)
        sealing.check()
        change.mark(new.key_id)
    progress(1)
    return sealing.amount


def _replaced() -> Conflict:
    return Conflict("The key of the store was replaced meanwhile. Nothing was changed; do it again.")


class _Sealing:
    """Opens secrets with one vault and seals them with another: each once, however often it is asked for."""

    def __init__(self, old: Vault, new: Vault) -> None:
        self._old, self._new = old, new
        self._done: dict[str, Secret] = {}
        self._closed: dict[str, None] = {}

    def __call__(self, secret: Secret, record_id: str, name: str, field: str) -> Secret:
        if secret.lost or secret.sealed in self._done:
            return self._done.get(secret.sealed, secret)
        try:
            value = self._old.reveal(secret, record_id, field)
            if self._old.hint(secret, record_id, field) not in ("", value[-4:]):
                raise SealError("The hint is of another value.")
        except Locked:
            raise
        except SealError:
            self._closed[name] = None
            return secret
        return self._done.setdefault(secret.sealed, sealed_with(self._new, value, secret, record_id, field))

    @property
    def amount(self) -> int:
        return len(self._done)

    def check(self) -> None:
        """Raise `SealError` where a value did not open, which names it."""
        names = list(self._closed)
        if names:
            more = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
            raise SealError(
                f"Nothing was changed: the value of {', '.join(names[:_TOLD])}{more} does not open, the store was "
                "tampered with there. Give it a new value, or restore a backup; then do it again."
            )


def sealed_with(vault: Vault, value: str, secret: Secret, record_id: str, field: str) -> Secret:
    """The secret of the same value, sealed with the key of `vault`."""
    key = vault.key_id
    sealed, digest, hint = vault.seal(value, record_id, field)
    return replace(secret, sealed=sealed, digest=digest, hint=hint, lost="", sealed_by=key)


# ------------------------------------------------------------------ a key that is lost, and found


def give_up(desk: Desk, new: Vault) -> int:
    """Mark the store with the key of `new`, and all values as sealed with a lost one; returns how many.

    Raises `StoreError`.
    """
    given_up: list[Secret] = []
    with desk.store.change(Note(desk.clock(), desk.actor, f"gave up a lost key, for the key {new.key_id}")) as change:
        lost = change.reader.key_id or UNKNOWN_KEY

        def lose(secret: Secret, *place: str) -> Secret:
            if secret.lost:
                return secret
            given_up.append(secret)
            return replace(secret, lost=lost)

        _convert_all(change, lose)
        change.mark(new.key_id)
    return len(given_up)


@dataclass(frozen=True, slots=True)
class BroughtBack:
    """How many values came back, how many are still lost, and whose value somebody else has by now."""

    values: int
    still_lost: int
    taken: tuple[str, ...]


def bring_back(desk: Desk, old: Vault) -> BroughtBack:
    """Seal those lost values anew that `old` opens, in one change; those that were replaced since are gone.

    A value that another record was given since stays lost. Raises `SealError` for the store's own key, `StoreError`.
    """
    desk.fetch_key()
    back = _BringingBack(desk, old)
    with desk.change("brought back values of a key that was lost") as change:
        back.reader = change.reader
        _convert_all(change, back)
    desk.history.clear()  # to undo it would make seals of the lost key current ones
    return BroughtBack(back.values, back.still_lost, tuple(back.taken))


class _BringingBack:
    """Opens lost secrets with the key that was found."""

    def __init__(self, desk: Desk, old: Vault) -> None:
        self._desk, self._old = desk, old
        self.reader = desk.reader()
        self.values = 0
        self.still_lost = 0
        self.taken: list[str] = []

    def __call__(self, secret: Secret, record_id: str, name: str, field: str) -> Secret:
        if not secret.lost:
            return secret
        try:
            value = self._old.reveal(replace(secret, lost=""), record_id, field)
        except Locked:
            raise
        except SealError:
            self.still_lost += 1
            return secret
        if self.reader.holder_of(self._desk.vault.digest(value)) is not None:
            self.taken.append(name)
            return secret
        self.values += 1
        return sealed_with(self._desk.vault, value, secret, record_id, field)


# ------------------------------------------------------------------ going over all secrets


def _keepers(reader: Reader) -> Iterator[_Keeper]:
    yield from reader.iter_endpoints()
    yield from reader.iter_tokens()


def _convert_all(change: Transaction, convert: _Convert) -> None:
    for keeper in _keepers(change.reader):
        converted = _converted(keeper, convert)
        if converted != keeper:
            change.put(converted)


def _converted(keeper: _Keeper, convert: _Convert) -> _Keeper:
    """The record with each of its secrets converted."""
    if isinstance(keeper, Endpoint):
        primaries = {
            slot: convert(secret, keeper.id, f"{keeper.ref} {slot}", primary_field(slot))
            for slot, secret in keeper.primaries.items()
        }
        return replace(keeper, primaries=primaries)
    previous = keeper.previous
    return replace(
        keeper,
        secret=convert(keeper.secret, keeper.id, keeper.name, VALUE),
        previous=previous and convert(previous, keeper.id, keeper.name, VALUE),
    )


def _tell(progress: Progress, number: int, total: int) -> None:
    if number % (total // 99 + 1) == 0 or number == total:
        progress(_SEALED * number / total)
