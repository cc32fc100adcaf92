"""`tokentui store key export --verify-only`: a verifier checks values with it, and can neither show nor make one."""

import base64
import stat
import sys
from pathlib import Path

import pexpect
import pytest

from tests.cli.conftest import Shell
from tests.cli.test_rekey import revealed
from tokentui.cli.failures import CONFLICT, STORE_UNUSABLE, USAGE
from tokentui.store.keyfile import read_key

_EXPORT = ("store", "key", "export", "--verify-only")


@pytest.fixture
def verifier(stocked: Shell, tmp_path: Path) -> Shell:
    """A shell that has the key for checking only."""
    file = tmp_path / "verifier" / "verify.key"
    file.parent.mkdir()
    stocked.done(*_EXPORT, "--output", str(file))
    return Shell(stocked.store, file)


def test_it_is_written_for_its_owner_alone_and_nothing_is_printed(verifier: Shell) -> None:
    assert stat.S_IMODE(verifier.key.stat().st_mode) == 0o600


def test_it_checks_values_as_the_key_itself_does(stocked: Shell, verifier: Shell) -> None:
    value = revealed(stocked)["erp"]
    words = ("explain", "GET", "/api/endpoint/stock/goods-in", "--token-stdin", "--json")
    assert verifier.done(*words, stdin=value) == stocked.done(*words, stdin=value)
    assert '"allowed": true' in verifier.done(*words, stdin=value)


@pytest.mark.parametrize(
    "words",
    [
        ("tokens", "show", "erp", "--reveal"),
        ("tokens", "add", "new"),
        ("tokens", "rotate", "erp"),
        ("endpoints", "generate", "stock/goods-in", "POST"),
        ("export", "--reveal"),
        ("store", "rekey"),
        ("store", "key", "passphrase"),
        _EXPORT,
    ],
)
def test_what_opens_or_makes_values_is_refused(verifier: Shell, words: tuple[str, ...]) -> None:
    assert "checking only" in verifier.refused(STORE_UNUSABLE, *words)


def test_lists_need_no_key_here_either(verifier: Shell) -> None:
    assert verifier.json("tokens", "list")
    verifier.done("tokens", "disable", "erp")


def test_after_a_rekey_it_is_told_to_be_stale(stocked: Shell, verifier: Shell) -> None:
    value = revealed(stocked)["erp"]
    stocked.done("store", "rekey")
    words = ("explain", "GET", "/api/endpoint/stock/goods-in", "--token-stdin")
    message = verifier.refused(STORE_UNUSABLE, *words, stdin=value)
    assert "store key export --verify-only" in message
    assert value not in message
    stocked.done(*_EXPORT, "--output", str(verifier.key), "--force")
    assert verifier.run(*words, stdin=value).exit_code == 0


def test_it_is_printed_where_nobody_sees_it(stocked: Shell, verifier: Shell) -> None:
    assert stocked.done(*_EXPORT) == verifier.key.read_text()


def test_on_a_terminal_it_is_printed_only_if_said(stocked: Shell) -> None:
    places = ["--store", str(stocked.store), "--key-file", str(stocked.key)]
    for more, code in ((), USAGE), (("--reveal",), 0):
        arguments = ["-m", "tokentui", *places, *_EXPORT, *more]
        terminal = pexpect.spawn(sys.executable, arguments, encoding="utf-8", timeout=60, dimensions=(24, 300))
        terminal.expect(pexpect.EOF)
        terminal.close()
        assert terminal.exitstatus == code
        assert ("tokentui-verify-key-v1:" in str(terminal.before)) is (code == 0)


def test_a_file_that_is_there_is_not_written_over_silently(stocked: Shell, tmp_path: Path) -> None:
    file = tmp_path / "there"
    file.write_text("mine")
    assert "--force" in stocked.refused(CONFLICT, *_EXPORT, "--output", str(file))
    assert file.read_text() == "mine"


@pytest.mark.parametrize("words", [("store", "key", "export"), (*_EXPORT, "--force")])
def test_what_is_not_said_right_is_refused(stocked: Shell, words: tuple[str, ...]) -> None:
    stocked.refused(USAGE, *words)


def test_the_key_itself_is_not_in_it(stocked: Shell, verifier: Shell) -> None:
    assert base64.b64encode(read_key(stocked.key)).decode() not in verifier.key.read_text()
