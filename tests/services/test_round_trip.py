"""An export is the whole store: an empty one becomes the same by it, byte for byte."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import MASTER_KEY
from tests.domain.worlds import NOTE
from tokentui.cli.compose import Office
from tokentui.domain.errors import ImportRefused, Taken
from tokentui.domain.fields import EndpointFields, TokenFields, checked_endpoint, default_path
from tokentui.domain.records import Acknowledgement, Assignment, Endpoint, EndpointToken, Record, Secret
from tokentui.domain.slots import METHODS, Authentication, Slot
from tokentui.services.assigning import assign
from tokentui.services.demo import fill
from tokentui.services.desk import Desk
from tokentui.services.endpoints import add_endpoint
from tokentui.services.exporting import Exported, export_csv, export_json
from tokentui.services.importing import import_file
from tokentui.services.tokens import add_token, edit_token, reveal_token
from tokentui.store.memory import MemoryStore
from tokentui.store.vault import KeyVault

POST, GET, DELETE = Slot
NOW = datetime(2026, 3, 14, 9, 26, 53, 123456, tzinfo=UTC)


def new_desk(key: bytes = MASTER_KEY) -> Desk:
    return Desk(MemoryStore(), KeyVault(lambda: key))


def imported(content: bytes, desk: Desk | None = None, name: str = "export.json") -> Desk:
    """A desk, empty unless said, that has taken the file in."""
    desk = desk or new_desk(bytes(32))
    with TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_bytes(content)
        import_file(desk, file)
    return desk


_MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
_NAMES = st.text("aB=+-@'\"\\ ,;čß日🔑{}$%#", min_size=1, max_size=8).filter(lambda text: text.strip())
_TEXTS = st.text("aB=+-@'\" ,;\nč日", max_size=12)
_SLOTS = st.lists(st.sampled_from(Slot), min_size=1, unique=True).map(
    lambda slots: tuple(s for s in Slot if s in slots)
)
_FILTERS = st.lists(st.sampled_from(("10.0.0.0/8", "192.0.2.7", "2001:db8::/32")), unique=True).map(tuple)


@st.composite
def worlds(draw: st.DrawFn) -> Desk:
    """A store with whatever an admin may have come to over the years."""
    desk = new_desk()
    with desk.store.change(NOTE) as transaction:
        endpoints = [_endpoint(draw, desk, number) for number in range(draw(st.integers(0, 3)))]
        tokens = [_token(draw, desk, number) for number in range(draw(st.integers(0, 3)))]
        records: list[Record] = [*endpoints, *tokens]
        for token in tokens:
            mapped = draw(st.lists(st.sampled_from(endpoints), unique_by=lambda each: each.id)) if endpoints else []
            for each in mapped:
                slots, created_at = draw(_SLOTS), draw(_MOMENTS)
                records.append(Assignment(token_id=token.id, endpoint_id=each.id, slots=slots, created_at=created_at))
        for record in records:
            transaction.put(record)
        if draw(st.booleans()):
            transaction.put(_acknowledgement(draw, desk))
    return desk


def _secret(draw: st.DrawFn, desk: Desk, value: str, id: str, field: str) -> Secret:
    return replace(desk.seal(value, id, field), generated_at=draw(_MOMENTS))


def _endpoint(draw: st.DrawFn, desk: Desk, number: int) -> Endpoint:
    fields = checked_endpoint(
        EndpointFields(
            name=draw(_NAMES),
            group=draw(st.sampled_from(("a", "b-1"))),
            slug=f"e-{number}",
            path=draw(st.sampled_from(("", f"/p{number}/{{x}}", f"/p{number}/*", f"/č{number}%20"))),
            methods=draw(st.sampled_from((METHODS, (GET,), (POST,)))),
            authentication=draw(st.sampled_from(Authentication)),
            ip_filter=draw(_FILTERS),
            allow_deleting=draw(st.booleans()),
            active=draw(st.booleans()),
            description=draw(_TEXTS),
        )
    )
    id = desk.new_id()
    needed = fields.slots if fields.authentication is not Authentication.NONE else ()
    kept = draw(st.sets(st.sampled_from(Slot)))
    secrets = {slot: _secret(draw, desk, f"p{id}{slot}", id, f"primary.{slot}") for slot in {*needed, *kept}}
    values = {name: getattr(fields, name) for name in fields.__slots__}
    return Endpoint(id=id, primaries=secrets, created_at=draw(_MOMENTS), **values)


def _token(draw: st.DrawFn, desk: Desk, number: int) -> EndpointToken:
    id, enabled = desk.new_id(), draw(st.booleans())
    rotated = draw(st.booleans())
    return EndpointToken(
        id=id,
        name=f"{draw(_NAMES).strip()}{number}",
        secret=_secret(draw, desk, f"v{id}", id, "value"),
        description=draw(_TEXTS),
        enabled=enabled,
        active=draw(st.booleans()),
        expires_at=draw(st.none() | _MOMENTS),
        previous=_secret(draw, desk, f"o{id}", id, "value") if rotated else None,
        previous_until=draw(st.none() | _MOMENTS) if rotated else None,
        rotated_at=draw(_MOMENTS) if rotated else None,
        disabled_at=None if enabled else draw(st.none() | _MOMENTS),
        created_at=draw(_MOMENTS),
    )


def _acknowledgement(draw: st.DrawFn, desk: Desk) -> Acknowledgement:
    return Acknowledgement(
        id=desk.new_id(),
        code="never-seen",
        subject_id=desk.new_id(),
        subject=draw(_NAMES).strip(),
        reason=draw(_TEXTS),
        until=draw(st.none() | _MOMENTS),
        by="jan from 10.0.0.5 on gateway",
        created_at=draw(_MOMENTS),
    )


@settings(max_examples=150, deadline=None)
@given(worlds(), st.booleans())
def test_json_into_an_empty_store_and_out_again_is_the_same_bytes(desk: Desk, reveal: bool) -> None:
    content = export_json(desk, reveal=reveal).content
    assert export_json(imported(content), reveal=reveal).content == content


@settings(max_examples=100, deadline=None)
@given(worlds())
def test_csv_into_a_store_with_the_endpoints_and_out_again_is_the_same_bytes(desk: Desk) -> None:
    content = export_csv(desk, reveal=True).content
    other = new_desk(bytes(32))
    with other.store.change(NOTE) as transaction:
        for endpoint in desk.reader().iter_endpoints():
            transaction.put(replace(endpoint, rev=0, methods=METHODS, allow_deleting=True))
    assert export_csv(imported(content, other, "export.csv"), reveal=True).content == content


@settings(max_examples=100, deadline=None)
@given(worlds(), st.booleans(), st.sampled_from((export_json, export_csv)))
def test_an_export_taken_in_where_it_comes_from_changes_nothing(
    desk: Desk, reveal: bool, export: Callable[..., Exported]
) -> None:
    stamp = desk.store.stamp()
    imported(export(desk, reveal=reveal).content, desk)
    assert desk.store.stamp() == stamp


@settings(max_examples=50, deadline=None)
@given(worlds())
def test_without_reveal_nothing_of_a_value_is_told(desk: Desk) -> None:
    for content in (export_json(desk, reveal=False).content, export_csv(desk, reveal=False).content):
        assert b"value" not in content
        assert b"primary" not in content
        assert b"previous" not in content
        for token in desk.reader().iter_tokens():
            assert reveal_token(desk, token).encode() not in content
            assert token.secret.digest.encode() not in content


def test_the_demo_goes_round_through_a_file_store(tmp_path: Path) -> None:
    demo = new_desk()
    fill(demo)
    content = export_json(demo, reveal=True).content
    (tmp_path / "export.json").write_bytes(content)
    import_file(Office(tmp_path / "tokens.json", tmp_path / "key").desk, tmp_path / "export.json")
    assert export_json(Office(tmp_path / "tokens.json", tmp_path / "key").desk, reveal=True).content == content


def test_the_document_is_as_it_is_told(clock: Callable[[], datetime], desk: Desk) -> None:
    pets = add_endpoint(desk, EndpointFields(name="Pets", group="shop", authentication=Authentication.TOKEN))
    erp = add_token(desk, TokenFields(name="erp", description="ERP"), "erp-value")
    assign(desk, erp.id, add={pets.id: (GET,)}, remove={})
    edit_token(desk, desk.reader().token(erp.id), TokenFields.of(erp), "new-value")
    document = orjson.loads(export_json(desk, reveal=True).content)
    assert list(document) == ["format", "version", "endpoints", "tokens", "acknowledgements"]
    (endpoint,), (token,) = document["endpoints"], document["tokens"]
    assert endpoint["path"] == default_path("shop", "pets")
    assert set(endpoint["primary"]) == {"POST", "GET"}
    assert token["value"] == "new-value"
    assert token["previous"]["value"] == "erp-value"
    assert token["assignments"][0]["endpoint"] == "shop/pets"
    assert list(orjson.loads(export_json(desk, reveal=False).content)["tokens"][0]) == [
        *("id", "name", "description", "enabled", "active", "expires_at", "created_at", "rotated_at", "disabled_at"),
        "assignments",
    ]


_FIELDS = (
    *(
        "id",
        "name",
        "group",
        "slug",
        "path",
        "methods",
        "slots",
        "value",
        "previous",
        "assignments",
        "endpoint",
        "until",
    ),
    *("primary", "POST", "GET", "expires_at", "enabled", "active", "created_at", "ip_filter", "code", "reason", "by"),
)
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.sampled_from(("a", "b", "a/b", "/a", "GET", "token", "2026-01-01T00:00:00Z", "s3cret", "1f", ""))
    | st.text(max_size=5)
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_FIELDS), inner, max_size=6),
    max_leaves=30,
)
_LISTS = st.dictionaries(st.sampled_from(("endpoints", "tokens", "acknowledgements")), st.lists(_VALUES, max_size=3))


@settings(max_examples=300, deadline=None)
@given(_LISTS)
def test_any_json_is_taken_in_whole_or_refused_in_one_line(lists: dict[str, Any]) -> None:
    content = orjson.dumps({"format": "tokentui", "version": 1} | lists)
    line = ""
    try:
        desk = imported(content)
    except (ImportRefused, Taken) as refused:
        line = str(refused)
    assert line.isprintable()
    if not line:
        again = export_json(desk, reveal=True).content
        assert export_json(imported(again), reveal=True).content == again


def test_every_field_of_every_record_is_in_it() -> None:
    """A field that comes later must not be lost on the way."""
    told_otherwise = {
        "rev": None,
        "primaries": "primary",
        "secret": "value",
        "previous_until": "previous",
        "token_id": None,
        "endpoint_id": "endpoint",
    }
    desk = new_desk()
    fill(desk)
    with desk.change("acknowledged") as transaction:
        named = {name: name for name in ("id", "code", "subject_id", "subject", "reason")}
        transaction.put(Acknowledgement(**named, created_at=NOW))  # type: ignore[arg-type]  # texts
    document = orjson.loads(export_json(desk, reveal=True).content)
    shapes = {
        Endpoint: document["endpoints"][0],
        EndpointToken: document["tokens"][0],
        Assignment: document["tokens"][0]["assignments"][0],
        Acknowledgement: document["acknowledgements"][0],
    }
    for record, shape in shapes.items():
        for field in fields(record):
            name = told_otherwise.get(field.name, field.name)
            assert name is None or name in shape, field.name
