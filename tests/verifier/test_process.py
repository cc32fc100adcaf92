"""The real processes: what a change, a kill, a full disk or an end does to answers and records."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import pytest

from tests.cli.conftest import Shell
from tests.verifier.conftest import Guarded, furnished
from tests.verifier.drafts import Draft
from tests.verifier.live import Live, answers, live, wait_until
from tokentui.services.tokens import set_enabled
from tokentui.store.request_log import FILE_NAME

#: So many decisions may be under way to the supervisor when a worker is killed: a batch, and what a turn brings.
BOUND = 2 * 256 + 100


@dataclass
class Estate:
    """A store and its folder."""

    guarded: Guarded
    folder: Path

    @property
    def value(self) -> bytes:
        return self.guarded.value("erp").encode()

    def recorded(self) -> int:
        """How many requests are recorded."""
        return self._number("SELECT count(*) FROM requests")

    def lost(self) -> int:
        return self._number("SELECT coalesce(sum(amount), 0) FROM lost")

    def _number(self, query: str) -> int:
        try:
            with closing(sqlite3.connect(f"file:{self.folder / FILE_NAME}?mode=ro", uri=True)) as database:
                return int(database.execute(query).fetchone()[0])
        except sqlite3.OperationalError:  # it is being made
            return 0


@pytest.fixture
def estate(tmp_path: Path) -> Estate:
    folder = tmp_path / "here"
    return Estate(furnished(folder), folder)


def status(server: Live, question: Draft) -> int:
    """Of one question on a connection of its own; 0 where no answer came."""
    try:
        heard = answers(server.say(bytes(question)))
    except OSError:
        return 0
    return heard[0].status if heard else 0


@dataclass
class Load:
    """Asks over some connections that are kept, until it is stopped."""

    server: Live
    question: bytes
    answered: int = 0
    odd: list[bytes] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def running(self, connections: int = 4) -> Iterator["Load"]:
        threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(connections)]
        for each in threads:
            each.start()
        try:
            yield self
        finally:
            self._stop.set()
            for each in threads:
                each.join()

    def _ask(self) -> None:
        while not self._stop.is_set():
            try:
                with self.server.connect() as connection:
                    self._ask_over(connection)
            except OSError:
                continue  # it has gone, or is being replaced

    def _ask_over(self, connection: socket.socket) -> None:
        while not self._stop.is_set():
            connection.sendall(self.question)
            answer = connection.recv(65536)
            if not answer:
                return
            if not answer.startswith(b"HTTP/1.1 200 ") or not answer.endswith(b"\r\n\r\n"):
                self.odd.append(answer)
            with self._turn:
                self.answered += 1


def question(estate: Estate, **changes: object) -> Draft:
    return Draft("caddy", estate.value)(**changes)


def kept(estate: Estate) -> bytes:
    return bytes(question(estate, closing=False))


def test_a_change_is_obeyed_within_a_second(estate: Estate) -> None:
    good, ids = question(estate), [estate.guarded.desk.reader().token_by_name("erp").id]
    with live(estate.folder) as server:
        took = []
        for on in (False, True) * 3:
            set_enabled(estate.guarded.desk, ids, on)
            wanted = 200 if on else 401
            took.append(wait_until(lambda wanted=wanted: status(server, good) == wanted, "the change is obeyed"))  # type: ignore[misc]
        assert sorted(took)[len(took) // 2] <= 1.0, took


@pytest.mark.parametrize("workers", [1, 2])
def test_a_killed_worker_is_replaced_and_loses_no_more_than_its_last_batch(estate: Estate, workers: int) -> None:
    with live(estate.folder, "--workers", str(workers)) as server:
        with Load(server, kept(estate)).running() as load:
            for _ in range(3):
                before = server.workers()
                goal = load.answered + 300
                wait_until(lambda goal=goal: load.answered > goal, "requests are answered")  # type: ignore[misc]
                os.kill(before[0], signal.SIGKILL)
                wait_until(lambda before=before: replaced(server, before), "the worker is replaced")  # type: ignore[misc]
        assert not load.odd
        assert server.end() == 0
        assert load.answered - 3 * BOUND <= estate.recorded() + estate.lost() <= load.answered + 3 * 4
        assert server.told.count("another takes its place") == 3


def test_a_worker_that_has_just_begun_ends_at_sigterm_as_any_other(estate: Estate) -> None:
    """One that missed the signal would be waited for, and killed in the end."""
    with live(estate.folder, "--workers", "2") as server:
        for _ in range(2):
            before = server.workers()
            os.kill(before[0], signal.SIGKILL)
            wait_until(lambda before=before: replaced(server, before), "the worker is replaced")  # type: ignore[misc]
        begin = monotonic()
        assert server.end() == 0
        assert monotonic() - begin < 5


def test_what_records_is_replaced_where_it_is_killed_and_no_answer_waits_for_it(estate: Estate) -> None:
    with live(estate.folder) as server:
        with Load(server, kept(estate)).running() as load:
            for _ in range(2):
                (before,) = server.recorders()
                recorded, goal = estate.recorded(), load.answered + 300
                wait_until(lambda goal=goal: load.answered > goal, "requests are answered")  # type: ignore[misc]
                os.kill(before, signal.SIGKILL)
                wait_until(lambda before=before: server.recorders() not in ([], [before]), "it is replaced")  # type: ignore[misc]
                wait_until(lambda recorded=recorded: estate.recorded() > recorded, "requests are recorded again")  # type: ignore[misc]
        assert not load.odd
        assert server.end() == 0
        # What is kept in the moment of its death, be it a number of lost ones, may be counted as lost once more.
        assert load.answered <= estate.recorded() + estate.lost()
        assert estate.recorded() <= load.answered + 4
        assert server.told.count("What records requests was killed by SIGKILL; another takes its place.") == 2


def replaced(server: Live, before: list[int]) -> bool:
    now = server.workers()
    return len(now) == len(before) and before[0] not in now


def test_workers_are_gone_two_seconds_after_their_supervisor_was_killed(estate: Estate) -> None:
    with live(estate.folder, "--workers", "2") as server, Load(server, kept(estate)).running():
        workers = [*server.workers(), *server.recorders()]
        assert len(workers) == 3
        server.process.kill()
        server.process.wait()
        took = wait_until(lambda: not any(map(is_running, workers)), "the workers have gone")
        assert took <= 2.0


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("unix", [False, True])
def test_sigterm_answers_what_is_under_way_records_every_decision_and_exits_with_0(
    estate: Estate, unix: bool
) -> None:
    with live(estate.folder, "--workers", "2", unix=unix) as server:
        with Load(server, kept(estate)).running() as load:
            wait_until(lambda: load.answered > 500, "requests are answered")
            assert server.end() == 0
        assert not load.odd  # each answer came whole
        assert load.answered <= estate.recorded() <= load.answered + 4  # one may be under way on each connection
        assert estate.lost() == 0
        assert not (estate.folder / "v.sock").exists()
        assert "Traceback" not in server.told


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_ctrl_c_and_the_end_of_its_terminal_end_it_as_sigterm_does(estate: Estate, number: signal.Signals) -> None:
    """They come to all processes of the group."""
    with live(estate.folder, "--workers", "2") as server:
        with Load(server, kept(estate)).running() as load:
            wait_until(lambda: load.answered > 500, "requests are answered")
            for process in (*server.workers(), *server.recorders(), server.process.pid):
                os.kill(process, number)
            assert server.process.wait(30) == 0
        assert not load.odd
        assert load.answered <= estate.recorded() <= load.answered + 4
        assert estate.lost() == 0


def test_where_the_end_of_its_terminal_is_not_to_matter_it_does_not(estate: Estate) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does, before it begins the command
    try:
        with live(estate.folder) as server:
            for process in (*server.workers(), *server.recorders(), server.process.pid):
                os.kill(process, signal.SIGHUP)
            assert status(server, question(estate)) == 200
            assert server.process.poll() is None
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_place_in_line_is_kept_by_no_half_said_question(estate: Estate) -> None:
    """Whoever says half a question, or nothing, does not delay the end."""
    with live(estate.folder) as server:
        silent, half = server.connect(), server.connect()
        half.sendall(kept(estate)[:40])
        assert status(server, question(estate)) == 200
        assert server.end() == 0
        silent.close()
        half.close()


def test_a_slow_disk_delays_no_decision_and_what_waits_is_recorded_afterwards(estate: Estate) -> None:
    with live(estate.folder) as server:
        assert status(server, question(estate)) == 200
        wait_until(lambda: estate.recorded() == 1, "a request is recorded")
        with closing(sqlite3.connect(estate.folder / FILE_NAME, isolation_level=None)) as others:
            others.execute("BEGIN IMMEDIATE")
            with Load(server, kept(estate)).running() as load:
                wait_until(lambda: load.answered > 2000, "decisions go out though nothing can be recorded")
            assert estate.recorded() == 1
            others.execute("COMMIT")
        assert not load.odd
        assert server.end() == 0
        assert load.answered + 1 <= estate.recorded() + estate.lost() <= load.answered + 5
        assert estate.lost() == 0


def test_a_worker_that_cannot_begin_is_tried_again_and_the_others_go_on(estate: Estate) -> None:
    store = estate.folder / "tokens.json"
    good = question(estate)
    with live(estate.folder, "--workers", "2") as server:
        whole = store.read_bytes()
        store.write_bytes(whole[:100])
        before = server.workers()
        os.kill(before[0], signal.SIGKILL)
        wait_until(lambda: "A worker cannot begin, and another will be tried" in server.told, "that is told")
        assert [status(server, good) for _ in range(5)] == [200] * 5
        assert server.process.poll() is None
        store.write_bytes(whole)
        wait_until(lambda: replaced(server, before), "the worker is replaced")
        assert server.told.count("A worker cannot begin") == 1
        assert server.end() == 0


def test_the_passphrase_in_a_file_opens_the_key_of_before_and_after_a_rekey(estate: Estate) -> None:
    """Nobody is there to type it."""
    file = estate.folder / "passphrase"
    file.write_text("correct horse")
    file.chmod(0o600)
    shell, good = Shell(estate.folder / "tokens.json", estate.folder / "key"), question(estate)
    given = ("--passphrase-file", str(file))
    assert shell.run("store", "key", "passphrase", *given).exit_code == 0
    with live(estate.folder, before=given) as server:
        assert status(server, good) == 200
        assert shell.run("store", "rekey", before=given).exit_code == 0
        assert shell.run("tokens", "disable", "erp").exit_code == 0  # what is obeyed now is under the new key
        wait_until(lambda: status(server, good) == 401, "the store is obeyed")
        assert shell.run("tokens", "enable", "erp").exit_code == 0
        wait_until(lambda: status(server, good) == 200, "the store is obeyed")
        assert server.told.count("\n") == 2, server.told


def test_what_becomes_of_callers_is_told_in_the_log_once_though_all_workers_see_it(estate: Estate) -> None:
    store, good = estate.folder / "tokens.json", question(estate)
    with live(estate.folder, "--workers", "3", "--max-stale", "1") as server:
        assert f"2 endpoints guarded by 2 endpoint tokens, from {store}." in server.told
        store.rename(store.with_name("away"))
        wait_until(lambda: "is obeyed for 1 s at the most, then everybody is refused." in server.told, "it is told")
        wait_until(lambda: "Everybody is refused: the store could not be read for 1 s." in server.told, "it is told")
        wait_until(lambda: [status(server, good) for _ in range(9)] == [403] * 9, "no worker lets anybody in")
        store.with_name("away").rename(store)
        wait_until(lambda: "The store is read again, and obeyed." in server.told, "it is told")
        wait_until(lambda: [status(server, good) for _ in range(9)] == [200] * 9, "all workers obey it")
        assert server.end() == 0
        lines = server.told.splitlines()
        assert lines[-1] == "Ended."
        assert len(lines) == len(set(lines)) == 6, server.told


def test_where_nothing_can_be_recorded_health_says_why(estate: Estate) -> None:
    (estate.folder / FILE_NAME).mkdir()
    asks = Draft("caddy", estate.value, place=b"/healthz")
    with live(estate.folder) as server:
        assert status(server, question(estate)) == 200

        def trouble() -> str:
            return str(json.loads(answers(server.say(bytes(asks)))[0].body)["recorder"]["trouble"])

        wait_until(lambda: FILE_NAME in trouble(), "it is told")
        (estate.folder / FILE_NAME).rmdir()
        wait_until(lambda: not trouble(), "that it works again is told")


def test_a_key_that_is_not_there_yet_is_no_mistake_in_the_command(estate: Estate) -> None:
    """systemd tries again, but for exit code 2."""
    (estate.folder / "key").rename(estate.folder / "away")
    places = ["--store", str(estate.folder / "tokens.json"), "--key-file", str(estate.folder / "key")]
    command = [sys.executable, "-m", "tokentui", *places, "serve", "--port", "0"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, "key" in ended.stderr) == (5, True)


def test_a_port_that_is_taken_is_a_conflict_that_a_service_manager_tries_again(estate: Estate) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        places = ["--store", str(estate.folder / "tokens.json"), "--key-file", str(estate.folder / "key")]
        command = [sys.executable, "-m", "tokentui", *places, "serve", "--port", str(taken.getsockname()[1])]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, "cannot be listened at" in ended.stderr) == (4, True)


def test_a_verifier_that_cannot_begin_says_why_and_ends(estate: Estate) -> None:
    (estate.folder / "tokens.json").write_bytes(b"{")
    with pytest.raises(AssertionError, match=r"tokens\.json"), live(estate.folder):
        pass


def test_no_question_takes_longer_the_more_wait_before_it(estate: Estate) -> None:
    """A head that never ends is not kept for ever, and hinders nobody."""
    with live(estate.folder) as server:
        open_ones = [server.connect() for _ in range(50)]
        for each in open_ones:
            each.sendall(b"GET /verify/caddy HTTP/1.1\r\nX-A: " + b"a" * 1000)
        assert status(server, question(estate)) == 200
        for each in open_ones:
            each.close()
        assert server.end() == 0
