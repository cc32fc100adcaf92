"""`tokentui explain`: verdict, steps and exit code; a token comes by stdin alone, and is never printed."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pexpect
import pytest

from tests.cli.conftest import Shell
from tests.cli.test_program import ROOT, process
from tokentui.domain.reasons import Reason

CANARY = "C4naryC4naryC4naryC4naryC4naryC4naryC4naryC4naryC4naryC4naryC4na"
FIELDS = [
    "allowed",
    "status",
    "reason",
    "endpoint",
    "slot",
    "token",
    "kind",
    "rule",
    "error",
    "explanation",
    "steps",
]
GOODS_IN = "/api/endpoint/stock/goods-in"


@pytest.fixture
def keeping(stocked: Shell) -> Shell:
    """A shell whose store keeps the canary as the value of `cat`, which is mapped to GET of stock/goods-in."""
    stocked.done("tokens", "add", "cat", "--value-file", "-", stdin=CANARY)
    stocked.done("tokens", "assign", "cat", "stock/goods-in", "--slots", "GET")
    return stocked


def explained(shell: Shell, *words: str, stdin: str | None = None) -> Any:
    """What `explain --json` prints, whichever way it ends."""
    result = shell.run("explain", *words, "--json", stdin=stdin)
    assert result.exit_code in (0, 1), result.output
    assert result.stderr == ""
    printed = json.loads(result.stdout)
    assert list(printed) == FIELDS
    assert result.exit_code == (0 if printed["allowed"] else 1)
    return printed


def test_an_allowed_request_is_exit_code_0_with_who_it_was(keeping: Shell) -> None:
    printed = explained(keeping, "HEAD", GOODS_IN, "--token-stdin", stdin=f"{CANARY}\n")
    assert [step["rule"] for step in printed.pop("steps")] == list(range(1, 10))
    assert printed == {
        "allowed": True,
        "status": 200,
        "reason": "allowed",
        "endpoint": "stock/goods-in",
        "slot": "GET",
        "token": "cat",
        "kind": "endpoint",
        "rule": 9,
        "error": None,
        "explanation": "Endpoint token cat may use GET of endpoint stock/goods-in.",
    }


def test_a_denied_request_is_exit_code_1_and_what_is_not_known_is_null(keeping: Shell) -> None:
    printed = explained(keeping, "GET", "/nowhere")
    assert (printed["status"], printed["reason"], printed["rule"]) == (403, "unknown_endpoint", 2)
    assert [printed[field] for field in ("endpoint", "slot", "token", "kind", "error")] == [None] * 5
    assert printed["steps"] == [
        {"rule": 1, "passed": True, "text": "the target is canonical"},
        {"rule": 2, "passed": False, "text": "no active endpoint answers to /nowhere"},
    ]


def test_prints_a_verdict_line_and_the_steps_aligned(keeping: Shell) -> None:
    result = keeping.run("explain", "POST", GOODS_IN, "--token-stdin", stdin=CANARY)
    assert result.exit_code == 1
    verdict, *steps = result.stdout.splitlines()
    assert verdict.startswith("denied  403 insufficient_scope: Endpoint token cat may not use POST of endpoint ")
    assert [step[:5] for step in steps] == [*(f"✓ {rule}  " for rule in range(1, 8)), "✗ 8  "]
    assert steps[-1] == "✗ 8  cat is mapped to GET here, not to POST"


_IN_QUERY = f"{GOODS_IN}?access_token={CANARY}"
_EDIT = ("endpoints", "edit", "stock/goods-in")

#: Each reason that commands can lead to: what is done before, what is asked, and what stdin holds.
CASES: dict[Reason, tuple[tuple[str, ...], tuple[str, ...], str | None]] = {
    Reason.BAD_TARGET: ((), ("GET", f"{GOODS_IN}/../x?access_token={CANARY}"), None),
    Reason.UNKNOWN_ENDPOINT: ((), ("GET", f"/nowhere?access_token={CANARY}"), None),
    Reason.METHOD_NOT_ALLOWED: ((), ("DELETE", _IN_QUERY), None),
    Reason.IP_NOT_ALLOWED: ((*_EDIT, "--ip-filter", "10.0.0.0/8"), ("GET", _IN_QUERY, "--from", "::1"), None),
    Reason.FREE: ((), ("GET", f"/pets/7?access_token={CANARY}"), None),
    Reason.NO_CREDENTIAL: ((), ("GET", GOODS_IN), None),
    Reason.INVALID_REQUEST: ((), ("GET", _IN_QUERY, "--token-stdin"), CANARY),
    Reason.UNKNOWN_TOKEN: ((), ("GET", GOODS_IN, "--token-stdin"), CANARY[::-1]),
    Reason.DISABLED_TOKEN: (("tokens", "disable", "cat"), ("GET", _IN_QUERY), None),
    Reason.INACTIVE_TOKEN: (("tokens", "deactivate", "cat"), ("GET", GOODS_IN, "--token-stdin"), CANARY),
    Reason.INSUFFICIENT_SCOPE: ((), ("PATCH", _IN_QUERY), None),
    Reason.ALLOWED: ((), ("GET", _IN_QUERY), None),
}


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("reason", CASES)
def test_a_reason_is_one_word_and_no_value_is_printed(keeping: Shell, reason: Reason, as_json: bool) -> None:
    before, words, stdin = CASES[reason]
    if before:
        keeping.done(*before)
    result = keeping.run("explain", *words, *(("--json",) if as_json else ()), stdin=stdin)
    assert result.exit_code == (0 if reason.status == 200 else 1)
    assert f'"reason": "{reason}"' in result.stdout if as_json else f" {reason}: " in result.stdout
    assert CANARY not in result.output
    assert CANARY[::-1] not in result.output


def test_a_kept_primary_that_is_off_is_told(keeping: Shell) -> None:
    primary = keeping.json("endpoints", "show", "stock/goods-in", "--reveal")["primary"]["POST"]
    keeping.done(*_EDIT, "--methods", "GET")
    printed = explained(keeping, "GET", GOODS_IN, "--token-stdin", stdin=primary)
    assert (printed["reason"], printed["token"], printed["kind"]) == ("primary_off", "stock/goods-in POST", "primary")
    assert primary not in json.dumps(printed)


def test_without_from_a_filter_refuses_and_the_explanation_says_to_give_it(keeping: Shell) -> None:
    keeping.done(*_EDIT, "--ip-filter", "10.0.0.0/8")
    printed = explained(keeping, "GET", GOODS_IN)
    assert printed["reason"] == "ip_not_allowed"
    assert printed["explanation"].endswith("Give it with --from.")
    assert "--from" not in explained(keeping, "GET", GOODS_IN, "--from", "192.0.2.1")["explanation"]
    assert explained(keeping, "GET", GOODS_IN, "--from", "10.0.0.1")["reason"] == "no_credential"


@pytest.mark.parametrize("stdin", ["", "\n", "a b", "a\r\nX: y", "x" * 5000])
def test_what_is_no_token_is_refused_as_a_malformed_request(keeping: Shell, stdin: str) -> None:
    assert explained(keeping, "GET", GOODS_IN, "--token-stdin", stdin=stdin)["reason"] == "invalid_request"


def test_stdin_is_read_where_it_is_asked_for_only(keeping: Shell) -> None:
    assert explained(keeping, "GET", GOODS_IN, stdin=CANARY)["reason"] == "no_credential"


class TestUsage:
    @pytest.mark.parametrize(
        "words",
        [
            (),
            ("GET",),
            ("GET", GOODS_IN, CANARY),
            ("GET", GOODS_IN, f"--token={CANARY}"),
            ("GET", GOODS_IN, f"--token-stdin={CANARY}"),
            ("GET", GOODS_IN, "--from", CANARY),
            (CANARY, GOODS_IN),
            (f"{GOODS_IN}?access_token={CANARY}", "GET"),
        ],
    )
    def test_is_refused_without_repeating_a_value(self, keeping: Shell, words: tuple[str, ...]) -> None:
        assert CANARY not in keeping.refused(2, "explain", *words)

    def test_a_token_of_other_characters_than_ascii_is_refused(self, keeping: Shell) -> None:
        assert "ASCII" in keeping.refused(2, "explain", "GET", GOODS_IN, "--token-stdin", stdin="\u00e9")


class TestKey:
    def test_is_needed_where_a_token_is_looked_for_only(self, keeping: Shell) -> None:
        keeping.key.unlink()
        for words, stdin in (((GOODS_IN, "--token-stdin"), CANARY), ((_IN_QUERY,), None)):
            message = keeping.refused(5, "explain", "GET", *words, stdin=stdin)
            assert "Put it back" in message
            assert CANARY not in message
        assert explained(keeping, "GET", GOODS_IN)["reason"] == "no_credential"
        assert not keeping.key.exists()

    def test_that_is_another_one_is_refused(self, keeping: Shell, tmp_path: Path) -> None:
        other = Shell(tmp_path / "other" / "tokens.json", tmp_path / "other" / "key")
        other.done("tokens", "add", "one")
        mixed = Shell(keeping.store, other.key)
        assert "another key" in mixed.refused(5, "explain", "GET", GOODS_IN, "--token-stdin", stdin=CANARY)

    def test_is_not_made(self, shell: Shell) -> None:
        result = shell.run("explain", "GET", "/x", "--token-stdin", stdin=CANARY)
        assert result.exit_code == 1
        assert "no store yet" in result.stderr
        assert not shell.store.parent.exists()
        assert not shell.key.parent.exists()


def test_a_store_that_cannot_be_read_is_exit_code_5(keeping: Shell) -> None:
    keeping.store.write_bytes(keeping.store.read_bytes()[:-20])
    keeping.refused(5, "explain", "GET", GOODS_IN)


def test_a_store_that_is_only_looked_at_will_do_and_nothing_is_changed(keeping: Shell) -> None:
    before = keeping.store.read_bytes()
    assert keeping.run("explain", "GET", _IN_QUERY, before=("--read-only",)).exit_code == 0
    assert keeping.store.read_bytes() == before


def test_a_defect_does_not_say_its_text(keeping: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(CANARY)

    monkeypatch.setattr("tokentui.services.explaining.steps_of", broken)
    result = keeping.run("explain", "GET", _IN_QUERY)
    assert result.exit_code == 70
    assert CANARY not in result.output


def test_a_real_process_reads_the_token_from_its_input_and_prints_it_nowhere(tmp_path: Path) -> None:
    for words, stdin in (
        (("endpoints", "add", "Goods in", "--group", "stock"), None),
        (("tokens", "add", "cat", "--value-file", "-"), CANARY),
        (("tokens", "assign", "cat", "stock/goods-in"), None),
    ):
        assert process(*words, home=tmp_path, stdin=stdin).returncode == 0
    ask = ("explain", "POST", GOODS_IN, "--token-stdin", "--json")
    ended = process(*ask, home=tmp_path, stdin=CANARY, PYTHONIOENCODING="latin-1")
    assert (ended.returncode, json.loads(ended.stdout)["token"], ended.stderr) == (0, "cat", "")
    ended = process(*ask[:-1], home=tmp_path, stdin=CANARY[::-1], PYTHONIOENCODING="latin-1")
    assert ended.returncode == 1
    assert ended.stdout.startswith("denied  401 unknown_token: ")
    assert CANARY[::-1] not in ended.stdout + ended.stderr


def test_a_terminal_is_asked_for_the_token_and_does_not_show_it(keeping: Shell) -> None:
    places = ["--store", str(keeping.store), "--key-file", str(keeping.key)]
    words = ["-m", "tokentui", *places, "explain", "GET", GOODS_IN, "--token-stdin"]
    seen = io.StringIO()
    terminal = pexpect.spawn(sys.executable, words, encoding="utf-8", timeout=60, cwd=str(ROOT))
    terminal.logfile_read = seen
    terminal.expect_exact("Token value (it is not shown): ")
    terminal.sendline(CANARY)
    terminal.expect_exact("it passes as endpoint token cat")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    assert CANARY not in seen.getvalue()
