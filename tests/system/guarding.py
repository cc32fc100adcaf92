"""Real proxies that ask the real verifier, each from the very output of `tokentui proxy …`, before a real backend.

All of it listens on loopback, on free ports, and is ended by its process.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

from click.testing import CliRunner

from tests.system.listening import PATIENCE, free_port, listening
from tests.system.proxies import HAPROXY, NGINX
from tokentui.cli import main
from tokentui.cli.compose import Office
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.slots import METHODS, Authentication
from tokentui.services.assigning import assign
from tokentui.services.desk import Desk
from tokentui.services.endpoints import add_endpoint
from tokentui.services.tokens import add_token, reveal_token

CADDY = shutil.which("caddy")


@dataclass(frozen=True)
class Answer:
    """What the proxy answered: its status, and its headers in lower case."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()

    def all(self, name: str) -> list[str]:
        """The values of all headers of this name."""
        return [value for each, value in self.headers if each == name]

    @property
    def challenge(self) -> str:
        """The one challenge, which a refusal may have."""
        return ", ".join(self.all("www-authenticate"))


@dataclass(frozen=True)
class Came:
    """A request as the backend got it."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def all(self, name: str) -> list[str]:
        """The values of all headers that a backend may take for this one."""
        return [value for each, value in self.headers if re.sub("[_.]", "-", each.lower()) == name]

    @property
    def identity(self) -> tuple[str, ...]:
        """What it is told of who asks; a header that comes twice, or not at all, shows."""
        names = ("x-token-name", "x-token-kind", "x-token-id", "x-endpoint")
        return tuple(" AND ".join(self.all(name)) for name in names)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    raw_requestline: bytes
    came: list[Came]

    def answer(self) -> None:
        """Write down what came, and answer with nothing: 200, or what `X-Answer` says."""
        method, target, _ = self.raw_requestline.decode("latin-1").split(" ")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.came.append(Came(method, target, tuple(self.headers.items()), body))
        self.send_response(int(self.headers.get("X-Answer") or 200))
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Proxies end connections as they please."""


@contextmanager
def backend(came: list[Came]) -> Iterator[int]:
    """A backend that writes down into `came` what comes; its port."""
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"came": came}))
    serving = Thread(target=server.serve_forever, args=(0.02,))
    serving.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


@dataclass
class Verifier:
    """`tokentui serve` in a process group of its own, so that all of its processes can be killed at once."""

    command: list[str]
    place: "int | Path"
    log: Path
    _process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start it, and wait until it listens."""
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self.command, stdout=output, stderr=output, start_new_session=True, stdin=subprocess.DEVNULL
            )
        end = monotonic() + PATIENCE
        while not self._listens():
            assert self._process.poll() is None, self.log.read_text()
            assert monotonic() < end, self.log.read_text()
            sleep(0.02)

    def _listens(self) -> bool:
        at = ("127.0.0.1", self.place) if isinstance(self.place, int) else str(self.place)
        with socket.socket(socket.AF_INET if isinstance(self.place, int) else socket.AF_UNIX) as probe:
            return probe.connect_ex(at) == 0

    def connections(self) -> set[str]:
        """The connections to its port that are open, or were until a moment ago: proc(5), /proc/net/tcp."""
        port = f"{self.place:04X}"
        lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        ends = [{line[1].rpartition(":")[2], line[2].rpartition(":")[2]} for line in lines]
        return {"".join(both - {port}) for both in ends if port in both and "0000" not in both}

    def kill(self) -> None:
        """`kill -9` for all of its processes at once."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(PATIENCE)
            self._process = None


