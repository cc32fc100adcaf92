"""`tokentui endpoints edit|activate|deactivate|generate`: what each does, prints and cuts off, and its dry run."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Shell
from tests.cli.test_endpoints import FIELDS
from tests.cli.test_program import process
from tokentui.domain.requests import SeenRequest
from tokentui.services.desk import utc_now

VALUE = re.compile(r"[A-Za-z0-9]{64}")
GOODS_IN = "stock/goods-in"
#: What a dry run says of calls, where none ever was recorded.
NOT_YET = f"{GOODS_IN}: No requests are recorded yet.\n"


def shown(shell: Shell, ref: str = GOODS_IN, *options: str) -> dict[str, Any]:
    """The endpoint as `show --json` has it."""
    endpoint: dict[str, Any] = shell.json("endpoints", "show", ref, *options)
    return endpoint


def values(shell: Shell) -> dict[str, str]:
    """The primary values of `stock/goods-in`."""
    primary: dict[str, str] = shown(shell, GOODS_IN, "--reveal")["primary"]
    return primary


def trial(shell: Shell, *words: str) -> Any:
    """What a dry run prints as JSON; the store is as it was then, and a store that is only looked at will do."""
    before = shell.store.read_bytes()
    result = shell.run(*words, "--dry-run", "--json", before=("--read-only",))
    assert result.exit_code == 0, result.output
    assert result.stderr.startswith("A dry run, nothing was done: ")
    assert shell.store.read_bytes() == before
    return json.loads(result.stdout)["would_change"]


def planned(*fields: str, hit: str, calls: int | None) -> dict[str, Any]:
    """A change of `stock/goods-in` in a dry run's JSON."""
    return {"endpoint": GOODS_IN, "fields": [*fields], "hits": [hit], "calls_24h": calls}


