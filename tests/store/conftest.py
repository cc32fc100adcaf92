"""The contract's assertions tell as much as those of test modules."""

import pytest

pytest.register_assert_rewrite("tests.store.contract", "tests.store.page_contract", "tests.store.requests_contract")
