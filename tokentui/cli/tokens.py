"""`tokentui tokens`: endpoint tokens."""

import click

from tokentui.cli.lazy import LazyGroup


@click.group(
    cls=LazyGroup,
    no_args_is_help=False,
    places={
        "list": "tokentui.cli.token_listing:list_tokens",
        "show": "tokentui.cli.token_listing:show_tokens",
        "add": "tokentui.cli.token_adding:add",
        "edit": "tokentui.cli.token_editing:edit",
        "rotate": "tokentui.cli.token_rotating:rotate",
        "retire": "tokentui.cli.token_rotating:retire",
        "enable": "tokentui.cli.token_switching:enable",
        "disable": "tokentui.cli.token_switching:disable",
        "activate": "tokentui.cli.token_switching:activate",
        "deactivate": "tokentui.cli.token_switching:deactivate",
        "assign": "tokentui.cli.token_mapping:assign",
        "unassign": "tokentui.cli.token_mapping:unassign",
    },
)
def tokens() -> None:
    """Endpoint tokens, one for each calling application."""
