"""`tokentui serve`: the verifier that reverse proxies ask."""

from pathlib import Path

import click

from tokentui.cli.compose import Office
from tokentui.cli.output import talk


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Listen at this address.")
@click.option("--port", type=click.IntRange(0, 65535), default=8787, show_default=True, help="Listen at this port.")
@click.option("--unix", type=click.Path(path_type=Path), metavar="FILE", help="Listen at this Unix socket instead.")
@click.option(
    "--trusted-proxy", "trusted", multiple=True, metavar="CIDR", help="Believe this proxy.  [default: loopback]"
)
@click.option("--realm", default="tokentui", show_default=True, help="What challenges name as the realm.")
@click.option("--max-stale", type=click.FloatRange(0), default=300.0, show_default=True, metavar="SECONDS")
@click.pass_obj
def serve(
    office: Office, host: str, port: int, unix: Path | None, trusted: tuple[str, ...], realm: str, max_stale: float
) -> None:
    """Answer reverse proxies whether a request may pass, by what the store holds now."""
    from tokentui.verifier import serving
    from tokentui.verifier.answers import Answers
    from tokentui.verifier.application import Verifier
    from tokentui.verifier.in_force import InForce
    from tokentui.verifier.networks import LOOPBACK, Networks

    in_force = InForce(office.store, office.desk.vault.digest, max_stale=max_stale, told=talk)
    verifier = Verifier(in_force, trusted=Networks(trusted or LOOPBACK), answers=Answers(realm))
    in_force.look()
    sockets = serving.bind(serving.Places(host, None if unix else port, unix))
    try:
        for each in sockets:
            talk(f"Listening at {each.getsockname()}.")
        serving.serve(verifier, in_force, sockets)
    finally:
        serving.close(sockets)
