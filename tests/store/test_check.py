"""What can be wrong with a store is found, whatever it is: with the key, and as far as can be without it."""

import base64
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import MASTER_KEY
from tests.store.mutations import bits_flipped, cut, values_of_other_types
from tests.store.shop import NO_KEY, Shop, renewed
from tokentui.store.checking import KeyAtHand
from tokentui.store.problems import Code, Severity
from tokentui.store.vault import KeyVault

POST, GET = "POST", "GET"
EXAMPLES = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
WRONG_KEY = KeyAtHand("0123456789abcdef", KeyVault(lambda: bytes(reversed(MASTER_KEY))))


Secrets = list[tuple[str, dict[str, Any]]]


def secrets(tables: Any) -> Secrets:
    """What people call each value that is kept, and how it is kept."""
    found: Secrets = []
    for document in tables["endpoints"].values():
        ref = f"{document['group']}/{document['slug']}"
        found += [(f"{ref} {slot}", secret) for slot, secret in sorted(document["primaries"].items())]
    for document in tables["tokens"].values():
        found.append((document["name"], document["secret"]))
        if document.get("previous"):
            found.append((f"{document['name']} (before its rotation)", document["previous"]))
    return found


def test_nothing_is_wrong_with_a_sound_store(shop: Shop) -> None:
    assert shop.check().problems == ()


def test_looking_changes_no_file(shop: Shop) -> None:
    def content() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in shop.folder.rglob("*") if path.is_file()}

    before = content()
    shop.check()
    assert content() == before


# ---------------------------------------------------------------------- seals and values


@EXAMPLES
@given(chance=st.data())
def test_any_bit_that_is_turned_in_a_seal_is_found(untouched: Path, tmp_path: Path, chance: st.DataObject) -> None:
    shop = renewed(untouched, tmp_path / "shop")
    tables = shop.tables
    name, secret = chance.draw(st.sampled_from(secrets(tables)), "secret")
    part = chance.draw(st.sampled_from(["sealed", "hint"]))
    content = bytearray(base64.b64decode(secret[part]))
    content[chance.draw(st.integers(0, len(content) - 1))] ^= 1 << chance.draw(st.integers(0, 7))
    secret[part] = base64.b64encode(content).decode()
    shop.put(tables)
    assert shop.subjects(Code.SEAL_BROKEN) == {name}


@EXAMPLES
@given(chance=st.data())
def test_a_changed_digest_is_found_with_and_without_the_key(
    untouched: Path, tmp_path: Path, chance: st.DataObject
) -> None:
    shop = renewed(untouched, tmp_path / "shop")
    tables = shop.tables
    name, secret = chance.draw(st.sampled_from(secrets(tables)), "secret")
    position = chance.draw(st.integers(0, 7))
    secret["digest"] = secret["digest"][:position] + "g" + secret["digest"][position + 1 :]
    shop.put(tables)
    assert shop.subjects(Code.SEAL_BROKEN) == {name}
    assert shop.codes(NO_KEY) == {Code.TRAIL_CONTRADICTED}


@EXAMPLES
@given(chance=st.data())
def test_a_cut_envelope_is_found(untouched: Path, tmp_path: Path, chance: st.DataObject) -> None:
    shop = renewed(untouched, tmp_path / "shop")
    tables = shop.tables
    name, secret = chance.draw(st.sampled_from(secrets(tables)), "secret")
    secret["sealed"] = secret["sealed"][: chance.draw(st.integers(0, len(secret["sealed"]) - 1))]
    shop.put(tables)
    assert shop.subjects(Code.SEAL_BROKEN) == {name}


