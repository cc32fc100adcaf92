"""A file of new values: for its owner alone, never over another file, and gone where nothing came of it."""

import csv
import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from tokentui.domain.errors import Conflict, Invalid, NotFound, NotHandedOut, ReadOnly, SealError, StoreError, Taken
from tokentui.domain.fields import TokenFields
from tokentui.domain.records import EndpointToken
from tokentui.services.desk import Desk
from tokentui.services.handing_out import hand_out
from tokentui.services.rotating import rotate
from tokentui.services.tokens import add_token, reveal_token
from tokentui.store.tinydb_store import TinyDBStore
from tokentui.store.vault import KeyVault

NAMES = ("erp", 'odd, "name"', "Příjem")


@pytest.fixture
def desk(admin: Desk) -> Desk:
    for name in NAMES:
        add_token(admin, TokenFields(name=name))
    return admin


def rotated_into(desk: Desk, path: Path) -> tuple[EndpointToken, ...]:
    ids = [desk.reader().token_by_name(name).id for name in NAMES]
    return hand_out(desk, path, lambda: rotate(desk, ids, None))


def values(desk: Desk) -> dict[str, str]:
    return {token.name: reveal_token(desk, token) for token in desk.reader().iter_tokens()}


def test_a_csv_file_has_names_and_new_values_under_a_head(desk: Desk, tmp_path: Path) -> None:
    before = values(desk)
    file = tmp_path / "new.csv"
    rotated_into(desk, file)
    head, *rows = map(tuple, csv.reader(file.read_text().splitlines()))
    assert head == ("name", "value")
    assert [name for name, _ in rows] == list(NAMES)
    assert set(rows) == set(values(desk).items()) != set(before.items())


@pytest.mark.parametrize("name", ["new.json", "NEW.JSON"])
def test_a_json_file_is_a_list_of_objects(desk: Desk, tmp_path: Path, name: str) -> None:
    rotated_into(desk, tmp_path / name)
    rows = json.loads((tmp_path / name).read_text())
    assert [list(row) for row in rows] == [["name", "value"]] * 3
    assert {row["name"]: row["value"] for row in rows} == values(desk)


@pytest.mark.parametrize("umask", [0o000, 0o277])
def test_the_file_is_for_its_owner_alone_whatever_the_umask(desk: Desk, tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        rotated_into(desk, tmp_path / "new.csv")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new.csv").stat().st_mode) == 0o600


@pytest.mark.parametrize("kind", ["file", "folder", "link to nothing"])
def test_what_is_there_is_never_overwritten_and_nothing_is_rotated(desk: Desk, tmp_path: Path, kind: str) -> None:
    before, path = values(desk), tmp_path / "new.csv"
    if kind == "file":
        path.write_text("mine")
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Taken) as taken:
        rotated_into(desk, path)
    assert taken.value.field == "output"
    assert values(desk) == before
    assert not (tmp_path / "elsewhere").exists()
    assert kind != "file" or path.read_text() == "mine"


@pytest.mark.parametrize("path", ["new.txt", "new", "missing/new.csv", "nul\0.csv", "~no-such-user/new.csv"])
def test_a_path_at_which_no_such_file_can_be_made_is_refused_beforehand(
    desk: Desk, tmp_path: Path, path: str
) -> None:
    before = values(desk)
    with pytest.raises(Invalid) as refused:
        rotated_into(desk, Path(path) if path.startswith("~") else tmp_path / path)
    assert refused.value.field == "output"
    assert values(desk) == before
    assert not list(tmp_path.glob("new*"))


def test_where_the_rotation_fails_there_is_no_file(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for error in (StoreError("full"), Conflict("changed"), NotFound("gone"), SealError("key"), KeyboardInterrupt()):

        def failing(error: BaseException = error) -> tuple[EndpointToken, ...]:
            assert (tmp_path / "new.csv").exists()
            raise error

        with pytest.raises(type(error)):
            hand_out(desk, tmp_path / "new.csv", failing)
        assert not (tmp_path / "new.csv").exists()


@pytest.mark.parametrize("newer", [False, True])
def test_a_store_that_can_be_looked_at_only_refuses_before_a_file_is_made(
    desk: Desk, tmp_path: Path, newer: bool
) -> None:
    file = Path(desk.store.location)
    if newer:
        file.write_bytes(file.read_bytes().replace(b'"schema_version":1', b'"schema_version":9'))
    looking = replace(desk, store=TinyDBStore(file, read_only=not newer))
    with pytest.raises(ReadOnly):
        hand_out(looking, tmp_path / "new.csv", lambda: pytest.fail("never asked"))
    assert not (tmp_path / "new.csv").exists()


@pytest.mark.parametrize("call", ["os.fsync", "sync_folder"])
def test_where_the_file_cannot_be_filled_it_goes_and_the_way_to_the_values_is_told(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    before = values(desk)
    ids = [token.id for token in desk.reader().iter_tokens()]

    def rotate_then_break() -> tuple[EndpointToken, ...]:
        tokens = rotate(desk, ids, None)
        monkeypatch.setattr(f"tokentui.services.handing_out.{call}", _no_space)
        return tokens

    with pytest.raises(NotHandedOut, match="tokens show NAME --reveal") as told:
        hand_out(desk, tmp_path / "new.csv", rotate_then_break)
    monkeypatch.undo()
    assert "No space left" in str(told.value)
    assert not (tmp_path / "new.csv").exists()
    assert not set(values(desk).values()) & set(before.values())
    assert not any(value in str(told.value) for value in values(desk).values())


def _no_space(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_where_the_values_cannot_be_opened_it_is_told_that_they_are_replaced(desk: Desk, tmp_path: Path) -> None:
    ids = [token.id for token in desk.reader().iter_tokens()]

    def no_key() -> bytes:
        raise SealError("The key file is not there.")

    def rotate_and_lose_the_key() -> tuple[EndpointToken, ...]:
        tokens = rotate(desk, ids, None)
        desk.vault = KeyVault(no_key)
        return tokens

    with pytest.raises(NotHandedOut, match="The key file is not there"):
        hand_out(desk, tmp_path / "new.csv", rotate_and_lose_the_key)
    assert not (tmp_path / "new.csv").exists()
