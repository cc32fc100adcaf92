"""What hides and locks in time goes by a clock that counts sleep, and looks at it by itself."""

import sys
import time

import pytest

from tests.tui.conftest import Hourglass, Open
from tests.tui.driving import wait_for
from tokentui.tui import elapsed
from tokentui.tui.elapsed import Deadline


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the monotonic clock counts sleep")
def test_the_clock_counts_the_sleep_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "clock_gettime", lambda clock: {time.CLOCK_BOOTTIME: 7.0}.get(clock))
    assert elapsed.seconds() == 7


async def test_a_deadline_is_told_once_its_time_has_come_however_the_clock_came_there(
    open_ui: Open, hourglass: Hourglass
) -> None:
    told: list[float] = []
    async with open_ui() as ui:
        deadline = Deadline(ui.app, lambda: told.append(hourglass.passed))
        deadline.set(3600)
        hourglass.passed += 3599
        await ui.pilot.pause(0.1)
        assert not told
        hourglass.passed += 2
        assert deadline.over
        await wait_for(lambda: told)
        assert not deadline.over
        await ui.pilot.pause(0.1)
        assert told == [3601]


async def test_to_set_a_deadline_again_is_to_begin_anew(open_ui: Open, hourglass: Hourglass) -> None:
    told: list[bool] = []
    async with open_ui() as ui:
        deadline = Deadline(ui.app, lambda: told.append(True))
        deadline.set(30)
        hourglass.passed += 29
        deadline.set(30)
        hourglass.passed += 29
        await ui.pilot.pause(0.1)
        assert not told
        deadline.clear()
        hourglass.passed += 29
        await ui.pilot.pause(0.1)
        assert not told
