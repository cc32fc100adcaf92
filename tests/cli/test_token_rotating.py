"""`tokentui tokens rotate|retire`, and what lists and `show` tell of it."""

import csv
import json
import re
import stat
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.domain.worlds import NOTE
from tokentui.domain.records import EndpointToken
from tokentui.services.desk import Desk
from tokentui.services.rotating import rotate

VALUE = re.compile(r"[A-Za-z0-9]{64}")
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _local_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A wall clock that is not that of UTC."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "Europe/Prague")
        time.tzset()
        yield
    time.tzset()


def value(shell: Shell, name: str = "erp") -> str:
    return shell.done("tokens", "show", name, "--reveal", "--as", "value").rstrip("\n")


def token(shell: Shell, name: str = "erp") -> EndpointToken:
    return shell.office.reader().token_by_name(name)


def aged(shell: Shell, days: dict[str, float]) -> None:
    """Give these tokens values that are so many days old."""
    desk = shell.office.desk
    for name, age in days.items():
        then = datetime.now(UTC) - age * DAY
        old = Desk(desk.store, desk.vault, clock=lambda then=then: then)  # type: ignore[misc]  # bound at once
        rotate(old, [desk.reader().token_by_name(name).id], None)


def expired(shell: Shell, name: str = "erp") -> None:
    """Let a token have expired yesterday."""
    with shell.office.store.change(NOTE) as transaction:
        transaction.put(replace(transaction.reader.token_by_name(name), expires_at=datetime.now(UTC) - DAY))


