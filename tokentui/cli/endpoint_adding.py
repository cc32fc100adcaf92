"""`tokentui endpoints add`."""

from typing import Any

import click

from tokentui.cli.compose import Office
from tokentui.cli.failures import holds_values
from tokentui.cli.options import Slots, as_json
from tokentui.cli.output import print_json, print_lines, talk
from tokentui.cli.shapes import Shapes
from tokentui.domain.fields import EndpointFields
from tokentui.domain.slots import METHODS, Authentication
from tokentui.services.endpoints import add_endpoint


@click.command(
    "add",
    epilog="""\b
Examples:
  tokentui endpoints add "Goods in" --group stock --authentication token
  tokentui endpoints add Pets --group shop --path '/pets/{id}' --methods GET --ip-filter 10.0.0.0/8""",
)
@click.argument("name")
@click.option("--group", required=True, help="Its group: a-z, 0-9 and -.")
@click.option("--slug", default="", help="Its slug.  [default: made of the name, numbered where it is taken]")
@click.option("--path", default="", help="What it answers to.  [default: /api/endpoint/GROUP/SLUG]")
@click.option(
    "--methods", type=Slots(), default=METHODS, metavar="POST,GET", help="What it answers.  [default: both]"
)
@click.option(
    "--authentication",
    type=click.Choice([kind.value for kind in Authentication], case_sensitive=False),
    default=Authentication.TOKEN.value,
    show_default=True,
    help="How it is guarded: by tokens, not at all, or by its own primary tokens only.",
)
@click.option("--allow-deleting", is_flag=True, help="Answer DELETE too.")
@click.option("--ip-filter", default="", metavar="CIDR,...", help="Whence it may be called.  [default: anywhere]")
@click.option("--description", default="", help="For people.")
@as_json
@click.pass_obj
@holds_values
def add(office: Office, /, *, as_json: bool, authentication: str, ip_filter: str, **fields: Any) -> None:
    """Add an endpoint, and print its GROUP/SLUG.

    The primary tokens that its authentication asks for are generated; `endpoints show --reveal` prints them.
    """
    desk = office.desk_for_change()
    wanted = EndpointFields(
        authentication=Authentication(authentication),
        ip_filter=tuple(ip_filter.split(",")) if ip_filter else (),
        **fields,
    )
    endpoint = add_endpoint(desk, wanted)
    if as_json:
        print_json(Shapes(office, office.reader(), reveal=False).endpoint(endpoint))
    else:
        print_lines([endpoint.ref])
    talk(f"Added {endpoint.ref} at {endpoint.path}.")
