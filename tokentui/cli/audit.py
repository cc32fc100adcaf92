"""`tokentui audit`: what an admin should look at, and exit code 1 where a script is to stop at it."""

from typing import TYPE_CHECKING

import click

from tokentui.cli.compose import Office
from tokentui.cli.lazy import LazyGroup
from tokentui.cli.options import as_json, tell_of_no_store
from tokentui.cli.output import print_json, print_lines, talk
from tokentui.domain.audit.findings import Severity
from tokentui.domain.errors import StoreError

if TYPE_CHECKING:
    from tokentui.services.auditing import Audit


@click.group(
    cls=LazyGroup,
    places={
        "acknowledge": "tokentui.cli.acknowledging:acknowledge",
        "withdraw": "tokentui.cli.acknowledging:withdraw",
    },
    invoke_without_command=True,
    no_args_is_help=False,
    epilog="""\b
Examples:
  tokentui audit
  tokentui audit --fail-on medium > /dev/null || mail -s "tokens" admin@example.com
  tokentui audit --json | jq -r '.[] | select(.severity == "high") | .subject'
  tokentui audit acknowledge token-weak old-crm --reason "Replaced in summer" --until 2026-09-01""",
)
@as_json
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print a Markdown table.")
@click.option(
    "--fail-on",
    type=click.Choice([severity.value for severity in Severity], case_sensitive=False),
    help="Exit code 1 where something of this severity or a graver one is found.",
)
@click.option("--all", "everything", is_flag=True, help="Those that are acknowledged too.")
@click.pass_context
def audit(ctx: click.Context, /, fail_on: str | None, everything: bool, **shapes: bool) -> None:
    """Print what an admin should look at, the gravest first. Nothing is changed, and no key is needed.

    What is acknowledged is not told until its time is over. The thresholds are in config.toml, in [policy]. The exit
    code is 0 whatever is found, unless --fail-on is said.
    """
    wanted = [shape for shape, on in shapes.items() if on]
    if ctx.invoked_subcommand is not None:
        if wanted or fail_on or everything:
            raise click.UsageError(f"Leave out the options before {ctx.invoked_subcommand}: they are the list's", ctx)
        return
    if len(wanted) > 1:
        raise click.UsageError("--json, --csv and --markdown exclude one another", ctx)
    office = ctx.find_object(Office)
    assert office is not None
    found = audited(office)
    tell_of_no_store(office)
    _print(found, wanted[0] if wanted else "", everything)
    if fail_on and any(each.severity.rank <= Severity(fail_on).rank for each in found.findings):
        ctx.exit(1)


def audited(office: Office) -> "Audit":
    """The audit of the store as it is now; raises `StoreError` and `SettingsError`."""
    from tokentui.services import auditing
    from tokentui.services.desk import utc_now

    found = auditing.audit(office.reader(), office.store.requests, office.settings.policy, utc_now())
    if found.trouble:  # a script that waits for findings must not take half an audit for a whole one
        raise StoreError(found.trouble)
    return found


def _print(found: "Audit", shape: str, everything: bool) -> None:
    from tokentui.cli import audit_reports

    told = audit_reports.told(found, everything)
    match shape:
        case "as_json":
            print_json([audit_reports.shape(each) for each in told])
        case "as_csv":
            print_lines(audit_reports.csv_lines(told))
        case "as_markdown":
            print_lines(audit_reports.markdown_lines(told))
        case _:
            print_lines(audit_reports.text_lines(told))
    talk(audit_reports.sums(found, everything))
