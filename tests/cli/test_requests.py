"""`tokentui requests`: who called what, the newest first, filtered, as JSON, and as it comes."""

import json
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Shell
from tokentui.domain.requests import SeenRequest

PATIENCE = 30.0


def seen(
    shell: Shell, minutes: float, token: str = "", endpoint: str = "stock/goods-in", **fields: Any
) -> SeenRequest:
    reader = shell.office.reader()
    there = reader.endpoint_by_ref(endpoint)
    whose = {"token_id": reader.token_by_name(token).id, "kind": "endpoint"} if token else {}
    given = {
        "at": datetime.now(UTC) - timedelta(minutes=minutes),
        "method": "GET",
        "slot": "GET",
        "path": there.path,
        "endpoint_id": there.id,
        "address": "10.0.0.7",
        "status": 200,
        "reason": "allowed",
        **whose,
    }
    return SeenRequest(**{**given, **fields})


@pytest.fixture
def called(stocked: Shell) -> Shell:
    """A shell at whose store some requests were seen."""
    stocked.office.store.requests.record(
        [
            seen(stocked, 90, "erp"),
            seen(stocked, 60, "erp", address="10.0.0.9", method="PUT", slot="POST"),
            seen(stocked, 30, "crm", status=401, reason="disabled_token"),
            seen(stocked, 20, fingerprint="1a2b3c4d", status=401, reason="unknown_token", address="192.0.2.1"),
            seen(stocked, 10, endpoint="shop/pets", reason="free"),
        ]
    )
    return stocked


def test_the_newest_come_first_with_names_and_what_was_decided(called: Shell) -> None:
    head, *lines = called.done("requests").splitlines()
    assert head.split() == ["WHEN", "METHOD", "ENDPOINT", "TOKEN", "FROM", "OUTCOME"]
    assert [line.split()[1:] for line in lines] == [
        ["GET", "shop/pets", "-", "10.0.0.7", "allowed"],
        ["GET", "stock/goods-in", "?1a2b3c4d", "192.0.2.1", "refused:", "unknown"],
        ["GET", "stock/goods-in", "crm", "10.0.0.7", "refused:", "disabled"],
        ["PUT", "stock/goods-in", "erp", "10.0.0.9", "allowed,", "new", "address"],
        ["GET", "stock/goods-in", "erp", "10.0.0.7", "allowed"],
    ]


def test_json_has_all_that_was_recorded_and_null_for_what_is_not_known(called: Shell) -> None:
    stranger, new = called.json("requests")[1], called.json("requests")[3]
    assert (stranger["token"], stranger["token_id"], stranger["fingerprint"]) == (None, None, "1a2b3c4d")
    assert (stranger["allowed"], stranger["status"], stranger["reason"]) == (False, 401, "unknown_token")
    assert (new["token"], new["kind"], new["slot"], new["new_address"]) == ("erp", "endpoint", "POST", True)


@pytest.mark.parametrize(
    ("options", "tokens"),
    [
        (("--endpoint", "shop/pets"), [None]),
        (("--token", "ERP"), ["erp", "erp"]),
        (("--token", "erp", "--endpoint", "shop/pets"), []),
        (("--outcome", "refused"), [None, "crm"]),
        (("--outcome", "allowed", "--address", "10.0.0.9"), ["erp"]),
        (("--since", "45min"), [None, None, "crm"]),
        (("--limit", "1"), [None]),
        (("--text", "er"), ["erp", "erp"]),
        (("--text", "1a2"), [None]),
    ],
)
def test_they_are_filtered(called: Shell, options: tuple[str, ...], tokens: list[str | None]) -> None:
    assert [one["token"] for one in called.json("requests", *options)] == tokens


def test_names_that_are_not_there_and_bad_times_are_told(called: Shell) -> None:
    assert "no endpoint token" in called.refused(3, "requests", "--token", "no-such")
    assert "no endpoint " in called.refused(3, "requests", "--endpoint", "no/such")
    told = "no moment; write 90 min, 24h, 7 days, 2026-03-01 or 2026-03-01 18:00."
    for when in ("yesterday", "30s"):
        assert told in called.refused(2, "requests", "--since", when)


def test_a_damaged_file_ends_with_5_in_one_line(called: Shell) -> None:
    called.store.with_name("requests.sqlite").write_bytes(b"damaged, and long enough for a header of SQLite" * 9)
    assert "cannot be read" in called.refused(5, "requests")


def test_where_nothing_was_recorded_that_is_said(stocked: Shell) -> None:
    result = stocked.run("requests")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "tokentui serve records" in result.stderr
    assert stocked.json("requests") == []


def test_where_none_matches_that_is_said_and_not_that_nothing_was_recorded(called: Shell) -> None:
    result = called.run("requests", "--token", "erp", "--endpoint", "shop/pets")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "No request matches.\n")
    assert called.run("requests").stderr == ""


def test_what_could_not_be_recorded_is_told(called: Shell) -> None:
    with called.office.store.requests.recording() as recording:
        recording.lose(datetime.now(UTC), 1_234)
    assert "1,234 requests could not be recorded in the last 24 h." in called.run("requests").stderr


def test_no_key_is_needed(called: Shell) -> None:
    called.key.unlink()
    assert len(called.json("requests")) == 5


# ---------------------------------------------------------------------- as they come


def lines_of(output: Path, number: int) -> list[str]:
    """The first lines, once there are so many."""
    end = time.monotonic() + PATIENCE
    while (lines := output.read_text("utf-8").splitlines()) == [] or len(lines) < number:
        assert time.monotonic() < end, lines
        time.sleep(0.02)
    return lines


@pytest.mark.parametrize("as_json", [True, False], ids=["json", "text"])
def test_follow_tells_the_last_ones_and_then_each_that_comes_the_oldest_first(
    called: Shell, tmp_path: Path, as_json: bool
) -> None:
    output = tmp_path / "output"
    words = ["--store", str(called.store), "--key-file", str(called.key), "requests", "--follow", "--limit", "2"]
    words += ["--endpoint", "stock/goods-in", *(["--json"] if as_json else [])]
    with output.open("w") as out:
        process = subprocess.Popen([sys.executable, "-m", "tokentui", *words], stdout=out, stderr=subprocess.PIPE)
    listed, *_ = called.done("requests", "--limit", "2", "--endpoint", "stock/goods-in").splitlines()
    heads = 0 if as_json else 1
    try:
        lines_of(output, 2 + heads)
        called.office.store.requests.record([seen(called, 0, "erp", address="10.0.0.11", endpoint="shop/pets")])
        called.office.store.requests.record(
            [seen(called, 0, "erp", address="10.0.0.12"), seen(called, 5, "erp", address="10.0.0.13")]
        )
        lines = lines_of(output, 4 + heads)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 130
    finally:
        process.kill()
        process.communicate()
    addresses = ["10.0.0.7", "192.0.2.1", "10.0.0.13", "10.0.0.12"]
    if as_json:
        assert [json.loads(line)["address"] for line in lines] == addresses
        return
    head, *lines = lines
    assert [line[head.index("FROM") :].split()[0] for line in lines] == addresses
    assert head == listed
