"""How the Tokens tab of an endpoint looks: its primary tokens, and the endpoint tokens with their slots."""

from dataclasses import dataclass
from datetime import datetime

from tokentui.domain.errors import Locked, SealError
from tokentui.domain.policy import Policy
from tokentui.domain.records import Endpoint
from tokentui.domain.slots import Slot
from tokentui.services.desk import Desk
from tokentui.services.endpoints import primary_hint
from tokentui.store.protocol import Reader
from tokentui.store.queries import MappingQuery, MappingRow, Window
from tokentui.tui.token_rows import enabled_cell, last_seen
from tokentui.tui.widgets.primary_list import PrimaryLine
from tokentui.tui.widgets.row_table import Cell, Column
from tokentui.tui.words import ago

COLUMNS = (
    Column("name", "Token", 18, flex=3),
    Column("enabled", "Enabled", 12),
    *(Column(slot, slot, len(slot), justify="center", slot=True, sortable=False) for slot in Slot),
    Column("description", "Description", 20, flex=4, drop=2),
    Column("last_seen", "Last seen", 11, justify="right", drop=1),
)


def mapping_cell(row: MappingRow, column: str, endpoint: Endpoint, now: datetime, policy: Policy) -> str | Cell:
    """What stands in one cell: a tick where the slot is mapped, a dot where it could be, nothing where it is off."""
    match column:
        case "name":
            return row.token.name
        case "description":
            return Cell(row.token.description, "dim")
        case "enabled":
            return enabled_cell(row.token, now, policy)
        case "last_seen":
            return last_seen(row.last_seen_at, now)
        case _:
            return _slot_cell(Slot(column), row, endpoint)


def _slot_cell(slot: Slot, row: MappingRow, endpoint: Endpoint) -> Cell:
    mapped, on = slot in row.slots, slot in endpoint.slots
    if mapped:
        return Cell("✓", "on") if on else Cell("(✓)", "dim")
    return Cell("·" if on else "", "dim")


def primary_lines(desk: Desk, endpoint: Endpoint) -> tuple[PrimaryLine, ...]:
    """A line for each slot: when its primary was generated, or why it is off."""
    return tuple(_primary_line(desk, endpoint, slot) for slot in Slot)


def _primary_line(desk: Desk, endpoint: Endpoint, slot: Slot) -> PrimaryLine:
    secret = endpoint.primaries.get(slot)
    if slot not in endpoint.slots:
        off = "Allow deleting is off" if slot is Slot.DELETE else f"{slot} is not among its methods"
        kept = "; its value is kept, and refused" if secret is not None else ""
        return PrimaryLine(slot, False, "", off + kept)
    if secret is None:
        return PrimaryLine(slot, False, "", "no value yet: g generates one")
    if secret.lost:
        return PrimaryLine(slot, True, "????", "key lost: g makes another")
    try:
        hint = primary_hint(desk, endpoint, slot)
    except Locked:
        hint = ""
    except SealError:
        hint = "????"
    return PrimaryLine(slot, True, hint, f"generated {ago(secret.generated_at, desk.clock())}")


@dataclass(frozen=True, slots=True)
class TokensAt:
    """What the Tokens tab shows beside its rows, all of one moment."""

    endpoint: Endpoint
    primaries: tuple[PrimaryLine, ...]
    #: How many active tokens are mapped to the endpoint, and how many there are.
    mapped: int
    tokens: int


def tokens_at(reader: Reader, desk: Desk, endpoint_id: str) -> TokensAt:
    """The endpoint with its primaries, and how many tokens are mapped to it."""
    endpoint, nothing = reader.endpoint(endpoint_id), Window(0, 0)
    mapped = reader.mapping_page(MappingQuery(endpoint_id=endpoint_id, mapped_only=True), nothing).total
    tokens = reader.mapping_page(MappingQuery(endpoint_id=endpoint_id), nothing).total
    return TokensAt(endpoint, primary_lines(desk, endpoint), mapped, tokens)
