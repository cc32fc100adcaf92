"""What was seen before a rotation came with the value that is the old one now."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.domain.worlds import NOW, token
from tokentui.domain.records import EndpointToken
from tokentui.store.queries import LastSeen
from tokentui.tui.values_seen import seen_text

DAY = timedelta(days=1)
ROTATED = NOW - 2 * DAY


def in_grace() -> EndpointToken:
    one = token(previous="old", previous_until=NOW + DAY)
    return replace(one, secret=replace(one.secret, generated_at=ROTATED))


def ago(days: float | None) -> datetime | None:
    return None if days is None else NOW - days * DAY


@pytest.mark.parametrize(
    ("at", "by_previous", "new", "old"),
    [
        (None, None, "–", "–"),
        (1, None, "1 day ago", "–"),
        (1, 1, "1 day ago", "1 day ago"),
        (3, None, "–", "3 days ago"),
        (3, 1, "–", "1 day ago"),
        (1, 4, "1 day ago", "–"),
        (3, 4, "–", "3 days ago"),
        (2, 2, "2 days ago", "2 days ago"),
    ],
)
def test_each_value_has_its_own_last_use(at: float | None, by_previous: float | None, new: str, old: str) -> None:
    one = in_grace()
    seen = {one.id: LastSeen(ago(at), ago(by_previous))}
    assert seen_text(seen, one, NOW) == f"new value {new}, old value {old}"


@pytest.mark.parametrize(("at", "told"), [(None, "–"), (3, "3 days ago")])
def test_without_a_grace_time_there_is_one_last_use(at: float | None, told: str) -> None:
    one = token()
    assert seen_text({one.id: LastSeen(ago(at))}, one, NOW) == told
    assert seen_text({}, one, NOW) == "–"
