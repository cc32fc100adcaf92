"""What an import did, or would do, as it is printed: JSON, tables of the difference, and talk."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from tokentui.cli.output import columns, listed
from tokentui.services.intake.difference import difference, fields_in_words, slots_in_words, sums
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
    """The difference, a table below another."""
    for number, table in enumerate(difference(report)):
        yield from [""] if number else []
        yield from columns(table.head, table.rows)


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
    yield from map(_changed, report.endpoints.changed)
    yield from map(_changed, (report.tokens or Section()).changed)
    yield from map(_changed, (report.assignments or Section()).changed)
    yield from report.notes
    for kind, section in told.items():
        head = f"{kind}: " if len(told) > 1 else ""
        yield f"{head}{sums(section)}{', if this were no dry run' if dry_run else ''}."


def _changed(change: Imported | ImportedToken | ImportedAssignment) -> str:
    if isinstance(change, ImportedToken):
        return f"{change.subject}: {fields_in_words(change.fields)}"
    fields = fields_in_words(change.fields) if isinstance(change, Imported) else ""
    cut_off = f"this cuts off {listed(change.cut_off)}" if change.cut_off else ""
    return f"{change.subject}: {'; '.join(filter(None, (slots_in_words(change), fields, cut_off)))}"
