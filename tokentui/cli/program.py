"""The program `tokentui`: its own options, its commands, and the UI where no command is given."""

import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from tokentui import __version__
from tokentui.cli.compose import Office, demo_office
from tokentui.cli.failures import Defect, report
from tokentui.cli.lazy import LazyGroup
from tokentui.cli.ui import check_terminal, open_ui

EPILOG = """\b
Examples:
  tokentui                                        the terminal UI
  tokentui --demo                                 the same, with things to try out
  tokentui endpoints add "Goods in" --group stock --authentication token
  tokentui tokens add erp-nightly --reveal
  tokentui tokens assign erp-nightly stock/goods-in --slots POST
  tokentui explain POST /api/endpoint/stock/goods-in --token-stdin < token.txt

\b
Exit codes: 0 done, 1 the answer is no, 2 usage or bad input, 3 not found,
4 conflict or taken, 5 store or key unusable. Data goes to stdout, talk to stderr."""


class _PipeClosed(click.ClickException):
    """A `BrokenPipeError` on its way past click, which would make exit code 1 of it."""


class Program(LazyGroup):
    """The root of the commands, where every failure ends as one line and an exit code."""

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Run as a process of its own: what a command makes is needed until its end, so nothing is looked through."""
        gc.disable()
        try:
            self.main(*args, **kwargs)
        finally:
            gc.freeze()
            gc.enable()

    def main(  # type: ignore[override]  # one way of ending only: there is no non-standalone mode
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run, and leave the process with the exit code; see `failures`."""
        extra["standalone_mode"] = False
        try:
            code = super().main(args=args, prog_name=prog_name, **extra)
        except _PipeClosed:
            code = report(BrokenPipeError())
        except Exception as error:  # noqa: BLE001  # `report` tells all of it
            code = _reported(error)
        sys.exit(code)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, and tell what is to be told of the changes then; `main` reports what is raised."""
        try:
            return self._invoke(ctx)
        except BrokenPipeError:
            raise _PipeClosed("") from None

    def _invoke(self, ctx: click.Context) -> Any:
        try:
            result = super().invoke(ctx)
        except click.exceptions.Exit:  # the answer is no; that changes may be lost is worse
            _tell_notice(ctx)
            raise
        except BaseException:
            _tell_notice(ctx, fails=True)
            raise
        _tell_notice(ctx)
        return result


def _reported(error: Exception) -> int:
    """As `report`; a defect in there is told as any other, since its own traceback could hold a token value."""
    try:
        return report(error)
    except Exception as worse:  # noqa: BLE001  # told without its text
        return report(Defect(worse))


def _tell_notice(ctx: click.Context, *, fails: bool = False) -> None:
    """What is to be told of the changes beside what the command said.

    Raises `StoreError` where they may be lost, unless the command `fails` anyway: of that its own error tells.
    """
    office = ctx.find_object(Office)
    notice = None if office is None else office.take_notice()
    if notice is None:
        return
    from tokentui.cli.output import talk
    from tokentui.domain.errors import StoreError

    if notice.grave and not fails:
        raise StoreError(notice.text)
    talk(f"tokentui: {notice.text}")


#: Whether it can be read is asked by who reads it, and told as what it is: a store or key that cannot be used.
_FILE = click.Path(path_type=Path, readable=False)


@click.group(
    cls=Program,
    name="tokentui",
    places={
        "endpoints": "tokentui.cli.endpoints:endpoints",
        "tokens": "tokentui.cli.tokens:tokens",
        "explain": "tokentui.cli.explaining:explain",
        "import": "tokentui.cli.importing:import_",
        "export": "tokentui.cli.exporting:export",
        "audit": "tokentui.cli.audit:audit",
        "activity": "tokentui.cli.activity:activity",
        "scan": "tokentui.cli.scan:scan",
        "store": "tokentui.cli.store:store",
    },
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EPILOG,
)
@click.option(
    "--store",
    type=_FILE,
    metavar="FILE",
    envvar="TOKENTUI_STORE",
    help="The store.  [default: $XDG_DATA_HOME/tokentui/tokens.json; environment: TOKENTUI_STORE]",
)
@click.option(
    "--key-file",
    type=_FILE,
    metavar="FILE",
    envvar="TOKENTUI_KEY_FILE",
    help="The key.  [default: $XDG_CONFIG_HOME/tokentui/key; environment: TOKENTUI_KEY_FILE]",
)
@click.option(
    "--passphrase-file",
    type=_FILE,
    metavar="FILE",
    envvar="TOKENTUI_PASSPHRASE_FILE",
    help="Where the key's passphrase is, if it has one.  [environment: TOKENTUI_PASSPHRASE_FILE]",
)
@click.option("--read-only", is_flag=True, help="Look only: nothing can be changed.")
@click.option("--demo", is_flag=True, help="Try out: a store of examples, thrown away at the end.")
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.pass_context
def program(
    ctx: click.Context,
    store: Path | None,
    key_file: Path | None,
    passphrase_file: Path | None,
    read_only: bool,
    demo: bool,
) -> None:
    """Keep the tokens that guard HTTP endpoints.

    Without a command the terminal UI opens. The options below go before the command.
    """
    opens_ui = ctx.invoked_subcommand is None
    if opens_ui:
        check_terminal()
    if demo:
        _refuse_places(ctx)
        ctx.obj = ctx.with_resource(demo_office(read_only=read_only))
    else:
        ctx.obj = Office(store, key_file, passphrase_file=passphrase_file, asks=not opens_ui, read_only=read_only)
    if opens_ui:
        open_ui(ctx.obj)


def _refuse_places(ctx: click.Context) -> None:
    for name in ("store", "key_file"):
        if ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError("--demo has a store and a key of its own: leave out --store and --key-file.", ctx)


main = program
