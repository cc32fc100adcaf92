"""`tokentui endpoints list|show`."""

import click

from tokentui.cli.compose import Office
from tokentui.cli.failures import holds_values
from tokentui.cli.naming import endpoints_named
from tokentui.cli.options import as_json, reveal, shelf, shelf_of, tell_of_no_store, text_filter
from tokentui.cli.output import columns, print_json, print_lines
from tokentui.cli.shapes import Shapes
from tokentui.cli.sheets import endpoint_sheet
from tokentui.domain.slots import Slot
from tokentui.store.queries import EVERYTHING, EndpointQuery, EndpointRow, EndpointSort

_HEAD = ("ENDPOINT", "METHODS", "AUTHENTICATION", "TOKENS", "ACTIVE", "PATH", "NAME")


@click.command(
    "list",
    epilog="""\b
Examples:
  tokentui endpoints list --method DELETE
  tokentui endpoints list --all --json | jq -r '.[] | "\\(.group)/\\(.slug)"'""",
)
@text_filter
@click.option(
    "--method",
    type=click.Choice([slot.value for slot in Slot], case_sensitive=False),
    help="Only those that answer to it.",
)
@shelf
@reveal("the primary token values")
@as_json
@click.pass_obj
@holds_values
def list_endpoints(
    office: Office, text: str, method: str | None, inactive: bool, everything: bool, reveal: bool, as_json: bool
) -> None:
    """List endpoints, the active ones unless said otherwise.

    TOKENS is how many active endpoint tokens are mapped there.
    """
    query = EndpointQuery(
        text=text,
        active=shelf_of(inactive, everything),
        slot=Slot(method) if method else None,
        sort=EndpointSort.REF,
    )
    reader = office.reader()
    rows = reader.endpoint_page(query, EVERYTHING).rows
    tell_of_no_store(office)
    shapes = Shapes(office, reader, reveal=reveal)
    if as_json:
        print_json([shapes.endpoint(row.endpoint, row.assigned) for row in rows])
    elif reveal:
        print_lines(endpoint_sheet(*(shapes.endpoint(row.endpoint, row.assigned) for row in rows)))
    else:
        print_lines(columns(_HEAD, map(_line, rows)))


def _line(row: EndpointRow) -> tuple[str, ...]:
    endpoint = row.endpoint
    return (
        endpoint.ref,
        ",".join(endpoint.slots),
        endpoint.authentication,
        str(row.assigned),
        "yes" if endpoint.active else "no",
        endpoint.path,
        endpoint.name,
    )


@click.command(
    "show",
    epilog="""\b
Examples:
  tokentui endpoints show stock/goods-in
  tokentui endpoints show stock/goods-in --reveal --json | jq -r .primary.POST""",
)
@click.argument("refs", nargs=-1, required=True, metavar="GROUP/SLUG...")
@reveal("the primary token values")
@as_json
@click.pass_obj
@holds_values
def show_endpoints(office: Office, refs: tuple[str, ...], reveal: bool, as_json: bool) -> None:
    """Show endpoints in full. With --json, one is an object, several are a list."""
    reader = office.reader()
    found = endpoints_named(reader, refs)
    shapes = Shapes(office, reader, reveal=reveal)
    shown = [shapes.endpoint(endpoint) for endpoint in found]
    if as_json:
        print_json(shown[0] if len(refs) == 1 else shown)
    else:
        print_lines(endpoint_sheet(*shown))
