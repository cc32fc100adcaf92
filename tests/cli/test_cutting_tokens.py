"""`tokentui tokens disable|deactivate|unassign`: what each hits is told once it is done, or by a dry run instead."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from tests.cli.conftest import Shell
from tokentui.domain.requests import SeenRequest
from tokentui.services.desk import utc_now

DAY = timedelta(days=1)
DISABLE, DEACTIVATE = ("tokens", "disable", "erp"), ("tokens", "deactivate", "erp")
UNASSIGN = ("tokens", "unassign", "erp", "stock/goods-in")
CUTS = pytest.mark.parametrize(
    ("words", "done"), [(DISABLE, "disabled"), (DEACTIVATE, "deactivated"), (UNASSIGN, "unassigned")]
)


def record(shell: Shell, times: int, slot: str = "GET", ago: timedelta = timedelta(hours=1), **fields: Any) -> None:
    """Let erp have come to `stock/goods-in` so often."""
    reader = shell.office.reader()
    one = SeenRequest(
        at=utc_now() - ago,
        method=slot,
        path="/goods",
        slot=slot,
        token_id=reader.token_by_name("erp").id,
        endpoint_id=reader.endpoint_by_ref("stock/goods-in").id,
        **{"status": 200, "reason": "allowed", **fields},
    )
    shell.office.store.requests.record([one] * times)


def trial(shell: Shell, *words: str) -> dict[str, Any]:
    """What a dry run prints as JSON; the store is as it was then, and a store that is only looked at will do."""
    before = shell.store.read_bytes()
    result = shell.run(*words, "--dry-run", "--json", before=("--read-only",))
    assert result.exit_code == 0, result.output
    assert result.stderr.startswith("A dry run, nothing was done: ")
    assert shell.store.read_bytes() == before
    printed: dict[str, Any] = json.loads(result.stdout)
    return printed


@CUTS
def test_what_was_cut_off_is_told_with_the_calls_of_the_last_24_hours(
    stocked: Shell, words: tuple[str, ...], done: str
) -> None:
    record(stocked, 1, ago=3 * DAY)
    record(stocked, 200)
    record(stocked, 14, "POST")
    record(stocked, 5, status=403, reason="ip_not_allowed")
    result = stocked.run(*words)
    assert (result.exit_code, result.stdout) == (0, "")
    first, second = result.stderr.splitlines()
    assert re.match(rf"erp (is )?{done}", first)
    assert second == "Refused at 1 endpoint, called 214 times in the last 24 h by this token."


@CUTS
def test_a_dry_run_tells_it_and_changes_nothing(stocked: Shell, words: tuple[str, ...], done: str) -> None:
    record(stocked, 1, ago=3 * DAY)
    record(stocked, 214)
    assert trial(stocked, *words) == {
        "tokens": ["erp"],
        "endpoints": ["stock/goods-in"],
        "slots": ["POST", "GET"],
        "calls_24h": 214,
    }
    before = stocked.store.read_bytes()
    result = stocked.run(*words, "--dry-run")
    assert (result.exit_code, result.stdout) == (0, "stock/goods-in\n")
    assert result.stderr == (
        f"A dry run, nothing was done: erp would be {done}, "
        "refused at 1 endpoint, called 214 times in the last 24 h by this token.\n"
    )
    assert stocked.store.read_bytes() == before


@CUTS
def test_json_tells_what_was_hit_also_when_it_was_done(stocked: Shell, words: tuple[str, ...], done: str) -> None:
    record(stocked, 3)
    planned = trial(stocked, *words)
    assert stocked.json(*words) == planned
    assert planned["calls_24h"] == 3
    assert stocked.json(*words) == {"tokens": [], "endpoints": [], "slots": [], "calls_24h": 0}


@CUTS
def test_where_no_requests_are_recorded_yet_nobody_knows(stocked: Shell, words: tuple[str, ...], done: str) -> None:
    assert trial(stocked, *words)["calls_24h"] is None
    assert "Refused at 1 endpoint; no requests are recorded yet.\n" in stocked.run(*words).stderr


@CUTS
def test_where_they_cannot_be_read_it_is_done_all_the_same(stocked: Shell, words: tuple[str, ...], done: str) -> None:
    log = stocked.store.with_name("requests.sqlite")
    log.write_bytes(b"damaged, and long enough for the header of a database" * 9)
    assert trial(stocked, *words)["calls_24h"] is None
    result = stocked.run(*words)
    assert result.exit_code == 0
    assert re.search(r"Refused at 1 endpoint; how often it was called is unknown: .* cannot be read", result.stderr)
    erp = stocked.json("tokens", "show", "erp")
    assert not (erp["enabled"] and erp["active"] and erp["assignments"])


def test_only_what_would_be_changed_is_told(stocked: Shell) -> None:
    stocked.done("tokens", "assign", "crm", "stock/goods-in", "shop/pets")
    words = ("tokens", "disable", "crm", "erp")
    assert trial(stocked, *words)["tokens"] == ["erp"]
    assert trial(stocked, "tokens", "disable", "crm")["tokens"] == []
    assert "nothing would be changed." in stocked.run("tokens", "disable", "crm", "--dry-run").stderr
    assert stocked.run(*words).stderr.splitlines() == [
        "1 token disabled, 1 already so.",
        "Refused at 1 endpoint; no requests are recorded yet.",
    ]
    assert trial(stocked, "tokens", "deactivate", "crm", "erp")["tokens"] == ["crm", "erp"]
    assert trial(stocked, "tokens", "deactivate", "crm", "erp")["endpoints"] == ["shop/pets", "stock/goods-in"]


def test_of_an_unassignment_the_slots_that_go_count(stocked: Shell) -> None:
    record(stocked, 3)
    record(stocked, 4, "POST")
    hit = trial(stocked, *UNASSIGN, "--slots", "POST")
    assert (hit["slots"], hit["calls_24h"]) == (["POST"], 4)
    assert trial(stocked, "tokens", "unassign", "erp", "shop/pets")["endpoints"] == []


def test_where_nobody_is_cut_off_a_dry_run_says_so(stocked: Shell) -> None:
    stocked.done("tokens", "unassign", "erp", "stock/goods-in")
    result = stocked.run("tokens", "disable", "erp", "--dry-run")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "A dry run, nothing was done: erp would be disabled, and nobody cut off.\n"
    assert stocked.run("tokens", "disable", "erp").stderr == "erp disabled.\n"


@pytest.mark.parametrize("dry_run", [(), ("--dry-run",)])
@pytest.mark.parametrize(
    ("code", "words"),
    [
        (3, ("tokens", "disable", "erp", "nobody")),
        (3, ("tokens", "deactivate", "nobody")),
        (3, ("tokens", "unassign", "nobody", "stock/goods-in")),
        (3, ("tokens", "unassign", "erp", "no/where")),
        (2, ("tokens", "unassign", "erp", "stock/goods-in", "--slots", "PATCH")),
    ],
)
def test_a_dry_run_refuses_what_the_deed_refuses(
    stocked: Shell, code: int, words: tuple[str, ...], dry_run: tuple[str, ...]
) -> None:
    stocked.refused(code, *words, *dry_run)


def test_a_dry_run_needs_no_key_and_makes_no_store(shell: Shell, stocked: Shell) -> None:
    stocked.key.unlink()
    assert trial(stocked, *DISABLE)["tokens"] == ["erp"]
    assert not stocked.key.exists()
