"""`tokentui import`: take in what a file of others says, or one of our own."""

import os
from pathlib import Path

import click

from tokentui.cli.compose import Office
from tokentui.cli.failures import holds_values
from tokentui.cli.files import file_named
from tokentui.cli.options import as_json
from tokentui.cli.output import print_json, print_lines, talk
from tokentui.domain.slots import Authentication

_AS_DECLARED = "as-declared"
_KINDS = (Authentication.TOKEN.value, Authentication.NONE.value, Authentication.INTERNAL.value, _AS_DECLARED)
_AUTO = "auto"
_OPENAPI, _KONG = "openapi", "kong"


@click.command(
    "import",
    epilog="""\b
Examples:
  tokentui import petstore.openapi.yaml --dry-run
  tokentui import petstore.openapi.yaml --authentication as-declared
  tokentui import kong.yaml --env
  tokentui import tokens.csv --dry-run --json""",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    type=click.Choice([_AUTO, _OPENAPI, _KONG, "csv", "json"]),
    default=_AUTO,
    show_default=True,
    help="What the file is; auto: what it shows itself to be. openapi is OpenAPI 3 and Swagger 2.0.",
)
@click.option(
    "--authentication",
    type=click.Choice(_KINDS),
    default=Authentication.TOKEN.value,
    show_default=True,
    help="How new endpoints of an API description are guarded; as-declared: token where it asks for security.",
)
@click.option("--env", is_flag=True, help="Take Kong's keys that refer to the environment from there.")
@click.option("--dry-run", is_flag=True, help="Change nothing, and print what would be added and changed.")
@as_json
@click.pass_context
@holds_values
def import_(
    ctx: click.Context, /, *, file: Path, format: str, authentication: str, env: bool, dry_run: bool, as_json: bool
) -> None:
    """Import an API description (OpenAPI 3, Swagger 2.0), a Kong configuration, or tokens as JSON or CSV.

    OpenAPI and Kong: what there is to be guarded comes from the file; who may call it is decided here. A path that is
    not known yet becomes an endpoint; of one that is known, methods and Allow deleting become what the file says, and
    nothing else is touched. A consumer's key becomes a token that is named after the consumer, mapped to what Kong
    lets it into. What the file does not have stays.

    JSON and CSV, as `tokentui export` writes them: what is listed becomes what the file says, and the assignments of
    a token exactly those in the file. What is not listed stays.

    No value that is here is ever replaced. Importing a file again changes nothing. All is done in one change, or
    nothing is.
    """
    from tokentui.cli.import_report import report_shape, report_tables, report_talk
    from tokentui.exchange.documents import Watch
    from tokentui.exchange.opening import Format, open_file
    from tokentui.services.importing import import_opened

    office = ctx.find_object(Office)
    assert office is not None
    desk = office.desk if dry_run else office.desk_for_change()
    kind = None if authentication == _AS_DECLARED else Authentication(authentication)
    watch = Watch(file.name, lambda _share: None, lambda: False)
    opened = open_file(file_named(file), watch, None if format == _AUTO else Format(format))
    _check_options(ctx, opened.format, env=env)
    environ = os.environ if env else None
    report = import_opened(desk, opened, watch, authentication=kind, environ=environ, dry_run=dry_run)
    if format == _AUTO:
        talk(f"Read as {opened.format}.")
    if as_json:
        print_json(report_shape(report, dry_run=dry_run))
    elif dry_run:
        print_lines(report_tables(report))
    for line in report_talk(report, dry_run=dry_run):
        talk(line)


def _check_options(ctx: click.Context, format: str, *, env: bool) -> None:
    """Raise `click.UsageError` for an option that has no use for this format: whoever gave it means another one."""
    said = ctx.get_parameter_source("authentication") is click.core.ParameterSource.COMMANDLINE
    if said and format != _OPENAPI:
        raise click.UsageError(
            f"--authentication is for API descriptions; {format} says itself how it is guarded", ctx
        )
    if env and format != _KONG:
        raise click.UsageError(f"--env is for Kong configurations, and this is {format}", ctx)
