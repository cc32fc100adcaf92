"""Taking in a large API description: ten times the endpoints take about ten times as long."""

import time
from dataclasses import replace

import pytest

from tests.services.test_importing import api, draft
from tokentui.domain.slots import Authentication
from tokentui.services.desk import Desk
from tokentui.services.importing import import_endpoints


@pytest.mark.benchmark
def test_ten_thousand_endpoints_do_not_take_longer_each(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    def took(count: int) -> float:
        drafts = tuple(
            replace(draft(f"/{count}/{number}"), authentication=Authentication.NONE) for number in range(count)
        )
        start = time.perf_counter()
        import_endpoints(desk, api(*drafts))
        return time.perf_counter() - start

    took(10)
    small, large = took(1_000), took(10_000)
    with capsys.disabled():
        print(f"\nimport of 1,000 endpoints {small:.2f} s, of 10,000 {large:.2f} s, ratio {large / small:.1f}")
    assert large < 40 * small
