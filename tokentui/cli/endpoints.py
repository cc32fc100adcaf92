"""`tokentui endpoints`: guarded URLs."""

import click

from tokentui.cli.lazy import LazyGroup


@click.group(
    cls=LazyGroup,
    no_args_is_help=False,
    places={
        "list": "tokentui.cli.endpoint_listing:list_endpoints",
        "show": "tokentui.cli.endpoint_listing:show_endpoints",
        "add": "tokentui.cli.endpoint_adding:add",
        "edit": "tokentui.cli.endpoint_editing:edit",
        "activate": "tokentui.cli.endpoint_switching:activate",
        "deactivate": "tokentui.cli.endpoint_switching:deactivate",
        "generate": "tokentui.cli.endpoint_generating:generate",
    },
)
def endpoints() -> None:
    """Guarded URLs; GROUP/SLUG names one."""
