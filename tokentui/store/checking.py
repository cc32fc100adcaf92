"""Looking at a store as a whole: everything that is wrong with it and the files beside it, not the first alone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tokentui.domain.errors import Locked, SealError, StoreError, WrongPassphrase
from tokentui.store.file_check import StoreFiles, check_files
from tokentui.store.problems import Code, Problem, Severity
from tokentui.store.protocol import Vault
from tokentui.store.record_check import Records, check_records
from tokentui.store.request_check import check_requests
from tokentui.store.salvage import Salvaged, salvage
from tokentui.store.seal_check import check_seals
from tokentui.store.trail import TrailFile
from tokentui.store.trail_check import check_trail
from tokentui.store.trail_view import TrailView


@dataclass(frozen=True, slots=True)
class KeyAtHand:
    """The key that is there to look at values with: its name, or why there is none."""

    id: str | None = None
    #: None where it cannot open values: it is locked, say.
    vault: Vault | None = None
    trouble: str = ""
    #: Whether something is there in its place that is no key, or is open to others.
    unusable: bool = False


#: Finds the key for a store with this mark; None where it has none.
FindKey = Callable[[str | None], KeyAtHand]


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of looking: all problems, and why the store cannot be opened at all, if it cannot."""

    problems: tuple[Problem, ...]
    refusal: str = ""

    @property
    def wrong(self) -> tuple[Problem, ...]:
        """Those that are no mere notes."""
        return tuple(problem for problem in self.problems if problem.severity is not Severity.NOTE)


def check(files: StoreFiles, find_key: FindKey, now: datetime) -> Checked:
    """Look at everything; raises nothing for what is found."""
    found = salvage(files.store)
    records, problems = check_records(found)
    problems = [*found.problems, *problems]
    if not found.newer:
        problems += _check_values(found, records, find_key(found.text("key_id")))
    problems += _check_trail(files, found, records, now)
    problems += check_files(files)
    problems += check_requests(files.requests)
    problems += _check_generations(files)
    return Checked(tuple(problems), found.refusal)


def _check_values(found: Salvaged, records: Records, key: KeyAtHand) -> Iterator[Problem]:
    marked, places = found.text("key_id"), [*records.places()]
    if key.unusable:
        yield _key_problem(Code.KEY_UNUSABLE, Severity.ERROR, key.trouble)
    lost = sum(1 for place in places if place.secret.lost)
    if lost:
        message = f"{lost:,} value{' is' if lost == 1 else 's are'} lost with a key, and not replaced."
        yield _key_problem(Code.VALUES_LOST, Severity.WARNING, message, "To see which: tokentui audit")
    if len(places) == lost:
        return
    if key.id is not None and marked not in (None, key.id):
        why = f"The store is sealed with the key {marked}, and the one at hand is {key.id}."
        yield _key_problem(Code.KEY_WRONG, Severity.ERROR, why)
        yield _unchecked("The key at hand does not fit.")
    elif key.vault is not None:
        yield from _check_seals(records, key.vault)
    elif key.unusable:
        yield _unchecked(key.trouble)
    else:
        why = f"{key.trouble} Without it no value can be opened or made, and whether they open was not looked at."
        yield _key_problem(Code.KEY_MISSING, Severity.WARNING, why, f"{_PUT_BACK} {_LOST}")


def _check_seals(records: Records, vault: Vault) -> Iterator[Problem]:
    try:
        yield from check_seals(records, vault)
    except (Locked, WrongPassphrase) as error:
        yield _unchecked(str(error), "Name the file with the passphrase: --passphrase-file")
    except SealError as error:
        yield _unchecked(str(error))


_PUT_BACK = "Put the right key back, or name it with --key-file."
_LOST = "If it is lost for good: tokentui store rekey --lost"


def _unchecked(why: str, remedy: str = _PUT_BACK) -> Problem:
    message = f"Whether the sealed values open was not looked at. {why}"
    return _key_problem(Code.SEALS_UNCHECKED, Severity.NOTE, message, remedy)


def _key_problem(code: Code, severity: Severity, message: str, remedy: str = _PUT_BACK) -> Problem:
    return Problem(code=code, severity=severity, subject="key", message=message, remedy=remedy)


def _check_trail(files: StoreFiles, found: Salvaged, records: Records, now: datetime) -> Iterator[Problem]:
    try:
        view = TrailView(TrailFile(files.store).read(), files.store.name, found.text("trail"))
    except StoreError as error:
        yield Problem(
            code=Code.TRAIL_UNREADABLE,
            subject=files.trail.name,
            message=str(error),
            remedy="Put it right: nothing can be changed before.",
        )
        return
    whole = not found.refusal and not found.newer and not found.problems
    yield from check_trail(view, None if found.newer else records, whole, now)


def _check_generations(files: StoreFiles) -> Iterator[Problem]:
    try:
        kept = files.generations.kept()
    except StoreError as error:
        yield _generation_problem(files.generations.folder, str(error))
        return
    for generation in kept:
        worst = flaw_of(generation.path)
        if worst is not None and worst.code is not Code.STORE_MISSING:  # somebody saved meanwhile, and it is gone
            yield _generation_problem(generation.path, f"{generation.path} cannot be restored: {worst.message}")


def flaw_of(path: Path) -> Problem | None:
    """The first thing that makes a store file unfit to be restored; None where it is fit."""
    found = salvage(path)
    problems = [*found.problems, *check_records(found)[1]]
    return next((problem for problem in problems if problem.unfit), None)


def _generation_problem(path: Path, message: str) -> Problem:
    return Problem(
        code=Code.GENERATION_DAMAGED,
        severity=Severity.WARNING,
        subject=path.name,
        message=message,
        remedy="Nothing has to be done: it goes with the next saves.",
    )
