"""`tokentui endpoints activate|deactivate`: several at once, all or none, in one change."""

from dataclasses import replace

import click

from tokentui.cli.compose import Office
from tokentui.cli.naming import endpoints_named
from tokentui.cli.options import as_json
from tokentui.cli.output import counted, print_json, talk
from tokentui.cli.shapes import Shapes
from tokentui.cli.trial import Planned, dry_run, print_trial
from tokentui.domain.fields import EndpointFields
from tokentui.domain.records import Endpoint
from tokentui.services.calls import calls_at
from tokentui.services.cutting import cut_of, refused_at
from tokentui.services.desk import Desk
from tokentui.services.endpoints import set_endpoints_active
from tokentui.services.mapped import mapped_there
from tokentui.store.protocol import Reader

_refs = click.argument("refs", nargs=-1, required=True, metavar="GROUP/SLUG...")


@click.command(epilog="""\b\nExample:\n  tokentui endpoints activate stock/goods-in""")
@_refs
@as_json
@click.pass_obj
def activate(office: Office, refs: tuple[str, ...], as_json: bool) -> None:
    """Answer to inactive endpoints again; their mappings and primary tokens are as they were."""
    changed, asked = _switch(office, refs, True, as_json)
    if not changed:
        talk("Nothing to change: active already.")
        return
    what = changed[0].ref if asked == 1 else counted(len(changed), "endpoint")
    so_already = f", {asked - len(changed)} already so" if asked > len(changed) else ""
    talk(f"{what} activated{so_already}.")


@click.command(
    epilog="""\b
Examples:
  tokentui endpoints deactivate stock/goods-in shop/pets
  tokentui endpoints deactivate stock/goods-in --dry-run --json | jq -r '.would_change[].hits[]'"""
)
@_refs
@dry_run
@as_json
@click.pass_obj
def deactivate(office: Office, refs: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Refuse every request to the endpoints, and hide them from the list; nothing of them is lost."""
    if dry_run:
        reader = office.reader()
        standing = [each for each in endpoints_named(reader, refs) if each.active]
        print_trial([_planned(office.desk, reader, each) for each in standing], as_json=as_json)
        return
    changed, _ = _switch(office, refs, False, as_json)
    reader = office.reader()
    for each in changed:
        called = calls_at(office.desk, {each.id: each.slots}).told()
        talk(f"{each.ref} is inactive: {refused_at(reader, each)}; {called}.")
    if not changed:
        talk("Nothing to change: inactive already.")


def _planned(desk: Desk, reader: Reader, endpoint: Endpoint) -> Planned:
    off = replace(EndpointFields.of(endpoint), active=False)
    return Planned(endpoint.ref, ("active",), cut_of(desk, reader, endpoint, off))


def _switch(office: Office, refs: tuple[str, ...], active: bool, as_json: bool) -> tuple[tuple[Endpoint, ...], int]:
    """Switch the endpoints, and print them with `as_json`; gives the changed ones, and how many were named."""
    desk = office.desk_for_change()
    found = endpoints_named(desk.reader(), refs)
    for each in found:
        mapped_there(desk.reader(), each.id)  # what is told of it afterwards can be read
    changed = set_endpoints_active(desk, [each.id for each in found], active)
    if as_json:
        reader = office.reader()
        shapes = Shapes(office, reader, reveal=False)
        print_json([shapes.endpoint(reader.endpoint(each.id)) for each in found])
    return changed, len(found)
