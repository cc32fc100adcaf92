"""`tokentui serve`: the verifier that reverse proxies ask."""

import gc
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tokentui.cli.compose import Office
from tokentui.cli.output import talk

if TYPE_CHECKING:
    import socket

    from tokentui.verifier.application import Verifier
    from tokentui.verifier.in_force import InForce
    from tokentui.verifier.reporting import Reporter
    from tokentui.verifier.serving import Make

_FILE = click.Path(path_type=Path)


@click.command(
    epilog="""\b
Examples:
  tokentui serve
  tokentui --key-file verify.key serve --unix /run/tokentui/verify.sock --workers 2
  tokentui serve --host 10.0.0.5 --trusted-proxy 10.0.0.0/24

The verifier reads the store and never writes it. It needs no more than the key for
checking: tokentui store key export --verify-only. SIGTERM ends it; what is under
way is answered and recorded first.""",
)
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Listen at this address.")
@click.option("--port", type=click.IntRange(0, 65535), default=8787, show_default=True, help="Listen at this port.")
@click.option("--unix", type=_FILE, metavar="FILE", help="Listen at this Unix socket, and at no port.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="So many processes answer.")
@click.option(
    "--trusted-proxy",
    "trusted",
    multiple=True,
    metavar="CIDR",
    help="Believe proxies from there; several times for several.  [default: 127.0.0.0/8 and ::1]",
)
@click.option("--realm", default="tokentui", show_default=True, help="What challenges name as the realm.")
@click.option(
    "--max-stale",
    type=click.FloatRange(0),
    default=300.0,
    show_default=True,
    metavar="SECONDS",
    help="So long the last good state holds while the store cannot be read; then everybody is refused.",
)
@click.option("--keep-days", type=click.IntRange(1), default=30, show_default=True, help="Keep requests so long.")
@click.option(
    "--keep-requests", type=click.IntRange(1), default=1_000_000, show_default=True, help="Keep so many at the most."
)
@click.option("--metrics-token-names", is_flag=True, help="Let /metrics tell the tokens' names too.")
@click.pass_obj
def serve(
    office: Office,
    /,
    host: str,
    port: int,
    unix: Path | None,
    workers: int,
    trusted: tuple[str, ...],
    realm: str,
    max_stale: float,
    keep_days: int,
    keep_requests: int,
    metrics_token_names: bool,
) -> None:
    """Answer reverse proxies whether a request may pass, by what the store holds now.

    /verify/nginx, /verify/caddy, /verify/traefik, /verify/haproxy and /verify/envoy/… are asked by the proxies;
    /healthz and /metrics by those who watch.
    """
    _check_installed()
    from tokentui.verifier import serving
    from tokentui.verifier.keeping import Keeper
    from tokentui.verifier.metrics import Metrics
    from tokentui.verifier.recorder import Recorder, Retention
    from tokentui.verifier.supervisor import Supervisor

    gc.enable()  # a command goes without, and this one stays
    make = _maker(office, trusted, realm, max_stale)
    recorder = Recorder(office.store.requests, _tell, retention=Retention(keep_days, keep_requests))
    sockets = serving.bind(serving.Places(host, None if unix else port, unix))
    try:
        worker = serving.Worker(make, sockets, str(office.store_file))
        keeper = Keeper(recorder, _tell, not_its=sockets)
        metrics = Metrics(keeper, token_names=metrics_token_names)
        supervisor = Supervisor(worker, workers, keeper, hear=metrics.add, news=metrics.news, told=_tell)
        supervisor.run(lambda: _tell_places(sockets))
        _tell("Ended.")
    finally:
        serving.close(sockets)


def _check_installed() -> None:
    from importlib.util import find_spec

    missing = [name for name in ("uvicorn", "prometheus_client") if find_spec(name) is None]
    if missing:
        raise click.UsageError("The verifier needs what `pip install 'tokentui[serve]'` brings.")


def _tell(line: str) -> None:
    """A line for the log. One that cannot be written, to a full disk or a closed pipe, is no reason to end."""
    with suppress(OSError, ValueError):
        talk(line)


def _maker(office: Office, trusted: tuple[str, ...], realm: str, max_stale: float) -> "Make":
    """What makes the application in each worker, from a store that is opened to be looked at only."""
    from tokentui.verifier.answers import Answers
    from tokentui.verifier.application import Verifier
    from tokentui.verifier.in_force import InForce
    from tokentui.verifier.networks import LOOPBACK, Networks
    from tokentui.verifier.pages import pages

    networks, answers = Networks(trusted or LOOPBACK), Answers(realm)
    file = office.passphrase_file
    # It is read again where the key is another one, as after a rekey; nobody is asked on the terminal.
    looking = Office(office.store_file, office.key_file, passphrase_file=file, asks=file is not None, read_only=True)

    def make(reporter: "Reporter") -> "tuple[Verifier, InForce]":
        in_force = InForce(looking.store, looking.desk.vault, max_stale=max_stale, told=reporter.log)
        shown = pages(in_force, reporter)
        verifier = Verifier(
            in_force, trusted=networks, answers=answers, listener=reporter, pages=shown, told=reporter.log
        )
        return verifier, in_force

    return make


def _tell_places(sockets: "list[socket.socket]") -> None:
    for each in sockets:
        place = each.getsockname()
        _tell(f"Listening at {place if isinstance(place, str) else f'{place[0]} port {place[1]}'}.")
