"""Writes endpoint tokens and their assignments as CSV: a row for each assignment, one for a token without any."""

import csv
from collections.abc import Iterator
from io import StringIO

from tokentui.domain.records import EndpointToken
from tokentui.exchange.csv_cells import guarded
from tokentui.exchange.inventory import Inventory, Values, instant

COLUMNS = ("name", "description", "enabled", "active", "expires_at", "endpoint", "slots")
VALUE = "value"


def csv_export(inventory: Inventory, values: Values | None) -> bytes:
    """The file (RFC 4180, UTF-8); with token values where `values` opens them, which raises `SealError`."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS if values is None else (*COLUMNS, VALUE))
    for token in inventory.tokens:
        value = () if values is None else (values.of(token),)
        for endpoint, slots in _assignments(inventory, token):
            writer.writerow([guarded(cell) for cell in (*_cells(token), endpoint, slots, *value)])
    return text.getvalue().encode()


def _assignments(inventory: Inventory, token: EndpointToken) -> Iterator[tuple[str, str]]:
    assigned = inventory.assigned(token)
    if not assigned:
        yield "", ""
    for ref, each in assigned:
        yield ref, ",".join(each.slots)


def _cells(token: EndpointToken) -> tuple[str, ...]:
    switches = ("yes" if on else "no" for on in (token.enabled, token.active))
    return token.name, token.description, *switches, instant(token.expires_at) or ""
