"""`tokentui tokens enable|disable|activate|deactivate`: several at once, all or none, in one change."""

from collections.abc import Callable, Iterable
from operator import attrgetter

import click

from tokentui.cli.compose import Office
from tokentui.cli.naming import tokens_named
from tokentui.cli.options import as_json
from tokentui.cli.output import counted, talk
from tokentui.cli.reaching import tell_reach
from tokentui.cli.trial import dry_run
from tokentui.domain.records import EndpointToken
from tokentui.services.desk import Desk
from tokentui.services.reach import check_readable, reach_of
from tokentui.services.tokens import set_active, set_enabled

_Deed = Callable[[Desk, Iterable[str], bool], tuple[EndpointToken, ...]]
#: Whether a token is what the deed would take from it.
_Flag = Callable[[EndpointToken], bool]

_names = click.argument("names", nargs=-1, required=True, metavar="NAME...")


@click.command(epilog="""\b\nExample:\n  tokentui tokens enable old-crm""")
@_names
@click.pass_obj
def enable(office: Office, names: tuple[str, ...]) -> None:
    """Take the tokens again; their assignments are as they were."""
    _switch(office, names, set_enabled, "enabled")


@click.command(
    epilog="""\b
Examples:
  tokentui tokens disable old-crm shop-frontend
  tokentui tokens disable old-crm --dry-run --json | jq .calls_24h"""
)
@_names
@dry_run
@as_json
@click.pass_obj
def disable(office: Office, names: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Refuse the tokens everywhere; their assignments stay. What that hits is told."""
    _cut(office, names, set_enabled, attrgetter("enabled"), "disabled", dry_run=dry_run, as_json=as_json)


@click.command(epilog="""\b\nExample:\n  tokentui tokens activate old-crm""")
@_names
@click.pass_obj
def activate(office: Office, names: tuple[str, ...]) -> None:
    """Bring inactive tokens back to the list; a disabled one stays disabled."""
    _switch(office, names, set_active, "activated")


@click.command(
    epilog="""\b
Examples:
  tokentui tokens deactivate old-crm
  tokentui tokens deactivate old-crm --dry-run"""
)
@_names
@dry_run
@as_json
@click.pass_obj
def deactivate(office: Office, names: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Refuse the tokens and hide them from the list; their assignments stay. What that hits is told."""
    _cut(office, names, set_active, attrgetter("active"), "deactivated", dry_run=dry_run, as_json=as_json)


def _switch(office: Office, names: tuple[str, ...], deed: _Deed, done: str) -> None:
    desk = office.desk_for_change()
    found = tokens_named(desk.reader(), names)
    changed = deed(desk, [token.id for token in found], True)
    talk(_told(changed, len(found), done))


def _cut(
    office: Office, names: tuple[str, ...], deed: _Deed, flag: _Flag, done: str, *, dry_run: bool, as_json: bool
) -> None:
    """Switch tokens off, and then count what that hits: who is in a hurry does not wait for the counting."""
    desk = office.desk if dry_run else office.desk_for_change()
    reader = desk.reader()
    found = tokens_named(reader, names)
    if dry_run:
        cut = tuple(token for token in found if flag(token))
    else:
        check_readable(reader, [token.id for token in found])
        cut = deed(desk, [token.id for token in found], False)
        talk(_told(cut, len(found), done))
    tell_reach(reach_of(desk, reader, [token.id for token in cut]), done, dry_run=dry_run, as_json=as_json)


def _told(changed: tuple[EndpointToken, ...], asked: int, done: str) -> str:
    so_already = asked - len(changed)
    if not changed:
        return f"Nothing to change: {done} already."
    what = changed[0].name if asked == 1 else counted(len(changed), "token")
    return f"{what} {done}." if not so_already else f"{what} {done}, {so_already} already so."
