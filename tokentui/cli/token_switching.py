"""`tokentui tokens enable|disable|activate|deactivate`: several at once, all or none, in one change."""

from collections.abc import Callable, Iterable

import click

from tokentui.cli.compose import Office
from tokentui.cli.naming import tokens_named
from tokentui.cli.output import counted, talk
from tokentui.domain.records import EndpointToken
from tokentui.services.desk import Desk
from tokentui.services.tokens import set_active, set_enabled

_Deed = Callable[[Desk, Iterable[str], bool], tuple[EndpointToken, ...]]

_names = click.argument("names", nargs=-1, required=True, metavar="NAME...")


@click.command(epilog="""\b\nExample:\n  tokentui tokens enable old-crm""")
@_names
@click.pass_obj
def enable(office: Office, names: tuple[str, ...]) -> None:
    """Take the tokens again; their assignments are as they were."""
    _switch(office, names, set_enabled, True, "enabled")


@click.command(epilog="""\b\nExample:\n  tokentui tokens disable old-crm shop-frontend""")
@_names
@click.pass_obj
def disable(office: Office, names: tuple[str, ...]) -> None:
    """Refuse the tokens everywhere; their assignments stay."""
    _switch(office, names, set_enabled, False, "disabled")


@click.command(epilog="""\b\nExample:\n  tokentui tokens activate old-crm""")
@_names
@click.pass_obj
def activate(office: Office, names: tuple[str, ...]) -> None:
    """Bring inactive tokens back to the list; a disabled one stays disabled."""
    _switch(office, names, set_active, True, "activated")


@click.command(epilog="""\b\nExample:\n  tokentui tokens deactivate old-crm""")
@_names
@click.pass_obj
def deactivate(office: Office, names: tuple[str, ...]) -> None:
    """Refuse the tokens and hide them from the list; their assignments stay."""
    _switch(office, names, set_active, False, "deactivated")


def _switch(office: Office, names: tuple[str, ...], deed: _Deed, on: bool, done: str) -> None:
    desk = office.desk_for_change()
    found = tokens_named(desk.reader(), names)
    changed = deed(desk, [token.id for token in found], on)
    talk(_told(changed, len(found), done))


def _told(changed: tuple[EndpointToken, ...], asked: int, done: str) -> str:
    so_already = asked - len(changed)
    if not changed:
        return f"Nothing to change: {done} already."
    what = changed[0].name if asked == 1 else counted(len(changed), "token")
    return f"{what} {done}." if not so_already else f"{what} {done}, {so_already} already so."
