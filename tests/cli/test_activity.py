"""`tokentui activity`: who changed what and when, and whether the trail is whole."""

import getpass
import socket
from pathlib import Path

import pytest

from tests.cli.conftest import Shell


@pytest.fixture
def trail(shell: Shell) -> Path:
    return shell.store.with_name("activity.jsonl")


def stock(shell: Shell) -> None:
    shell.done("endpoints", "add", "Goods in", "--group", "stock")
    shell.done("tokens", "add", "erp")
    shell.done("tokens", "assign", "erp", "stock/goods-in", "--slots", "GET")
    shell.done("tokens", "disable", "erp")


def test_every_change_is_listed_newest_first_with_who_and_what(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.5 50000 10.0.0.1 22")
    stock(shell)
    found = shell.json("activity", "list")
    assert [entry["what"] for entry in found] == ["disabled erp", "assigned erp", "added erp", "added Goods in"]
    assert found[0]["user"].endswith(getpass.getuser())
    assert (found[0]["from"], found[0]["host"], found[0]["state"]) == ("10.0.0.5", socket.gethostname(), "done")
    assert found[0]["changes"][0]["fields"]["enabled"] == {"old": True, "new": False}
    lines = shell.done("activity").splitlines()
    assert lines[0].split() == ["WHEN", "WHO", "WHAT", "STATE"]
    assert "disabled erp" in lines[1]


def test_it_is_filtered_by_who_what_when_token_and_endpoint(shell: Shell) -> None:
    stock(shell)

    def found(*options: str) -> list[str]:
        return [entry["what"] for entry in shell.json("activity", "list", *options)]

    assert found("--text", "goods") == ["assigned erp", "added Goods in"]
    assert found("--who", "nobody-of-this-name") == []
    assert len(found("--who", socket.gethostname())) == 4
    assert len(found("--since", "1h")) == 4
    assert found("--until", "1h") == []
    assert found("--token", "erp") == ["disabled erp", "assigned erp", "added erp"]
    assert found("--endpoint", "stock/goods-in") == ["assigned erp", "added Goods in"]
    assert found("--limit", "1") == ["disabled erp"]


def test_bad_filters_are_told(shell: Shell) -> None:
    stock(shell)
    assert "no moment" in shell.refused(2, "activity", "list", "--since", "yesterday")
    assert "exclude each other" in shell.refused(
        2, "activity", "list", "--token", "erp", "--endpoint", "stock/goods-in"
    )
    assert "no endpoint token" in shell.refused(3, "activity", "list", "--token", "no-such")


def test_a_trail_as_it_was_written_verifies_and_its_head_can_be_noted(shell: Shell) -> None:
    stock(shell)
    noted = shell.done("activity", "verify").strip()
    assert len(noted) == 64
    shell.done("tokens", "enable", "erp")
    found = shell.json("activity", "verify", "--head", noted)
    assert (found["lines"], found["problems"]) == (5, [])
    assert found["head"] != noted


def test_an_edited_trail_ends_with_1_and_names_the_line(shell: Shell, trail: Path) -> None:
    stock(shell)
    trail.write_bytes(trail.read_bytes().replace(b"assigned erp", b"assigned ERP"))
    result = shell.run("activity", "verify")
    assert result.exit_code == 1
    assert "Line 3 is not as it was written." in result.stderr
    assert "1 problem" in result.stderr


def test_a_cut_tail_is_found_and_so_is_a_head_that_is_gone(shell: Shell, trail: Path) -> None:
    stock(shell)
    trail.write_bytes(b"".join(trail.read_bytes().splitlines(keepends=True)[:-1]))
    assert "missing" in shell.run("activity", "verify").stderr
    result = shell.run("activity", "verify", "--head", "0" * 64)
    assert result.exit_code == 1
    assert "head noted earlier" in result.stderr


def test_where_the_trail_cannot_be_written_a_command_changes_nothing(shell: Shell, trail: Path) -> None:
    trail.mkdir(parents=True)
    assert "activity trail" in shell.refused(5, "tokens", "add", "erp")


def test_without_a_store_the_list_is_empty_and_says_so(shell: Shell) -> None:
    result = shell.run("activity", "list")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "There is no store yet" in result.stderr
    assert shell.run("activity", "verify").exit_code == 0


def test_no_value_is_ever_in_the_trail(shell: Shell, trail: Path) -> None:
    stock(shell)
    assert shell.json("tokens", "show", "erp", "--reveal")["value"].encode() not in trail.read_bytes()
