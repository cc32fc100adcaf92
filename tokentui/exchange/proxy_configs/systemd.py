"""The verifier as a service of systemd, which can read the store and check token values, and open none of them."""

from dataclasses import dataclass
from pathlib import PurePath

from tokentui.domain.address import check_ip_filter
from tokentui.domain.errors import Invalid
from tokentui.exchange.proxy_configs.places import Place
from tokentui.exchange.proxy_configs.wording import filled

#: Folders that the service does not see; what it needs of them is put back.
_HIDDEN = ("/home", "/root", "/run/user")
_RUN = PurePath("/run")


@dataclass(frozen=True, slots=True)
class Service:
    """What the unit depends on: `program` is the command, `homes` where it is installed, `user` the store's owner."""

    verifier: Place
    program: str
    homes: tuple[str, ...]
    store: str
    #: The file of the requests seen, beside the store or elsewhere.
    requests: str
    key: str
    user: str
    #: Proxies that are believed, by address or CIDR; none are those on the verifier's own machine.
    trusted: tuple[str, ...] = ()
    workers: int = 1
    #: As `serve --max-stale` takes it; None is what that takes unless said.
    max_stale: float | None = None


def systemd(service: Service) -> str:
    """A unit. Raises `Invalid` for a path that cannot stand in one, and for proxies that are nobody or everybody."""
    for path in (service.program, *service.homes, service.store, service.requests, service.key):
        _check(path)
    beside = PurePath(service.requests).parent == PurePath(service.store).parent
    trusted = _checked(service.trusted)
    return filled(
        _TEXT,
        user=service.user,
        program=service.program,
        store=service.store,
        requests="" if beside else f" --requests-file {service.requests}",
        folders=_folders(service, beside),
        key=service.key,
        believed=_believed(service.verifier, trusted),
        listen=_options(service, trusted),
        network=_network(service.verifier, trusted),
        homes="".join(f"BindReadOnlyPaths={home}\n" for home in filter(_is_hidden, service.homes)),
        runtime=_runtime(service.verifier),
    )


def _folders(service: Service, beside: bool) -> str:
    """What it sees of the store and writes of the requests."""
    store, requests = (PurePath(path).parent for path in (service.store, service.requests))
    writes = f"BindPaths={requests}\nReadWritePaths={requests}"
    return filled(_BESIDE if beside else _ELSEWHERE, store=str(store), file=service.requests, writes=writes)


def _check(path: str) -> None:
    """Blanks, colons, quotes, % and $ mean something in a unit."""
    if not path.startswith("/") or not path.isprintable() or set(path) & set(" :\"'%$\\;"):
        raise Invalid("path", f"{path} cannot stand in a unit of systemd: take a path of plain letters.")


def _is_hidden(path: str) -> bool:
    return any(PurePath(path).is_relative_to(hidden) for hidden in _HIDDEN)


def _checked(trusted: tuple[str, ...]) -> tuple[str, ...]:
    """The proxies, normalised; the verifier would not begin with what is refused here."""
    networks = check_ip_filter(trusted)
    if trusted and (not networks or any(each.endswith("/0") for each in networks)):
        raise Invalid("trusted_proxy", "--trusted-proxy: name the trusted proxies, not everybody can be one.")
    return networks


def _options(service: Service, trusted: tuple[str, ...]) -> str:
    """What `serve` is told; what it does unless said is left out."""
    place, stale = service.verifier, service.max_stale
    return " ".join(
        (
            f"--unix {place.socket}" if place.socket else f"--host {place.bare_host} --port {place.port}",
            *(f"--trusted-proxy {each}" for each in trusted),
            *((f"--workers {service.workers}",) if service.workers > 1 else ()),
            *((f"--max-stale {stale:g}",) if stale is not None else ()),
        )
    )


def _is_loopback(place: Place) -> bool:
    return place.bare_host in ("127.0.0.1", "::1", "localhost")


def _believed(place: Place, trusted: tuple[str, ...]) -> str:
    """Who may ask, where that is not just this machine."""
    if place.socket or (_is_loopback(place) and not trusted):
        return ""
    return _NAMED if trusted else _NOT_NAMED


