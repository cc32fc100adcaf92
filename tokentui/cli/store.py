"""`tokentui store …`: what is done with the store as a whole, and with the key that it is sealed with."""

import click

from tokentui.cli.lazy import LazyGroup


@click.group(
    cls=LazyGroup,
    places={
        "key": "tokentui.cli.key_group:key",
        "rekey": "tokentui.cli.rekeying:rekey",
    },
)
def store() -> None:
    """Look after the store file and its key."""
