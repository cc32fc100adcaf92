"""How much time is left, in the words of the lists and dialogs."""

from datetime import timedelta

import pytest

from tests.tui.conftest import NOW
from tokentui.tui.words import ahead, left

SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))


@pytest.mark.parametrize(
    ("remaining", "in_column", "in_sentence"),
    [
        (DAY, "24 h", "in 24 h"),
        (DAY - SECOND, "24 h", "in 24 h"),
        (DAY - 2 * MINUTE, "24 h", "in 24 h"),
        (23.5 * HOUR, "23 h", "in 23 h"),
        (HOUR, "1 h", "in 1 h"),
        (HOUR - SECOND, "1 h", "in 1 h"),
        (HOUR - MINUTE, "<1 h", "in 59 min"),
        (SECOND, "<1 h", "in 1 min"),
        (2 * DAY, "2 d", "in 2 days"),
        (2 * DAY - MINUTE, "48 h", "in 48 h"),
        (7 * DAY - 10 * SECOND, "7 d", "in 7 days"),
        (6.5 * DAY, "6 d", "in 6 days"),
    ],
)
def test_what_was_chosen_is_told_as_chosen_a_moment_later_too(
    remaining: timedelta, in_column: str, in_sentence: str
) -> None:
    assert left(NOW + remaining, NOW) == in_column
    assert ahead(NOW + remaining, NOW) == in_sentence