class TestRotate:
    def test_the_old_value_works_for_24_hours_unless_said_otherwise(self, stocked: Shell) -> None:
        old = value(stocked)
        before = datetime.now(UTC)
        result = stocked.run("tokens", "rotate", "erp")
        until = token(stocked).grace_until
        assert (result.exit_code, result.stdout) == (0, "")
        assert until is not None
        assert before + DAY <= until <= datetime.now(UTC) + DAY
        assert f"Rotated erp; the old value works until {until.astimezone():%a} " in result.stderr
        assert re.search(r" \d\d:\d\d CES?T\.\n", result.stderr)
        assert "tokens show --reveal prints the new value." in result.stderr
        assert value(stocked) != old
        assert not VALUE.search(result.stderr)

    @pytest.mark.parametrize(
        ("grace", "period"),
        [("1h", timedelta(hours=1)), ("7 days", 7 * DAY), ("90min", timedelta(minutes=90)), ("in 2 weeks", 14 * DAY)],
    )
    def test_grace_is_a_length_of_time(self, stocked: Shell, grace: str, period: timedelta) -> None:
        stocked.done("tokens", "rotate", "erp", "--grace", grace)
        until = token(stocked).grace_until
        assert until is not None
        assert abs(until - datetime.now(UTC) - period) < timedelta(minutes=1)

    def test_grace_may_last_until_a_date_in_local_time(self, stocked: Shell) -> None:
        stocked.done("tokens", "rotate", "erp", "--grace", "2099-07-01")
        assert token(stocked).grace_until == datetime(2099, 7, 1, 22, tzinfo=UTC)

    def test_without_grace_the_old_value_is_refused_at_once(self, stocked: Shell) -> None:
        result = stocked.run("tokens", "rotate", "erp", "--grace", "none")
        assert "Rotated erp; the old value is refused from now on." in result.stderr
        assert "Refused at 1 endpoint; no requests are recorded yet." in result.stderr
        assert token(stocked).grace_until is None

    @pytest.mark.parametrize("grace", ["never", "", "soon", "0h", "2020-01-01"])
    def test_a_grace_that_is_none_is_bad_input(self, stocked: Shell, grace: str) -> None:
        stocked.refused(2, "tokens", "rotate", "erp", "--grace", grace)

    def test_the_grace_ends_with_the_token(self, stocked: Shell) -> None:
        stocked.done("tokens", "edit", "erp", "--expires", "in 1h")
        stocked.done("tokens", "rotate", "erp", "--grace", "7d")
        assert token(stocked).grace_until == token(stocked).expires_at

    def test_rotating_again_says_that_the_older_value_is_refused(self, stocked: Shell) -> None:
        stocked.done("tokens", "rotate", "erp")
        told = stocked.run("tokens", "rotate", "erp").stderr
        assert "A grace time ran already for erp: the value from before that is refused from now on." in told

    def test_of_an_expired_token_it_is_told_that_the_new_value_is_refused_too(self, stocked: Shell) -> None:
        expired(stocked)
        told = stocked.run("tokens", "rotate", "erp").stderr
        assert "Rotated erp; the old value is refused from now on." in told
        assert "erp expired: refused until `tokens edit --expires` says another time." in told

    def test_reveal_prints_the_value_of_one_alone(self, stocked: Shell) -> None:
        printed = stocked.done("tokens", "rotate", "erp", "--reveal")
        assert printed == f"{value(stocked)}\n"

    def test_reveal_prints_names_and_values_of_several(self, stocked: Shell) -> None:
        lines = stocked.done("tokens", "rotate", "erp", "crm", "--reveal").splitlines()
        assert lines == [f"{name}\t{value(stocked, name)}" for name in ("erp", "crm")]

    def test_json_is_a_list_with_values_where_they_are_revealed_only(self, stocked: Shell) -> None:
        (plain,) = stocked.json("tokens", "rotate", "erp", "--grace", "none")
        assert plain == {"name": "erp", "id": token(stocked).id, "grace_until": None}
        revealed = stocked.json("tokens", "rotate", "erp", "crm", "--reveal")
        assert [list(each) for each in revealed] == [["name", "id", "grace_until", "value"]] * 2
        assert [each["value"] for each in revealed] == [value(stocked, "erp"), value(stocked, "crm")]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", revealed[0]["grace_until"])

    def test_several_are_one_change_and_all_or_none(self, stocked: Shell) -> None:
        assert "'nobody' and 'no one'" in stocked.refused(3, "tokens", "rotate", "erp", "nobody", "no one")
        stocked.done("tokens", "rotate", "erp", "crm", "ERP")
        trail = stocked.store.with_name("activity.jsonl").read_text().splitlines()
        assert json.loads(trail[-1])["what"] == "rotated 2 tokens"

    def test_names_come_from_a_file_or_stdin_too(self, stocked: Shell, tmp_path: Path) -> None:
        (tmp_path / "names").write_text("erp\n\n  crm \n")
        from_file = stocked.done("tokens", "rotate", "--marked-file", str(tmp_path / "names"), "--reveal")
        assert [line.split("\t")[0] for line in from_file.splitlines()] == ["erp", "crm"]
        from_stdin = stocked.done("tokens", "rotate", "--marked-file", "-", "--reveal", stdin="erp\r\n")
        assert from_stdin == f"erp\t{value(stocked)}\n"

    @pytest.mark.parametrize(("names", "code"), [("\n\n", 2), (b"\xff\xfe\n", 2), ("erp\nnobody\n", 3)])
    def test_a_file_without_names_or_with_unknown_ones_is_refused(
        self, stocked: Shell, names: str | bytes, code: int
    ) -> None:
        stocked.refused(code, "tokens", "rotate", "--marked-file", "-", stdin=names)

    @pytest.mark.parametrize(
        "words", [(), ("erp", "--all-due"), ("erp", "--marked-file", "-"), ("--marked-file", "-", "--all-due")]
    )
    def test_names_come_from_one_source(self, stocked: Shell, words: tuple[str, ...]) -> None:
        assert "one of the three" in stocked.refused(2, "tokens", "rotate", *words, stdin="erp\n")

    def test_read_only_refuses_before_anything_is_read_or_made(self, stocked: Shell, tmp_path: Path) -> None:
        words = ("tokens", "rotate", "erp", "--output", str(tmp_path / "new.csv"))
        assert stocked.run(*words, before=("--read-only",)).exit_code == 5
        assert not (tmp_path / "new.csv").exists()

    def test_a_lost_key_rotates_nothing(self, stocked: Shell, tmp_path: Path) -> None:
        stocked.key.unlink()
        stocked.refused(5, "tokens", "rotate", "erp", "--output", str(tmp_path / "new.csv"))
        assert not (tmp_path / "new.csv").exists()


