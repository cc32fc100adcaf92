"""`tokentui tokens assign|unassign`: map an endpoint token to slots of endpoints, all or none, in one change."""

import click

from tokentui.cli.compose import Office
from tokentui.cli.naming import endpoints_named, tokens_named
from tokentui.cli.options import Slots, as_json
from tokentui.cli.output import counted, talk
from tokentui.cli.reaching import tell_reach
from tokentui.cli.trial import dry_run
from tokentui.domain.errors import Invalid
from tokentui.domain.records import Endpoint
from tokentui.domain.slots import Slot
from tokentui.services import assigning
from tokentui.services.reach import check_readable, reach_of_mappings

_refs = click.argument("refs", nargs=-1, required=True, metavar="GROUP/SLUG...")


@click.command(
    epilog="""\b
Examples:
  tokentui tokens assign erp-nightly stock/goods-in stock/goods-out
  tokentui tokens assign shop-frontend shop/pets --slots GET"""
)
@click.argument("name")
@_refs
@click.option("--slots", type=Slots(), metavar="POST,GET", help="Which slots.  [default: all that the endpoint has]")
@click.pass_obj
def assign(office: Office, name: str, refs: tuple[str, ...], slots: tuple[Slot, ...] | None) -> None:
    """Map an endpoint token to endpoints. What it is mapped to already stays."""
    desk = office.desk_for_change()
    reader = desk.reader()
    (token,) = tokens_named(reader, [name])
    add = {each.id: _slots_of(each, slots) for each in endpoints_named(reader, refs)}
    assigning.assign(desk, token.id, add=add, remove={})
    where = counted(len(add), "endpoint")
    talk(f"{token.name} is mapped to {where}." if desk.history else f"{token.name} was mapped there already.")


def _slots_of(endpoint: Endpoint, wanted: tuple[Slot, ...] | None) -> tuple[Slot, ...]:
    """The slots to map; raises `Invalid` for one that is off there, which would be refused on every call."""
    off = [slot for slot in wanted or () if slot not in endpoint.slots]
    if off:
        have = ",".join(endpoint.slots)
        raise Invalid("slots", f"{endpoint.ref} has no {off[0]} slot, only {have}. Nothing was done.")
    return endpoint.slots if wanted is None else wanted


@click.command(
    epilog="""\b
Examples:
  tokentui tokens unassign erp-nightly stock/goods-in
  tokentui tokens unassign shop-frontend shop/pets --slots POST --dry-run"""
)
@click.argument("name")
@_refs
@click.option("--slots", type=Slots(), metavar="POST,GET", help="Which slots.  [default: all that it is mapped to]")
@dry_run
@as_json
@click.pass_obj
def unassign(
    office: Office, *, name: str, refs: tuple[str, ...], slots: tuple[Slot, ...] | None, dry_run: bool, as_json: bool
) -> None:
    """Take an endpoint token's mapping to endpoints away. What that hits is told."""
    desk = office.desk if dry_run else office.desk_for_change()
    reader = desk.reader()
    (token,) = tokens_named(reader, [name])
    remove = {each.id: tuple(Slot) if slots is None else slots for each in endpoints_named(reader, refs)}
    if not dry_run:
        check_readable(reader, [token.id])
        assigning.assign(desk, token.id, add={}, remove=remove)
        where = counted(len(remove), "endpoint")
        talk(f"{token.name} is unassigned at {where}." if desk.history else f"{token.name} was not mapped there.")
    reach = reach_of_mappings(desk, reader, token.id, remove)
    tell_reach(reach, "unassigned", dry_run=dry_run, as_json=as_json)
