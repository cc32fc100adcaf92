"""How an endpoint token looks in a list."""

from datetime import datetime

from tokentui.domain.policy import Policy
from tokentui.domain.records import EndpointToken
from tokentui.store.queries import TokenRow
from tokentui.tui.widgets.row_table import Cell, Column
from tokentui.tui.words import age, enabled, left

COLUMNS = (
    Column("name", "Token", 18, flex=2),
    Column("description", "Description", 14, flex=3, drop=3),
    Column("enabled", "Enabled", 12),
    Column("assigned", "Endpoints", 11, justify="right"),
    Column("age", "Age", 11, justify="right"),
    Column("last_seen", "Last seen", 11, justify="right", drop=1),
)


def token_cell(row: TokenRow, column: str, now: datetime, policy: Policy) -> str | Cell:
    """What stands in one cell of the token list."""
    token = row.token
    match column:
        case "name":
            return token.name
        case "description":
            return Cell(token.description, "dim")
        case "enabled":
            return enabled_cell(token, now, policy)
        case "assigned":
            return str(row.assigned) if row.assigned else Cell("none", "dim")
        case "age":
            return age_cell(token, now, policy)
        case _:
            return last_seen(row.last_seen_at, now)


def enabled_cell(token: EndpointToken, now: datetime, policy: Policy) -> Cell:
    """The switch; of a token that is on, what is special about it: expired, its old value works too, ends soon."""
    if not token.enabled:
        return Cell(enabled(False), "off")
    if token.expired(now):
        return Cell("✗ expired", "expired")
    if token.grace_until is not None and token.in_grace(now):
        return Cell(f"◐ grace {left(token.grace_until, now)}", "grace")
    if token.expires_at is not None and policy.expires_soon(token, now):
        return Cell(f"◔ ends {left(token.expires_at, now)}", "due")
    return Cell(enabled(True), "on")


def age_cell(token: EndpointToken, now: datetime, policy: Policy) -> str | Cell:
    """How old the value is, and whether that is too old."""
    old = age(token.secret.generated_at, now)
    return Cell(f"{old} ↻ due", "due") if policy.rotation_due(token, now) else old


def last_seen(when: datetime | None, now: datetime) -> str | Cell:
    """When a request with the token was last seen; a dash where none ever was."""
    return Cell("–", "dim") if when is None else age(when, now)


def token_state(token: EndpointToken, now: datetime) -> str:
    """The state of a whole row."""
    if not token.active:
        return "inactive"
    if token.expired(now):
        return "expired"
    return "" if token.enabled else "disabled"
