"""`tokentui import`: take in what an API description says."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tokentui.cli.compose import Office
from tokentui.cli.failures import holds_values
from tokentui.cli.options import as_json
from tokentui.cli.output import columns, listed, print_json, print_lines, talk
from tokentui.domain.slots import Authentication

if TYPE_CHECKING:
    from tokentui.services.importing import Imported, ImportReport

_AS_DECLARED = "as-declared"
_KINDS = (Authentication.TOKEN.value, Authentication.NONE.value, Authentication.INTERNAL.value, _AS_DECLARED)
_HEAD = ("WHAT", "ENDPOINT", "METHODS", "PATH")


@click.command(
    "import",
    epilog="""\b
Examples:
  tokentui import petstore.openapi.yaml --dry-run
  tokentui import petstore.openapi.yaml --authentication as-declared""",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    type=click.Choice(["openapi"]),
    default="openapi",
    show_default=True,
    expose_value=False,
    help="What the file is; openapi is OpenAPI 3 and Swagger 2.0.",
)
@click.option(
    "--authentication",
    type=click.Choice(_KINDS),
    default=Authentication.TOKEN.value,
    show_default=True,
    help="How new endpoints are guarded; as-declared: token where the file asks for security, else none.",
)
@click.option("--dry-run", is_flag=True, help="Change nothing, and print what would be added and changed.")
@as_json
@click.pass_obj
@holds_values
def import_(office: Office, file: Path, authentication: str, dry_run: bool, as_json: bool) -> None:
    """Import the endpoints of an API description (OpenAPI 3, Swagger 2.0; YAML or JSON).

    What the API answers to comes from the file; who may call it is decided here. A path that is not known yet
    becomes an endpoint. Of an endpoint with the same path, methods and Allow deleting become what the file says, and
    nothing else is touched: name, group, slug, description, authentication, IP filter and active stay as they are
    here, and endpoints that the file does not have stay too. Importing a file again changes nothing. All is
    done in one change, or nothing is.
    """
    from tokentui.services.importing import import_file

    desk = office.desk if dry_run else office.desk_for_change()
    kind = None if authentication == _AS_DECLARED else Authentication(authentication)
    report = import_file(desk, file.expanduser(), authentication=kind, dry_run=dry_run)
    if as_json:
        print_json({"endpoints": _shape(report, dry_run)})
    elif dry_run:
        print_lines(columns(_HEAD, _lines(report)))
    _talk(report, dry_run)


def _shape(report: "ImportReport", dry_run: bool) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "added": len(report.added),
        "changed": len(report.changed),
        "unchanged": report.unchanged,
        "skipped": [{"subject": each.subject, "reason": each.reason} for each in report.skipped],
    }
    if dry_run:
        shape["would_add"] = [_planned(each) for each in report.added]
        shape["would_change"] = [_planned(each) for each in report.changed]
    return shape


def _planned(each: "Imported") -> dict[str, Any]:
    return {
        "endpoint": each.subject,
        "path": each.path,
        "gained": each.gained,
        "lost": each.lost,
        "cut_off": each.cut_off,
    }


def _lines(report: "ImportReport") -> Iterable[tuple[str, ...]]:
    for each in report.added:
        yield "add", each.subject, ",".join(each.gained), each.path
    for each in report.changed:
        yield "change", each.subject, _difference(each), each.path


def _difference(change: "Imported") -> str:
    return ",".join([*(f"+{slot}" for slot in change.gained), *(f"-{slot}" for slot in change.lost)])


def _talk(report: "ImportReport", dry_run: bool) -> None:
    for skipped in report.skipped:
        talk(f"{skipped.subject}: {skipped.reason}")
    for change in report.changed:
        cut_off = f"; this cuts off {listed(change.cut_off)}" if change.cut_off else ""
        talk(f"{change.subject}: {_difference(change)}{cut_off}")
    sums = f"{len(report.added)} added, {len(report.changed)} changed, {report.unchanged} unchanged"
    talk(f"{sums}, {len(report.skipped)} skipped{', if this were no dry run' if dry_run else ''}.")
