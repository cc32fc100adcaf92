"""What an import did, or would do, in lines for a dialog: how much, the difference as tables, what was left out."""

from collections.abc import Iterator

from rich.cells import cell_len

from tokentui.services.intake.difference import Table, difference, sums
from tokentui.services.intake.report import ImportReport, Section
from tokentui.tui.widgets.cell_text import printable
from tokentui.tui.words import amount, some

#: Lines of a question about who is cut off, at most.
MOST_LINES = 10


def told(report: ImportReport, dry_run: bool) -> tuple[str, tuple[str, ...]]:
    """Title and lines of what an import did, or would do."""
    title = "Nothing was saved: a trial" if dry_run else "Imported"
    return title, (*_counts(report, dry_run), *_difference(report), *_left_out(report))


def cut_lines(report: ImportReport) -> tuple[str, ...]:
    """Who is cut off, a line each, and how often that was called lately."""
    lines = [
        f"{change.subject} loses {' '.join(change.lost) or 'all'}: {', '.join(change.cut_off)}"
        for section in (report.endpoints, report.assignments or Section())
        for change in section.changed
        if change.cut_off
    ]
    lines += [f"{each.subject} is switched off" for each in (report.tokens or Section()).changed if each.switched_off]
    return (*some(lines, MOST_LINES), "", *report.notes)


def _counts(report: ImportReport, dry_run: bool) -> Iterator[str]:
    if report.tokens is None:
        endpoints = report.endpoints
        yield f"{amount(len(endpoints.added), 'endpoint')} {'to add' if dry_run else 'added'}"
        yield f"{len(endpoints.changed):,} {'to change' if dry_run else 'changed'}"
        yield f"{endpoints.unchanged:,} unchanged"
        yield f"{len(endpoints.skipped):,} skipped"
        return
    kinds = {"Endpoints": report.endpoints, "Tokens": report.tokens, "Assignments": report.assignments}
    for kind, section in {**kinds, "Acknowledgements": report.acknowledgements}.items():
        if section is not None:
            yield f"{kind:<17}{sums(section)}"


def _difference(report: ImportReport) -> Iterator[str]:
    for table in difference(report):
        yield ""
        yield from _columns(table)


def _columns(table: Table) -> Iterator[str]:
    cells = [table.head, *(tuple(map(printable, row)) for row in table.rows)]
    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = (text + " " * (width - cell_len(text)) for text, width in zip(row, widths, strict=True))
        yield "  ".join(padded).rstrip()


def _left_out(report: ImportReport) -> Iterator[str]:
    sections = (report.endpoints, report.tokens, report.assignments, report.acknowledgements)
    skipped = [each for section in sections if section for each in section.skipped]
    if skipped:
        yield ""
        yield "Skipped"
        yield from (f"  {one.subject}: {one.reason}" for one in skipped)
    for note in report.notes:
        yield ""
        yield note
