"""Questions made by chance: nothing is allowed or refused that the plain rule would not, and no token comes out."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.verifier.fuzzing import search
from tokentui.domain.decision import Guard
from tokentui.verifier import application, questions
from tokentui.verifier.seen import path_of

SEED = 20250601


def test_questions_made_by_chance_are_answered_as_the_plain_rule_reads() -> None:
    outcomes = search(25_000, SEED)
    assert outcomes["200"] > 1000  # else it would show little
    assert all(outcomes[status] > 100 for status in ("400", "401", "403", "404", "405"))


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(4))
def test_half_a_million_questions_made_by_chance_are_answered_as_the_plain_rule_reads(seed: int) -> None:
    assert search(125_000, seed)["200"] > 5000


def _left_most(chain: bytes, trusted: object) -> str:
    return chain.split(b",")[0].strip().decode("latin-1")


def _last_wins(headers: Any, wanted: Any) -> dict[bytes, bytes]:
    return {name.replace(b"_", b"-"): value for name, value in headers}


def _as_it_came(target: Any, is_token: Callable[[str], bool]) -> str:
    return path_of(target)


FAULTS = {
    "the left-most address": (questions, "client_of", _left_most),
    "the last of several, _ or not": (questions, "_picked", _last_wins),
    "any peer": (application, "peer_of", lambda client, server: None),
    "any body": (Guard, "decide", lambda self, request, now: None),
    "the path as it came": (application, "without_tokens", _as_it_came),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_that_is_planted_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*FAULTS[name])
    with pytest.raises(AssertionError):
        search(25_000, SEED)
