"""What a message says to do can be done: the commands in it run as they stand, and each is told once."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tokentui.store.file_format import RESTORE


@pytest.fixture
def damaged(stocked: Shell) -> Shell:
    stocked.store.write_bytes(stocked.store.read_bytes()[:1500])
    return stocked


def test_what_mends_a_damaged_store_is_told_once_and_runs(damaged: Shell) -> None:
    result = damaged.run("store", "check")
    assert result.stdout.count("tokentui store restore 1\n") == 1
    assert "as above" in result.stdout
    assert "(column" not in result.output
    for words in re.findall(r"tokentui (store [a-z]+(?: \d)?)(?=,|$)", RESTORE):
        assert damaged.run(*words.split(), *(("--yes",) if "restore" in words else ())).exit_code in (0, 5), words
    damaged.done("tokens", "list")


def test_as_json_each_problem_has_its_remedy(damaged: Shell) -> None:
    found = json.loads(damaged.run("store", "check", "--json").stdout)
    assert {each["remedy"] for each in found if each["severity"] == "error"} == {RESTORE}


def test_no_message_leads_to_moving_a_damaged_store_away(damaged: Shell) -> None:
    for content in (damaged.store.read_bytes(), b""):
        damaged.store.write_bytes(content)
        told = damaged.refused(5, "tokens", "list")
        assert "move" not in told
        assert told.endswith("tokentui store restore 1\n")


class TestOfTheKey:
    def test_a_key_that_is_lost_is_a_warning(self, stocked: Shell) -> None:
        stocked.key.unlink()
        result = stocked.run("store", "check", "--json")
        assert result.exit_code == 1
        (problem,) = json.loads(result.stdout)
        assert (problem["code"], problem["severity"]) == ("key-missing", "warning")
        assert problem["remedy"].endswith("tokentui store rekey --lost")
        assert not stocked.key.exists()

    def test_values_that_are_lost_are_counted_until_they_are_replaced(self, stocked: Shell) -> None:
        stocked.key.unlink()
        stocked.done("store", "rekey", "--lost", "--yes")
        result = stocked.run("store", "check", "--json")
        assert result.exit_code == 1
        (problem,) = json.loads(result.stdout)
        assert (problem["code"], problem["severity"]) == ("values-lost", "warning")
        assert "5 values are lost" in problem["message"]
        assert "tokentui audit" in problem["remedy"]
        for token in ("erp", "crm", "old"):
            stocked.done("tokens", "rotate", token)
        for slot in ("POST", "GET"):
            stocked.done("endpoints", "generate", "stock/goods-in", slot)
        assert stocked.json("store", "check") == []

    def test_an_empty_passphrase_file_is_to_be_named_anew(self, stocked: Shell, tmp_path: Path) -> None:
        file = tmp_path / "phrase"
        file.write_text("correct horse\n")
        file.chmod(0o600)
        stocked.done("store", "key", "passphrase", "--passphrase-file", str(file))
        result = stocked.run("store", "check", "--json", before=("--passphrase-file", "/dev/null"))
        (problem,) = json.loads(result.stdout)
        assert (problem["code"], problem["severity"]) == ("seals-unchecked", "note")
        assert problem["remedy"].startswith("Name the file with the passphrase")
