"""The findings of one audit as lists: filtered, ordered, and a window at a time, as a store gives its records."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from tokentui.domain.audit.findings import Finding
from tokentui.domain.names import name_key
from tokentui.domain.records import Acknowledgement
from tokentui.services.auditing import Audit, rank
from tokentui.store.queries import Page, Window, window_of
from tokentui.store.selection import matching


class FindingSort(StrEnum):
    SEVERITY = "severity"
    CODE = "code"
    SUBJECT = "subject"


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding in a result."""

    finding: Finding
    #: By what it is let be; None where it is not.
    acknowledgement: Acknowledgement | None = None

    @property
    def id(self) -> str:
        return self.finding.id


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingQuery:
    """Findings that somebody should look at, or those that are let be."""

    text: str = ""
    acknowledged: bool = False
    sort: FindingSort = FindingSort.SEVERITY
    reverse: bool = False


class FindingList:
    """The lists of one audit; orders and texts are worked out when first asked for and kept."""

    def __init__(self, audit: Audit) -> None:
        self.audit = audit
        self._kept: dict[tuple[bool, FindingSort], list[str]] = {}

    @cached_property
    def _rows(self) -> dict[bool, dict[str, FindingRow]]:
        """Whether they are let be → id → row."""
        let_be = (FindingRow(each.finding, each.acknowledgement) for each in self.audit.acknowledged)
        return {False: _by_id(map(FindingRow, self.audit.findings)), True: _by_id(let_be)}

    @cached_property
    def _texts(self) -> dict[str, str]:
        rows = (row for rows in self._rows.values() for row in rows.values())
        return {row.id: name_key(_text(row.finding)) for row in rows}

    def page(self, query: FindingQuery, window: Window) -> Page[FindingRow]:
        """One window of the findings that the query selects."""
        rows, ordered = self._rows[query.acknowledged], self._ordered(query)
        ids = matching(ordered, self._texts, query.text) if query.text else ordered
        at, places = window_of(ids, window)
        shown = tuple(rows[ids[place]] for place in places)
        return Page(rows=shown, offset=places.start, total=len(ids), of=len(ordered), at=at)

    def rows(self, ids: Iterable[str]) -> list[FindingRow]:
        """Those of the rows that are among the findings, let be or not, in the order in which they are told."""
        found = [row for id in ids for rows in self._rows.values() if (row := rows.get(id)) is not None]
        return sorted(found, key=lambda row: rank(row.finding))

    def held(self, ids: frozenset[str], acknowledged: bool) -> frozenset[str]:
        """Which of these ids are in the list, whatever its text filter."""
        return frozenset(id for id in ids if id in self._rows[acknowledged])

    def _ordered(self, query: FindingQuery) -> list[str]:
        key = query.acknowledged, query.sort
        if key not in self._kept:
            rows = self._rows[query.acknowledged]
            self._kept[key] = sorted(rows, key=lambda id: _KEYS[query.sort](rows[id].finding))
        return self._kept[key][::-1] if query.reverse else self._kept[key]


_KEYS: dict[FindingSort, Callable[[Finding], Any]] = {
    FindingSort.SEVERITY: rank,
    FindingSort.CODE: lambda finding: (finding.code, *rank(finding)),
    FindingSort.SUBJECT: lambda finding: (name_key(finding.subject), *rank(finding)),
}


def _by_id(rows: Iterable[FindingRow]) -> dict[str, FindingRow]:
    return {row.id: row for row in rows}


def _text(finding: Finding) -> str:
    """What a text filter looks at."""
    return f"{finding.severity}\n{finding.code}\n{finding.subject}\n{finding.message}"