@EXAMPLES
@given(chance=st.data())
def test_values_that_changed_places_are_found(untouched: Path, tmp_path: Path, chance: st.DataObject) -> None:
    shop = renewed(untouched, tmp_path / "shop")
    tables = shop.tables
    apart = st.lists(st.sampled_from(range(len(secrets(tables)))), min_size=2, max_size=2, unique=True)
    (name, one), (other_name, other) = (secrets(tables)[number] for number in chance.draw(apart))
    kept = dict(one)
    one.clear()
    one.update(other)
    other.clear()
    other.update(kept)
    shop.put(tables)
    assert shop.codes(NO_KEY) == {Code.TRAIL_CONTRADICTED}
    if {name, other_name} != {"erp", "erp (before its rotation)"}:  # these two are sealed for one place
        assert shop.subjects(Code.SEAL_BROKEN) == {name, other_name}


@pytest.mark.parametrize(("table", "names"), [("tokens", ("erp", "crm")), ("endpoints", ("Orders", "Pets"))])
def test_records_that_changed_places_are_found_without_the_key_too(
    shop: Shop, table: str, names: tuple[str, str]
) -> None:
    one, other = map(shop.id, names)
    tables = shop.tables
    tables[table][one], tables[table][other] = tables[table][other], tables[table][one]
    shop.put(tables)
    assert shop.codes() >= {Code.SEAL_BROKEN, Code.TRAIL_CONTRADICTED}
    assert shop.codes(NO_KEY) == {Code.TRAIL_CONTRADICTED}


def test_a_value_that_was_put_back_is_found_by_the_trail(shop: Shop) -> None:
    tables = shop.tables
    erp = tables["tokens"][shop.id("erp")]
    erp["secret"] = erp["previous"]
    shop.put(tables)
    assert "another value" in str(shop.check().problems)
    assert shop.codes() == shop.codes(NO_KEY) == {Code.TRAIL_CONTRADICTED}


def test_two_records_with_one_value_are_found(shop: Shop) -> None:
    tables = shop.tables
    tables["tokens"][shop.id("crm")]["secret"] = tables["tokens"][shop.id("app")]["secret"]
    shop.put(tables)
    assert Code.VALUE_DOUBLED in shop.codes(NO_KEY)


@pytest.mark.parametrize("name", ["erp", "crm"])
def test_a_strong_value_that_is_said_to_be_weak_is_found(shop: Shop, name: str) -> None:
    tables = shop.tables
    tables["tokens"][shop.id(name)]["secret"]["strong"] = False
    shop.put(tables)
    assert shop.subjects(Code.VALUE_CONTRADICTED) == {name}


def test_without_the_key_it_says_so_and_looks_at_the_rest(shop: Shop) -> None:
    found = shop.check(NO_KEY)
    assert [problem.code for problem in found.problems] == [Code.KEY_MISSING]
    assert found.wrong == found.problems
    assert "not there" in found.problems[0].message
    assert "was not looked at" in found.problems[0].message


def test_a_wrong_key_is_told_and_opens_nothing(shop: Shop) -> None:
    assert shop.codes(WRONG_KEY) == {Code.KEY_WRONG}


def test_no_value_is_told(shop: Shop) -> None:
    desk = shop.desk()
    values = [desk.vault.reveal(token.secret, token.id, "value") for token in desk.reader().iter_tokens()]
    tables = shop.tables
    for _, secret in secrets(tables):
        secret["strong"] = False
        secret["hint"], secret["sealed"] = secret["sealed"], secret["sealed"]
    shop.put(tables)
    told = repr(shop.check().problems)
    assert all(value not in told and value[-4:] not in told for value in values)


# ---------------------------------------------------------------------- records


ROLLED_BACK: list[tuple[str, str, str, Any]] = [
    ("tokens", "erp", "name", "erp2"),
    ("tokens", "erp", "description", "another"),
    ("tokens", "erp", "enabled", False),
    ("tokens", "erp", "active", False),
    ("tokens", "erp", "expires_at", "2025-06-01T12:00:00+00:00"),
    ("tokens", "crm", "disabled_at", "2025-01-01T00:00:00+00:00"),
    ("tokens", "erp", "rev", 1),
    ("endpoints", "Orders", "path", "/another"),
    ("endpoints", "Orders", "ip_filter", ["10.0.0.0/8"]),
    ("endpoints", "Orders", "allow_deleting", False),
    ("endpoints", "Orders", "authentication", "none"),
    ("endpoints", "Orders", "methods", ["GET"]),
    ("endpoints", "Orders", "primaries", {}),
]


