"""`tokentui proxy …`: what makes a reverse proxy ask the verifier, and the verifier a service."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tokentui.cli.compose import Office
from tokentui.cli.options import tell_of_no_store
from tokentui.cli.output import print_lines, talk

if TYPE_CHECKING:
    from tokentui.exchange.proxy_configs.places import Setting

_CommandT = TypeVar("_CommandT", bound=Callable[..., Any])

_verifier = click.option(
    "--verifier",
    default="http://127.0.0.1:8787",
    show_default=True,
    metavar="URL",
    help="Where tokentui serve answers: http://HOST:PORT, or unix:/PATH.",
)


def _places(command: _CommandT) -> _CommandT:
    """The options of all proxies."""
    backend = click.option(
        "--backend",
        default="http://127.0.0.1:3000",
        show_default=True,
        metavar="URL",
        help="Where what is guarded answers: http://HOST:PORT.",
    )
    listen = click.option(
        "--listen",
        default="8080",
        show_default=True,
        metavar="PORT",
        help="Where the proxy listens: PORT on loopback, ADDRESS:PORT, or *:PORT.",
    )
    return _verifier(backend(listen(command)))


@click.group(
    epilog="""\b
Examples:
  tokentui proxy nginx --backend http://127.0.0.1:3000 | sudo tee /etc/nginx/conf.d/tokentui.conf >/dev/null
  tokentui proxy haproxy --lua | sudo tee /etc/haproxy/tokentui.lua >/dev/null
  tokentui proxy systemd | sudo tee /etc/systemd/system/tokentui.service >/dev/null"""
)
def proxy() -> None:
    """Print what makes a reverse proxy ask the verifier (tokentui serve).

    Every request is asked about, so nothing is to be printed anew when endpoints or tokens change.
    """


@proxy.command(
    epilog="""\b
Examples:
  tokentui proxy nginx --backend http://127.0.0.1:3000 | sudo tee /etc/nginx/conf.d/tokentui.conf >/dev/null""",
)
@_places
@click.pass_obj
def nginx(office: Office, /, **places: str) -> None:
    """Print a configuration for nginx, to be included in http { }."""
    from tokentui.exchange.proxy_configs.nginx import nginx as written

    _print(written(_setting(office, **places)))


@proxy.command(
    epilog="""\b
Examples:
  tokentui proxy caddy --listen "*:8080" | sudo tee /etc/caddy/Caddyfile >/dev/null""",
)
@_places
@click.pass_obj
def caddy(office: Office, /, **places: str) -> None:
    """Print a Caddyfile."""
    from tokentui.exchange.proxy_configs.caddy import caddy as written

    _print(written(_setting(office, **places)))


@proxy.command(
    epilog="""\b
Examples:
  tokentui proxy traefik | sudo tee /etc/traefik/dynamic/tokentui.yaml >/dev/null""",
)
@_places
@click.pass_obj
def traefik(office: Office, /, **places: str) -> None:
    """Print a configuration for Traefik's file provider.

    Traefik cannot take a token out of a query: it refuses those requests.
    """
    from tokentui.exchange.proxy_configs.traefik import traefik as written

    _print(written(_setting(office, **places)))


@proxy.command(
    epilog="""\b
Examples:
  tokentui proxy haproxy | sudo tee /etc/haproxy/haproxy.cfg >/dev/null
  tokentui proxy haproxy --lua | sudo tee /etc/haproxy/tokentui.lua >/dev/null""",
)
@_places
@click.option(
    "--script",
    default="/etc/haproxy/tokentui.lua",
    show_default=True,
    metavar="FILE",
    help="Where the Lua script is.",
)
@click.option("--lua", is_flag=True, help="Print that script instead.")
@click.pass_obj
def haproxy(office: Office, /, script: str, lua: bool, **places: str) -> None:
    """Print a configuration for HAProxy, or the Lua script that asks for it."""
    from tokentui.exchange.proxy_configs.haproxy import haproxy as written
    from tokentui.exchange.proxy_configs.haproxy import haproxy_lua

    _print(haproxy_lua() if lua else written(_setting(office, **places), script))


@proxy.command(
    epilog="""\b
Examples:
  tokentui proxy envoy --verifier http://127.0.0.1:8787 | sudo tee /etc/envoy/envoy.yaml >/dev/null""",
)
@_places
@click.pass_obj
def envoy(office: Office, /, **places: str) -> None:
    """Print a configuration for Envoy."""
    from tokentui.exchange.proxy_configs.envoy import envoy as written

    _print(written(_setting(office, **places)))


@proxy.command(
    epilog="""\b
Examples:
  tokentui proxy systemd | sudo tee /etc/systemd/system/tokentui.service >/dev/null""",
)
@_verifier
@click.option(
    "--key",
    default="/etc/tokentui/verify.key",
    show_default=True,
    metavar="FILE",
    help="Where the key for checking is, which `store key export --verify-only` makes.",
)
@click.option(
    "--trusted-proxy",
    "trusted",
    multiple=True,
    metavar="CIDR",
    help="Believe proxies from there; several times for several.  [default: those on its own machine]",
)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="So many processes answer.")
@click.option(
    "--max-stale",
    type=click.FloatRange(0),
    metavar="SECONDS",
    help="So long the last good state holds while the store cannot be read.  [default: as serve has it]",
)
@click.pass_obj
def systemd(office: Office, /, verifier: str, key: str, **options: Any) -> None:
    """Print a unit of systemd for the verifier, as a service of the store's owner.

    With --requests-file FILE before the command, in another folder than the store's, it cannot write the store.
    """
    from tokentui.exchange.proxy_configs.places import Place
    from tokentui.exchange.proxy_configs.systemd import Service
    from tokentui.exchange.proxy_configs.systemd import systemd as written

    store = office.store_file.absolute()
    homes = dict.fromkeys(map(str, (Path(sys.prefix), Path(sys.base_prefix))))
    requests = str(office.store.requests.path.absolute())
    owner = _owner(store)
    places = Place.of_verifier(verifier), _program(), tuple(homes), str(store), requests, key, owner
    _print(written(Service(*places, **options)))
    if owner == "root":
        talk(
            f"The store {store} is root's, so this unit runs the verifier as root. If that is not meant, print it as "
            "whoever owns the store that is, without sudo."
        )


def _program() -> str:
    """This program, as a service starts it."""
    from shutil import which

    beside = Path(sys.executable).with_name("tokentui")
    return str(beside if beside.exists() else Path(which("tokentui") or "/usr/local/bin/tokentui").absolute())


def _owner(store: Path) -> str:
    """Whose store it is, or will be."""
    import os
    import pwd

    number = store.stat().st_uid if store.exists() else os.geteuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _setting(office: Office, verifier: str, backend: str, listen: str) -> "Setting":
    from tokentui.exchange.proxy_configs.places import Place, Setting
    from tokentui.exchange.proxy_configs.wording import told

    where = Place.of_verifier(verifier), Place.of_url(backend, "backend"), Place.to_listen(listen)
    tell_of_no_store(office)
    return Setting(*where, told(office.reader().iter_endpoints()))


def _print(text: str) -> None:
    print_lines(text.splitlines())