class TestOutput:
    def test_is_a_private_file_of_names_and_values(self, stocked: Shell, tmp_path: Path) -> None:
        file = tmp_path / "new.csv"
        result = stocked.run("tokens", "rotate", "erp", "crm", "--output", str(file))
        assert (result.exit_code, result.stdout) == (0, "")
        assert f"Names and new values are in {file}." in result.stderr
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        rows = [("name", "value"), ("erp", value(stocked)), ("crm", value(stocked, "crm"))]
        assert [tuple(row) for row in csv.reader(file.read_text().splitlines())] == rows

    def test_is_json_by_its_ending(self, stocked: Shell, tmp_path: Path) -> None:
        stocked.done("tokens", "rotate", "erp", "--output", str(tmp_path / "new.json"))
        assert json.loads((tmp_path / "new.json").read_text()) == [{"name": "erp", "value": value(stocked)}]

    def test_never_overwrites(self, stocked: Shell, tmp_path: Path) -> None:
        (tmp_path / "new.csv").write_text("mine")
        told = stocked.refused(4, "tokens", "rotate", "erp", "--output", str(tmp_path / "new.csv"))
        assert "is there already; name another file." in told
        assert (tmp_path / "new.csv").read_text() == "mine"

    def test_refuses_an_ending_that_says_nothing(self, stocked: Shell, tmp_path: Path) -> None:
        stocked.refused(2, "tokens", "rotate", "erp", "--output", str(tmp_path / "new.txt"))

    def test_where_the_rotation_is_refused_there_is_no_file(self, stocked: Shell, tmp_path: Path) -> None:
        stocked.refused(3, "tokens", "rotate", "nobody", "--output", str(tmp_path / "new.csv"))
        assert list(tmp_path.glob("new*")) == []