@dataclass
class Estate:
    """A store, its verifier, a proxy that asks it, and a backend behind that."""

    folder: Path
    port: int = 0
    came: list[Came] = field(default_factory=list)
    #: A line of Lua that goes wrong in the midst of HAProxy's script.
    fault: str = ""

    @property
    def places(self) -> list[str]:
        return ["--store", str(self.folder / "tokens.json"), "--key-file", str(self.folder / "key")]

    @property
    def desk(self) -> Desk:
        return Office(self.folder / "tokens.json", self.folder / "key").desk

    def value(self, name: str) -> str:
        return reveal_token(self.desk, self.desk.reader().token_by_name(name))

    def printed(self, *words: str) -> str:
        """What `tokentui proxy …` prints."""
        result = CliRunner().invoke(main, [*self.places, "proxy", *words])
        assert result.exit_code == 0, result.output
        return result.stdout

    def send(self, raw: bytes) -> Answer:
        """Send the bytes of a request, and read what comes until the proxy closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
            connection.sendall(raw)
            head = b"".join(iter(lambda: connection.recv(65536), b"")).partition(b"\r\n\r\n")[0].decode("latin-1")
        status, *lines = head.split("\r\n")
        pairs = (line.partition(":") for line in lines)
        return Answer(int(status.split()[1]), tuple((name.lower(), value.strip()) for name, _, value in pairs))

    def ask(
        self, target: str, value: str | None = None, method: str = "GET", more: str = "", body: str = ""
    ) -> Answer:
        """Ask the proxy; `more` are further header lines, which come before the token's."""
        token = f"Authorization: Bearer {value}\r\n" if value is not None else ""
        head = f"{method} {target} HTTP/1.1\r\nHost: api.example\r\nContent-Length: {len(body)}\r\n"
        return self.send(f"{head}Connection: close\r\n{more}{token}\r\n{body}".encode())

    def passed(
        self, target: str, value: str | None = None, method: str = "GET", more: str = "", body: str = ""
    ) -> Came:
        """Ask for what is allowed; how it came to the backend."""
        before = len(self.came)
        answer = self.ask(target, value, method, more, body)
        assert answer.status == 200, answer
        assert len(self.came) == before + 1
        return self.came[-1]

    def stopped(self, target: str, value: str | None = None, method: str = "GET", more: str = "") -> Answer:
        """Ask for what is refused; nothing of it comes to the backend."""
        before = len(self.came)
        answer = self.ask(target, value, method, more)
        assert len(self.came) == before, self.came[-1]
        assert answer.status >= 400
        return answer


#: A name and a path that would steer a proxy, if anything in them could.
ODD_NAME = 'žluť % {env.HOME} "x" ${1} %[src] $uri'
ODD_PATH = "/odd/{$HOME}/it's/`x\"/{env.HOME}/$uri"


def fill(desk: Desk) -> None:
    """`/orders` and `/below/*` for `erp` and `shop`, free `/open`; `reader` may GET orders, `nobody` nothing."""
    ids = {}
    for slug, path, authentication in (
        ("orders", "/orders", Authentication.TOKEN),
        ("below", "/below/*", Authentication.TOKEN),
        ("open", "/open", Authentication.NONE),
        ("odd", ODD_PATH, Authentication.TOKEN),
    ):
        fields = EndpointFields(
            name=slug, group="g", slug=slug, path=path, authentication=authentication, methods=METHODS
        )
        ids[slug] = add_endpoint(desk, fields).id
    everywhere = {ids[slug]: METHODS for slug in ("orders", "below")}
    for name in ("erp", "shop", ODD_NAME):
        assign(desk, add_token(desk, TokenFields(name=name)).id, add=everywhere, remove={})
    assign(desk, add_token(desk, TokenFields(name="reader")).id, add={ids["orders"]: METHODS[1:]}, remove={})
    add_token(desk, TokenFields(name="nobody"))


#: From an estate and the options, the command and what its environment has.
_Start = Callable[[Estate, list[str]], tuple[list[str], dict[str, str]]]


def _nginx(estate: Estate, options: list[str]) -> tuple[list[str], dict[str, str]]:
    assert NGINX is not None
    folder = estate.folder
    printed = estate.printed("nginx", *options)
    (folder / "tokentui.conf").write_text(printed.replace("/var/log/nginx/access.log", f"{folder}/access.log"))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    (folder / "nginx.conf").write_text(f"""
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 64; }}
http {{ access_log {folder}/access.log; {temporary} include {folder}/tokentui.conf; }}
""")
    return [NGINX, "-c", str(folder / "nginx.conf"), "-e", f"{folder}/nginx.log"], {}


