"""`tokentui endpoints generate`: a new primary token in the place of the one that stands."""

import click

from tokentui.cli.compose import Office
from tokentui.cli.failures import holds_values
from tokentui.cli.naming import endpoints_named
from tokentui.cli.options import as_json, reveal
from tokentui.cli.output import print_json, print_lines, talk
from tokentui.cli.shapes import Shapes
from tokentui.cli.trial import Planned, dry_run, print_trial
from tokentui.domain.records import Endpoint
from tokentui.domain.slots import Slot
from tokentui.services.calls import calls_by_primary
from tokentui.services.cutting import Cut, generate_cut
from tokentui.services.desk import Desk
from tokentui.services.endpoints import check_generates, generate_primary, reveal_primary
from tokentui.services.mapped import mapped_there


@click.command(
    "generate",
    epilog="""\b
Examples:
  tokentui endpoints generate stock/goods-in POST
  VALUE=$(tokentui endpoints generate stock/goods-in GET --reveal)""",
)
@click.argument("ref", metavar="GROUP/SLUG")
@click.argument("slot", type=click.Choice([slot.value for slot in Slot], case_sensitive=False), metavar="SLOT")
@reveal("the new value")
@dry_run
@as_json
@click.pass_obj
@holds_values
def generate(office: Office, *, ref: str, slot: str, reveal: bool, dry_run: bool, as_json: bool) -> None:
    """Replace the primary token of one slot (POST, GET or DELETE) at once: the value before is refused from then on.

    The new value is printed with --reveal only, alone on stdout, or as `primary` with --json.
    """
    reader = office.reader() if dry_run else office.desk_for_change().reader()
    (endpoint,) = endpoints_named(reader, [ref])
    wanted = Slot(slot)
    if dry_run:
        print_trial([_planned(office.desk, endpoint, wanted)], as_json=as_json)
        return
    mapped_there(reader, endpoint.id)  # what is told of it afterwards can be read
    generated = generate_primary(office.desk, endpoint.id, wanted)
    _print_generated(office, generated, wanted, reveal=reveal, as_json=as_json)
    where = "" if reveal else " endpoints show --reveal prints it."
    talk(f"Generated the {wanted} primary of {endpoint.ref}{_refused(office.desk, endpoint, wanted)}.{where}")


def _planned(desk: Desk, endpoint: Endpoint, slot: Slot) -> Planned:
    """What would come of it; raises `Invalid` where nothing would."""
    check_generates(endpoint, slot)
    good = endpoint.active and slot in endpoint.primaries
    return Planned(endpoint.ref, ("primary",), generate_cut(desk, endpoint, slot) if good else Cut())


def _refused(desk: Desk, before: Endpoint, slot: Slot) -> str:
    """That the value which stood before is refused now, and how often lately it came."""
    if slot not in before.primaries:
        return ""
    called = f"; {calls_by_primary(desk, before, slot).told('by this token')}" if before.active else ""
    return f": the value before is refused{called}"


def _print_generated(office: Office, endpoint: Endpoint, slot: Slot, *, reveal: bool, as_json: bool) -> None:
    """The endpoint or the value alone; the values of its other slots are none of this command's business."""
    shown = {"primary": {slot.value: reveal_primary(office.desk, endpoint, slot)}} if reveal else {}
    if as_json:
        print_json({**Shapes(office, office.reader(), reveal=False).endpoint(endpoint), **shown})
    elif reveal:
        print_lines(shown["primary"].values())
