"""Taking in a Kong configuration: what is new, what is known, and what an admin has decided here meanwhile."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.slots import Authentication, Slot
from tokentui.exchange.documents import ImportCancelled
from tokentui.services.assigning import assign
from tokentui.services.desk import Desk
from tokentui.services.endpoints import add_endpoint, edit_endpoint
from tokentui.services.importing import import_file
from tokentui.services.intake.report import ImportReport, Section
from tokentui.services.tokens import add_token, edit_token, reveal_token
from tokentui.services.undo import undo_last

POST, GET, DELETE = Slot
DATA = Path(__file__).parents[3] / "shared" / "data"
KONG = """\
_format_version: "3.0"
services:
- name: shop
  routes:
  - {name: pets, paths: [/pets]}
  - {name: toys, paths: [/toys], methods: [GET, DELETE]}
plugins: [{name: key-auth}]
consumers:
- {username: erp, keyauth_credentials: [{key: erp-key}]}
- {username: crm, keyauth_credentials: [{key: $CRM}]}
"""

Counts = tuple[int, int, int, int]


@pytest.fixture
def take(desk: Desk, tmp_path: Path) -> Callable[..., ImportReport]:
    def taken(text: str = KONG, environ: Mapping[str, str] | None = None, **options: bool) -> ImportReport:
        (tmp_path / "kong.yaml").write_text(text)
        return import_file(desk, tmp_path / "kong.yaml", environ=environ, **options)  # type: ignore[arg-type]  # dry_run

    return taken


def counts(report: ImportReport) -> tuple[Counts, Counts, Counts]:
    return _of(report.endpoints), _of(report.tokens), _of(report.assignments)


def _of(section: Section[object] | None) -> Counts:
    assert section is not None
    return len(section.added), len(section.changed), section.unchanged, len(section.skipped)


def mapped(desk: Desk, name: str) -> dict[str, tuple[Slot, ...]]:
    reader = desk.reader()
    return {
        reader.endpoint(each.endpoint_id).ref: each.slots
        for each in reader.assignments_of(reader.token_by_name(name).id)
    }


def test_the_file_that_others_wrote_is_an_endpoint_three_tokens_and_three_assignments(desk: Desk) -> None:
    if not DATA.is_dir():
        pytest.skip("the folder with files that others wrote is absent")
    first, again = (import_file(desk, DATA / "consumers.kong.yaml") for _ in range(2))
    assert counts(first) == ((1, 0, 0, 0), (3, 0, 0, 0), (3, 0, 0, 0))
    assert counts(again) == ((0, 0, 1, 0), (0, 0, 3, 0), (0, 0, 3, 0))
    assert reveal_token(desk, desk.reader().token_by_name("foo")) == "i-am-special"
    assert mapped(desk, "bar") == {"svc1/r1": (POST, GET)}
    assert desk.reader().endpoint_by_ref("svc1/r1").authentication is Authentication.TOKEN


def test_all_of_it_is_one_change_that_can_be_undone(desk: Desk, take: Callable[..., ImportReport]) -> None:
    take(environ={"CRM": "crm-key"})
    assert [change.summary for change in desk.history] == ["imported kong.yaml"]
    undo_last(desk)
    assert desk.reader().counts().endpoints == desk.reader().counts().tokens == 0
    assert list(desk.reader().iter_assignments()) == []


def test_importing_again_changes_nothing(desk: Desk, take: Callable[..., ImportReport]) -> None:
    take(environ={"CRM": "crm-key"})
    stamp = desk.store.stamp()
    assert counts(take(environ={"CRM": "crm-key"})) == ((0, 0, 2, 0), (0, 0, 2, 0), (0, 0, 4, 0))
    assert desk.store.stamp() == stamp


def test_keys_of_the_environment_come_only_where_it_is_given(desk: Desk, take: Callable[..., ImportReport]) -> None:
    report = take()
    assert report.tokens is not None
    assert [(each.subject, each.reason) for each in report.tokens.skipped] == [
        ("crm", "Its key is in the environment variable CRM; --env takes it from there.")
    ]
    assert counts(take(environ={"CRM": "crm-key"})) == ((0, 0, 2, 0), (1, 0, 1, 0), (2, 0, 2, 0))


def test_a_key_that_is_here_is_left_as_it_is_and_mapped(desk: Desk, take: Callable[..., ImportReport]) -> None:
    add_token(desk, TokenFields(name="ERP", description="ours", enabled=False), "erp-key")
    assert counts(take())[1] == (0, 0, 1, 1)
    erp = desk.reader().token_by_name("erp")
    assert (erp.name, erp.description, erp.enabled) == ("ERP", "ours", False)
    assert mapped(desk, "erp") == {"shop/pets": (POST, GET), "shop/toys": (GET, DELETE)}


def test_a_key_that_another_token_has_is_left_out(desk: Desk, take: Callable[..., ImportReport]) -> None:
    add_token(desk, TokenFields(name="Nightly"), "erp-key")
    report = take()
    assert report.tokens is not None
    assert report.tokens.skipped[1].reason == "Nightly has its value already; every token needs its own."
    assert mapped(desk, "nightly") == {}


def test_keys_of_a_consumer_are_known_whatever_their_numbers(desk: Desk, take: Callable[..., ImportReport]) -> None:
    several = "keyauth_credentials: [{key: a-key}, {key: b-key}, {key: c-key}]"
    take(KONG.replace("keyauth_credentials: [{key: erp-key}]", several))
    report = take(KONG.replace("keyauth_credentials: [{key: erp-key}]", several.replace("{key: a-key}, ", "")))
    assert counts(report) == ((0, 0, 2, 0), (0, 0, 2, 1), (0, 0, 4, 0))


def test_a_value_that_was_rotated_here_is_still_its_token(desk: Desk, take: Callable[..., ImportReport]) -> None:
    take()
    erp = desk.reader().token_by_name("erp")
    edit_token(desk, erp, TokenFields.of(erp), "rotated")
    assert counts(take())[1] == (0, 0, 1, 1)
    assert reveal_token(desk, desk.reader().token_by_name("erp")) == "rotated"


def test_a_known_name_with_another_value_is_left_alone_and_mapped_nowhere(
    desk: Desk, take: Callable[..., ImportReport]
) -> None:
    add_token(desk, TokenFields(name="ERP"), "of-another-application")
    report = take()
    assert counts(report) == ((2, 0, 0, 0), (0, 0, 0, 2), (0, 0, 0, 0))
    assert report.tokens is not None
    assert "with another value" in report.tokens.skipped[1].reason
    assert mapped(desk, "erp") == {}


def test_the_value_of_a_primary_is_no_endpoint_tokens(desk: Desk, take: Callable[..., ImportReport]) -> None:
    pets = add_endpoint(desk, EndpointFields(name="X", group="x", authentication=Authentication.TOKEN))
    value = desk.vault.reveal(pets.primaries[GET], pets.id, "primary.GET")
    report = take(KONG.replace("erp-key", value))
    assert report.tokens is not None
    assert report.tokens.skipped[1].reason == "x/x has its value already; every token needs its own."


def test_what_an_admin_mapped_besides_stays(desk: Desk, take: Callable[..., ImportReport]) -> None:
    take()
    erp = desk.reader().token_by_name("erp")
    other = add_endpoint(desk, EndpointFields(name="Other", group="x", authentication=Authentication.TOKEN))
    toys = desk.reader().endpoint_by_ref("shop/toys")
    assign(desk, erp.id, add={other.id: (GET,)}, remove={toys.id: (DELETE,)})
    report = take()
    assert report.assignments is not None
    assert [(each.subject, each.gained, each.lost) for each in report.assignments.changed] == [
        ("erp → shop/toys", (DELETE,), ())
    ]
    assert mapped(desk, "erp") == {"shop/pets": (POST, GET), "shop/toys": (GET, DELETE), "x/other": (GET,)}


def test_of_a_known_endpoint_only_methods_are_touched(desk: Desk, take: Callable[..., ImportReport]) -> None:
    take()
    pets = desk.reader().endpoint_by_ref("shop/pets")
    ours = replace(EndpointFields.of(pets), slug="ours", authentication=Authentication.INTERNAL, description="ours")
    edit_endpoint(desk, pets, ours)
    take(KONG.replace("paths: [/pets]", "paths: [/pets], methods: [GET]"))
    now = EndpointFields.of(desk.reader().endpoint(pets.id))
    assert now == replace(ours, methods=(GET,))


def test_mappings_to_an_endpoint_that_is_left_out_are_told_in_one_line(
    desk: Desk, take: Callable[..., ImportReport]
) -> None:
    add_endpoint(desk, EndpointFields(name="Pets", group="shop", path="/elsewhere"))
    report = take(environ={"CRM": "crm-key"})
    assert counts(report) == ((1, 0, 0, 1), (2, 0, 0, 0), (2, 0, 0, 1))
    assert report.assignments is not None
    assert report.assignments.skipped[0].reason == (
        "The endpoint was left out, and so are the mappings of 2 tokens to it."
    )


def test_a_dry_run_says_what_the_import_then_does_and_makes_no_file(
    take: Callable[..., ImportReport], tmp_path: Path
) -> None:
    planned = take(dry_run=True)
    assert [each.name for each in tmp_path.iterdir()] == ["kong.yaml"]
    assert planned == take()


@pytest.mark.parametrize("calls", [1, 5, 9, 12, 14])
def test_it_can_be_stopped_at_any_time_and_nothing_is_changed(desk: Desk, tmp_path: Path, calls: int) -> None:
    (tmp_path / "kong.yaml").write_text(KONG)
    asked = iter(range(calls))
    shares: list[float] = []
    with pytest.raises(ImportCancelled):
        import_file(
            desk,
            tmp_path / "kong.yaml",
            environ={"CRM": "crm-key"},
            progress=shares.append,
            cancelled=lambda: next(asked, None) is None,
        )
    assert shares == sorted(shares)
    assert desk.reader().counts().endpoints == desk.reader().counts().tokens == 0
