"""How a finding looks in the list of the audit, and below it, and which keys do something about it."""

from collections.abc import Iterable, Mapping

from textual.binding import Binding
from textual.content import Content

from tokentui.domain.audit.findings import Deed, Severity, Subject
from tokentui.services.finding_lists import FindingRow
from tokentui.tui.widgets.cell_text import Cell, printable
from tokentui.tui.widgets.columns import Column
from tokentui.tui.words import local_minute

COLUMNS = (
    Column("severity", "Severity", 10),
    Column("code", "Code", 20),
    Column("subject", "About", 15, flex=2),
    Column("message", "What", 19, flex=3, sortable=False),
    Column("key", "Key", 5, sortable=False),
)

_STATES = {Severity.HIGH: "expired", Severity.MEDIUM: "pending", Severity.LOW: "dim"}


def mending_keys(bindings: Iterable[Binding], own: Mapping[str, str]) -> dict[Deed, str]:
    """The key that does each deed, as the user has it; what has none of its own is done where Enter leads."""
    keys = {binding.id: own.get(binding.id or "", binding.key).split(",")[0] for binding in bindings}
    return {deed: keys.get(f"audit.{deed}", "Enter") for deed in Deed}


def fits(how: str, rows: Iterable[FindingRow]) -> bool:
    """Whether one of these findings can be settled so: by its deed, by assigning its token, or by letting it be."""
    for row in rows:
        let_be = row.acknowledgement is not None
        if how in ("acknowledge", "withdraw"):
            if let_be is (how == "withdraw"):
                return True
        elif not let_be and how in (row.finding.deed, "assign" if row.finding.about is Subject.TOKEN else ""):
            return True
    return False


def finding_cell(row: FindingRow, column: str, keys: Mapping[Deed, str]) -> str | Cell:
    """What stands in one cell; `keys` says which key mends what."""
    finding = row.finding
    match column:
        case "severity":
            return Cell(finding.severity.text, _STATES[finding.severity])
        case "code":
            return finding.code
        case "subject":
            return finding.subject
        case "message":
            return finding.gist
        case _:
            return keys[finding.deed]


def details(row: FindingRow | None) -> Content:
    """All that there is to say about a finding: what it is, why that matters, and what to do, or why it is let be."""
    if row is None:
        return Content("")
    finding, let_be = row.finding, row.acknowledgement
    then = f"→ {finding.remedy}"
    if let_be is not None:
        end = f"until {local_minute(let_be.until)}" if let_be.until else "for good"
        then = f"Acknowledged {end} by {let_be.by or 'somebody'}: {let_be.reason}"
    what = Content.assemble((printable(finding.subject), "bold"), f"  {finding.message}")
    return Content("\n").join((what, Content.styled(printable(then), "$foreground 70%")))