@pytest.mark.parametrize(("table", "name", "field", "value"), ROLLED_BACK)
def test_a_field_that_was_set_past_the_program_is_found(
    shop: Shop, table: str, name: str, field: str, value: object
) -> None:
    tables = shop.tables
    tables[table][shop.id(name)][field] = value
    shop.put(tables)
    assert shop.codes(NO_KEY) == {Code.TRAIL_CONTRADICTED}


def test_slots_of_an_assignment_that_were_widened_are_found(shop: Shop) -> None:
    tables = shop.tables
    tables["assignments"][f"{shop.id('app')}.{shop.id('Orders')}"]["slots"] = [POST, GET, "DELETE"]
    shop.put(tables)
    assert shop.subjects(Code.TRAIL_CONTRADICTED) == {"app → shop/orders"}


def test_a_record_that_nobody_added_is_found(shop: Shop) -> None:
    tables = shop.tables
    tables["assignments"][f"{shop.id('crm')}.{shop.id('Orders')}"] = {
        "slots": [GET],
        "created_at": "2025-06-01T12:00:00+00:00",
        "rev": 1,
    }
    shop.put(tables)
    assert shop.subjects(Code.TRAIL_CONTRADICTED) == {"crm → shop/orders"}


def test_a_record_that_is_gone_is_found_and_what_pointed_to_it(shop: Shop) -> None:
    tables = shop.tables
    del tables["tokens"][shop.id("app")]
    shop.put(tables)
    assert shop.codes(NO_KEY) == {Code.TRAIL_CONTRADICTED, Code.ASSIGNMENT_DANGLING}


def test_a_store_that_was_put_back_as_a_whole_is_found(shop: Shop) -> None:
    shutil.copy(shop.files.generations.kept()[0].path, shop.files.store)
    assert shop.check().problems == ()  # it is as after a crash: what the trail tells behind it never came
    shop.files.trail.write_bytes(b"".join(shop.files.trail.read_bytes().splitlines(keepends=True)[:3]))
    assert Code.TRAIL_BROKEN in shop.codes()


def doubled(table: str, one: str, other: str, *fields: str) -> Callable[[Shop], None]:
    def double(shop: Shop) -> None:
        tables = shop.tables
        for field in fields:
            value = tables[table][shop.id(one)][field]
            tables[table][shop.id(other)][field] = value.upper() if field == "name" else value
        shop.put(tables)

    return double


@pytest.mark.parametrize(
    ("double", "code"),
    [
        (doubled("tokens", "erp", "crm", "name"), Code.NAME_DOUBLED),
        (doubled("endpoints", "Orders", "Pets", "slug"), Code.SLUG_DOUBLED),
        (doubled("endpoints", "Orders", "Pets", "path"), Code.PATH_DOUBLED),
    ],
)
def test_what_only_one_may_have_and_two_have_is_found(shop: Shop, double: Callable[[Shop], None], code: Code) -> None:
    double(shop)
    assert code in shop.codes(NO_KEY)


def test_a_record_that_stands_twice_in_the_file_is_found(shop: Shop) -> None:
    text, id = shop.files.store.read_text(), shop.id("crm")
    document = json.dumps(shop.tables["tokens"][id], separators=(",", ":"))
    shop.files.store.write_text(text.replace('"tokens":{', f'"tokens":{{"{id}":{document},'))
    assert Code.RECORD_DOUBLED in shop.codes()


DAMAGED: list[tuple[str, Any, Code]] = [
    ("name", "bad\x1b[31mname", Code.FIELD_INVALID),
    ("rev", 0, Code.REV_INVALID),
    ("rev", 2**64 - 1, Code.REV_INVALID),
    ("rev", "1", Code.RECORD_DAMAGED),
    ("enabled", "yes", Code.RECORD_DAMAGED),
    ("created_at", "yesterday", Code.RECORD_DAMAGED),
    ("secret", {}, Code.RECORD_DAMAGED),
]


