"""Ids that sort by the time they were made and never collide across machines: UUID version 7 (RFC 9562 §5.7)."""

from datetime import datetime

#: How many random bytes `new_id` takes.
RANDOM_BYTES = 10


def new_id(now: datetime, random: bytes) -> str:
    """A UUIDv7 in its canonical text form, from the time (to the millisecond) and 10 random bytes."""
    if len(random) != RANDOM_BYTES:
        raise ValueError(f"new_id needs {RANDOM_BYTES} random bytes, not {len(random)}")
    noise = int.from_bytes(random, "big")
    number = int(now.timestamp() * 1000) << 80
    number |= 0x7 << 76 | (noise >> 62 & 0xFFF) << 64
    number |= 0b10 << 62 | noise & (1 << 62) - 1
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