class TestEdit:
    @pytest.mark.parametrize(
        ("options", "changed"),
        [
            (("--name", "Goods"), {"name": "Goods"}),
            (("--group", "hall"), {"group": "hall"}),
            (("--slug", "received"), {"slug": "received"}),
            (("--slug", "", "--name", "Goods out"), {"slug": "goods-out", "name": "Goods out"}),
            (("--path", "/goods/{id}"), {"path": "/goods/{id}"}),
            (("--group", "hall", "--path", ""), {"group": "hall", "path": "/api/endpoint/hall/goods-in"}),
            (("--methods", "get"), {"methods": ["GET"], "slots": ["GET"]}),
            (("--authentication", "INTERNAL"), {"authentication": "internal"}),
            (("--allow-deleting",), {"allow_deleting": True, "slots": ["POST", "GET", "DELETE"]}),
            (("--ip-filter", "10.0.0.0/8, ::1"), {"ip_filter": ["10.0.0.0/8", "::1"]}),
            (("--description", "Hall 1"), {"description": "Hall 1"}),
        ],
    )
    def test_changes_what_is_said_and_nothing_else(
        self, stocked: Shell, options: tuple[str, ...], changed: dict[str, object]
    ) -> None:
        before = shown(stocked)
        after = stocked.json("endpoints", "edit", GOODS_IN, *options)
        assert list(after) == FIELDS
        assert after == {**before, **changed}
        assert after == shown(stocked, f"{after['group']}/{after['slug']}")

    def test_empties_a_filter_and_a_description_and_takes_deleting_back(self, stocked: Shell) -> None:
        before = shown(stocked)
        stocked.done(*("endpoints", "edit", GOODS_IN, "--ip-filter", "::1", "--description", "x", "--allow-deleting"))
        stocked.done(*("endpoints", "edit", GOODS_IN, "--ip-filter", "", "--description", "", "--no-allow-deleting"))
        assert shown(stocked) == before

    def test_prints_the_reference_and_what_was_done(self, stocked: Shell) -> None:
        result = stocked.run("endpoints", "edit", GOODS_IN, "--slug", "received", "--name", "Received")
        assert (result.exit_code, result.stdout) == (0, "stock/received\n")
        assert result.stderr == "Saved name and slug of stock/received.\n"

    def test_tells_what_it_cut_off_once_it_is_done(self, stocked: Shell) -> None:
        result = stocked.run("endpoints", "edit", GOODS_IN, "--methods", "POST", "--path", "/goods")
        assert result.stderr.splitlines() == [
            "Saved path and methods of stock/goods-in.",
            "stock/goods-in: GET is switched off: refused at once, for 1 mapped token.",
            "stock/goods-in: The path changes: /api/endpoint/stock/goods-in is refused from now on.",
            "stock/goods-in: No requests are recorded yet.",
        ]

    def test_tells_which_primaries_it_generated_and_prints_none(self, stocked: Shell) -> None:
        result = stocked.run("endpoints", "edit", "shop/pets", "--authentication", "token")
        assert "Generated its GET and DELETE primary." in result.stderr
        assert "shop/pets: Every caller without a token is refused at once." in result.stderr
        assert not VALUE.search(result.output)

    def test_where_nothing_is_another_says_so(self, stocked: Shell) -> None:
        before = stocked.store.read_bytes()
        assert "so already" in stocked.run("endpoints", "edit", GOODS_IN, "--name", "Goods in").stderr
        assert stocked.store.read_bytes() == before
        assert trial(stocked, "endpoints", "edit", GOODS_IN, "--name", "Goods in") == []

    def test_dry_run_tells_fields_and_hits_and_changes_nothing(self, stocked: Shell) -> None:
        words = ("endpoints", "edit", GOODS_IN, "--authentication", "none", "--name", "Free")
        hit = "Authentication none: anybody may call it, without a token."
        assert trial(stocked, *words) == [
            {"endpoint": GOODS_IN, "fields": ["name", "authentication"], "hits": [hit], "calls_24h": 0}
        ]
        result = stocked.run(*words, "--dry-run")
        assert result.stdout == f"stock/goods-in: {hit}\n"
        assert "name and authentication of stock/goods-in would be changed." in result.stderr

    def test_dry_run_of_what_cuts_nobody_off_says_so(self, stocked: Shell) -> None:
        result = stocked.run("endpoints", "edit", GOODS_IN, "--name", "x", "--dry-run")
        assert (result.exit_code, result.stdout) == (0, "")
        assert "nobody would be cut off" in result.stderr

    @pytest.mark.parametrize("dry_run", [(), ("--dry-run",)])
    @pytest.mark.parametrize(
        ("code", "words"),
        [
            (2, (GOODS_IN,)),
            (2, (GOODS_IN, "--path", "goods")),
            (2, (GOODS_IN, "--ip-filter", "10.0.0.1/8")),
            (2, (GOODS_IN, "--methods", "")),
            (2, (GOODS_IN, "--methods", "PATCH")),
            (2, (GOODS_IN, "--authentication", "some")),
            (2, (GOODS_IN, "shop/pets", "--name", "x")),
            (3, ("no/where", "--name", "x")),
            (4, (GOODS_IN, "--path", "/pets/{name}")),
            (4, (GOODS_IN, "--group", "shop", "--slug", "pets")),
        ],
    )
    def test_refuses_alike_with_a_dry_run_and_without(
        self, stocked: Shell, code: int, words: tuple[str, ...], dry_run: tuple[str, ...]
    ) -> None:
        stocked.refused(code, "endpoints", "edit", *words, *dry_run)

    def test_needs_the_key_where_a_primary_is_generated_only(self, stocked: Shell) -> None:
        stocked.key.unlink()
        stocked.done("endpoints", "edit", GOODS_IN, "--name", "x")
        stocked.done("endpoints", "edit", GOODS_IN, "--allow-deleting", "--dry-run")
        stocked.refused(5, "endpoints", "edit", GOODS_IN, "--allow-deleting")


