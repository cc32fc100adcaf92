"""Repairing a store: only what can be put right in one way, and never a value."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from tokentui.domain.errors import NotFound, StoreError
from tokentui.domain.records import Assignment
from tokentui.domain.slots import in_order
from tokentui.services.desk import Desk
from tokentui.services.wording import amount
from tokentui.store.file_check import make_private
from tokentui.store.problems import Code, Problem
from tokentui.store.protocol import Reader, Transaction
from tokentui.store.trail_losses import SETTLED


def repair(desk: Desk, problems: Sequence[Problem]) -> tuple[str, ...]:
    """Put right what is certain, in one change that the trail tells of; returns what could not be, and why.

    Where the store itself is damaged, so that nothing in it can be changed, the files beside it are put right.
    """
    certain = [problem for problem in problems if problem.certain]
    if not certain:
        return ()
    if any(problem.code is Code.STORE_MISSING for problem in problems):  # a change would make a new one
        return tuple(_repair_files(certain))
    troubles: list[str] = []
    try:
        with desk.change(f"repaired the store: {amount(len(certain), 'problem')}") as transaction:
            troubles += _repair_files(certain)
            for problem in certain:
                _repair_record(transaction, problem)
            transaction.note_alone = True
    except StoreError as error:
        return (*_repair_files(certain), str(error))
    return tuple(troubles)


def settle(desk: Desk, problems: Iterable[Problem]) -> None:
    """Let be what restores have lost, so that no check tells of it; the trail tells who did. Raises `StoreError`."""
    if any(problem.code is Code.CHANGES_LOST for problem in problems):
        with desk.change(SETTLED) as transaction:
            transaction.note_alone = True


def _repair_files(certain: Iterable[Problem]) -> list[str]:
    """What could not be done, and why; what is done already is no trouble."""
    troubles = []
    for problem in certain:
        deed = _FILE_DEEDS.get(problem.code)
        if deed is not None:
            try:
                with suppress(FileNotFoundError):
                    deed(Path(problem.certain))
            except OSError as error:
                troubles.append(f"{problem.certain} could not be put right: {error.strerror or error}.")
    return troubles


_FILE_DEEDS: dict[Code, Callable[[Path], None]] = {
    Code.FILE_OPEN: make_private,
    Code.FOLDER_OPEN: make_private,
    Code.LEFTOVER: Path.unlink,
}


def _repair_record(transaction: Transaction, problem: Problem) -> None:
    """Put an assignment right, as far as it is still wrong."""
    if problem.code in _FILE_DEEDS:
        return
    token_id, _, endpoint_id = problem.certain.partition(".")
    found = transaction.reader.assignment(token_id, endpoint_id)
    if found is None:
        return
    if not found.slots or _dangles(transaction.reader, found):
        transaction.remove(found)
    elif len(in_order(found.slots)) != len(found.slots):
        transaction.put(replace(found, slots=in_order(found.slots)))


def _dangles(reader: Reader, assignment: Assignment) -> bool:
    try:
        reader.token(assignment.token_id)
        reader.endpoint(assignment.endpoint_id)
    except NotFound:
        return True
    return False
