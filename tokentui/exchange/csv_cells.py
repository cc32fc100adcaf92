"""Cells of a CSV file that no spreadsheet takes for a formula (OWASP, "CSV Injection").

A cell that begins with one of `= + - @`, a tab or a line break gets an apostrophe before it, and so does one that
would be taken for such a guarded cell; reading takes one away again. So any text comes back as it was.
"""

import re

_GUARDED = re.compile(r"'*[=+\-@\t\r\n]")


def guarded(cell: str) -> str:
    """The cell as it is written."""
    return f"'{cell}" if _GUARDED.match(cell) else cell


def unguarded(cell: str) -> str:
    """The cell as it was before it was written."""
    return cell[1:] if cell.startswith("'") and _GUARDED.match(cell) else cell
