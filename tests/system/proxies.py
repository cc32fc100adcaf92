"""Real proxies on loopback: nginx and HAProxy in the foreground, asked over raw sockets, ended by their process."""

import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.system.listening import PATIENCE, free_port, listening

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
HAPROXY = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin:/usr/local/sbin")
#: What the lines to copy look like in the comments of a map.
_LINE = re.compile(r"^#     (.+)$", re.M)


@dataclass(frozen=True)
class Answer:
    """What a proxy answered: its status, its challenge, and whose token it says it was."""

    status: int
    challenge: str
    name: str


@dataclass(frozen=True)
class Proxy:
    """A proxy that listens on loopback, by IPv4 and IPv6."""

    port: int

    def ask(
        self, target: str, value: str | None = None, method: str = "GET", *, host: str = "127.0.0.1", more: str = ""
    ) -> Answer:
        """Send a request as it stands; `more` are further header lines."""
        token = f"Authorization: Bearer {value}\r\n" if value is not None else ""
        head = f"{method} {target} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n{token}{more}\r\n"
        with socket.create_connection((host, self.port), timeout=PATIENCE) as connection:
            connection.sendall(head.encode())
            answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
        headers = answer.partition("\r\n\r\n")[0]
        challenge = re.search(r"^www-authenticate: (.*)$", headers, re.I | re.M)
        name = re.search(r"^x-token-name: ?(.*)$", headers, re.I | re.M)
        return Answer(
            int(headers.split()[1]), challenge[1].strip() if challenge else "", name[1].strip() if name else ""
        )


def lines_to_copy(content: str) -> str:
    """The lines of configuration that a map's own comments tell to put into the proxy's."""
    return "\n".join(_LINE.findall(content))


def nginx_configured(folder: Path, written: Path, port: int) -> list[str]:
    """The command for nginx with a map that was written, used as its comments say.

    It listens at the address that is waited for when it does so at all others.
    """
    assert NGINX is not None
    configuration = folder / "nginx.conf"
    configuration.write_text(f"""
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    large_client_header_buffers 4 32k;
    {_folders(folder)}
    include {written};
    server {{
        listen unix:{folder}/socket;
        listen [::1]:{port};
        listen 127.0.0.1:{port};
        {lines_to_copy(written.read_text())}
        location / {{ add_header X-Token-Name $tokentui_name; return 200; }}
    }}
}}
""")
    return [NGINX, "-c", str(configuration), "-e", f"{folder}/nginx.log"]


@contextmanager
def nginx(folder: Path, written: Path) -> Iterator[Proxy]:
    """nginx with a map that was written."""
    port = free_port()
    with listening(nginx_configured(folder, written, port), port, folder / "nginx.log"):
        yield Proxy(port)


def _folders(folder: Path) -> str:
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)


def haproxy_configured(folder: Path, written: Path, port: int) -> list[str]:
    """The command for HAProxy with a map that was written, used as its comments say."""
    assert HAPROXY is not None
    configuration = folder / "haproxy.cfg"
    rules = lines_to_copy(written.read_text()).replace("/etc/haproxy/tokentui.map", str(written))
    indented = "\n".join(f"    {line}" for line in rules.splitlines())
    configuration.write_text(f"""
global
    maxconn 64
    tune.bufsize 32768
defaults
    mode http
    timeout client 20s
    timeout server 20s
    timeout connect 20s
frontend guarded
    bind [::1]:{port}
    bind 127.0.0.1:{port}
{indented}
    http-request return status 200 hdr X-Token-Name %[var(txn.tokentui_name)]
""")
    return [HAPROXY, "-f", str(configuration)]


@contextmanager
def haproxy(folder: Path, written: Path) -> Iterator[Proxy]:
    """HAProxy with a map that was written."""
    port = free_port()
    with listening(haproxy_configured(folder, written, port), port, folder / "haproxy.log"):
        yield Proxy(port)


def refusal(command: list[str]) -> str:
    """What a proxy finds wrong with its configuration; empty where it takes it."""
    flag = "-t" if command[0] == NGINX else "-c"
    checked = subprocess.run([*command, flag], capture_output=True, text=True, timeout=PATIENCE, check=False)
    return checked.stderr if checked.returncode else ""
