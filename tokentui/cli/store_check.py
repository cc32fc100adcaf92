"""`tokentui store check`: everything that is wrong with the store and the files beside it, and what mends it."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import click

from tokentui.cli.compose import Office
from tokentui.cli.failures import holds_values
from tokentui.cli.key_at_hand import key_at_hand
from tokentui.cli.options import as_json
from tokentui.cli.output import columns, counted, listed, print_json, print_lines, talk
from tokentui.domain.errors import StoreError
from tokentui.services import repairing
from tokentui.services.desk import utc_now
from tokentui.store import checking
from tokentui.store.checking import Checked
from tokentui.store.file_check import StoreFiles
from tokentui.store.problems import Problem

#: A problem, and whether it was put right.
Told = tuple[Problem, bool]

_HEAD = ("SEVERITY", "CODE", "SUBJECT", "WHAT IS WRONG → WHAT TO DO")
_GLYPHS = {"error": "✗", "warning": "▲", "note": "·"}


@click.command(
    epilog="""\b
Examples:
  tokentui store check
  tokentui store check --json | jq -r '.[] | select(.severity == "error") | .subject'
  tokentui store check --repair""",
)
@click.option("--repair", is_flag=True, help="Put right what can be put right in one way only; never a value.")
@click.option(
    "--settle", is_flag=True, help="Let be what a restore over a damaged store has lost: it is told no more."
)
@as_json
@click.pass_context
@holds_values
def check(ctx: click.Context, /, *, repair: bool, settle: bool, as_json: bool) -> None:
    """Look at everything: records, references, seals, the activity trail, files and their modes, generations.

    Every problem is a line. The exit code is 1 where there is one, and 5 where the store cannot be opened at all.
    Without the key, sealed values are not looked at, and that is said.
    """
    office = ctx.find_object(Office)
    assert office is not None
    desk = office.desk_for_change() if repair or settle else None
    found = _checked(office)
    if desk is not None and settle:
        repairing.settle(desk, found.problems)
        found = _checked(office)
    told = [(problem, False) for problem in found.problems]
    if desk is not None and repair:
        for trouble in repairing.repair(desk, found.problems):
            talk(trouble)
        told, found = _compared(found, _checked(office))
    _print(told, as_json=as_json)
    talk(_sum(told, found))
    if found.refusal:
        raise StoreError(found.refusal)
    if found.wrong:
        ctx.exit(1)


def _checked(office: Office) -> Checked:
    files = StoreFiles.of(office.store_file, office.key_file)
    return checking.check(files, partial(key_at_hand, office), utc_now())


def _compared(before: Checked, after: Checked) -> tuple[list[Told], Checked]:
    """What was found before, and whether it is gone; then what is found only now."""
    left = set(after.problems)
    told = [(problem, problem not in left) for problem in before.problems]
    return [*told, *((problem, False) for problem in after.problems if problem not in set(before.problems))], after


# ------------------------------------------------------------------ printing


def _print(told: list[Told], *, as_json: bool) -> None:
    if as_json:
        print_json([_shape(*each) for each in told])
    else:
        print_lines(columns(_HEAD, _rows(told)))


def _rows(told: list[Told]) -> Iterator[tuple[str, ...]]:
    """A row for each; what to do about several of them is told once."""
    before: set[str] = set()
    for problem, repaired in told:
        remedy = "as above" if problem.remedy in before else problem.remedy
        yield _row(problem, remedy, repaired)
        if not repaired:
            before.add(problem.remedy)


def _shape(problem: Problem, repaired: bool) -> dict[str, Any]:
    return {
        "code": problem.code,
        "severity": problem.severity,
        "subject": problem.subject,
        "message": problem.message,
        "remedy": problem.remedy,
        "repaired": repaired,
    }


def _row(problem: Problem, remedy: str, repaired: bool) -> tuple[str, ...]:
    severity = "✓ repaired" if repaired else f"{_GLYPHS[problem.severity]} {problem.severity}"
    text = problem.message if repaired else f"{problem.message} → {remedy}"
    return severity, problem.code, problem.subject, text


def _sum(told: list[Told], found: Checked) -> str:
    """One line for the user: how much there is of what."""
    mended = sum(repaired for _, repaired in told)
    repaired = f"Repaired {counted(mended, 'problem')}. " if mended else ""
    return f"{repaired}{_left(found)}"


def _left(found: Checked) -> str:
    if not found.wrong:
        return "Nothing is wrong." if not found.problems else "Nothing is wrong with what was looked at."
    return f"{counted(len(found.wrong), 'problem')}: {listed(_amounts(found))}."


def _amounts(found: Checked) -> Iterator[str]:
    number = Counter(problem.severity.value for problem in found.wrong)
    yield from (counted(number[severity], severity) for severity in ("error", "warning") if number[severity])
