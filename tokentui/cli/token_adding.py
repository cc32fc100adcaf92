"""`tokentui tokens add`."""

import click

from tokentui.cli.compose import Office
from tokentui.cli.failures import holds_values
from tokentui.cli.options import as_json, expires, reveal
from tokentui.cli.output import print_json, print_lines, talk
from tokentui.cli.shapes import Shapes
from tokentui.cli.token_value import read_value
from tokentui.domain.fields import TokenFields
from tokentui.domain.periods import parse_moment
from tokentui.domain.records import EndpointToken
from tokentui.services.tokens import add_token


@click.command(
    "add",
    context_settings={"allow_extra_args": True},
    epilog="""\b
Examples:
  tokentui tokens add erp-nightly --description "ERP, nightly export"
  VALUE=$(tokentui tokens add shop --reveal)
  tokentui tokens add old-crm --value-file - < old-value.txt""",
)
@click.argument("name")
@click.option("--description", default="", help="For people.")
@click.option("--disabled", is_flag=True, help="Refused everywhere until it is enabled.")
@click.option(
    "--value-file",
    metavar="FILE",
    help="Take the value in FILE, or on stdin where it is -.  [default: a new value is generated]",
)
@expires
@reveal("the token value")
@as_json
@click.pass_context
@holds_values
def add(
    ctx: click.Context,
    *,
    name: str,
    description: str,
    disabled: bool,
    value_file: str | None,
    expires: str | None,
    reveal: bool,
    as_json: bool,
) -> None:
    """Add an endpoint token, with a new value or an existing one.

    The value is printed with --reveal only, alone on stdout. It is never taken from an argument, where other users
    of the machine could see it.
    """
    if ctx.args:
        raise click.UsageError("One name only; an existing value is read with --value-file, never an argument", ctx)
    office = ctx.find_object(Office)
    assert office is not None
    desk = office.desk_for_change()
    end = None if expires is None else parse_moment(expires, desk.clock(), "expires_at")
    fields = TokenFields(name=name, description=description, enabled=not disabled, expires_at=end)
    token = add_token(desk, fields, None if value_file is None else read_value(value_file))
    _print_added(office, token, reveal=reveal, as_json=as_json)


def _print_added(office: Office, token: EndpointToken, *, reveal: bool, as_json: bool) -> None:
    shapes = Shapes(office, office.reader(), reveal=reveal)
    if as_json:
        print_json(shapes.token(token))
    elif reveal:
        print_lines([shapes.value(token)])
    talk(f"Added {token.name}." if reveal else f"Added {token.name}; tokens show --reveal prints its value.")
