"""A shop to be damaged; and the contract's assertions tell as much as those of test modules."""

from pathlib import Path

import pytest

from tests.store.shop import Shop, open_shop, renewed

pytest.register_assert_rewrite("tests.store.contract", "tests.store.page_contract", "tests.store.requests_contract")


@pytest.fixture(scope="session")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a shop that is only copied."""
    return open_shop(tmp_path_factory.mktemp("untouched")).folder


@pytest.fixture
def shop(untouched: Path, tmp_path: Path) -> Shop:
    """A sound shop."""
    return renewed(untouched, tmp_path / "shop")
