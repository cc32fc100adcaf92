"""What a command says of the store beside its own answer: who holds it, what is not kept, what is not durable."""

import errno
import os
import stat
from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest

from tests.cli.conftest import Shell
from tests.store.holding import held_by_anna


def break_folders(patched: pytest.MonkeyPatch) -> None:
    original = os.fsync

    def fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        original(descriptor)

    patched.setattr(os, "fsync", fsync)


def refusing(number: int) -> Callable[..., Any]:
    def refused(*_: object, **__: object) -> Any:
        raise OSError(number, os.strerror(number))

    return refused


def test_who_holds_the_lock_is_named_on_stderr_after_5_s(stocked: Shell) -> None:
    with held_by_anna(stocked.store) as holder:
        before = monotonic()
        told = stocked.refused(5, "tokens", "enable", "crm")
    assert monotonic() - before >= 5
    assert f" is locked by process {holder.pid} (anna, since 2" in told
    assert told.endswith(" UTC, “imported kong.yaml”); waited 5 s. Try again.\n")
    stocked.done("tokens", "enable", "crm")


def test_a_change_that_may_not_be_durable_is_done_and_told_with_exit_code_5(
    stocked: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_folders(monkeypatch)
    result = stocked.run("tokens", "add", "till", "--reveal", "--json")
    assert result.exit_code == 5
    assert result.stderr.endswith(
        f"tokentui: Saved, but not confirmed durable: {os.strerror(errno.EIO)}: the folder {stocked.store.parent}.\n"
    )
    assert '"value"' in result.stdout
    assert "till" in {token["name"] for token in stocked.json("tokens", "list")}


def test_a_file_that_could_not_be_kept_is_told_and_the_command_is_done(
    stocked: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", refusing(errno.ENOSPC))
    result = stocked.run("tokens", "enable", "crm")
    assert result.exit_code == 0
    assert result.stderr.splitlines()[-1] == (
        f"tokentui: What was replaced could not be kept: {os.strerror(errno.ENOSPC)}: {stocked.store}.generations."
    )
