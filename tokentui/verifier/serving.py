"""The verifier on the network: sockets that are bound once, and in each worker uvicorn over them."""

import asyncio
import errno
import gc
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import uvicorn

from tokentui.domain.errors import Conflict, TokenTuiError
from tokentui.services.wording import amount
from tokentui.verifier.application import Verifier
from tokentui.verifier.frames import Channel
from tokentui.verifier.in_force import Health, InForce
from tokentui.verifier.reporting import Reporter
from tokentui.verifier.supervisor import CannotServe
from tokentui.verifier.wire import protocol

_BACKLOG = 2048
#: Longer than proxies keep an idle connection, so that none of them sends into one that is just being closed.
_KEEP_ALIVE_SECONDS = 120
#: How long requests under way are waited for at the end, in seconds.
_GRACE_SECONDS = 5


class CannotListen(TokenTuiError):
    """An address that cannot be listened at."""


class AddressTaken(CannotListen, Conflict):
    """One that another program listens at."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where to listen: at a host and port, a Unix socket, or both."""

    host: str = "127.0.0.1"
    port: int | None = 8787
    unix: Path | None = None


def bind(places: Places) -> list[socket.socket]:
    """The sockets, listening; raises `CannotListen`, and leaves nothing behind then."""
    bound: list[socket.socket] = []
    try:
        if places.port is not None:
            bound.append(_bind_tcp(places.host, places.port))
        if places.unix is not None:
            bound.append(_bind_unix(places.unix))
    except CannotListen:
        close(bound)
        raise
    return bound


def _bind_tcp(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except (OSError, OverflowError) as error:
        raise _cannot_listen(f"{host} port {port}", error) from error


def _bind_unix(path: Path) -> socket.socket:
    """A socket that its owner and group may use. One that nobody listens at any more is taken away first."""
    with suppress(OSError):
        if path.is_socket() and not _answers(path):
            path.unlink()
    listening = socket.socket(socket.AF_UNIX)
    before = os.umask(0o117)
    try:
        listening.bind(str(path))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise _cannot_listen(f"The socket {path}", error) from error
    finally:
        os.umask(before)
    return listening


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            return False
        return True


def _cannot_listen(place: str, error: Exception) -> CannotListen:
    """A port that is taken may be free in a moment, and a service manager does well to try again."""
    why = getattr(error, "strerror", None) or str(error)
    taken = getattr(error, "errno", None) == errno.EADDRINUSE
    return (AddressTaken if taken else CannotListen)(f"{place} cannot be listened at: {why}.")


def close(sockets: Iterable[socket.socket]) -> None:
    """Close them; the file of a Unix socket goes too."""
    for each in sockets:
        if each.family == socket.AF_UNIX:
            with suppress(OSError):
                os.unlink(each.getsockname())
        each.close()


#: Makes the application and its records in force; its listener is the reporter.
Make = Callable[[Reporter], tuple[Verifier, InForce]]


@dataclass(frozen=True, slots=True)
class Worker:
    """What answers in one process; `make` makes it there: each has its own eyes on the store and its own key."""

    make: Make
    sockets: list[socket.socket]
    #: What the log calls the store.
    store: str = "the store"

    def __call__(self, channel: Channel) -> NoReturn:
        """Answer until SIGTERM, or until the supervisor has gone; then leave the process."""
        code, ending = 1, _Ending()
        try:
            signal.signal(signal.SIGTERM, ending)
            for number in (signal.SIGINT, signal.SIGHUP):  # they come to all; the supervisor tells when to end
                signal.signal(number, signal.SIG_IGN)
            self._serve(channel, ending)
            code = 0
        except TokenTuiError as error:
            channel.send({"failed": str(error)})
        except Exception as error:  # noqa: BLE001  # its text may hold anything, so the kind has to do
            channel.send({"failed": f"The verifier cannot begin: an unexpected {type(error).__name__}."})
        finally:
            channel.flush(_GRACE_SECONDS)
            os._exit(code)

    def _serve(self, channel: Channel, ending: "_Ending") -> None:
        reporter = Reporter(channel)
        verifier, in_force = self.make(reporter)
        if not in_force.look():
            raise CannotServe(in_force.health().trouble)
        reporter.log(_guarded(in_force.health(), self.store))
        gc.freeze()
        with _watched(in_force):
            _Server(_config(verifier), reporter, channel, ending).run(sockets=self.sockets)


def _guarded(now: Health, store: str) -> str:
    if not now.endpoints:
        return f"There is no endpoint in {store}, so everybody is refused until there is one."
    return f"{amount(now.endpoints, 'endpoint')} guarded by {amount(now.tokens, 'endpoint token')}, from {store}."


class _Ending:
    """Takes a SIGTERM that comes before uvicorn minds it, and the one that it raises once more when it has ended."""

    def __init__(self) -> None:
        self.came = False

    def __call__(self, number: int, frame: object) -> None:
        self.came = True


def _config(verifier: Verifier) -> uvicorn.Config:
    return uvicorn.Config(
        verifier,
        loop="auto",
        http=protocol(),
        ws="none",
        lifespan="off",
        log_config=None,
        log_level=logging.CRITICAL,  # what others send is no matter for a log, and our own faults are told otherwise
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


class _Server(uvicorn.Server):
    """uvicorn's, with the reporter on its loop."""

    def __init__(self, config: uvicorn.Config, reporter: Reporter, channel: Channel, ending: _Ending) -> None:
        super().__init__(config)
        self._reporter, self._channel, self._ending = reporter, channel, ending
        self._fault = ""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._tell_fault)
        self._reporter.begin(loop, lambda: os.kill(os.getpid(), signal.SIGTERM))
        self._channel.send({"ready": True})
        if self._ending.came:
            loop.call_soon(self.handle_exit, signal.SIGTERM, None)

    def _tell_fault(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """By its kind: its text may hold anything, as may that of every step on the way to it."""
        fault = f"A worker goes on after an unexpected {type(context.get('exception')).__name__}."
        if fault != self._fault:
            self._fault = fault
            self._channel.send({"told": fault})

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets=sockets)
        self._reporter.end(asyncio.get_running_loop())


@contextmanager
def _watched(in_force: InForce) -> Iterator[None]:
    watching = threading.Thread(target=in_force.watch, name="watch", daemon=True)
    watching.start()
    try:
        yield
    finally:
        in_force.close()
        watching.join()
