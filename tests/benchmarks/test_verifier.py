"""The verifier over HTTP, against an empty ASGI application on the same server, alone and behind nginx.

`wrk` asks (Debian has it); without it there is nothing that asks fast enough, and these are skipped.
"""

import re
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.system.listening import free_port
from tests.system.proxies import NGINX
from tokentui.cli.compose import Office
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.slots import Authentication, Slot
from tokentui.services.assigning import assign
from tokentui.services.endpoints import add_endpoint
from tokentui.services.tokens import add_token, reveal_token
from tokentui.verifier.recorder import Retention

WRK = shutil.which("wrk")
pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.timeout(600),
    pytest.mark.skipif(WRK is None, reason="wrk is not installed"),
]

_EMPTY = """
import socket, sys, uvicorn
HEADERS = [(b"content-length", b"0")]
async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": b""})
config = uvicorn.Config(app, ws="none", lifespan="off", log_config=None, access_log=False, proxy_headers=False,
                        server_header=False, date_header=False, timeout_keep_alive=120)
uvicorn.Server(config).run(sockets=[socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=2048)])
"""


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A store's folder, and a token that may GET `/orders` there."""
    folder = tmp_path_factory.mktemp("guarded")
    desk = Office(folder / "tokens.json", folder / "key").desk
    orders = add_endpoint(
        desk, EndpointFields(name="Orders", group="shop", path="/orders", authentication=Authentication.TOKEN)
    )
    erp = add_token(desk, TokenFields(name="erp"))
    assign(desk, erp.id, add={orders.id: (Slot.GET,)}, remove={})
    return folder, reveal_token(desk, erp)


