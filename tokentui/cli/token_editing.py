"""`tokentui tokens edit`."""

from dataclasses import replace

import click

from tokentui.cli.compose import Office
from tokentui.cli.naming import tokens_named
from tokentui.cli.options import as_json, expires
from tokentui.cli.output import print_json, talk
from tokentui.cli.shapes import Shapes
from tokentui.domain.fields import TokenFields
from tokentui.domain.periods import parse_moment
from tokentui.domain.records import EndpointToken
from tokentui.services.reach import check_readable
from tokentui.services.tokens import edit_token


@click.command(
    "edit",
    epilog="""\b
Examples:
  tokentui tokens edit erp-nightly --description "ERP, nightly export" --expires "in 90 days"
  tokentui tokens edit erp-nightly --name erp --expires never""",
)
@click.argument("name")
@click.option("--name", "new_name", metavar="NAME", help="Another name.")
@click.option("--description", help="For people.")
@expires
@as_json
@click.pass_obj
def edit(
    office: Office, *, name: str, new_name: str | None, description: str | None, expires: str | None, as_json: bool
) -> None:
    """Change an endpoint token; what is not said stays as it is. Its value is another matter: see rotate."""
    if new_name is None and description is None and expires is None:
        raise click.UsageError("Say what to change: --name, --description or --expires", click.get_current_context())
    desk = office.desk_for_change()
    (token,) = tokens_named(desk.reader(), [name])
    fields = TokenFields.of(token)
    if new_name is not None:
        fields = replace(fields, name=new_name)
    if description is not None:
        fields = replace(fields, description=description)
    if expires is not None:
        fields = replace(fields, expires_at=parse_moment(expires, desk.clock(), "expires_at"))
    check_readable(desk.reader(), [token.id])
    saved = edit_token(desk, token, fields)
    if as_json:
        print_json(Shapes(office, office.reader(), reveal=False).tokens([saved])[0])
    talk(_told(token, saved))


def _told(before: EndpointToken, saved: EndpointToken) -> str:
    if saved == before:
        return "Nothing to change: it is so already."
    return f"Renamed {before.name} to {saved.name}." if saved.name != before.name else f"Saved {saved.name}."
