"""A child of the verifier's begins as nobody but itself, and does not outlive being heard."""

import os
import select
import signal
import sys
from typing import NoReturn

import pytest

from tokentui.verifier.children import begin
from tokentui.verifier.frames import Channel


class Unclosable:
    """What cannot be closed."""

    def close(self) -> None:
        raise RuntimeError


def works(channel: Channel) -> NoReturn:
    os._exit(3)


def test_its_exit_code_is_known() -> None:
    child = begin(works, ())
    select.select([child.channel], (), ())
    assert child.ended() == 3
    child.channel.close()


def test_one_that_can_be_heard_no_more_and_lives_is_not_waited_for() -> None:
    def mute(channel: Channel) -> NoReturn:
        channel.close()
        while True:
            signal.pause()

    child = begin(mute, ())
    select.select([child.channel], (), ())
    assert child.ended() == -signal.SIGKILL
    child.channel.close()


def test_what_fails_before_its_work_ends_it_and_not_what_its_parent_was_about() -> None:
    parent = os.getpid()
    child = begin(works, [Unclosable()])
    assert os.getpid() == parent
    select.select([child.channel], (), ())
    assert child.ended() == 1
    child.channel.close()


def test_where_there_is_no_output_it_begins_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)  # as where it was closed before Python began
    child = begin(works, ())
    select.select([child.channel], (), ())
    assert child.ended() == 3
    child.channel.close()
