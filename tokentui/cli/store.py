"""`tokentui store …`: what is done with the store as a whole, and with the key that it is sealed with."""

import click

from tokentui.cli.lazy import LazyGroup


@click.group(
    cls=LazyGroup,
    places={
        "info": "tokentui.cli.store_info:info",
        "check": "tokentui.cli.store_check:check",
        "backup": "tokentui.cli.store_backup:backup",
        "generations": "tokentui.cli.store_generations:generations",
        "restore": "tokentui.cli.store_restore:restore",
        "key": "tokentui.cli.key_group:key",
        "rekey": "tokentui.cli.rekeying:rekey",
    },
)
def store() -> None:
    """Look after the store file and its key."""
