"""Ids are UUIDs of version 7: ordered by time, unique across machines by their random bits (RFC 9562 §5.7)."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokentui.domain.ids import RANDOM_BYTES, new_id

MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))
NOISE = st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES)


@given(MOMENTS, NOISE)
def test_an_id_is_a_uuid_of_version_7_in_canonical_text(now: datetime, noise: bytes) -> None:
    made = new_id(now, noise)
    parsed = uuid.UUID(made)
    assert str(parsed) == made
    assert parsed.version == 7
    assert parsed.variant == uuid.RFC_4122


@given(MOMENTS, NOISE)
def test_an_id_tells_the_millisecond_it_was_made_in(now: datetime, noise: bytes) -> None:
    milliseconds = uuid.UUID(new_id(now, noise)).int >> 80
    made = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    assert abs(now - made) <= timedelta(milliseconds=1)


@given(MOMENTS, st.integers(1, 10**6), NOISE, NOISE)
def test_ids_sort_by_time(now: datetime, later: int, one: bytes, other: bytes) -> None:
    assert new_id(now, one)[:13] <= new_id(now + timedelta(milliseconds=later), other)[:13]
    assert new_id(now, one) < new_id(now + timedelta(milliseconds=later + 1), other)


@given(NOISE, NOISE)
def test_in_one_millisecond_74_random_bits_tell_ids_apart(one: bytes, other: bytes) -> None:
    now = datetime(2025, 1, 1, tzinfo=UTC)
    bits = (1 << 74) - 1
    same = int.from_bytes(one, "big") & bits == int.from_bytes(other, "big") & bits
    assert (new_id(now, one) == new_id(now, other)) == same


@pytest.mark.parametrize("noise", [b"", b"x" * (RANDOM_BYTES - 1), b"x" * (RANDOM_BYTES + 1)])
def test_another_number_of_random_bytes_is_refused(noise: bytes) -> None:
    with pytest.raises(ValueError, match="10 random bytes"):
        new_id(datetime(2025, 1, 1, tzinfo=UTC), noise)
