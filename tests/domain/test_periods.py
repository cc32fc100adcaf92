"""Lengths of time and moments as people type them."""

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tokentui.domain.errors import Invalid
from tokentui.domain.periods import local_text, parse_grace, parse_moment, parse_past, parse_period, spoken

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
PRAGUE = timezone(timedelta(hours=1))


def in_prague(naive: datetime) -> datetime:
    return naive.replace(tzinfo=PRAGUE)


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("24h", timedelta(hours=24)),
        ("1 h", timedelta(hours=1)),
        ("90 min", timedelta(minutes=90)),
        ("7 days", timedelta(days=7)),
        ("7D", timedelta(days=7)),
        (" 2 weeks ", timedelta(weeks=2)),
        ("none", timedelta()),
        ("", timedelta()),
    ],
)
def test_a_period_is_a_number_and_a_unit(text: str, period: timedelta) -> None:
    assert parse_period(text, "grace") == period


@pytest.mark.parametrize("text", ["5", "h", "5 m", "5 y", "-5h", "5.5h", "24h24h", "99999 weeks", "²h"])
def test_what_is_no_period_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_period(text, "grace")
    assert refused.value.field == "grace"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("in 90 days", NOW + timedelta(days=90)),
        ("90d", NOW + timedelta(days=90)),
        ("2026-12-31", datetime(2027, 1, 1, tzinfo=PRAGUE)),
        ("2026-12-31 18:00", datetime(2026, 12, 31, 18, tzinfo=PRAGUE)),
        ("2026-12-31T18:00:00Z", datetime(2026, 12, 31, 18, tzinfo=UTC)),
        ("never", None),
        ("", None),
    ],
)
def test_a_moment_is_a_period_from_now_or_a_date_which_counts_to_its_end(text: str, moment: datetime | None) -> None:
    assert parse_moment(text, NOW, "expires_at", in_prague) == moment


@pytest.mark.parametrize(
    "text", ["tomorrow", "2026-13-01", "2026-03-13", "2026-03-14 09:00", "9999-12-31", "0h", "31.12.2026"]
)
def test_what_is_no_moment_to_come_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_moment(text, NOW, "expires_at", in_prague)


def test_a_moment_is_kept_in_utc() -> None:
    moment = parse_moment("2026-12-31", NOW, "expires_at", in_prague)
    assert moment is not None
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("24h", NOW + timedelta(hours=24)),
        ("7 days", NOW + timedelta(days=7)),
        ("2026-12-31 18:00", datetime(2026, 12, 31, 18, tzinfo=PRAGUE)),
        ("none", None),
        (" NONE ", None),
    ],
)
def test_a_grace_time_is_a_period_a_moment_or_none(text: str, end: datetime | None) -> None:
    assert parse_grace(text, NOW, "grace", in_prague) == end


@pytest.mark.parametrize("text", ["never", "", "-", "0h", "soon", "2026-03-13"])
def test_a_grace_time_that_could_mean_two_things_or_is_over_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_grace(text, NOW, "grace", in_prague)
    assert refused.value.field == "grace"


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("Europe/Prague", "Sat 14 Mar 2026 10:26 CET"),
        ("America/New_York", "Sat 14 Mar 2026 05:26 EDT"),
        ("UTC", "Sat 14 Mar 2026 09:26 UTC"),
    ],
)
def test_a_moment_is_told_in_local_time(monkeypatch: pytest.MonkeyPatch, zone: str, told: str) -> None:
    with monkeypatch.context() as patched:
        patched.setenv("TZ", zone)
        time.tzset()
        assert local_text(NOW) == told
    time.tzset()


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(), "less than a minute"),
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=119), "1 hour"),
        (timedelta(hours=47), "1 day"),
        (timedelta(days=1500), "1,500 days"),
        (timedelta(days=-3), "less than a minute"),
    ],
)
def test_a_length_of_time_is_spoken_in_its_largest_unit(length: timedelta, text: str) -> None:
    assert spoken(length) == text


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("24h", NOW - timedelta(hours=24)),
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=PRAGUE)),
        ("2026-03-01 18:00", datetime(2026, 3, 1, 18, tzinfo=PRAGUE)),
    ],
)
def test_one_looks_back_by_a_period_or_to_the_beginning_of_a_date(text: str, moment: datetime) -> None:
    assert parse_past(text, NOW, "since", in_prague) == moment
