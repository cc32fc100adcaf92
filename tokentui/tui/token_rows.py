"""How an endpoint token looks in a list."""

from datetime import datetime

from tokentui.domain.records import EndpointToken
from tokentui.store.queries import TokenRow
from tokentui.tui.widgets.row_table import Cell, Column
from tokentui.tui.words import age, enabled

COLUMNS = (
    Column("name", "Token", 18, flex=2),
    Column("description", "Description", 14, flex=3, drop=3),
    Column("enabled", "Enabled", 9),
    Column("assigned", "Endpoints", 9, justify="right"),
    Column("age", "Age", 7, justify="right"),
    Column("last_seen", "Last seen", 9, justify="right", drop=1),
)


def token_cell(row: TokenRow, column: str, now: datetime) -> str | Cell:
    """What stands in one cell of the token list."""
    token = row.token
    match column:
        case "name":
            return token.name
        case "description":
            return Cell(token.description, "dim")
        case "enabled":
            return enabled_cell(token, now)
        case "assigned":
            return str(row.assigned) if row.assigned else Cell("none", "dim")
        case "age":
            return age(token.secret.generated_at, now)
        case _:
            return last_seen(row.last_seen_at, now)


def enabled_cell(token: EndpointToken, now: datetime) -> Cell:
    """The switch; or that it does not help any more, since the token's time is over."""
    if token.enabled and token.expired(now):
        return Cell("✗ expired", "expired")
    return Cell(enabled(token.enabled), "on" if token.enabled else "off")


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
