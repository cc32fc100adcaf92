"""Every system call of a save, failing in every way: what the store holds after it, and what the user was told.

python -m tests.store.fault_table       prints the table
"""

import errno
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time_ns

import pytest

from tests.domain.worlds import token
from tests.store.contract import save
from tests.store.faults import Faults, faults
from tokentui.cli.failures import report
from tokentui.domain.errors import StoreError
from tokentui.store.generations import KEPT
from tokentui.store.tinydb_store import TinyDBStore

NUMBERS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS)
ERP, SHOP, TILL = token("erp"), token("shop"), token("till")
#: What stands in a store's folder when nobody is writing.
FILES = {"activity.jsonl", "tokens.json", "tokens.json.generations", "tokens.json.lock"}
#: Where a test is not kept waiting by the disk.
_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
SITUATIONS = {
    "first": "the first save: folder, lock and trail are made",
    "second": "the second save: the folder of generations is made",
    "later": "a later save: the oldest generation goes, and so does what a killed save left",
    "copied": "a later save where the file system has no hard links",
    "others": "a save by root in the store of another user",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a save in which one call failed."""

    call: str
    number: int
    #: `old` or `new`: what the store holds.
    holds: str
    #: What was said, and the exit code of a command.
    told: str
    code: int
    #: What is wrong with it; empty where all is well.
    wrong: tuple[str, ...]


@cache
def _template(situation: str) -> TemporaryDirectory[str]:
    """The files of a store to save in; gone at the end of the process."""
    folder = TemporaryDirectory(dir=_MEMORY)
    file = Path(folder.name) / "data" / "tokens.json"
    if situation == "first":
        return folder
    store = TinyDBStore(file)
    save(store, ERP)
    for _ in range({"second": 0, "later": KEPT, "copied": 2, "others": 1}[situation]):
        save(store, store.reader().token(ERP.id))
    if situation == "later":
        file.with_name(f".{file.name}.4711.0badcafe.tmp").write_bytes(b"half a st")
        later = time_ns() + 60 * 10**9  # the clock was set back since
        os.utime(file, ns=(later, later))
    return folder


def prepared(situation: str, folder: Path) -> Path:
    """A store to save in."""
    file = folder / "data" / "tokens.json"
    if situation != "first":
        shutil.copytree(Path(_template(situation).name) / "data", file.parent)
    if situation == "others":
        os.chown(file, 65534, 65534)
    return file


def possible(situation: str) -> bool:
    """Whether this process can be in that situation."""
    return situation != "others" or os.geteuid() == 0


def tried(situation: str, turn: int, number: int) -> tuple[Faults, Outcome]:
    """Save while the call of that turn fails; -1 lets none fail."""
    with TemporaryDirectory(dir=_MEMORY) as folder, pytest.MonkeyPatch.context() as patched:
        if situation == "copied":
            patched.setattr(os, "link", _no_links)
        file = prepared(situation, Path(folder))
        before = file.read_bytes() if file.exists() else None
        store, told, code = TinyDBStore(file, lock_timeout=0.05), "", 0
        files = _open_files()
        with faults(turn, number) as found:
            try:
                save(store, SHOP)
            except StoreError as error:
                told, code = str(error), report(error)
        notice = store.take_notice()
        if notice is not None:
            told, code = notice.text, 5 if notice.grave else 0
        holds = "old" if before == (file.read_bytes() if file.exists() else None) else "new"
        call = found.calls[turn] if found.failed else ""
        wrong = tuple(_wrong(file, before is not None, holds, told, code, number))
        if _open_files() != files:
            wrong = (*wrong, "a file is left open")
        return found, Outcome(call, number, holds, told, code, wrong)


def _open_files() -> int:
    try:
        return len(os.listdir("/proc/self/fd"))
    except OSError:
        return 0


def _no_links(*_: object, **__: object) -> None:
    raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))


def _wrong(file: Path, stood: bool, holds: str, told: str, code: int, number: int) -> Iterator[str]:
    expected = ([ERP] if stood else []) + ([SHOP] if holds == "new" else [])
    if _names(TinyDBStore(file)) != {each.name for each in expected}:
        yield f"neither the old nor the new content, but {_names(TinyDBStore(file))}"
    if (holds == "old") != (told != "" and code == 5 and not told.startswith("Saved, but ")):
        yield f"it holds the {holds}, and is told: {told!r}, exit code {code}"
    if told and os.strerror(number) not in told:
        yield f"the cause is not named: {told}"
    yield from _wrong_after(file, expected)


def _wrong_after(file: Path, expected: Sequence[object]) -> Iterator[str]:
    """The next change works, and leaves nothing that is not a store's."""
    store = TinyDBStore(file, lock_timeout=0.05)
    save(store, TILL)
    save(store, replace(TILL, rev=1))
    if len(_names(store)) != len(expected) + 1:
        yield "the next change is not saved"
    if {*os.listdir(file.parent)} != FILES:
        yield f"left over: {sorted({*os.listdir(file.parent)} ^ FILES)}"
    kept = os.listdir(file.with_name("tokens.json.generations"))
    if len(kept) > KEPT or not all(name.endswith("Z.json") for name in kept):
        yield f"left over among the generations: {sorted(kept)}"
    trail = store.activity().verify(None, TILL.created_at)
    if trail.problems:
        yield f"the trail: {trail.problems}"


def _names(store: TinyDBStore) -> set[str]:
    return {token.name for token in store.reader().iter_tokens()}


def outcomes(situation: str, number: int) -> list[Outcome]:
    """One for each call that a save makes in this situation."""
    calls = len(tried(situation, -1, number)[0].calls)
    return [tried(situation, turn, number)[1] for turn in range(calls)]


def table() -> Iterator[str]:
    """Markdown: a row for each call, a column for each fault."""
    for situation in filter(possible, SITUATIONS):
        yield f"\n### {SITUATIONS[situation].capitalize()}\n"
        columns = [outcomes(situation, number) for number in NUMBERS]
        yield "| call | " + " | ".join(errno.errorcode[number] for number in NUMBERS) + " |"
        yield "| --- " * (len(NUMBERS) + 1) + "|"
        for row in zip(*columns, strict=True):
            yield f"| {row[0].call} | " + " | ".join(map(_cell, row)) + " |"


def _cell(outcome: Outcome) -> str:
    if outcome.wrong:
        return f"**WRONG**: {'; '.join(outcome.wrong)}"
    return f"{outcome.holds}, {'told' if outcome.told else 'no harm'}, exit {outcome.code}"


if __name__ == "__main__":
    for line in table():
        sys.stdout.write(f"{line}\n")