class TestDue:
    def test_lists_those_older_than_the_policy_the_oldest_first(
        self, stocked: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stocked.done("tokens", "enable", "crm")
        aged(stocked, {"crm": 91, "erp": 200, "old": 300})
        assert [each["name"] for each in stocked.json("tokens", "list", "--due")] == ["erp", "crm"]
        assert "erp" in stocked.done("tokens", "list", "--due", "--text", "the erp")
        self._settings(tmp_path, monkeypatch, 100)
        assert [each["name"] for each in stocked.json("tokens", "list", "--due")] == ["erp"]

    def test_what_is_refused_anyway_is_not_due(self, stocked: Shell) -> None:
        aged(stocked, {"crm": 200, "erp": 200, "old": 200})
        assert [each["name"] for each in stocked.json("tokens", "list", "--due", "--all")] == ["erp"]
        expired(stocked)
        assert stocked.json("tokens", "list", "--due", "--all") == []

    def test_all_due_rotates_those_that_are_due_and_no_other(self, stocked: Shell) -> None:
        stocked.done("tokens", "enable", "crm")
        aged(stocked, {"crm": 91, "erp": 89, "old": 300})
        assert stocked.done("tokens", "rotate", "--all-due", "--reveal") == f"crm\t{value(stocked, 'crm')}\n"
        assert stocked.json("tokens", "list", "--due") == []

    def test_where_nothing_is_due_nothing_is_done(self, stocked: Shell, tmp_path: Path) -> None:
        result = stocked.run("tokens", "rotate", "--all-due", "--json", "--output", str(tmp_path / "new.csv"))
        assert (result.exit_code, result.stdout) == (0, "[]\n")
        assert "Nothing to rotate: no value is due." in result.stderr
        assert not (tmp_path / "new.csv").exists()

    def test_a_policy_that_is_off_is_told(
        self, stocked: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self._settings(tmp_path, monkeypatch, 0)
        assert "rotate_after_days is 0" in stocked.refused(2, "tokens", "rotate", "--all-due")
        assert "rotate_after_days is 0" in stocked.refused(2, "tokens", "list", "--due")

    @staticmethod
    def _settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int) -> None:
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        (tmp_path / "tokentui").mkdir()
        (tmp_path / "tokentui" / "config.toml").write_text(f"[policy]\nrotate_after_days = {days}\n")


class TestRetire:
    def test_ends_the_grace_at_once(self, stocked: Shell) -> None:
        stocked.done("tokens", "rotate", "erp")
        assert stocked.json("tokens", "show", "erp")["grace_until"] is not None
        first, second = stocked.run("tokens", "retire", "erp").stderr.splitlines()
        assert first == "The old value of erp is refused from now on."
        assert second == "Refused at 1 endpoint; no requests are recorded yet."
        assert stocked.json("tokens", "show", "erp")["grace_until"] is None
        assert not token(stocked).in_grace(datetime.now(UTC))

    def test_where_no_grace_runs_nothing_is_changed(self, stocked: Shell) -> None:
        before = stocked.store.read_bytes()
        assert stocked.run("tokens", "retire", "erp").stderr == "Nothing to retire: no grace time runs.\n"
        assert stocked.store.read_bytes() == before

    def test_several_at_once_tell_how_many_had_none(self, stocked: Shell) -> None:
        stocked.done("tokens", "rotate", "erp", "crm")
        told = stocked.run("tokens", "retire", "erp", "crm", "old").stderr
        assert told.startswith("The old values of 2 tokens are refused from now on; 1 token had no grace time.\n")

    def test_a_dry_run_tells_what_it_would_hit_and_changes_nothing(self, stocked: Shell) -> None:
        stocked.done("tokens", "rotate", "erp")
        before = stocked.store.read_bytes()
        result = stocked.run("tokens", "retire", "erp", "crm", "--dry-run")
        assert result.stdout == "stock/goods-in\n"
        assert "the old value of erp would be retired, refused at 1 endpoint" in result.stderr
        assert stocked.json("tokens", "retire", "erp", "--dry-run")["tokens"] == ["erp"]
        assert stocked.store.read_bytes() == before

    def test_needs_no_key_and_names_every_missing_one(self, stocked: Shell) -> None:
        stocked.done("tokens", "rotate", "erp")
        stocked.key.unlink()
        assert "'nobody'" in stocked.refused(3, "tokens", "retire", "erp", "nobody")
        stocked.done("tokens", "retire", "erp")


class TestShow:
    def test_json_tells_when_the_value_was_made_and_until_when_the_old_one_works(self, stocked: Shell) -> None:
        shown = stocked.json("tokens", "show", "erp")
        assert (shown["generated_at"], shown["grace_until"]) == (shown["created_at"], None)
        stocked.done("tokens", "rotate", "erp", "--grace", "2099-12-31T00:00:00Z")
        shown = stocked.json("tokens", "show", "erp")
        assert (shown["generated_at"], shown["grace_until"]) == (shown["rotated_at"], "2099-12-31T00:00:00Z")

    def test_a_value_is_printed_as_header_env_line_and_curl_command(
        self, stocked: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        secret = value(stocked)
        show = ("tokens", "show", "erp", "--reveal", "--as")
        assert stocked.done(*show, "header") == f"Authorization: Bearer {secret}\n"
        assert stocked.done(*show, "env") == f"ERP_TOKEN={secret}\n"
        curl = stocked.run(*show, "curl")
        assert curl.stdout.splitlines() == [
            f"curl {more}--header 'Authorization: Bearer {secret}' https://HOST/api/endpoint/stock/goods-in"
            for more in ("--request POST ", "")
        ]
        assert "https://HOST stands for the API's address" in curl.stderr
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        (tmp_path / "tokentui").mkdir()
        (tmp_path / "tokentui" / "config.toml").write_text('base_url = "https://api.example.com"\n')
        curl = stocked.run(*show, "curl")
        assert "https://api.example.com/api/endpoint/stock/goods-in" in curl.stdout
        assert curl.stderr == ""

    def test_curl_of_a_token_that_is_mapped_nowhere_is_nothing_and_told(self, stocked: Shell) -> None:
        result = stocked.run("tokens", "show", "crm", "--reveal", "--as", "curl")
        assert (result.exit_code, result.stdout) == (0, "")
        assert "crm is mapped to no endpoint." in result.stderr

    @pytest.mark.parametrize("more", [("--as", "header"), ("--as", "env", "--reveal", "--json")])
    def test_as_goes_with_reveal_only(self, stocked: Shell, more: tuple[str, ...]) -> None:
        stocked.refused(2, "tokens", "show", "erp", *more)
