"""Undo: the last change of this session, taken back by a new change."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from tokentui.domain.errors import Conflict, NotFound
from tokentui.domain.records import Acknowledgement, Assignment, Endpoint, EndpointToken, Record
from tokentui.services.desk import REMEMBERED, Change, Desk
from tokentui.services.uniqueness import check_unique
from tokentui.store.protocol import Reader, Replaced

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Done(Generic[ResultT]):
    """What came of a deed, and whether it changed anything: where it did not, undo takes back what was before."""

    result: ResultT
    changed: bool


def noted(desk: Desk, deed: Callable[[], ResultT]) -> Done[ResultT]:
    """Do it, and note whether that is what `undo_last` takes back from then on."""
    before = desk.history[-1] if desk.history else None
    result = deed()
    return Done(result, bool(desk.history) and desk.history[-1] is not before)


def undo_last(desk: Desk, expected: Change | None = None) -> Change:
    """Bring back what the last change of this session replaced, and return that change.

    Raises `NotFound` where there is nothing to undo, `Conflict` where somebody changed a record since, or where the
    last change is another than the `expected` one.
    """
    if not desk.history:
        raise NotFound(nothing_to_undo(desk))
    last = desk.history[-1]
    if expected is not None and last is not expected:
        raise Conflict(f"“{last.summary}” came after “{expected.summary}”. Undo again to take that back.")
    try:
        with desk.undoing() as transaction:
            back, gone = _plan(transaction.reader, last)
            for record in gone:
                transaction.remove(record)
            for record in back:
                transaction.put(record)
    except Conflict as error:
        raise Conflict(f"Cannot undo “{last.summary}”. {error}") from error
    return last


def nothing_to_undo(desk: Desk) -> str:
    """Why nothing can be undone any more, in a sentence."""
    if desk.forgot:
        return f"Nothing more to undo: only the last {REMEMBERED} changes of a session can be taken back."
    return "Nothing more to undo in this session."


def _plan(reader: Reader, last: Change) -> tuple[list[Record], list[Record]]:
    """The records to bring back and those to take out; raises `Conflict` where that cannot be any more."""
    back, gone = [], []
    for replaced in last.replaced:
        standing = _standing_as_left(reader, replaced)
        if replaced.before is not None:
            back.append(replace(replaced.before, rev=0 if standing is None else standing.rev))
        elif standing is not None:
            gone.append(standing)
    ids = {record.id for record in gone}
    check_unique(reader, *back, gone=ids)
    _check_ends(reader, back)
    _check_unmapped(reader, gone, ids)
    return back, gone


def _standing_as_left(reader: Reader, replaced: Replaced) -> Record | None:
    """The record as the change left it, with the `rev` that it has now: an undo of a later change has raised it."""
    left = replaced.after
    standing = _find(reader, left or replaced.before)
    if left is None and standing is None:
        return None
    if left is None or standing is None or replace(standing, rev=left.rev) != left:
        raise Conflict("Somebody else changed it since.")
    return standing


def _find(reader: Reader, record: Record | None) -> Record | None:
    try:
        match record:
            case Endpoint():
                return reader.endpoint(record.id)
            case EndpointToken():
                return reader.token(record.id)
            case Assignment():
                return reader.assignment(record.token_id, record.endpoint_id)
            case Acknowledgement():
                return next((one for one in reader.iter_acknowledgements() if one.id == record.id), None)
    except NotFound:
        pass
    return None


def _check_ends(reader: Reader, back: list[Record]) -> None:
    """Raise `Conflict` where an assignment would come back to a token or an endpoint that is no more."""
    for record in back:
        if isinstance(record, Assignment):
            try:
                reader.token(record.token_id)
                reader.endpoint(record.endpoint_id)
            except NotFound as error:
                raise Conflict(str(error)) from None


def _check_unmapped(reader: Reader, gone: list[Record], ids: set[str]) -> None:
    """Raise `Conflict` where a record that would go has been mapped since: no assignment may lead nowhere."""
    for record in gone:
        if isinstance(record, Endpoint) and not _ids(reader.assignments_at(record.id)) <= ids:
            raise Conflict(f"Endpoint tokens have been mapped to {record.ref} since.")
        if isinstance(record, EndpointToken) and not _ids(reader.assignments_of(record.id)) <= ids:
            raise Conflict(f"{record.name} has been mapped to endpoints since.")


def _ids(assignments: tuple[Assignment, ...]) -> set[str]:
    return {assignment.id for assignment in assignments}
