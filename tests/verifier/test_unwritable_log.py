"""A log that cannot be written, to a full disk or to nobody, ends no verifier."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.verifier.conftest import furnished
from tests.verifier.drafts import Draft
from tests.verifier.live import PATIENCE, Live, answers, wait_until


def _nobody() -> int:
    """A pipe that nobody reads."""
    reads, writes = os.pipe()
    os.close(reads)
    return writes


LOGS = {"a full disk": lambda: os.open("/dev/full", os.O_WRONLY), "nobody": _nobody}


@contextmanager
def serving(folder: Path, log: int) -> Iterator[Live]:
    place = folder / "v.sock"
    command = [sys.executable, "-m", "tests.verifier.live", "httptools", "--store", str(folder / "tokens.json")]
    more = ["--key-file", str(folder / "key"), "serve", "--unix", str(place)]
    root = Path(__file__).parents[2]
    with subprocess.Popen([*command, *more], stdout=subprocess.DEVNULL, stderr=log, cwd=root) as process:
        try:
            yield Live(process, folder / "no.log", unix=place)
        finally:
            with suppress(subprocess.TimeoutExpired):
                process.terminate()
                process.wait(PATIENCE)
            process.kill()


@pytest.mark.parametrize("kind", LOGS)
def test_a_verifier_whose_log_cannot_be_written_goes_on(tmp_path: Path, kind: str) -> None:
    """Neither where it begins, nor where the recording fails, nor where a worker is replaced."""
    guarded = furnished(tmp_path)
    good = bytes(Draft("caddy", guarded.value("erp").encode()))
    (tmp_path / "requests.sqlite").mkdir()  # where nothing can be recorded
    log = LOGS[kind]()
    with serving(tmp_path, log) as server:
        os.close(log)
        wait_until(lambda: allows(server, good) or server.process.poll() is not None, "it answers")
        for _ in range(2):
            before = server.workers()
            os.kill(before[0], signal.SIGKILL)
            wait_until(lambda before=before: allows_again(server, before, good), "it goes on")  # type: ignore[misc]
        assert server.process.poll() is None


def allows(server: Live, question: bytes) -> bool:
    with suppress(OSError):
        return [answer.status for answer in answers(server.say(question))] == [200]
    return False


def allows_again(server: Live, before: list[int], question: bytes) -> bool:
    assert server.process.poll() is None
    now = server.workers()
    return bool(now) and now != before and allows(server, question)