def _caddy(estate: Estate, options: list[str]) -> tuple[list[str], dict[str, str]]:
    assert CADDY is not None
    file = estate.folder / "Caddyfile"
    file.write_text(estate.printed("caddy", *options))
    places = {name: str(estate.folder) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    return [CADDY, "run", "--config", str(file)], {**places, "CADDY_ADMIN": f"unix/{estate.folder}/admin.sock"}


def _haproxy(estate: Estate, options: list[str]) -> tuple[list[str], dict[str, str]]:
    assert HAPROXY is not None
    script, file = estate.folder / "tokentui.lua", estate.folder / "haproxy.cfg"
    asking = "local function ask(txn, target)\n"
    script.write_text(estate.printed("haproxy", "--lua").replace(asking, f"{asking}    {estate.fault}\n"))
    file.write_text(estate.printed("haproxy", *options, "--script", str(script)))
    return [HAPROXY, "-db", "-f", str(file)], {}


@dataclass(frozen=True)
class Kind:
    """A proxy: how it is started, and the program, if it is there."""

    start: _Start
    program: str | None


KINDS = {"nginx": Kind(_nginx, NGINX), "caddy": Kind(_caddy, CADDY), "haproxy": Kind(_haproxy, HAPROXY)}


@dataclass
class Guarded(Estate):
    """An estate that runs."""

    kind: str = ""
    verifier: Verifier | None = None

    def logged(self) -> str:
        """What the proxy has logged of its requests: nginx in a file of its own, the others at their output."""
        file = self.folder / ("access.log" if self.kind == "nginx" else f"{self.kind}.log")
        return file.read_text(errors="replace")

    def kill_verifier(self) -> None:
        assert self.verifier is not None
        self.verifier.kill()

    def start_verifier(self) -> None:
        assert self.verifier is not None
        self.verifier.start()


@contextmanager
def guarded(folder: Path, kind: str, *, unix: bool = False, fault: str = "") -> Iterator[Guarded]:
    """An estate, with a verifier that has the key for checking alone, at a port or at a Unix socket."""
    estate = Guarded(folder, free_port(), fault=fault, kind=kind)
    fill(estate.desk)
    key = folder / "verify.key"
    words = ["store", "key", "export", "--verify-only", "--output", str(key)]
    assert CliRunner().invoke(main, [*estate.places, *words]).exit_code == 0
    place = folder / "verify.sock" if unix else free_port()
    where = ["--unix" if unix else "--port", str(place)]
    places = ["--store", str(folder / "tokens.json"), "--key-file", str(key)]
    command = [sys.executable, "-m", "tokentui", *places, "serve", *where]
    estate.verifier = Verifier(command, place, folder / "verifier.log")
    with ExitStack() as stack:
        port = stack.enter_context(backend(estate.came))
        stack.callback(estate.kill_verifier)
        estate.start_verifier()
        asked = f"unix:{place}" if unix else f"http://127.0.0.1:{place}"
        places = ["--verifier", asked, "--backend", f"http://127.0.0.1:{port}"]
        program, environment = KINDS[kind].start(estate, [*places, "--listen", str(estate.port)])
        env = ["/usr/bin/env", *(f"{name}={value}" for name, value in environment.items())]
        stack.enter_context(listening([*env, *program], estate.port, folder / f"{kind}.log"))
        yield estate


def spellings(name: str) -> list[str]:
    """A name as it is, and with some or all of its characters percent-encoded, the digits in either case."""
    encoded = [f"%{ord(letter):02x}" for letter in name]
    return [
        name,
        name.replace("_", "%5F"),
        name.replace("_", "%5f"),
        encoded[0] + name[1:],
        name[:-1] + encoded[-1].upper(),
        "".join(encoded),
        re.sub("k", "%6B", name),
    ]
