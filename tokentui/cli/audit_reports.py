"""How findings are printed: for people, as JSON, as CSV for a spreadsheet, as Markdown for a ticket."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from tokentui.cli.output import counted, one_line, time_text, width
from tokentui.domain.audit.findings import KINDS, Finding, Severity, remedy_of
from tokentui.domain.records import Acknowledgement
from tokentui.exchange.csv_cells import guarded
from tokentui.services.auditing import Audit, rank

#: A finding, and by what it is let be.
Told = tuple[Finding, Acknowledgement | None]

_HEAD = ("severity", "code", "subject", "message", "remedy")
_MORE = ("kind", "subject_id", "acknowledged_until", "acknowledged_because", "acknowledged_by")
#: What would be more than a character in a cell of a Markdown table, and the colon of an address that becomes a link.
_MARKDOWN = re.compile(r"([\\`*_\[\]<|~&]|:(?=//))")


def told(audit: Audit, everything: bool) -> list[Told]:
    """What is to be printed, the gravest first; those that are let be where asked for."""
    found: list[Told] = [(finding, None) for finding in audit.findings]
    if everything:
        found += [(each.finding, each.acknowledgement) for each in audit.acknowledged]
    return sorted(found, key=lambda each: rank(each[0]))


def sums(audit: Audit, everything: bool) -> str:
    """One line for the user: how many there are of each severity."""
    number = Counter(finding.severity for finding in audit.findings)
    by_severity = ", ".join(f"{number[each]} {each}" for each in reversed(Severity) if number[each])
    line = f"{counted(len(audit.findings), 'finding')}: {by_severity}" if by_severity else "Nothing to look at"
    let_be = f"; {len(audit.acknowledged)} acknowledged" if audit.acknowledged else ""
    return f"{line}{let_be}{' (--all shows them)' if let_be and not everything else ''}."


# ------------------------------------------------------------------ for people


def text_lines(found: Sequence[Told]) -> Iterator[str]:
    """A paragraph for each code: how grave and why, then what it is about, then what mends it."""
    margin = max((width(one_line(finding.subject)) for finding, _ in found), default=0)
    for number, (code, group) in enumerate(groupby(found, key=lambda each: each[0].code)):
        yield from [""] if number else []
        yield f"{KINDS[code].severity.text}  {code}: {KINDS[code].meaning}"
        yield from (_text_line(*each, margin) for each in group)
        yield f"  → {remedy_of(code)}"


def _text_line(finding: Finding, let_be: Acknowledgement | None, margin: int) -> str:
    subject = one_line(finding.subject)
    note = f"  [acknowledged {_until(let_be)}: {one_line(let_be.reason)}]" if let_be else ""
    return f"  {subject}{' ' * (margin - width(subject))}  {finding.gist}{note}"


def _until(let_be: Acknowledgement) -> str:
    return f"until {time_text(let_be.until)}" if let_be.until else "for good"


# ------------------------------------------------------------------ for programs


def shape(each: Told) -> dict[str, Any]:
    """A finding as JSON has it."""
    finding, let_be = each
    return {
        "code": finding.code,
        "severity": finding.severity,
        "subject": finding.subject,
        "message": finding.message,
        "remedy": finding.remedy,
        "kind": finding.about,
        "subject_id": finding.subject_id,
        "acknowledged": let_be
        and {"until": let_be.until, "reason": let_be.reason, "by": let_be.by, "at": let_be.created_at},
    }


def csv_lines(found: Iterable[Told]) -> Iterator[str]:
    """A line for each finding, in which a spreadsheet finds no formula."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        [(*_HEAD, *_MORE), *(map(guarded, _csv_row(*each)) for each in found)]
    )
    yield text.getvalue().removesuffix("\n")


def _csv_row(finding: Finding, let_be: Acknowledgement | None) -> tuple[str, ...]:
    end = (time_text(let_be.until) if let_be.until else "never") if let_be else ""
    why = (let_be.reason, let_be.by) if let_be else ("", "")
    return *_row(finding), finding.about, finding.subject_id, end, *why


def _row(finding: Finding) -> tuple[str, ...]:
    return finding.severity, finding.code, finding.subject, finding.message, finding.remedy


# ------------------------------------------------------------------ for a ticket


def markdown_lines(found: Iterable[Told]) -> Iterator[str]:
    """A table, in which a name is a name whatever it holds."""
    head = (*_HEAD, "acknowledged")
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for finding, let_be in found:
        note = f"{_until(let_be)}: {let_be.reason}" if let_be else ""
        yield f"| {' | '.join(map(_escaped, (*_row(finding), note)))} |"


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))
