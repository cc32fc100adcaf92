"""Which tokens are due for rotation by the policy in the settings, for the commands that list or rotate them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

import click

from tokentui.cli.compose import Office
from tokentui.store.queries import TokenQuery, TokenRow, TokenSort

due = click.option(
    "--due", is_flag=True, help="Only those whose value is older than the policy lets it be, the oldest first."
)


def due_query(office: Office, query: TokenQuery) -> TokenQuery:
    """The query, of those whose value is old enough only; raises `click.UsageError` where none ever is."""
    limit = office.settings.policy.due_before(datetime.now(UTC))
    if limit is None:
        message = f"Nothing is ever due: rotate_after_days is 0 in {office.settings_file}"
        raise click.UsageError(message, click.get_current_context())
    return replace(query, due_before=limit, sort=TokenSort.AGE)


def due_rows(office: Office, rows: Iterable[TokenRow]) -> list[TokenRow]:
    """Of the rows of a `due_query` those that are due: what is refused anyway is not."""
    policy, now = office.settings.policy, datetime.now(UTC)
    return [row for row in rows if policy.rotation_due(row.token, now)]