@contextmanager
def running(command: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server from when it listens until the block ends."""
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            end = time.monotonic() + 20
            while socket.socket().connect_ex(("127.0.0.1", port)):
                assert time.monotonic() < end, f"{command} does not listen"
                time.sleep(0.05)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def serving(folder: Path, port: int) -> list[str]:
    places = ["--store", str(folder / "tokens.json"), "--key-file", str(folder / "key")]
    return [sys.executable, "-m", "tokentui", *places, "serve", "--port", str(port)]


def empty(port: int) -> list[str]:
    return [sys.executable, "-c", _EMPTY, str(port)]


def asked(url: str, token: str, seconds: int, connections: int = 16) -> tuple[float, int]:
    """Requests a second, and how many were answered by anything but 2xx."""
    assert WRK is not None
    headers = ["X-Original-Method: GET", "X-Original-URI: /orders?page=2", "X-Real-IP: 192.0.2.7"]
    flags = [flag for header in (*headers, f"Authorization: Bearer {token}") for flag in ("-H", header)]
    command = [WRK, "-t1", f"-c{connections}", f"-d{seconds}s", *flags, url]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec: *([\d.]+)", told)
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
    assert rate is not None, told
    return float(rate[1]), int(wrong[1]) if wrong else 0


def ratio(ours: Callable[[], float], its: Callable[[], float], rounds: int = 7) -> tuple[float, float, float]:
    """Both in turns, so that they meet the same machine: the medians, and the median of the ratios."""
    pairs = [(ours(), its()) for _ in range(rounds)]
    return (
        statistics.median(pair[0] for pair in pairs),
        statistics.median(pair[1] for pair in pairs),
        statistics.median(pair[0] / pair[1] for pair in pairs),
    )


def test_over_http_against_an_empty_application_on_the_same_server(guarded: tuple[Path, str]) -> None:
    folder, token = guarded
    ports = free_port(), free_port()
    with running(serving(folder, ports[0]), ports[0]), running(empty(ports[1]), ports[1]):

        def rate(port: int) -> float:
            found, wrong = asked(f"http://127.0.0.1:{port}/verify/nginx", token, 3)
            assert wrong == 0
            return found

        ours, its, share = ratio(lambda: rate(ports[0]), lambda: rate(ports[1]))
    print(f"\n{ours:,.0f} requests a second, an empty application {its:,.0f}: ratio {share:.2f}")
    assert share >= 0.6


_NGINX = """
daemon off; master_process off; pid {folder}/{name}.pid; error_log {folder}/{name}.log;
events {{ worker_connections 256; }}
http {{
    access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    upstream auth {{ server 127.0.0.1:{auth}; keepalive 32; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{ auth_request /_auth; return 204; }}
        location /orders {{ auth_request /_auth; try_files /nothing @done; }}
        location @done {{ return 204; }}
        location = /_auth {{
            internal; proxy_pass http://auth/verify/nginx; proxy_http_version 1.1; proxy_set_header Connection "";
            proxy_pass_request_body off; proxy_set_header Content-Length "";
            proxy_set_header X-Original-Method $request_method; proxy_set_header X-Original-URI $request_uri;
            proxy_set_header X-Real-IP $remote_addr;
        }}
    }}
}}
"""


def nginx(folder: Path, name: str, auth: int) -> tuple[list[str], int]:
    """The command for an nginx that asks at this port, and where it listens."""
    assert NGINX is not None
    port, file = free_port(), folder / f"{name}.conf"
    file.write_text(_NGINX.format(folder=folder, name=name, auth=auth, port=port))
    return [NGINX, "-c", str(file), "-e", str(folder / f"{name}.log")], port


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_behind_nginx_against_an_empty_auth_service(guarded: tuple[Path, str]) -> None:
    folder, token = guarded
    auths = free_port(), free_port()
    with ExitStack() as stack:
        stack.enter_context(running(serving(folder, auths[0]), auths[0]))
        stack.enter_context(running(empty(auths[1]), auths[1]))
        fronts = [nginx(folder, f"n{auth}", auth) for auth in auths]
        for command, port in fronts:
            stack.enter_context(running(command, port))

        def rate(port: int) -> float:
            found, wrong = asked(f"http://127.0.0.1:{port}/orders?page=2", token, 3)
            assert wrong == 0
            return found

        ours, its, share = ratio(lambda: rate(fronts[0][1]), lambda: rate(fronts[1][1]))
    print(f"\nnginx: {ours:,.0f} requests a second, with an empty auth service {its:,.0f}: ratio {share:.2f}")
    assert share >= 0.8


def megabytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def test_a_minute_at_full_rate_gives_no_wrong_answer_and_loses_no_count(guarded: tuple[Path, str]) -> None:
    folder, token = guarded
    log, port = folder / "requests.sqlite", free_port()
    for name in (log, *(log.with_name(f"{log.name}{end}") for end in ("-wal", "-shm"))):
        name.unlink(missing_ok=True)
    with running(serving(folder, port), port) as process:
        url = f"http://127.0.0.1:{port}"
        children = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, check=True).stdout
        pids = [process.pid, *map(int, children.split())]
        asked(f"{url}/verify/nginx", token, 10)
        before = [megabytes(pid) for pid in pids]
        rate, wrong = asked(f"{url}/verify/nginx", token, 60)
        after = [megabytes(pid) for pid in pids]
        told = settled(url)
    decided = sum(amount for name, amount in told.items() if name.startswith("tokentui_decisions_total"))
    recorded, lost = told["tokentui_recorder_recorded"], told["tokentui_recorder_lost"]
    with closing(sqlite3.connect(log)) as database:
        (kept,) = database.execute("SELECT count(*) FROM requests").fetchone()
        (lost_kept,) = database.execute("SELECT coalesce(sum(amount), 0) FROM lost").fetchone()
    print(
        f"\n{rate:,.0f} requests a second for 60 s, {wrong} wrong; memory of the processes {before} → {after} MB; "
        f"{decided:,.0f} decided: {recorded:,.0f} recorded, {lost:,.0f} lost; in the file {kept:,} and {lost_kept:,}"
    )
    assert wrong == 0
    assert recorded + lost == decided
    assert lost_kept == lost
    assert min(recorded, Retention().rows) <= kept <= 1.02 * Retention().rows
    assert all(now <= 1.3 * then + 20 for then, now in zip(before, after, strict=True))


def settled(url: str) -> dict[str, float]:
    """The metrics, once nothing waits to be recorded any more and all that know of it have told."""
    before: dict[str, float] = {}
    end = time.monotonic() + 60
    while time.monotonic() < end:
        text = urlopen(f"{url}/metrics").read().decode()
        now = {name: float(value) for name, value in re.findall(r"^(tokentui_\S+(?: \S+)*) (\S+)$", text, re.M)}
        counts = {name: value for name, value in now.items() if "age" not in name}
        if counts == before and not now["tokentui_recorder_waiting"]:
            return now
        before = counts
        time.sleep(1.5)  # the metrics are told once a second
    raise AssertionError(f"something waits still: {before}")
