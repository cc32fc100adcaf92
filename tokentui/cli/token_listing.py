"""`tokentui tokens list|show`."""

import click

from tokentui.cli.compose import Office
from tokentui.cli.due import due, due_query, due_rows
from tokentui.cli.failures import holds_values
from tokentui.cli.naming import tokens_named
from tokentui.cli.options import as_json, reveal, shelf, shelf_of, tell_of_no_store, tell_of_trouble, text_filter
from tokentui.cli.output import columns, print_json, print_lines, time_text
from tokentui.cli.shapes import Shapes
from tokentui.cli.sheets import token_sheet
from tokentui.store.queries import EVERYTHING, TokenQuery, TokenRow

#: What `show --as` knows.
FORMS = ("value", "header", "env", "curl")

_HEAD = ("NAME", "ENABLED", "ACTIVE", "ENDPOINTS", "CREATED", "DESCRIPTION")


@click.command(
    "list",
    epilog="""\b
Examples:
  tokentui tokens list --unassigned
  tokentui tokens list --all --json | jq -r '.[] | select(.enabled | not) | .name'""",
)
@text_filter
@click.option("--unassigned", is_flag=True, help="Only those that are mapped nowhere.")
@click.option("--disabled", is_flag=True, help="Only disabled ones.")
@due
@shelf
@reveal("the token values")
@as_json
@click.pass_obj
@holds_values
def list_tokens(
    office: Office,
    *,
    text: str,
    unassigned: bool,
    disabled: bool,
    due: bool,
    inactive: bool,
    everything: bool,
    reveal: bool,
    as_json: bool,
) -> None:
    """List endpoint tokens, the active ones unless said otherwise.

    ENDPOINTS is how many endpoints a token is mapped to.
    """
    query = TokenQuery(
        text=text,
        active=shelf_of(inactive, everything),
        enabled=False if disabled else None,
        assigned=False if unassigned else None,
    )
    reader = office.reader()
    page = reader.token_page(due_query(office, query) if due else query, EVERYTHING)
    rows = due_rows(office, page.rows) if due else page.rows
    tell_of_no_store(office)
    tell_of_trouble(page)
    shapes = Shapes(office, reader, reveal=reveal)
    if as_json:
        print_json([shapes.token(row.token, row.last_seen_at) for row in rows])
    else:
        head = (*_HEAD, "VALUE") if reveal else _HEAD
        print_lines(columns(head, (_line(row, shapes, reveal) for row in rows)))


def _line(row: TokenRow, shapes: Shapes, reveal: bool) -> tuple[str, ...]:
    token = row.token
    cells = (
        token.name,
        "on" if token.enabled else "off",
        "yes" if token.active else "no",
        str(row.assigned),
        time_text(token.created_at),
        token.description,
    )
    return (*cells, shapes.value(token)) if reveal else cells


@click.command(
    "show",
    epilog="""\b
Examples:
  tokentui tokens show erp-nightly
  tokentui tokens show erp-nightly --reveal --json | jq -r .value""",
)
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@reveal("the token values")
@click.option(
    "--as",
    "form",
    type=click.Choice(FORMS),
    help="With --reveal: the values alone, as they are, as a header, as a line of an .env file, or as curl commands.",
)
@as_json
@click.pass_obj
@holds_values
def show_tokens(office: Office, names: tuple[str, ...], reveal: bool, form: str | None, as_json: bool) -> None:
    """Show endpoint tokens in full. With --json, one is an object, several are a list."""
    if form is not None and (as_json or not reveal):
        raise click.UsageError("--as goes with --reveal and without --json", click.get_current_context())
    reader = office.reader()
    found = tokens_named(reader, names)
    shapes = Shapes(office, reader, reveal=reveal)
    if form is not None:
        from tokentui.cli.token_snippets import print_snippets

        print_snippets(office, reader, [(token, shapes.value(token)) for token in found], form)
        return
    shown = shapes.tokens(found)
    if as_json:
        print_json(shown[0] if len(names) == 1 else shown)
    else:
        print_lines(token_sheet(*shown))
