"""Phrases that every face shares."""


def amount(number: int, noun: str, plural: str = "") -> str:
    """`1 token`, `12 tokens`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
