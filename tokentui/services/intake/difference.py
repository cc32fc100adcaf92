"""What an import changes, or would change, as tables: a row for each record that is added or another, with how."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from tokentui.domain.slots import Slot
from tokentui.services.intake.report import (
    FieldChange,
    Imported,
    ImportedAcknowledgement,
    ImportedAssignment,
    ImportedToken,
    ImportReport,
    Section,
)

RowT = TypeVar("RowT")

_ADD, _CHANGE = "add", "change"


@dataclass(frozen=True, slots=True)
class Table:
    """Records of one kind; the columns are those of `head`."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def difference(report: ImportReport) -> list[Table]:
    """A table for each kind of record of which something is added or changed."""
    tables = (
        _endpoints(report.endpoints),
        _named("TOKEN", report.tokens or Section()),
        _assignments(report.assignments or Section()),
        _named("ACKNOWLEDGEMENT", report.acknowledgements or Section()),
    )
    return [table for table in tables if table.rows]


def slots_in_words(change: Imported | ImportedAssignment, *, added: bool = False) -> str:
    """`+GET,-POST`; of what is added `POST,GET`."""
    plus = "" if added else "+"
    return ",".join(_signed(plus, change.gained) + _signed("-", change.lost))


def _signed(sign: str, slots: Iterable[Slot]) -> list[str]:
    return [f"{sign}{slot}" for slot in slots]


def fields_in_words(fields: Iterable[FieldChange]) -> str:
    """`description: old → new; enabled: yes → no`."""
    return "; ".join(f"{each.name}: {each.old or '-'} → {each.new or '-'}" for each in fields)


def sums(section: Section[Any]) -> str:
    """`1 added, 0 changed, 2 unchanged, 0 skipped`."""
    counts = f"{len(section.added)} added, {len(section.changed)} changed, {section.unchanged} unchanged"
    return f"{counts}, {len(section.skipped)} skipped"


def _endpoints(section: Section[Imported]) -> Table:
    head = ("WHAT", "ENDPOINT", "METHODS", "PATH", "DIFFERENCE")
    rows = [
        (what, each.subject, slots_in_words(each, added=what == _ADD), each.path, fields_in_words(each.fields))
        for what, each in _rows(section)
    ]
    used = len(head) if any(row[-1] for row in rows) else len(head) - 1
    return Table(head[:used], tuple(row[:used] for row in rows))


def _named(head: str, section: Section[ImportedToken | ImportedAcknowledgement]) -> Table:
    rows = tuple((what, each.subject, fields_in_words(each.fields)) for what, each in _rows(section))
    return Table(("WHAT", head, "DIFFERENCE"), rows)


def _assignments(section: Section[ImportedAssignment]) -> Table:
    rows = tuple(
        (what, each.token, each.endpoint, slots_in_words(each, added=what == _ADD)) for what, each in _rows(section)
    )
    return Table(("WHAT", "TOKEN", "ENDPOINT", "SLOTS"), rows)


def _rows(section: Section[RowT]) -> Iterator[tuple[str, RowT]]:
    yield from ((_ADD, each) for each in section.added)
    yield from ((_CHANGE, each) for each in section.changed)