class TestSwitching:
    def test_deactivates_and_activates_several_at_once(self, stocked: Shell) -> None:
        stocked.done("endpoints", "deactivate", GOODS_IN, "shop/pets")
        assert stocked.json("endpoints", "list") == []
        stocked.done("endpoints", "activate", GOODS_IN, "shop/pets")
        assert len(stocked.json("endpoints", "list")) == 2

    @pytest.mark.parametrize("command", ["activate", "deactivate"])
    def test_switches_all_or_none_and_names_every_missing_one(self, stocked: Shell, command: str) -> None:
        message = stocked.refused(3, "endpoints", command, GOODS_IN, "no/where", "nothing")
        assert "'no/where' and 'nothing'" in message

    def test_activates_all_or_none_where_a_path_is_taken_by_now(self, stocked: Shell) -> None:
        stocked.done("endpoints", "deactivate", GOODS_IN, "shop/pets")
        stocked.done("endpoints", "add", "Cats", "--group", "shop", "--path", "/pets/{cat}")
        assert "shop/cats" in stocked.refused(4, "endpoints", "activate", GOODS_IN, "shop/pets")

    def test_tells_what_was_done_and_who_is_refused(self, stocked: Shell) -> None:
        stocked.done("tokens", "assign", "crm", GOODS_IN)
        result = stocked.run("endpoints", "deactivate", GOODS_IN, "shop/pets")
        assert result.stdout == ""
        assert result.stderr.splitlines() == [
            "stock/goods-in is inactive: 2 mapped tokens are refused there; no requests are recorded yet.",
            "shop/pets is inactive: every request is refused there; no requests are recorded yet.",
        ]
        assert "inactive already" in stocked.run("endpoints", "deactivate", GOODS_IN).stderr
        assert stocked.run("endpoints", "activate", GOODS_IN).stderr == "stock/goods-in activated.\n"
        again = stocked.run("endpoints", "activate", GOODS_IN, "shop/pets").stderr
        assert again == "1 endpoint activated, 1 already so.\n"
        assert "active already" in stocked.run("endpoints", "activate", GOODS_IN).stderr

    def test_json_prints_the_endpoints(self, stocked: Shell) -> None:
        switched = stocked.json("endpoints", "deactivate", GOODS_IN, "shop/pets")
        assert [(list(each), each["active"]) for each in switched] == [(FIELDS, False)] * 2
        assert [each["active"] for each in stocked.json("endpoints", "activate", GOODS_IN)] == [True]

    def test_dry_run_tells_who_would_be_refused_and_changes_nothing(self, stocked: Shell) -> None:
        stocked.done("endpoints", "deactivate", "shop/pets")
        hit = "Inactive: every request is refused at once, of 1 mapped token."
        words = ("endpoints", "deactivate", GOODS_IN, "shop/pets")
        assert trial(stocked, *words) == [
            {"endpoint": GOODS_IN, "fields": ["active"], "hits": [hit], "calls_24h": None}
        ]
        assert stocked.done(*words, "--dry-run") == f"stock/goods-in: {hit}\n{NOT_YET}"
        stocked.refused(3, "endpoints", "deactivate", "no/where", "--dry-run")
        assert trial(stocked, "endpoints", "deactivate", "shop/pets") == []

    def test_needs_no_key_and_leaves_mappings(self, stocked: Shell) -> None:
        stocked.key.unlink()
        stocked.done("endpoints", "deactivate", GOODS_IN)
        assert stocked.json("tokens", "show", "erp")["assignments"] != []


class TestGenerate:
    def test_replaces_the_primary_of_one_slot_and_prints_no_value(self, stocked: Shell) -> None:
        before = values(stocked)
        result = stocked.run("endpoints", "generate", GOODS_IN, "post")
        assert (result.exit_code, result.stdout) == (0, "")
        assert "Generated the POST primary of stock/goods-in: the value before is refused; no" in result.stderr
        assert not VALUE.search(result.output)
        after = values(stocked)
        assert after["POST"] != before["POST"]
        assert after["GET"] == before["GET"]

    def test_with_reveal_prints_the_value_alone(self, stocked: Shell) -> None:
        result = stocked.run("endpoints", "generate", GOODS_IN, "GET", "--reveal")
        assert result.stdout == f"{values(stocked)['GET']}\n"
        assert not VALUE.search(result.stderr)

    def test_json_prints_the_endpoint_and_with_reveal_that_one_value(self, stocked: Shell) -> None:
        assert list(stocked.json("endpoints", "generate", GOODS_IN, "GET")) == FIELDS
        printed = stocked.json("endpoints", "generate", GOODS_IN, "GET", "--reveal")
        assert printed["primary"] == {"GET": values(stocked)["GET"]}

    def test_dry_run_tells_what_would_be_refused_and_changes_nothing(self, stocked: Shell) -> None:
        hit = "The GET primary token that stands is refused at once."
        words = ("endpoints", "generate", GOODS_IN, "GET")
        assert trial(stocked, *words) == [
            {"endpoint": GOODS_IN, "fields": ["primary"], "hits": [hit], "calls_24h": None}
        ]
        assert stocked.done(*words, "--dry-run", "--reveal") == f"stock/goods-in: {hit}\n{NOT_YET}"
        stocked.done("endpoints", "deactivate", GOODS_IN)
        assert trial(stocked, *words)[0]["hits"] == []

    @pytest.mark.parametrize("dry_run", [(), ("--dry-run",)])
    @pytest.mark.parametrize(
        ("code", "words"),
        [
            (2, (GOODS_IN, "DELETE")),
            (2, (GOODS_IN, "PATCH")),
            (2, ("shop/pets", "GET")),
            (2, (GOODS_IN,)),
            (3, ("no/where", "GET")),
        ],
    )
    def test_refuses_alike_with_a_dry_run_and_without(
        self, stocked: Shell, code: int, words: tuple[str, ...], dry_run: tuple[str, ...]
    ) -> None:
        stocked.refused(code, "endpoints", "generate", *words, *dry_run)

    def test_needs_the_key(self, stocked: Shell) -> None:
        stocked.key.unlink()
        stocked.refused(5, "endpoints", "generate", GOODS_IN, "GET")
        stocked.done("endpoints", "generate", GOODS_IN, "GET", "--dry-run")


