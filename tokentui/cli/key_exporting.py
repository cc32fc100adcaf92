"""`tokentui store key export --verify-only`: what a verifier needs to check token values, and to open none."""

import sys
from pathlib import Path

import click

from tokentui.cli.compose import Office
from tokentui.cli.failures import holds_values
from tokentui.cli.files import output_named, write_out
from tokentui.cli.output import print_lines, talk


@click.command(
    epilog="""\b
Examples:
  tokentui store key export --verify-only --output verify.key
  tokentui store key export --verify-only | ssh gateway 'umask 077; cat > verify.key'
  tokentui --key-file verify.key explain GET /api/endpoint/stock/goods-in --token-stdin < token.txt"""
)
@click.option("--verify-only", is_flag=True, help="The key for checking values; no other is exported.")
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write there, for you alone (0600).")
@click.option("--force", is_flag=True, help="Replace FILE where it is there already.")
@click.option("--reveal", is_flag=True, help="Print it on a terminal too.")
@click.pass_context
@holds_values
def export(ctx: click.Context, /, *, verify_only: bool, output: Path | None, force: bool, reveal: bool) -> None:
    """Export the key that values are checked with: to show or to make one, it is good for nothing.

    Name its file with --key-file where tokens are checked. It has the name of the store's key in it: after
    `tokentui store rekey` it is refused, and is to be exported again.
    """
    office = ctx.find_object(Office)
    assert office is not None
    _check(ctx, office, verify_only=verify_only, output=output, force=force, reveal=reveal)
    from tokentui.store.verify_key import VerifyKey

    file = None if output is None else output_named(office, output)
    key = VerifyKey.of(office.key.open().master)
    if file is None:
        print_lines([key.line])
    else:
        write_out(file, f"{key.line}\n".encode(), force=force)
        talk(f"Written to {output}: the key {key.id}, for checking only.")


def _check(
    ctx: click.Context, office: Office, *, verify_only: bool, output: Path | None, force: bool, reveal: bool
) -> None:
    if not verify_only:
        raise click.UsageError(
            f"Only the key for checking is exported: say --verify-only. The key itself is {office.key_file}.",
            ctx,
        )
    if force and output is None:
        raise click.UsageError("--force is about the file of --output.", ctx)
    if output is None and sys.stdout.isatty() and not reveal:
        raise click.UsageError("It is not printed on a terminal: say --output FILE, or --reveal.", ctx)
