"""Store files that were changed by a failing disk or a careless hand: told, never shown wrong, never a traceback."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.domain.worlds import SECOND, assign, endpoint, token
from tests.store.contract import save
from tests.store.mutations import MUTATIONS, Mutation
from tokentui.domain.errors import StoreError, TokenTuiError
from tokentui.domain.slots import Authentication, Slot
from tokentui.store.protocol import Reader
from tokentui.store.queries import (
    EVERYTHING,
    EndpointQuery,
    EndpointSort,
    MappingQuery,
    TokenQuery,
    TokenSort,
)
from tokentui.store.tinydb_store import TinyDBStore

PO = endpoint("po", primaries={Slot.POST: "p", Slot.GET: "g"}, ip_filter=("10.0.0.0/8",))
RETURNS = endpoint("returns", authentication=Authentication.NONE)
ERP = token("erp", previous="old", expires_at=PO.created_at, previous_until=PO.created_at + SECOND)
SHOP = token("shop", enabled=False)
#: How many files of each kind.
EACH = 150


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The content of a sound store."""
    store = TinyDBStore(tmp_path_factory.mktemp("whole") / "tokens.json")
    save(store, PO, RETURNS, ERP, SHOP, assign(ERP, PO), assign(SHOP, PO, Slot.GET), assign(ERP, RETURNS))
    return Path(store.location).read_bytes()


def use(reader: Reader) -> None:
    """Ask a reader all that faces ask."""
    reader.counts()
    for token_sort in TokenSort:
        reader.token_page(TokenQuery(active=None, sort=token_sort, text="e"), EVERYTHING)
        reader.mapping_page(MappingQuery(endpoint_id=PO.id, sort=token_sort), EVERYTHING)
    for endpoint_sort in EndpointSort:
        reader.endpoint_page(EndpointQuery(active=None, sort=endpoint_sort, slot=Slot.POST), EVERYTHING)
    assert all(isinstance(assignment.rev, int) for assignment in reader.iter_assignments())
    for endpoint_ in reader.iter_endpoints():
        reader.endpoint_by_ref(endpoint_.ref)
        reader.assignments_at(endpoint_.id)
    for token_ in reader.iter_tokens():
        reader.token_by_name(token_.name)
        reader.holder_of(token_.secret.digest)
        assert isinstance(token_.usable(PO.created_at), bool)


def survives(file: Path, content: bytes) -> bool:
    """Whether the content can be used; where not, it is a `TokenTuiError` and the file stays as it is."""
    file.write_bytes(content)
    try:
        use(TinyDBStore(file).reader())
        told = ""
    except TokenTuiError as error:
        told = str(error)
    assert "\n" not in told
    assert file.read_bytes() == content
    return not told


@pytest.mark.parametrize("mutate", MUTATIONS, ids=lambda mutate: mutate.__name__)
def test_a_file_damaged_at_random_is_refused_by_a_message_or_harmless(
    whole: bytes, tmp_path: Path, mutate: Mutation
) -> None:
    chance = random.Random(4711)
    used = [survives(tmp_path / "tokens.json", mutate(whole, chance)) for _ in range(EACH)]
    assert not all(used)


def test_the_sound_file_can_be_used(whole: bytes, tmp_path: Path) -> None:
    assert survives(tmp_path / "tokens.json", whole)


# ---------------------------------------------------------------------- what the message says

DAMAGES: list[tuple[str, str, str, Any]] = [
    ("tokens", ERP.id, "enabled", "yes"),
    ("tokens", ERP.id, "active", 1),
    ("tokens", ERP.id, "name", None),
    ("tokens", ERP.id, "secret", []),
    ("tokens", ERP.id, "previous", "x"),
    ("tokens", ERP.id, "rev", "1"),
    ("tokens", ERP.id, "created_at", None),
    ("tokens", ERP.id, "expires_at", 5),
    ("tokens", ERP.id, "expires_at", "2025-01-01T00:00:00"),
    ("tokens", ERP.id, "created_at", "yesterday"),
    ("tokens", ERP.id, "rotated_at", "2025-01-01T00:00:00+02:00"),
    ("endpoints", PO.id, "methods", "POST"),
    ("endpoints", PO.id, "methods", ["PATCH"]),
    ("endpoints", PO.id, "authentication", "maybe"),
    ("endpoints", PO.id, "allow_deleting", "no"),
    ("endpoints", PO.id, "primaries", None),
    ("assignments", f"{ERP.id}.{PO.id}", "slots", [["POST"]]),
    ("assignments", f"{ERP.id}.{PO.id}", "slots", ["ALL"]),
]


@pytest.mark.parametrize(("table", "id", "field", "value"), DAMAGES)
def test_the_message_names_the_record_and_the_field(
    whole: bytes, tmp_path: Path, table: str, id: str, field: str, value: object
) -> None:
    tables = json.loads(whole)
    tables[table][id][field] = value
    file = tmp_path / "tokens.json"
    file.write_text(json.dumps(tables))
    with pytest.raises(StoreError, match=rf"damaged: the [a-z ]+ {id}: .*\. Restore a backup") as caught:
        use(TinyDBStore(file).reader())
    assert field in str(caught.value) or "inside one of its fields" in str(caught.value)


@pytest.mark.parametrize("field", ["sealed", "digest", "hint", "generated_at"])
@pytest.mark.parametrize("value", [None, 5, []])
def test_a_token_value_that_is_no_text_is_told_when_its_table_is_opened(
    whole: bytes, tmp_path: Path, field: str, value: object
) -> None:
    for table, id, place in (("tokens", ERP.id, "secret"), ("tokens", ERP.id, "previous"), ("endpoints", PO.id, "")):
        tables = json.loads(whole)
        record = tables[table][id]
        (record[place] if place else record["primaries"]["POST"])[field] = value
        file = tmp_path / "tokens.json"
        file.write_text(json.dumps(tables))
        with pytest.raises(StoreError, match=f"damaged: the [a-z ]+ {id}"):
            TinyDBStore(file).reader().counts()


@pytest.mark.parametrize("strong", ["false", 0, []])
def test_whether_a_token_value_is_strong_is_said_by_a_switch(whole: bytes, tmp_path: Path, strong: object) -> None:
    tables = json.loads(whole)
    tables["tokens"][ERP.id]["secret"]["strong"] = strong
    file = tmp_path / "tokens.json"
    file.write_text(json.dumps(tables))
    with pytest.raises(StoreError, match=f"damaged: the endpoint token {ERP.id}"):
        TinyDBStore(file).reader().counts()


def test_a_switch_that_is_no_switch_opens_no_door(whole: bytes, tmp_path: Path) -> None:
    """`"enabled": "false"` is true to Python."""
    tables = json.loads(whole)
    tables["tokens"][SHOP.id]["enabled"] = "false"
    file = tmp_path / "tokens.json"
    file.write_text(json.dumps(tables))
    with pytest.raises(StoreError, match="enabled"):
        TinyDBStore(file).reader().counts()
