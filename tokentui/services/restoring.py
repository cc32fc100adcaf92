"""Restoring: the store becomes what it was, in one change that is told first, told in the trail, and can be undone.

Nothing goes back in time but the records: each one that is restored gets a `rev` above every one it ever had, so that
whoever still edits what was there before meets a conflict.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from tokentui.domain.activity import RecordChange, record_change
from tokentui.domain.actors import Note
from tokentui.domain.errors import Conflict, SealError, StoreError
from tokentui.domain.records import Record
from tokentui.services.desk import Desk
from tokentui.services.wording import amount
from tokentui.store.backup import Opened
from tokentui.store.file_check import StoreFiles
from tokentui.store.file_format import without_advice
from tokentui.store.problems import Code
from tokentui.store.protocol import Stamp, Transaction, Vault
from tokentui.store.record_check import Records, check_records, place_name
from tokentui.store.salvage import salvage
from tokentui.store.trail import TrailFile
from tokentui.store.trail_telling import telling_of
from tokentui.store.trail_view import TrailView

#: Begins a change, as `Store.change` does.
Begin = Callable[[Note], AbstractContextManager[Transaction]]


@dataclass(frozen=True, slots=True)
class Standing:
    """What a store holds now, or what can be made out of it where it is damaged."""

    #: What the store was like when it was looked at.
    stamp: Stamp
    records: Records
    key_id: str | None
    #: Record id → the highest `rev` that it is known to have had.
    revs: Mapping[str, int] = field(default_factory=dict)
    #: Whether it cannot be changed but only be restored over.
    damaged: bool = False
    #: What the activity trail tells of it.
    trail: TrailView = field(default_factory=lambda: TrailView(b"", ""))


def standing_of(files: StoreFiles, stamp: Stamp, now: datetime) -> Standing:
    """What the store holds; `stamp` is of before. Raises `StoreError` where it was written by a newer TokenTUI."""
    found = salvage(files.store)
    if found.newer:
        raise StoreError(f"The store {files.store} was written by a newer TokenTUI. Update TokenTUI.")
    records, problems = check_records(found)
    damaged = bool(found.problems) or any(each.code is Code.RECORD_DAMAGED for each in problems)
    trail = TrailView(TrailFile(files.store).read(), files.store.name, found.text("trail"))
    revs = dict(telling_of(trail, now).revs)
    for id, record in records.by_id.items():
        revs[id] = max(record.rev, revs.get(id, 0))
    return Standing(stamp, records, found.text("key_id"), revs, damaged, trail)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A state that may be restored: it was looked through, and nothing is wrong with it."""

    #: Where it comes from, for people.
    source: str
    records: Records
    key_id: str | None
    #: How many assignments lead nowhere in it: they are left out.
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """What a restore would change: the records to put and to take out, and what becomes of each."""

    put: tuple[Record, ...]
    gone: tuple[Record, ...]
    changes: tuple[RecordChange, ...]


def candidate_of(opened: Opened, source: str, vault: Vault | None) -> Candidate:
    """The state in a file; raises `StoreError` where it is damaged, foreign or of a newer TokenTUI.

    With a `vault`, for the key that it was sealed with, every value in it is opened for a moment.
    """
    found = opened.found
    records, problems = check_records(found)
    if found.newer:
        raise _refused(opened, "it was written by a newer TokenTUI. Update TokenTUI")
    wrong = [each for each in (*found.problems, *problems) if each.unfit]
    if wrong or found.refusal:
        first = without_advice(found.refusal) or f"{wrong[0].subject}: {wrong[0].message}"
        more = f" ({amount(len(wrong) - 1, 'more problem')})" if len(wrong) > 1 else ""
        raise _refused(opened, f"{first.rstrip('.')}{more}")
    if vault is not None:
        _check_opens(opened, records, vault)
    dangling = {each.certain for each in problems if each.code is Code.ASSIGNMENT_DANGLING}
    for id in dangling:
        del records.by_id[id]
    return Candidate(source, records, found.text("key_id"), len(dangling))


def _check_opens(opened: Opened, records: Records, vault: Vault) -> None:
    broken = []
    for place in records.places():
        if place.secret.lost:
            continue
        try:
            vault.reveal(place.secret, place.record_id, place.field)
            vault.hint(place.secret, place.record_id, place.field)
        except SealError:
            broken.append(place_name(records, place))
    if broken:
        raise _refused(
            opened, f"{amount(len(broken), 'sealed value')} in it do not open, the first that of {broken[0]}"
        )


def _refused(opened: Opened, why: str) -> StoreError:
    return StoreError(f"{opened.path} cannot be restored: {why}. Nothing was changed.")


def key_of(standing: Standing, at_hand: str | None) -> str | None:
    """The key that the store is sealed with, or will be: that at hand, where it holds no value yet."""
    return standing.key_id if standing.key_id and _holds_values(standing.records) else at_hand


def check_key(candidate: Candidate, ours: str | None, kept: Path | None) -> None:
    """Raise `SealError` where the values of the candidate are sealed with another key than `ours`.

    `kept` is where that key is kept, if it is.
    """
    if ours in (None, candidate.key_id) or candidate.key_id is None or not _holds_values(candidate.records):
        return
    where = kept or "KEYFILE"
    raise SealError(
        f"{candidate.source} was sealed with the key {candidate.key_id}, and the store's is {ours}. Nothing was "
        f"changed. With that key its values are sealed anew: --sealed-with {where}"
    )


def _holds_values(records: Records) -> bool:
    return any(True for _ in records.places())


# ---------------------------------------------------------------------- the difference


def difference(standing: Standing, candidate: Candidate) -> Difference:
    """What would become another; a record that only has another `rev` stays."""
    now, then = standing.records.by_id, candidate.records.by_id
    put = tuple(record for id, record in then.items() if not _same(now.get(id), record))
    gone = tuple(record for id, record in now.items() if id not in then)

    def name_of(id: str) -> str:
        return (candidate.records if id in then else standing.records).name(id)

    changes = [record_change(now.get(record.id), record, name_of) for record in put]
    changes += [record_change(record, None, name_of) for record in gone]
    return Difference(put, gone, tuple(changes))


def _same(now: Record | None, then: Record) -> bool:
    return now is not None and replace(now, rev=0) == replace(then, rev=0)


def restore(desk: Desk, candidate: Candidate, standing: Standing, planned: Difference, begin: Begin) -> None:
    """Make the store what the candidate is, in the one change that `begin` begins.

    Of a damaged store nothing stays, so all records are put. Raises `Conflict` where somebody saved since `standing`
    was looked at, and `StoreError`.
    """
    everything = candidate.records.by_id.values()
    note = Note(desk.clock(), desk.actor, f"restored {candidate.source}")
    with begin(note) as transaction:
        if desk.store.stamp() != standing.stamp:
            raise Conflict("Somebody else changed the store meanwhile. Look at the difference again.")
        if candidate.key_id is not None and _holds_values(candidate.records):
            transaction.mark(candidate.key_id)
        for record in () if standing.damaged else planned.gone:
            transaction.remove(record)
        for record in everything if standing.damaged else planned.put:
            transaction.bring_back(record, above=standing.revs.get(record.id, 0))
