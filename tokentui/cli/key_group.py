"""`tokentui store key …`: the passphrase of the key, and the key that a verifier needs."""

import click

from tokentui.cli.lazy import LazyGroup


@click.group(
    cls=LazyGroup,
    epilog="""\b
Examples:
  tokentui store key passphrase
  tokentui store key export --verify-only --output verify.key""",
    places={
        "passphrase": "tokentui.cli.key_passphrase:passphrase",
        "export": "tokentui.cli.key_exporting:export",
    },
)
def key() -> None:
    """Look after the key that the store is sealed with."""
