"""`tokentui endpoints edit`."""

from dataclasses import fields as dataclass_fields
from dataclasses import replace
from typing import Any

import click

from tokentui.cli.compose import Office
from tokentui.cli.failures import holds_values
from tokentui.cli.naming import endpoints_named
from tokentui.cli.options import Slots, as_json
from tokentui.cli.output import listed, print_json, print_lines, talk
from tokentui.cli.shapes import Shapes
from tokentui.cli.trial import Planned, dry_run, print_trial
from tokentui.domain.fields import EndpointFields
from tokentui.domain.records import Endpoint
from tokentui.domain.slots import Authentication
from tokentui.services.cutting import cut_of
from tokentui.services.desk import Desk
from tokentui.services.endpoints import edit_endpoint, planned_edit
from tokentui.store.protocol import Reader


@click.command(
    "edit",
    epilog="""\b
Examples:
  tokentui endpoints edit stock/goods-in --name "Goods received" --slug goods-received
  tokentui endpoints edit shop/pets --authentication token --no-allow-deleting --dry-run""",
)
@click.argument("ref", metavar="GROUP/SLUG")
@click.option("--name", help="Its name.")
@click.option("--group", help="Its group: a-z, 0-9 and -.")
@click.option("--slug", help="Its slug; an empty one is made of the name. The path stays as it is.")
@click.option("--path", help="What it answers to; an empty one is /api/endpoint/GROUP/SLUG.")
@click.option("--methods", type=Slots(), metavar="POST,GET", help="What it answers.")
@click.option(
    "--authentication",
    type=click.Choice([kind.value for kind in Authentication], case_sensitive=False),
    help="How it is guarded: by tokens, not at all, or by its own primary tokens only.",
)
@click.option("--allow-deleting/--no-allow-deleting", default=None, help="Answer DELETE too, or not.")
@click.option("--ip-filter", metavar="CIDR,...", help="Whence it may be called; an empty one is anywhere.")
@click.option("--description", help="For people.")
@dry_run
@as_json
@click.pass_obj
@holds_values
def edit(office: Office, /, *, ref: str, dry_run: bool, as_json: bool, **options: Any) -> None:
    """Change fields of an endpoint, and print its GROUP/SLUG. What is not said stays as it is.

    Primary tokens that are missing then are generated; what is switched off keeps its values, refused.
    """
    given = {name: value for name, value in options.items() if value is not None}
    if not given:
        raise click.UsageError("Say what to change, as in --name NAME", click.get_current_context())
    reader = office.reader() if dry_run else office.desk_for_change().reader()
    (endpoint,) = endpoints_named(reader, [ref])
    fields = _edited(endpoint, given)
    planned = _planned(office.desk, reader, endpoint, fields)
    if dry_run:
        print_trial([planned] if planned.fields else [], as_json=as_json)
        return
    saved = edit_endpoint(office.desk, endpoint, fields)
    if as_json:
        print_json(Shapes(office, office.reader(), reveal=False).endpoint(saved))
    else:
        print_lines([saved.ref])
    _tell(endpoint, saved, planned)


def _edited(endpoint: Endpoint, given: dict[str, Any]) -> EndpointFields:
    if "authentication" in given:
        given["authentication"] = Authentication(given["authentication"])
    if "ip_filter" in given:
        given["ip_filter"] = tuple(given["ip_filter"].split(","))
    return replace(EndpointFields.of(endpoint), **given)


def _planned(desk: Desk, reader: Reader, endpoint: Endpoint, fields: EndpointFields) -> Planned:
    """What the edit is about; raises as `edit_endpoint`, and nothing is saved."""
    before, after = EndpointFields.of(endpoint), EndpointFields.of(planned_edit(reader, endpoint, fields))
    names = (field.name for field in dataclass_fields(EndpointFields))
    changed = tuple(name for name in names if getattr(before, name) != getattr(after, name))
    return Planned(endpoint.ref, changed, cut_of(desk, reader, endpoint, after))


def _tell(before: Endpoint, saved: Endpoint, planned: Planned) -> None:
    """What was done; then what that cut off."""
    if saved == before:
        talk(f"Nothing to change: {saved.ref} is so already.")
        return
    fresh = [slot for slot in saved.primaries if slot not in before.primaries]
    made = f" Generated its {listed(fresh)} primary." if fresh else ""
    what = f"{listed(planned.fields)} of {saved.ref}" if planned.fields else saved.ref
    talk(f"Saved {what}.{made}")
    for line in planned.cut.lines:
        talk(f"{saved.ref}: {line}")
