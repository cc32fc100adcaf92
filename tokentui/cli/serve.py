"""`tokentui serve`: the verifier that reverse proxies ask."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tokentui.cli.compose import Office
from tokentui.cli.output import talk

if TYPE_CHECKING:
    import socket


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Listen at this address.")
@click.option("--port", type=click.IntRange(0, 65535), default=8787, show_default=True, help="Listen at this port.")
@click.option("--unix", type=click.Path(path_type=Path), metavar="FILE", help="Listen at this Unix socket instead.")
@click.option(
    "--trusted-proxy", "trusted", multiple=True, metavar="CIDR", help="Believe this proxy.  [default: loopback]"
)
@click.option("--realm", default="tokentui", show_default=True, help="What challenges name as the realm.")
@click.option("--max-stale", type=click.FloatRange(0), default=300.0, show_default=True, metavar="SECONDS")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, metavar="N")
@click.pass_obj
def serve(
    office: Office,
    host: str,
    port: int,
    unix: Path | None,
    trusted: tuple[str, ...],
    realm: str,
    max_stale: float,
    workers: int,
) -> None:
    """Answer reverse proxies whether a request may pass, by what the store holds now."""
    from tokentui.verifier import serving
    from tokentui.verifier.answers import Answers
    from tokentui.verifier.application import Verifier
    from tokentui.verifier.in_force import InForce
    from tokentui.verifier.networks import LOOPBACK, Networks
    from tokentui.verifier.recorder import Recorder
    from tokentui.verifier.reporting import Reporter
    from tokentui.verifier.supervisor import Supervisor

    networks, answers = Networks(trusted or LOOPBACK), Answers(realm)

    def make(reporter: Reporter) -> tuple[Verifier, InForce]:
        in_force = InForce(office.store, office.desk.vault, max_stale=max_stale, told=talk)
        return Verifier(in_force, trusted=networks, answers=answers, listener=reporter), in_force

    sockets = serving.bind(serving.Places(host, None if unix else port, unix))
    try:
        recorder = Recorder(office.store.requests, talk)
        supervisor = Supervisor(serving.Worker(make, sockets), workers, recorder, told=talk)
        supervisor.run(lambda: _tell_places(sockets))
    finally:
        serving.close(sockets)


def _tell_places(sockets: "list[socket.socket]") -> None:
    for each in sockets:
        place = each.getsockname()
        talk(f"Listening at {place if isinstance(place, str) else f'{place[0]} port {place[1]}'}.")
