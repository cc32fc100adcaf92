"""What goes wrong while a store is read or saved: the old content stands or the new, and the cause is told."""

import errno
import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.domain.worlds import NOTE, token
from tests.store.contract import save
from tokentui.domain.errors import StoreError
from tokentui.store.tinydb_store import TinyDBStore

ERP, SHOP = token("erp"), token("shop")
#: What stands in a store's folder when nobody is writing.
FILES = {"activity.jsonl", "tokens.json", "tokens.json.lock"}


@pytest.fixture
def file(store: TinyDBStore) -> Path:
    """A store file with one token in it."""
    save(store, ERP)
    return Path(store.location)


FAULTS = [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS, errno.EDQUOT]


@pytest.fixture(params=FAULTS, ids=lambda number: errno.errorcode[number])
def fault(request: pytest.FixtureRequest) -> OSError:
    number: int = request.param
    return OSError(number, os.strerror(number))


@pytest.mark.parametrize("call", ["open", "fchmod", "fsync", "stat", "replace", "write"])
def test_a_fault_at_any_step_before_the_replace_saves_nothing_and_names_the_cause(
    store: TinyDBStore, file: Path, monkeypatch: pytest.MonkeyPatch, fault: OSError, call: str
) -> None:
    before, stamp = file.read_bytes(), store.stamp()
    with monkeypatch.context() as patched:
        _break_for_temporaries(patched, call, fault)
        with pytest.raises(StoreError, match=f"Nothing was saved: {file}: {fault.strerror}"):
            save(store, SHOP)
    assert file.read_bytes() == before
    assert store.stamp() == stamp
    assert [*store.reader().iter_tokens()] == [replace(ERP, rev=1)]
    assert {*os.listdir(file.parent)} - {f"{file.name}.generations"} == FILES
    save(store, SHOP)


def _break_for_temporaries(patched: pytest.MonkeyPatch, call: str, fault: OSError) -> None:
    """Let the call fail for what is written, and for nothing else."""
    if call == "write":
        patched.setattr("tokentui.store.private_files.open", _full_disk(fault), raising=False)
        return
    original = getattr(os, call)

    def broken(first: Any, *args: Any, **more: Any) -> Any:
        path = os.readlink(f"/proc/self/fd/{first}") if isinstance(first, int) else os.fspath(first)
        if path.endswith(".tmp"):
            raise fault
        return original(first, *args, **more)

    patched.setattr(os, call, broken)


def _full_disk(fault: OSError) -> Any:
    def opened(descriptor: int, mode: str) -> Any:
        file = open(descriptor, mode)  # noqa: SIM115  # closed by who asked for it

        class Full:
            def __enter__(self) -> "Full":
                return self

            def __exit__(self, *_: object) -> None:
                file.close()

            def write(self, content: bytes) -> int:
                file.write(content[: len(content) // 2])
                file.flush()
                raise fault

        return Full()

    return opened


def test_a_fault_after_the_replace_is_told_as_saved_but_not_confirmed(
    store: TinyDBStore, file: Path, monkeypatch: pytest.MonkeyPatch, fault: OSError
) -> None:
    original = os.fsync

    def broken(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise fault
        original(descriptor)

    monkeypatch.setattr(os, "fsync", broken)
    with (
        pytest.raises(StoreError, match=f"Saved, but not confirmed durable.*{fault.strerror}"),
        store.change(NOTE) as made,
    ):
        made.put(SHOP)
    assert len(made.replaced) == 1
    assert store.reader().counts().tokens == TinyDBStore(file).reader().counts().tokens == 2


@pytest.mark.parametrize("call", ["open", "mkdir"])
def test_a_fault_while_folder_or_lock_is_made_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: OSError, call: str
) -> None:
    store = TinyDBStore(tmp_path / "new" / "tokens.json", lock_timeout=0.05)

    def broken(*_: object, **__: object) -> None:
        raise type(fault)(fault.errno, fault.strerror)

    monkeypatch.setattr(os, call, broken)
    with pytest.raises(StoreError, match=str(tmp_path)):
        save(store, ERP)
    monkeypatch.undo()
    assert not store.exists


def test_an_interrupt_while_saving_leaves_the_old_content_and_no_rest(
    store: TinyDBStore, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file.read_bytes()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            save(store, SHOP)
    assert file.read_bytes() == before
    assert {*os.listdir(file.parent)} - {f"{file.name}.generations"} == FILES
    save(store, SHOP)


def test_a_read_that_fails_is_told_with_its_cause(
    file: Path, monkeypatch: pytest.MonkeyPatch, fault: OSError
) -> None:
    def broken(*_: object) -> None:
        raise fault

    monkeypatch.setattr("tokentui.store.safe_storage.open", broken, raising=False)
    with pytest.raises(StoreError, match=f"cannot be read: {fault.strerror}"):
        TinyDBStore(file).reader()
