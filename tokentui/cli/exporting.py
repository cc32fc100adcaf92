"""`tokentui export`: what the store holds as a file, to be kept, taken in elsewhere, or enforced by a proxy."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tokentui.cli.compose import Office
from tokentui.cli.failures import holds_values
from tokentui.cli.files import output_named, write_out
from tokentui.cli.options import tell_of_no_store
from tokentui.cli.output import print_content, talk

if TYPE_CHECKING:
    from tokentui.services.exporting import Exported

_JSON, _CSV, _NGINX, _HAPROXY = "json", "csv", "nginx-map", "haproxy-map"


@click.command(
    "export",
    epilog="""\b
Examples:
  tokentui export --reveal --output everything.json
  tokentui export --format csv > tokens.csv
  tokentui export --format nginx-map --reveal --force --output /etc/nginx/tokentui.conf && nginx -s reload""",
)
@click.option(
    "--format",
    type=click.Choice([_JSON, _CSV, _NGINX, _HAPROXY]),
    default=_JSON,
    show_default=True,
    help="json: the whole store; csv: tokens and assignments; the others: for enforcement inside the proxy.",
)
@click.option("--reveal", is_flag=True, help="With token values; nginx-map is nothing without, haproxy-map has none.")
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write there, for you alone (0600).")
@click.option("--force", is_flag=True, help="Replace FILE where it is there already.")
@click.pass_context
@holds_values
def export(ctx: click.Context, /, *, format: str, reveal: bool, output: Path | None, force: bool) -> None:
    """Export the whole store as JSON, tokens as CSV, or what a proxy needs to enforce it by itself.

    JSON with values goes back into an empty store exactly as it was: the same bytes come out again. Without --reveal
    there is nothing of values in it, and an import makes new ones.

    A map for nginx or HAProxy holds what is good now, and when each value ends; its first lines tell how to use it.
    The one for HAProxy has digests in place of values. Write it again after every change.
    """
    _check(ctx, format, reveal=reveal, output=output, force=force)
    office = ctx.find_object(Office)
    assert office is not None
    file = None if output is None else output_named(office, output)
    exported = _exported(office, format, reveal=reveal)
    tell_of_no_store(office)
    if file is None:
        print_content(exported.content)
    else:
        write_out(file, exported.content, force=force)
        talk(f"Written to {output}.")
    for note in exported.notes:
        talk(note)


def _check(ctx: click.Context, format: str, *, reveal: bool, output: Path | None, force: bool) -> None:
    if format == _NGINX and not reveal:
        raise click.UsageError("A map for nginx holds token values: say --reveal.", ctx)
    if force and output is None:
        raise click.UsageError("--force is about the file of --output.", ctx)


def _exported(office: Office, format: str, *, reveal: bool) -> "Exported":
    from tokentui.services import exporting

    match format:
        case "csv":
            return exporting.export_csv(office.desk, reveal=reveal)
        case "nginx-map":
            return exporting.export_nginx_map(office.desk)
        case "haproxy-map":
            return exporting.export_haproxy_map(office.desk)
    return exporting.export_json(office.desk, reveal=reveal)