def _network(place: Place, trusted: tuple[str, ...]) -> str:
    """Sockets of which kinds, and to whom: a verifier calls nobody."""
    if place.socket:
        return "RestrictAddressFamilies=AF_UNIX\nPrivateNetwork=yes"
    private = () if _is_loopback(place) else ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
    allowed = " ".join(dict.fromkeys(("localhost", *private, *trusted)))
    return f"RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6\nIPAddressDeny=any\nIPAddressAllow={allowed}"


def _runtime(place: Place) -> str:
    """The folder of the socket, where it is below /run: the proxy's group has to reach it."""
    folder = PurePath(place.socket).parent
    if not place.socket or folder == _RUN or not folder.is_relative_to(_RUN):
        return ""
    return (
        "# The socket is for its owner and group: name the proxy's group here, such as www-data.\n"
        f"#Group=www-data\nRuntimeDirectory={folder.relative_to(_RUN)}\nRuntimeDirectoryMode=0750\n"
    )


_BESIDE = """\
# It never writes the store. The requests that it saw are written beside it, where the data viewer looks for them, so
# it could. With --requests-file FILE before "proxy systemd", in another folder, a unit is printed that could not.
@WRITES@"""

_ELSEWHERE = """\
# It reads the store and cannot write it; the requests that it saw are written elsewhere, into a folder that has to be
# there and be this user's. The data viewer finds them with TOKENTUI_REQUESTS_FILE=@FILE@ in its environment.
BindReadOnlyPaths=@STORE@
@WRITES@"""

_NOT_NAMED = """\
# Only proxies on this machine are believed: one on another machine gets 403 for whatever it asks, until it is named
# by --trusted-proxy CIDR. What is said between the two is not encrypted, and holds tokens: let it run through a
# tunnel or a network of its own.
"""

_NAMED = """\
# These proxies are believed, and no others: not those on this machine either, unless they are named too. What is said
# between the two is not encrypted, and holds tokens: let it run through a tunnel or a network of its own.
"""

_TEXT = """\
# Written by TokenTUI: the verifier that reverse proxies ask, as /etc/systemd/system/tokentui.service.
#
# It gets the key for checking token values, and never the one that opens them. Make it once, as the store's owner:
#
#     tokentui store key export --verify-only --output verify.key
#
# and put it, as root, where only root can read it:
#
#     install -D -m 0600 verify.key @KEY@
#     systemctl enable --now tokentui.service
#
# The service has a copy of the key, made when it starts. So after every tokentui store rekey export the key again,
# install it again, then restart the service:
#
#     install -D -m 0600 verify.key @KEY@
#     systemctl restart tokentui.service

[Unit]
Description=TokenTUI verifier
Documentation=https://github.com/tokentui/tokentui#readme
After=network.target
# Nobody is let in while it is not there, so it is tried for ever: without this, five failures within ten seconds, as
# while a disk comes late, would be the last try.
StartLimitIntervalSec=0

[Service]
@BELIEVED@ExecStart=@PROGRAM@ --store @STORE@@REQUESTS@ --key-file %d/verify.key serve @LISTEN@
LoadCredential=verify.key:@KEY@
Restart=always
RestartPreventExitStatus=2
RestartSec=1
# It answers what is under way and records it first.
TimeoutStopSec=20

# The store is its owner's alone (0600 in a folder of 0700), so the service is of this user, and has no right more.
# DynamicUser takes a user that is there for what it is, and closes down the rest of the system for it.
DynamicUser=yes
User=@USER@
@RUNTIME@
# Of all homes it sees what is named here, and so not the key that opens values.
ProtectHome=tmpfs
ProtectSystem=strict
@FOLDERS@
@HOMES@UMask=0077
PrivateTmp=yes
PrivateDevices=yes
PrivateUsers=yes
ProtectProc=invisible
ProcSubset=pid

@NETWORK@

CapabilityBoundingSet=
AmbientCapabilities=
NoNewPrivileges=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RemoveIPC=yes
KeyringMode=private
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
# SQLite gives its files to the owner of the database, even where that is who it is.
SystemCallFilter=@chown
# What records steps back behind those who answer.
SystemCallFilter=nice setpriority sched_setscheduler
SystemCallErrorNumber=EPERM
LimitCORE=0

[Install]
WantedBy=multi-user.target
"""