@pytest.mark.parametrize(("field", "value", "code"), DAMAGED)
def test_a_record_that_is_not_what_it_may_be_is_found(shop: Shop, field: str, value: object, code: Code) -> None:
    tables = shop.tables
    tables["tokens"][shop.id("crm")][field] = value
    shop.put(tables)
    found = shop.check(NO_KEY)
    assert code in {problem.code for problem in found.problems}
    assert all("\x1b" not in problem.subject + problem.message for problem in found.problems)


def test_all_damages_are_told_and_not_the_first_alone(shop: Shop) -> None:
    tables = shop.tables
    for name in ("erp", "crm"):
        tables["tokens"][shop.id(name)]["enabled"] = "yes"
    tables["endpoints"][shop.id("Pets")]["methods"] = ["PATCH"]
    shop.put(tables)
    assert shop.subjects(Code.RECORD_DAMAGED) == {"erp", "crm", "shop/pets"}


def test_in_a_table_that_is_no_json_the_records_that_are_whole_are_looked_at(shop: Shop) -> None:
    content = shop.files.store.read_bytes()
    id = shop.id("erp").encode()
    begin = content.index(b'"' + id + b'":{"name"')
    shop.files.store.write_bytes(content[: begin + 90] + b'"' + content[begin + 91 :])
    assert shop.subjects(Code.RECORD_DAMAGED) == {f"tokens {id.decode()}"}
    assert Code.ASSIGNMENT_DANGLING not in shop.codes()
    tables = content.replace(b'"enabled":false', b'"enabled":7', 1)
    shop.files.store.write_bytes(tables[: begin + 90] + b'"' + tables[begin + 91 :])
    assert shop.subjects(Code.RECORD_DAMAGED) == {f"tokens {id.decode()}", "crm"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", Code.STORE_EMPTY),
        (b"\n \n", Code.STORE_EMPTY),
        (b"\x89PNG\r\n", Code.STORE_CUT),
        (b"[]", Code.STORE_FOREIGN),
        (b'{"_default":{"1":{}}}', Code.STORE_FOREIGN),
    ],
)
def test_what_is_no_store_is_told_as_such(shop: Shop, content: bytes, code: Code) -> None:
    shop.files.store.write_bytes(content)
    found = shop.check()
    assert found.refusal
    assert next(problem.code for problem in found.problems if problem.severity is Severity.ERROR) is code


def test_a_store_that_is_not_there_is_told_with_all_else_that_is_wrong(shop: Shop) -> None:
    shop.files.store.unlink()
    shop.files.trail.chmod(0o644)
    found = shop.check()
    assert found.refusal
    assert {problem.code for problem in found.problems} == {Code.STORE_MISSING, Code.FILE_OPEN}


def test_of_a_newer_store_only_that_is_told(shop: Shop) -> None:
    tables = shop.tables
    tables["meta"]["1"]["schema_version"] = 99
    tables["tokens"] = {"x": {"in": "another shape"}}
    shop.put(tables)
    found = shop.check()
    assert [problem.code for problem in found.problems] == [Code.STORE_NEWER]
    assert found.wrong == ()


@pytest.mark.parametrize("mutate", [bits_flipped, cut, values_of_other_types])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chance=st.randoms(use_true_random=False))
def test_whatever_is_in_the_file_is_looked_at_without_a_crash_or_a_change(
    untouched: Path, tmp_path: Path, mutate: Callable[..., bytes], chance: Any
) -> None:
    shop = renewed(untouched, tmp_path / "shop")
    content = mutate(shop.files.store.read_bytes(), chance)
    shop.files.store.write_bytes(content)
    found = shop.check()
    assert all("\n" not in problem.message for problem in found.problems)
    assert shop.files.store.read_bytes() == content
