"""What an import did, or would do, as it is printed: JSON, tables of the difference, and talk."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from tokentui.cli.output import columns, listed
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


def report_shape(report: ImportReport, *, dry_run: bool) -> dict[str, Any]:
    """The report as JSON; a kind that files of this format do not hold is left out."""
    shape = {"endpoints": _shape(report.endpoints, _endpoint_shape, dry_run)}
    if report.tokens is not None:
        shape["tokens"] = _shape(report.tokens, _named_shape, dry_run)
    if report.assignments is not None:
        shape["assignments"] = _shape(report.assignments, _assignment_shape, dry_run)
    if report.acknowledgements is not None:
        shape["acknowledgements"] = _shape(report.acknowledgements, _named_shape, dry_run)
    return shape


def _shape(section: Section[RowT], planned: Callable[[RowT], dict[str, Any]], dry_run: bool) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "added": len(section.added),
        "changed": len(section.changed),
        "unchanged": section.unchanged,
        "skipped": [{"subject": each.subject, "reason": each.reason} for each in section.skipped],
    }
    if dry_run:
        shape["would_add"] = [planned(each) for each in section.added]
        shape["would_change"] = [planned(each) for each in section.changed]
    return shape


def _endpoint_shape(each: Imported) -> dict[str, Any]:
    shape = {
        "endpoint": each.subject,
        "path": each.path,
        "gained": each.gained,
        "lost": each.lost,
        "cut_off": each.cut_off,
    }
    return {**shape, "fields": _fields_shape(each.fields)} if each.fields else shape


def _named_shape(each: ImportedToken | ImportedAcknowledgement) -> dict[str, Any]:
    kind = "token" if isinstance(each, ImportedToken) else "acknowledgement"
    return {kind: each.subject, "fields": _fields_shape(each.fields)}


def _fields_shape(fields: Iterable[FieldChange]) -> dict[str, Any]:
    return {each.name: {"old": each.old, "new": each.new} for each in fields}


def _assignment_shape(each: ImportedAssignment) -> dict[str, Any]:
    return {
        "token": each.token,
        "endpoint": each.endpoint,
        "gained": each.gained,
        "lost": each.lost,
        "cut_off": each.cut_off,
    }


def report_tables(report: ImportReport) -> Iterator[str]:
    """The difference as tables, one for each kind of which something would be added or changed."""
    tables = [
        _endpoint_table(report.endpoints),
        _named_table("TOKEN", report.tokens),
        _assignment_table(report.assignments),
        _named_table("ACKNOWLEDGEMENT", report.acknowledgements),
    ]
    for number, table in enumerate(filter(None, tables)):
        yield from [""] if number else []
        yield from table


def _endpoint_table(section: Section[Imported]) -> list[str]:
    head = ["WHAT", "ENDPOINT", "METHODS", "PATH"]
    with_fields = any(each.fields for each in section.changed)
    rows = [
        [what, each.subject, _slots(each.gained, each.lost, added=what == "add"), each.path, _fields(each.fields)]
        for what, each in _rows(section)
    ]
    return columns([*head, "DIFFERENCE"], rows) if with_fields else columns(head, (row[:-1] for row in rows))


def _named_table(head: str, section: Section[ImportedToken] | Section[ImportedAcknowledgement] | None) -> list[str]:
    if section is None:
        return []
    rows = [("add", each.subject, "") for each in section.added]
    rows += [("change", each.subject, _fields(each.fields)) for each in section.changed]
    return columns(("WHAT", head, "DIFFERENCE"), rows)


def _assignment_table(section: Section[ImportedAssignment] | None) -> list[str]:
    if section is None:
        return []
    rows = (
        (what, each.token, each.endpoint, _slots(each.gained, each.lost, added=what == "add"))
        for what, each in _rows(section)
    )
    return columns(("WHAT", "TOKEN", "ENDPOINT", "SLOTS"), rows)


def _rows(section: Section[RowT]) -> Iterator[tuple[str, RowT]]:
    yield from (("add", each) for each in section.added)
    yield from (("change", each) for each in section.changed)


def _slots(gained: Iterable[Slot], lost: Iterable[Slot], *, added: bool = False) -> str:
    plus = "" if added else "+"
    return ",".join([*(f"{plus}{slot}" for slot in gained), *(f"-{slot}" for slot in lost)])


def _fields(fields: Iterable[FieldChange]) -> str:
    return "; ".join(f"{each.name}: {each.old or '-'} → {each.new or '-'}" for each in fields)


def report_talk(report: ImportReport, *, dry_run: bool) -> Iterator[str]:
    """What is told to whoever imported: what was left out, what was changed, and how much there was."""
    sections = {
        "endpoints": report.endpoints,
        "tokens": report.tokens,
        "assignments": report.assignments,
        "acknowledgements": report.acknowledgements,
    }
    told = {kind: section for kind, section in sections.items() if section is not None}
    for section in told.values():
        yield from (f"{each.subject}: {each.reason}" for each in section.skipped)
    yield from (_changed(each) for each in report.endpoints.changed)
    yield from (_changed(each) for each in (report.tokens or Section()).changed)
    yield from (_changed(each) for each in (report.assignments or Section()).changed)
    yield from report.notes
    for kind, section in told.items():
        head = f"{kind}: " if len(told) > 1 else ""
        yield f"{head}{_sums(section)}{', if this were no dry run' if dry_run else ''}."


def _changed(change: Imported | ImportedToken | ImportedAssignment) -> str:
    if isinstance(change, ImportedToken):
        return f"{change.subject}: {_fields(change.fields)}"
    parts = [_slots(change.gained, change.lost), _fields(change.fields) if isinstance(change, Imported) else ""]
    cut_off = f"; this cuts off {listed(change.cut_off)}" if change.cut_off else ""
    return f"{change.subject}: {'; '.join(filter(None, parts))}{cut_off}"


def _sums(section: Section[Any]) -> str:
    counts = f"{len(section.added)} added, {len(section.changed)} changed, {section.unchanged} unchanged"
    return f"{counts}, {len(section.skipped)} skipped"
