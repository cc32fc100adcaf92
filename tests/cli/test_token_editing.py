"""`tokentui tokens edit`, and `--expires` wherever it is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.conftest import Shell
from tests.domain.worlds import NOTE
from tokentui.domain.records import EndpointToken


def token(shell: Shell, name: str = "erp") -> EndpointToken:
    return shell.office.reader().token_by_name(name)


def test_what_is_not_said_stays_as_it_is(stocked: Shell) -> None:
    before = token(stocked)
    assert stocked.run("tokens", "edit", "erp", "--description", "nightly").stderr == "Saved erp.\n"
    after = token(stocked)
    assert (after.name, after.description, after.secret) == ("erp", "nightly", before.secret)
    assert after.enabled


def test_a_new_name_is_told_and_assignments_stay(stocked: Shell) -> None:
    assert stocked.run("tokens", "edit", "erp", "--name", "shop").stderr == "Renamed erp to shop.\n"
    assert stocked.json("tokens", "show", "shop")["assignments"] != []


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("2099-12-31T18:00:00Z", datetime(2099, 12, 31, 18, tzinfo=UTC)),
        ("2099-12-31 18:00+01:00", datetime(2099, 12, 31, 17, tzinfo=UTC)),
        ("never", None),
        ("", None),
    ],
)
def test_expires_is_a_moment_or_never(stocked: Shell, text: str, end: datetime | None) -> None:
    stocked.done("tokens", "edit", "erp", "--expires", "in 90 days")
    stocked.done("tokens", "edit", "erp", "--expires", text)
    assert token(stocked).expires_at == end


def test_expires_in_some_days_counts_from_now(stocked: Shell) -> None:
    stocked.done("tokens", "add", "short", "--expires", "in 90 days")
    end = token(stocked, "short").expires_at
    assert end is not None
    assert abs(end - datetime.now(UTC) - timedelta(days=90)) < timedelta(minutes=1)
    assert stocked.json("tokens", "show", "short")["expires_at"] is not None


@pytest.mark.parametrize("text", ["tomorrow", "2020-01-01", "31.12.2099"])
def test_a_time_that_is_over_or_none_is_bad_input(stocked: Shell, text: str) -> None:
    stocked.refused(2, "tokens", "edit", "erp", "--expires", text)
    stocked.refused(2, "tokens", "add", "new", "--expires", text)


def test_a_token_whose_time_is_over_can_be_renamed_without_another_time(stocked: Shell) -> None:
    over = datetime.now(UTC) - timedelta(days=1)
    with stocked.office.store.change(NOTE) as transaction:
        transaction.put(replace(transaction.reader.token_by_name("erp"), expires_at=over))
    stocked.done("tokens", "edit", "erp", "--name", "shop")
    assert token(stocked, "shop").expires_at == over


def test_json_prints_the_token(stocked: Shell) -> None:
    printed = stocked.json("tokens", "edit", "erp", "--name", "shop")
    assert printed == stocked.json("tokens", "show", "shop")


def test_where_nothing_is_another_nothing_is_saved(stocked: Shell) -> None:
    before = stocked.store.read_bytes()
    assert stocked.run("tokens", "edit", "erp", "--name", "erp").stderr == "Nothing to change: it is so already.\n"
    assert stocked.store.read_bytes() == before


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (2, ("erp",)),
        (2, ("erp", "--name", "")),
        (2, ("erp", "--description", "\x1b[31m")),
        (3, ("nobody", "--name", "x")),
        (4, ("erp", "--name", "CRM")),
    ],
)
def test_what_cannot_be_is_refused(stocked: Shell, code: int, words: tuple[str, ...]) -> None:
    stocked.refused(code, "tokens", "edit", *words)


def test_needs_no_key(stocked: Shell) -> None:
    stocked.key.unlink()
    stocked.done("tokens", "edit", "erp", "--name", "shop", "--expires", "in 1 h")
