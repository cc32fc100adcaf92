"""Reads endpoint tokens and their assignments from CSV: a row for each assignment.

Only `name` has to be there; a column that is not there says nothing. With a column `endpoint`, a token's assignments
are those of its rows and no others; without `slots`, each is for all slots that the endpoint has.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import StringIO
from typing import Any

from tokentui.domain.errors import ImportRefused, Invalid
from tokentui.domain.names import check_description, check_name, name_key
from tokentui.domain.periods import parse_instant
from tokentui.domain.slots import Slot, in_order
from tokentui.domain.values import check_value
from tokentui.exchange.csv_cells import unguarded
from tokentui.exchange.csv_writing import COLUMNS, VALUE
from tokentui.exchange.documents import Watch, text_of
from tokentui.exchange.drafts import AssignmentDraft, Listing, TokenDraft, ValueDraft
from tokentui.exchange.opening import Opened
from tokentui.exchange.wording import one_line

_KNOWN = (*COLUMNS, VALUE)
_SWITCH = {
    **dict.fromkeys(("yes", "true", "on", "1"), True),
    **dict.fromkeys(("no", "false", "off", "0"), False),
}
#: What separates slots, and cells; a spreadsheet of another country writes the latter as it likes.
_BETWEEN_SLOTS = re.compile(r"[\s,;+/]+")
_SEPARATORS = ",;\t"


def csv_in(opened: Opened, watch: Watch) -> Listing:
    """What the file says; raises `ImportRefused` with the line and the reason."""
    text = text_of(opened.content, opened.name)
    reading = _Reading(opened.name, text)
    reading.read(watch)
    return Listing(opened.name, tokens=reading.tokens())


@dataclass(slots=True)
class _Token:
    """A token in the making: its draft, the line that it was first on, and its endpoints with theirs."""

    draft: TokenDraft
    line: int
    endpoints: dict[str, tuple[AssignmentDraft, int]] = field(default_factory=dict)


class _Reading:
    """The rows, taken one by one."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._line = 1
        self._length = text.count("\n") + 1
        separator = max(_SEPARATORS, key=text.partition("\n")[0].count)
        self._rows = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
        self._tokens: dict[str, _Token] = {}
        self._columns: tuple[str, ...] = ()

    def refused(self, what: str) -> ImportRefused:
        return ImportRefused(f"{self._name}: line {self._line}: {what.rstrip('.')}; correct it and import again.")

    def read(self, watch: Watch) -> None:
        rows = self._lines()
        self._columns = self._head(next(rows, []))
        for row in rows:
            watch.reached(min(self._line / self._length, 1.0))
            self._take(self._cells(row))
        watch.reached(1.0)

    def tokens(self) -> tuple[TokenDraft, ...]:
        """A draft for each token, in the file's order."""
        if "endpoint" not in self._columns:
            return tuple(token.draft for token in self._tokens.values())
        return tuple(
            replace(token.draft, assignments=tuple(draft for draft, _ in token.endpoints.values()))
            for token in self._tokens.values()
        )

    def _lines(self) -> Iterator[list[str]]:
        """The rows that hold something; `self._line` is where the last one began."""
        while True:
            self._line = self._rows.line_num + 1
            try:
                row = next(self._rows, None)
            except csv.Error as error:
                raise self.refused(f"it is no CSV ({one_line(str(error))})") from None
            if row is None:
                return
            if any(row):
                yield row

    def _head(self, row: list[str]) -> tuple[str, ...]:
        columns = tuple(unguarded(cell).strip().lower() for cell in row)
        for number, column in enumerate(columns):
            if column not in _KNOWN:
                raise self.refused(f"there is no column {one_line(column, 40)!r}, only {', '.join(_KNOWN)}")
            if column in columns[:number]:
                raise self.refused(f"the column {column} is there twice")
        if "name" not in columns:
            raise self.refused("there is no column name")
        if "slots" in columns and "endpoint" not in columns:
            raise self.refused("there is a column slots, and none that says of which endpoint")
        return columns

    def _cells(self, row: list[str]) -> dict[str, str]:
        if len(row) != len(self._columns):
            raise self.refused(f"it has {len(row)} cells, and the first line has {len(self._columns)}")
        return dict(zip(self._columns, map(unguarded, row), strict=True))

    def _take(self, cells: Mapping[str, str]) -> None:
        draft = self._draft(cells)
        token = self._tokens.setdefault(name_key(draft.name), _Token(draft, self._line))
        if replace(draft, name=token.draft.name) != token.draft:
            raise self.refused(f"{one_line(draft.name)} is another here than in line {token.line}")
        endpoint = cells.get("endpoint", "").strip()
        if not endpoint:
            if cells.get("slots", "").strip():
                raise self.refused("it has slots, and no endpoint")
            return
        if endpoint in token.endpoints:
            raise self.refused(f"{one_line(endpoint)} was there in line {token.endpoints[endpoint][1]}")
        slots = self._slots(cells["slots"]) if "slots" in cells else None
        token.endpoints[endpoint] = AssignmentDraft(endpoint, slots), self._line

    def _draft(self, cells: Mapping[str, str]) -> TokenDraft:
        try:
            return _draft(cells)
        except Invalid as error:
            raise self.refused(str(error)) from None

    def _slots(self, cell: str) -> tuple[Slot, ...]:
        words = [word for word in _BETWEEN_SLOTS.split(cell.strip().upper()) if word]
        unknown = next((word for word in words if word not in Slot.__members__), None)
        if unknown is not None:
            raise self.refused(f"{one_line(unknown, 20)!r} is none of {', '.join(Slot)}")
        if not words:
            raise self.refused("it has an endpoint, and no slots")
        return in_order(map(Slot, words))


def _draft(cells: Mapping[str, str]) -> TokenDraft:
    """What a row says about its token; raises `Invalid`."""
    said: dict[str, Any] = {}
    if "description" in cells:
        said["description"] = check_description(cells["description"])
    for column in ("enabled", "active"):
        if cells.get(column, "").strip():
            said[column] = _switch(column, cells[column])
    if "expires_at" in cells:
        said["expires_at"] = _expiry(cells["expires_at"])
    value = cells.get(VALUE, "").strip()
    return TokenDraft(
        name=check_name(cells["name"]),
        said=said,
        value=ValueDraft(check_value(value)) if value else None,
    )


def _switch(column: str, cell: str) -> bool:
    word = cell.strip().lower()
    if word not in _SWITCH:
        raise Invalid(column, f"Its {column} is {one_line(cell, 20)!r}, where yes or no belongs.")
    return _SWITCH[word]


def _expiry(cell: str) -> datetime | None:
    if cell.strip().lower() in ("", "never"):
        return None
    try:
        return parse_instant(cell, "expires_at").astimezone(UTC)
    except OverflowError:
        raise Invalid("expires_at", f"Its expires_at is {one_line(cell, 40)!r}, which is no time.") from None