class TestCalls:
    """A cut tells how often lately that was called which it refuses."""

    @pytest.fixture
    def called(self, stocked: Shell) -> Shell:
        """A shell where POST of `stock/goods-in` was called twice, and GET 3 times, with its primaries."""
        endpoint = stocked.office.reader().endpoint_by_ref(GOODS_IN)
        now = utc_now()
        for slot, times in (("POST", 2), ("GET", 3)):
            one = SeenRequest(
                at=now,
                method=slot,
                path="/",
                endpoint_id=endpoint.id,
                slot=slot,
                token_id=f"{endpoint.id}.{slot}",
                status=200,
                reason="allowed",
            )
            stocked.office.store.requests.record([replace(one, at=now - timedelta(days=2)), *[one] * times])
        return stocked

    @pytest.mark.parametrize(
        ("words", "calls", "by"),
        [
            (("edit", GOODS_IN, "--path", "/goods"), 5, ""),
            (("edit", GOODS_IN, "--methods", "GET"), 2, ""),
            (("deactivate", GOODS_IN), 5, ""),
            (("generate", GOODS_IN, "GET"), 3, " by this token"),
        ],
    )
    def test_are_told_before_and_after(self, called: Shell, words: tuple[str, ...], calls: int, by: str) -> None:
        words = ("endpoints", *words)
        told = f"alled {calls} times in the last 24 h{by}."
        assert [each["calls_24h"] for each in trial(called, *words)] == [calls]
        assert f"stock/goods-in: C{told}\n" in called.done(*words, "--dry-run")
        assert told in called.run(*words).stderr


@pytest.mark.parametrize(
    "words",
    [
        ("endpoints", "edit", GOODS_IN, "--name", "x"),
        ("endpoints", "activate", GOODS_IN),
        ("endpoints", "deactivate", GOODS_IN),
        ("endpoints", "generate", GOODS_IN, "GET"),
    ],
)
def test_a_store_that_is_only_looked_at_is_not_changed(stocked: Shell, words: tuple[str, ...]) -> None:
    before = stocked.store.read_bytes()
    result = stocked.run(*words, before=("--read-only",))
    assert (result.exit_code, result.stdout) == (5, "")
    assert "--read-only" in result.stderr
    assert stocked.store.read_bytes() == before


def test_a_new_primary_passes_and_the_one_before_does_not(tmp_path: Path) -> None:
    """In real processes, from generating to explaining."""
    add = ("endpoints", "add", "Goods in", "--group", "stock")
    assert process(*add, home=tmp_path).returncode == 0
    generate = ("endpoints", "generate", GOODS_IN, "GET", "--reveal")
    old, new = (process(*generate, home=tmp_path).stdout for _ in range(2))
    ask = ("explain", "GET", "/api/endpoint/stock/goods-in", "--token-stdin")
    assert process(*ask, home=tmp_path, stdin=new).returncode == 0
    assert process(*ask, home=tmp_path, stdin=old).returncode == 1
