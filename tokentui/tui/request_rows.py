"""How the requests seen look: a line each, one of them below the list, and the sums of a day with a sparkline."""

from collections.abc import Sequence
from datetime import datetime

from textual.content import Content

from tokentui.services.viewing import SeenRow, TallyRow, short_reason, without_token
from tokentui.store.request_queries import UNKNOWN
from tokentui.tui.widgets.cell_text import Cell, printable
from tokentui.tui.widgets.columns import Column
from tokentui.tui.words import age, local_second

COLUMNS = (
    Column("when", "When", 11),
    Column("method", "Method", 6, sortable=False),
    Column("endpoint", "Endpoint", 16, flex=3, sortable=False),
    Column("token", "Token", 14, flex=3, sortable=False),
    Column("address", "From", 15, flex=1, drop=2, sortable=False),
    Column("outcome", "Outcome", 22, sortable=False),
    Column("duration", "Took", 7, justify="right", drop=3, sortable=False),
)

#: Glyph of whose token it was; the details below the list say it in words.
_KINDS = {"endpoint": "▣", "primary": "◈"}
_KIND_WORDS = {"endpoint": "endpoint token", "primary": "primary token"}

#: Of growing height: how often something was called in an hour, against the busiest of its hours.
BARS, PLAIN_BARS = "▁▂▃▄▅▆▇█", "_.:-=+*#"
_NONE = " "


def tally_columns(what: str) -> tuple[Column, ...]:
    """The columns of the sums by token or by endpoint."""
    return (
        Column("name", what, 14, flex=3),
        Column("calls", "Calls", 8, justify="right"),
        Column("refused", "Refused", 9, justify="right"),
        Column("last", "Last", 6, justify="right"),
        Column("addresses", "From", 6, justify="right"),
        Column("hours", "The last 24 hours", 24, sortable=False),
    )


def request_cell(row: SeenRow, column: str, now: datetime) -> str | Cell:
    """What stands in one cell of the list."""
    one = row.request
    match column:
        case "when":
            return when(one.at, now)
        case "method":
            return one.method
        case "endpoint":
            return row.endpoint or Cell(one.path or "–", "dim")
        case "token":
            return token_text(row)
        case "address":
            return Cell(f"◆ {one.address}", "due") if row.new_address else one.address
        case "outcome":
            return outcome(row)
        case _:
            return Cell(duration(one.duration), "dim")


def when(moment: datetime, now: datetime) -> str:
    """On the admin's clock, to the second; of another day its date, and to the minute: below the list stands more."""
    local, today = moment.astimezone(), now.astimezone().date()
    return local.strftime("%H:%M:%S" if local.date() == today else "%m-%d %H:%M")


def token_text(row: SeenRow) -> str | Cell:
    """Glyph and name; `◐` stands for the value from before the last rotation."""
    one = row.request
    if one.fingerprint:
        return row.token
    if not row.token:
        return Cell("–", "dim")
    return f"{'◐' if one.previous else _KINDS.get(one.kind, UNKNOWN)} {row.token}"


def outcome(row: SeenRow) -> Cell:
    """Glyph and word, with the reason of a refusal, and whether its token never came from there before."""
    one = row.request
    if one.let_in:
        return Cell("✓ allowed  ◆ new addr", "due") if row.new_address else Cell("✓ allowed", "on")
    short = short_reason(one.reason)
    return Cell(f"✗ {short} ◆ new" if row.new_address else f"✗ refused: {short}", "expired")


def duration(microseconds: int) -> str:
    """`9 µs`, `1.2 ms`, `3.4 s`."""
    for unit, size in (("s", 1_000_000), ("ms", 1_000)):
        if microseconds >= size:
            return f"{microseconds / size:.1f} {unit}"
    return f"{microseconds} µs"


def details(row: SeenRow | None, width: int) -> Content:
    """All of the request under the cursor, in two lines; what the list shows too only where there is room for it."""
    if row is None:
        return Content("")
    one = row.request
    slot = f" {one.slot}" if one.slot else ""
    first = Content.assemble(
        (printable(f"{one.method} {one.path}"), "bold"), f"  → {row.endpoint}{slot}" * bool(row.endpoint)
    )
    parts = [
        f"{'✓' if one.let_in else '✗'} {one.status} {one.reason}",
        f"from {one.address or 'an unknown address'}{', new for this token' if row.new_address else ''}",
        whose(row),
        duration(one.duration),
        local_second(one.at),
    ]
    second = next(filter(lambda line: line.cell_length <= width, map(_joined, (parts, parts[:-1]))), None)
    return Content("\n").join((first, second or _joined(parts[:-2])))


def _joined(parts: Sequence[str]) -> Content:
    return Content.styled(printable(" · ".join(parts)), "$foreground 70%")


def whose(row: SeenRow) -> str:
    """Whose token it was, in words; where none is recorded, why."""
    one = row.request
    if one.fingerprint:
        return f"unknown token {row.token}"
    if not row.token:
        return f"token {without_token(one.reason)}"
    old = ", its value from before the last rotation" if one.previous else ""
    return f"{_KIND_WORDS.get(one.kind, 'token')} {row.token}{old}"


# ---------------------------------------------------------------------- sums


def tally_cell(row: TallyRow, column: str, now: datetime, bars: str) -> str | Cell:
    """What stands in one cell of the sums."""
    tally = row.tally
    match column:
        case "name":
            return row.name
        case "calls":
            return f"{tally.calls:,}"
        case "refused":
            return Cell(f"✗ {tally.refused:,}", "expired") if tally.refused else Cell("–", "dim")
        case "last":
            return age(tally.last_at, now)
        case "addresses":
            return f"{tally.addresses:,}" if tally.addresses else Cell("–", "dim")
        case _:
            return sparkline(row.hours, bars)


def sparkline(hours: Sequence[int], bars: str = BARS) -> str:
    """A character an hour, the last one last: as high as its part of the busiest hour; blank where nothing came."""
    most = max(hours, default=0)
    return "".join(bars[(amount * len(bars) - 1) // most] if amount else _NONE for amount in hours)
