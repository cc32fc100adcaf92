"""Repairing: only what can be put right in one way, in one change that the trail tells, and never a value."""

from pathlib import Path
from typing import Any

import pytest

from tests.store.shop import LATER, Shop, open_shop
from tokentui.services.repairing import repair
from tokentui.store.problems import Code
from tokentui.store.queries import EVERYTHING
from tokentui.store.trail_queries import ActivityQuery

NEW = {"created_at": "2025-06-01T12:00:00+00:00", "rev": 1}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return open_shop(tmp_path / "shop")


def told(shop: Shop) -> list[str]:
    return [entry.what for entry in shop.desk().store.activity().page(ActivityQuery(), EVERYTHING, LATER).rows]


def repaired(shop: Shop) -> tuple[str, ...]:
    return repair(shop.desk(), shop.check().problems)


def test_what_leads_nowhere_is_taken_away_and_what_is_twice_is_kept_once(shop: Shop) -> None:
    tables = shop.tables
    app, orders, crm = shop.id("app"), shop.id("Orders"), shop.id("crm")
    tables["assignments"] |= {
        f"nobody.{orders}": {"slots": ["GET"], **NEW},
        f"{crm}.nowhere": {"slots": ["GET"], **NEW},
        f"{crm}.{orders}": {"slots": [], **NEW},
    }
    tables["assignments"][f"{app}.{orders}"]["slots"] = ["DELETE", "DELETE"]
    shop.put(tables)
    before = shop.tables
    assert repaired(shop) == ()
    assert shop.check().wrong == ()
    assert told(shop)[0] == "repaired the store: 4 problems"
    assert shop.tables["tokens"] == before["tokens"]
    assert shop.tables["endpoints"] == before["endpoints"]
    assert shop.tables["assignments"][f"{app}.{orders}"]["slots"] == ["DELETE"]
    assert shop.files.generations.kept()[0].path.read_bytes() != shop.files.store.read_bytes()


def test_modes_and_leftovers_are_put_right_and_told_in_the_trail(shop: Shop) -> None:
    left = shop.files.store.with_name(f".tokens.json.{2**22 + 1}.0badcafe.tmp")
    left.touch(0o600)
    shop.files.key.chmod(0o644)
    shop.files.trail.chmod(0o640)
    shop.files.store.parent.chmod(0o755)
    assert repaired(shop) == ()
    assert shop.check().problems == ()
    assert not left.exists()
    assert told(shop)[0] == "repaired the store: 4 problems"


def test_where_nothing_is_certain_nothing_is_changed(shop: Shop) -> None:
    tables = shop.tables
    tables["tokens"][shop.id("crm")]["name"] = "erp"
    shop.put(tables)
    before, lines = shop.files.store.read_bytes(), told(shop)
    assert repaired(shop) == ()
    assert (shop.files.store.read_bytes(), told(shop)) == (before, lines)


def test_no_value_is_touched_however_wrong_it_is(shop: Shop) -> None:
    tables = shop.tables
    erp, app = tables["tokens"][shop.id("erp")], tables["tokens"][shop.id("app")]
    erp["secret"], app["secret"] = app["secret"], erp["secret"]
    erp["previous"]["sealed"] = ""
    tables["assignments"][f"nobody.{shop.id('Orders')}"] = {"slots": ["GET"], **NEW}
    shop.put(tables)
    assert repaired(shop) == ()
    assert shop.tables["tokens"] == tables["tokens"]
    assert shop.codes() == {Code.SEAL_BROKEN, Code.TRAIL_CONTRADICTED}


def damage(tables: Any) -> None:
    tables["tokens"][next(iter(tables["tokens"]))]["enabled"] = "yes"


def test_beside_a_damaged_store_the_files_are_put_right_and_the_rest_is_told_as_left(shop: Shop) -> None:
    tables = shop.tables
    damage(tables)
    tables["assignments"][f"nobody.{shop.id('Orders')}"] = {"slots": ["GET"], **NEW}
    shop.put(tables)
    shop.files.trail.chmod(0o644)
    before = shop.files.store.read_bytes()
    (trouble,) = repaired(shop)
    assert "damaged" in trouble
    assert shop.files.store.read_bytes() == before
    assert Code.FILE_OPEN not in shop.codes()
    assert Code.ASSIGNMENT_DANGLING in shop.codes()


def test_where_the_store_is_not_there_none_is_made(shop: Shop) -> None:
    shop.files.store.unlink()
    shop.files.key.chmod(0o644)
    assert repaired(shop) == ()
    assert not shop.files.store.exists()
    assert shop.codes() == {Code.STORE_MISSING}


def test_a_link_in_the_place_of_a_file_is_not_followed(shop: Shop, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.touch(0o644)
    problems = shop.check().problems
    shop.files.requests.chmod(0o644) if shop.files.requests.exists() else shop.files.requests.touch(0o644)
    found = [problem for problem in shop.check().problems if problem not in problems]
    shop.files.requests.unlink()
    shop.files.requests.symlink_to(elsewhere)
    (trouble,) = repair(shop.desk(), found)
    assert "requests.sqlite could not be put right" in trouble
    assert elsewhere.stat().st_mode & 0o777 == 0o644
