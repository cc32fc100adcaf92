"""What can be wrong beside the records of a store is found: in its trail, its files, its generations."""

import json
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store.shop import KEY, LATER, Shop, renewed
from tokentui.services.tokens import set_enabled
from tokentui.store.checking import check
from tokentui.store.file_check import StoreFiles
from tokentui.store.generations import Generations
from tokentui.store.problems import Code

EXAMPLES = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


# ---------------------------------------------------------------------- trail


@EXAMPLES
@given(chance=st.data())
def test_an_edited_line_of_the_trail_is_found_whatever_it_becomes(
    untouched: Path, tmp_path: Path, chance: st.DataObject
) -> None:
    shop = renewed(untouched, tmp_path / "shop")
    content = bytearray(shop.files.trail.read_bytes())
    content[chance.draw(st.integers(0, len(content) - 1))] ^= 1 << chance.draw(st.integers(0, 7))
    shop.files.trail.write_bytes(content)
    assert Code.TRAIL_BROKEN in shop.codes()


@pytest.mark.parametrize("changes", [5, [5], [{"rev": 5, "fields": {"a": 5}}], "x", None])
def test_a_line_that_holds_anything_is_found_and_ends_nothing(shop: Shop, changes: object) -> None:
    *lines, last = shop.files.trail.read_bytes().splitlines(keepends=True)
    edited = {**json.loads(last), "changes": changes, "never_came": changes}
    shop.files.trail.write_bytes(b"".join(lines) + json.dumps(edited).encode() + b"\n")
    assert Code.TRAIL_BROKEN in shop.codes()


def test_a_trail_whose_end_was_cut_off_is_found(shop: Shop) -> None:
    *lines, _ = shop.files.trail.read_bytes().splitlines(keepends=True)
    shop.files.trail.write_bytes(b"".join(lines))
    assert Code.TRAIL_BROKEN in shop.codes()


def test_a_trail_that_is_no_file_is_told(shop: Shop) -> None:
    shop.files.trail.unlink()
    shop.files.trail.mkdir(0o700)
    assert Code.TRAIL_UNREADABLE in shop.codes()


def test_a_store_that_was_given_another_name_is_not_told_record_by_record(shop: Shop) -> None:
    renamed = shop.files.store.rename(shop.files.store.with_name("renamed.json"))
    assert check(StoreFiles.of(renamed, shop.files.key), lambda mark: KEY, LATER).wrong == ()


def test_a_trail_that_was_begun_anew_is_told_once_and_then_tells_of_what_comes_after(shop: Shop) -> None:
    shop.files.trail.unlink()
    assert shop.codes() == {Code.TRAIL_BROKEN}
    set_enabled(shop.desk(), [shop.id("crm")], True)
    assert shop.check().problems == ()
    tables = shop.tables
    tables["tokens"][shop.id("crm")]["enabled"] = False
    shop.put(tables)
    assert shop.subjects(Code.TRAIL_CONTRADICTED) == {"crm"}


# ---------------------------------------------------------------------- files


def private_files() -> Iterator[str]:
    yield from ("data/tokens.json", "data/tokens.json.lock", "data/activity.jsonl", "config/key")


@pytest.mark.parametrize("name", private_files())
def test_a_file_that_others_may_read_is_found(shop: Shop, name: str) -> None:
    (shop.folder / name).chmod(0o640)
    assert shop.subjects(Code.FILE_OPEN) == {Path(name).name}


def test_a_generation_that_others_may_read_is_found(shop: Shop) -> None:
    generation = shop.files.generations.kept()[-1].path
    generation.chmod(0o604)
    assert shop.subjects(Code.FILE_OPEN) == {generation.name}


@pytest.mark.parametrize("name", ["data", "config", "data/tokens.json.generations"])
def test_a_folder_of_ours_that_is_open_to_others_is_found_and_can_be_closed(shop: Shop, name: str) -> None:
    (shop.folder / name).chmod(0o755)
    (found,) = shop.check().problems
    assert (found.code, found.certain) == (Code.FOLDER_OPEN, str(shop.folder / name))


def test_a_folder_that_is_not_ours_alone_is_told_only_where_others_may_write_and_never_closed(shop: Shop) -> None:
    folder = shop.files.store.parent
    (folder / "something else").touch()
    folder.chmod(0o755)
    assert shop.check().problems == ()
    folder.chmod(0o777)
    (found,) = shop.check().problems
    assert (found.code, found.certain) == (Code.FOLDER_OPEN, "")


def test_what_a_killed_writer_left_is_found_and_what_is_being_written_is_not(shop: Shop) -> None:
    gone, here = (shop.files.store.with_name(f".tokens.json.{pid}.0badcafe.tmp") for pid in (2**22 + 1, os.getpid()))
    for path in (gone, here):
        path.touch(0o600)
    assert shop.subjects(Code.LEFTOVER) == {gone.name}


_ID = "0123456789abcdef"


@pytest.mark.parametrize(
    "name",
    [
        "config/.key.{}.tmp",
        f"config/.key.{_ID}.{{}}.tmp",
        f"config/.key.{_ID}.new.{{}}.tmp",
        "config/.key.unreadable-0badcafe.{}.tmp",
        "data/.tokens.json.{}.tmp",
        "data/.activity.jsonl.{}.tmp",
        "data/tokens.json.generations/.tokens.json.{}.tmp",
    ],
)
def test_whatever_a_killed_writer_was_writing_is_found_and_can_be_taken_away(shop: Shop, name: str) -> None:
    left = shop.folder / name.format(f"{2**22 + 1}.0badcafe")
    left.touch(0o600)
    (found,) = shop.check().problems
    assert (found.code, found.certain) == (Code.LEFTOVER, str(left))


def test_what_a_killed_writer_of_the_key_left_is_found_where_the_key_itself_is(shop: Shop) -> None:
    real = shop.folder / "real"
    shop.files.key.parent.rename(real)
    shop.files.key.parent.mkdir(0o700)
    shop.files.key.symlink_to(real / "key")
    (real / f".key.{_ID}.new.{2**22 + 1}.0badcafe.tmp").touch(0o600)
    assert shop.codes() == {Code.LEFTOVER}


def test_a_generation_that_is_damaged_is_found(shop: Shop) -> None:
    generation = shop.files.generations.kept()[2].path
    generation.write_bytes(generation.read_bytes()[:-40])
    assert shop.subjects(Code.GENERATION_DAMAGED) == {generation.name}


@pytest.mark.parametrize("content", [b"no database", b"SQLite format 3\x00" + bytes(200)])
def test_requests_seen_that_cannot_be_read_are_found(shop: Shop, content: bytes) -> None:
    shop.files.requests.touch(0o600)
    shop.files.requests.write_bytes(content)
    assert shop.codes() == {Code.REQUESTS_DAMAGED}


def test_a_generation_that_goes_while_one_looks_is_no_damage(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = shop.files.generations.kept()
    gone = replace(kept[-1], path=kept[-1].path.with_name("20200101T000000.000000000Z.json"))
    monkeypatch.setattr(Generations, "kept", lambda _: (*kept, gone))
    assert shop.check().problems == ()


def test_requests_seen_that_another_program_wrote_are_found(shop: Shop) -> None:
    shop.files.requests.touch(0o600)
    with sqlite3.connect(shop.files.requests) as database:
        database.execute("CREATE TABLE other (id)")
    assert shop.codes() == {Code.REQUESTS_DAMAGED}


def test_every_code_is_looked_for() -> None:
    """What a code stands for is told in the documentation."""
    page = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text("utf-8")
    assert all(f"`{code}`" in page for code in Code)
