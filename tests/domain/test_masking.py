"""What could be a token value is known by its form; names, digests and ids are not taken for one."""

import os
from collections.abc import Callable

import pytest

from tokentui.domain.errors import Invalid, NotFound
from tokentui.domain.masking import MASK, holds_value, masked, visible
from tokentui.domain.names import check_description, check_name
from tokentui.domain.template import Template
from tokentui.domain.values import generate

VALUE = "Zz90" * 16
NO_VALUES = [
    "erp-nightly",
    "01a213d8-6e54-7512-b225-79569958cb76",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "/home/jan/.local/share/tokentui/tokens.json",
    "tokens-20260314T092653Z.tokentui.tar",
    "PurchaseOrdersOfTheNorthernHall",
    "x" * 100,
]


@pytest.mark.parametrize("text", NO_VALUES)
def test_names_digests_ids_and_paths_are_shown_as_they_are(text: str) -> None:
    assert masked(text) == text
    assert not holds_value(text)


def test_every_generated_value_is_masked_wherever_it_stands_and_cut_as_it_is() -> None:
    for _ in range(1000):
        value = generate(os.urandom)
        assert holds_value(value)
        assert masked(f"'{value}', and Bearer {value}\n") == f"'{MASK}', and Bearer {MASK}\n"
        assert masked(value[:40]) == masked(value[8:]) == MASK


@pytest.mark.parametrize("check", [check_name, check_description, lambda text: Template.parse(f"/{text}")])
def test_a_value_is_taken_for_no_name_description_or_path(check: Callable[[str], object]) -> None:
    for text in (VALUE, f"erp{VALUE}", VALUE[:-3]):
        with pytest.raises(Invalid, match="looks like a token value") as caught:
            check(text)
        assert VALUE[:16] not in str(caught.value)


def test_no_error_repeats_a_value_or_steers_a_terminal() -> None:
    assert str(NotFound(f"There is no {VALUE!r}.")) == f"There is no '{MASK}'."
    assert str(NotFound("There is no \x1b[2J.\n")) == "There is no \\x1b[2J.\\n"


def test_what_can_be_seen_is_left_as_it_is() -> None:
    assert visible("Příjem zboží → 商品") == "Příjem zboží → 商品"
