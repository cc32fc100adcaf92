"""What is written where `--output` says is never written over the store, its key, or what belongs to them."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tokentui.cli.failures import USAGE

_WRITERS = {
    "export": ("export", "--force", "--output"),
    "key": ("store", "key", "export", "--verify-only", "--force", "--output"),
}
_OURS = ["key", "kept", "begun", "store", "lock", "trail", "requests", "requests-wal", "generation", "in generations"]


@pytest.fixture
def rekeyed(stocked: Shell) -> Shell:
    """A shell with a key that is kept beside the one in use."""
    stocked.done("store", "rekey")
    return stocked


def place(shell: Shell, which: str) -> Path:
    generations = shell.store.with_name("tokens.json.generations")
    return {
        "key": shell.key,
        "kept": next(shell.key.parent.glob("key.*")),
        "begun": shell.key.with_name(f"key.{'0' * 16}.new"),
        "store": shell.store,
        "lock": shell.store.with_name("tokens.json.lock"),
        "trail": shell.store.with_name("activity.jsonl"),
        "requests": shell.store.with_name("requests.sqlite"),
        "requests-wal": shell.store.with_name("requests.sqlite-wal"),
        "generation": next(generations.iterdir()),
        "in generations": generations / "mine.json",
    }[which]


def contents(shell: Shell) -> Iterator[tuple[str, bytes]]:
    for folder in (shell.key.parent, shell.store.parent):
        yield from ((str(each), each.read_bytes()) for each in sorted(folder.rglob("*")) if each.is_file())


@pytest.mark.parametrize("which", _OURS)
@pytest.mark.parametrize("writer", _WRITERS)
def test_none_of_the_stores_own_files_is_replaced_however_it_is_named(
    rekeyed: Shell, tmp_path: Path, writer: str, which: str
) -> None:
    own = place(rekeyed, which)
    link, around = tmp_path / "link", own.parent / ".." / own.parent.name / own.name
    link.symlink_to(own)
    before = [*contents(rekeyed)]
    for named in (own, around, link, *([tmp_path / "hard"] if own.exists() else [])):
        if named.name == "hard":
            os.link(own, named)
        assert "store" in rekeyed.refused(USAGE, *_WRITERS[writer], str(named))
    assert [*contents(rekeyed)] == before


@pytest.mark.parametrize(
    ("which", "words"),
    [
        ("begun", ("store", "backup")),
        ("in generations", ("store", "backup")),
        ("in generations", ("tokens", "rotate", "erp", "--output")),
    ],
)
def test_neither_do_new_values_nor_backups_come_where_a_file_of_the_store_may(
    rekeyed: Shell, which: str, words: tuple[str, ...]
) -> None:
    own = place(rekeyed, which)
    assert "store" in rekeyed.refused(USAGE, *words, str(own))
    assert not own.exists()


def test_a_key_behind_a_link_is_not_replaced_by_either_of_its_names(stocked: Shell, tmp_path: Path) -> None:
    real = stocked.key.rename(tmp_path / "real")
    stocked.key.symlink_to(real)
    before = real.read_bytes()
    for named in (stocked.key, real):
        stocked.refused(USAGE, *_WRITERS["key"], str(named))
    assert (real.read_bytes(), stocked.key.is_symlink()) == (before, True)


def test_beside_them_there_is_room_for_others(stocked: Shell) -> None:
    for folder in (stocked.key.parent, stocked.store.parent):
        stocked.done(*_WRITERS["export"], str(folder / "mine.json"))
        stocked.done(*_WRITERS["export"], str(folder / "mine.json"))


def test_what_cannot_be_put_in_place_leaves_nothing_behind(stocked: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    before = set(tmp_path.iterdir())
    stocked.refused(USAGE, *_WRITERS["export"], str(folder))
    assert set(tmp_path.iterdir()) == before
