"""Taking in our own JSON and CSV: known by id or name, all as the file says, and no value that is here replaced."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.conftest import MASTER_KEY
from tokentui.domain.errors import ImportRefused, Taken
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.records import Acknowledgement, Endpoint, EndpointToken
from tokentui.domain.slots import Authentication, Slot
from tokentui.services.assigning import assign
from tokentui.services.desk import Desk
from tokentui.services.endpoints import add_endpoint, edit_endpoint, reveal_primary
from tokentui.services.exporting import export_json
from tokentui.services.importing import import_file
from tokentui.services.intake.report import FieldChange, ImportReport
from tokentui.services.tokens import add_token, reveal_token, set_active, set_enabled
from tokentui.services.undo import undo_last
from tokentui.store.memory import MemoryStore
from tokentui.store.vault import KeyVault

POST, GET, DELETE = Slot
HEAD = {"format": "tokentui", "version": 1}
_Take = Callable[..., ImportReport]


@pytest.fixture
def desk() -> Desk:
    return Desk(MemoryStore(), KeyVault(lambda: MASTER_KEY))


@pytest.fixture
def take(desk: Desk, tmp_path: Path) -> _Take:
    def taken(content: dict[str, Any] | list[Any] | str, **options: Any) -> ImportReport:
        """Import CSV where it is text, else JSON, with its head where it has none."""
        name, text = ("t.csv", content.encode()) if isinstance(content, str) else ("t.json", b"")
        document = HEAD | content if isinstance(content, dict) else content
        (tmp_path / name).write_bytes(text or orjson.dumps(document))
        return import_file(desk, tmp_path / name, **options)

    return taken


@pytest.fixture
def pets(desk: Desk) -> Endpoint:
    return add_endpoint(
        desk, EndpointFields(name="Pets", group="shop", path="/pets", authentication=Authentication.TOKEN)
    )


@pytest.fixture
def erp(desk: Desk, pets: Endpoint) -> EndpointToken:
    """A token that is mapped to POST and GET of the pets."""
    token = add_token(desk, TokenFields(name="erp", description="ERP"), "erp-value")
    return assign(desk, token.id, add={pets.id: (POST, GET)}, remove={})


def mapped(desk: Desk, name: str) -> dict[str, tuple[Slot, ...]]:
    reader = desk.reader()
    return {
        reader.endpoint(each.endpoint_id).ref: each.slots
        for each in reader.assignments_of(reader.token_by_name(name).id)
    }


def token(desk: Desk, name: str) -> EndpointToken:
    return desk.reader().token_by_name(name)


def skipped(report: ImportReport) -> dict[str, str]:
    sections = (report.endpoints, report.tokens, report.assignments)
    return {each.subject: each.reason for section in sections if section for each in section.skipped}


class TestTokens:
    def test_are_known_by_id_and_then_by_name(self, desk: Desk, take: _Take, erp: EndpointToken) -> None:
        report = take({"tokens": [{"id": erp.id, "name": "erp-nightly"}]})
        assert report.tokens is not None
        assert report.tokens.changed[0].fields == (FieldChange("name", "erp", "erp-nightly"),)
        assert token(desk, "erp-nightly").id == erp.id
        take({"tokens": [{"id": "another", "name": "ERP-Nightly", "description": "new"}]})
        assert (token(desk, "erp-nightly").id, token(desk, "erp-nightly").description) == (erp.id, "new")

    def test_become_what_the_file_says_for_what_it_has(self, desk: Desk, take: _Take, erp: EndpointToken) -> None:
        take("name,enabled\nerp,no\n")
        now = token(desk, "erp")
        assert (now.enabled, now.description, now.disabled_at is not None) == (False, "ERP", True)
        assert mapped(desk, "erp") == {"shop/pets": (POST, GET)}
        report = take("name,description,active,expires_at\nerp,,no,2027-01-01T00:00:00Z\n")
        assert report.tokens is not None
        assert [(each.name, each.old, each.new) for each in report.tokens.changed[0].fields] == [
            ("description", "ERP", ""),
            ("expires_at", "", "2027-01-01T00:00:00Z"),
            ("active", "yes", "no"),
        ]
        assert token(desk, "erp").expires_at == datetime(2027, 1, 1, tzinfo=UTC)

    def test_that_the_file_does_not_list_stay(self, desk: Desk, take: _Take, erp: EndpointToken) -> None:
        take({"tokens": []})
        take("name\nother\n")
        assert token(desk, "erp") == desk.reader().token(erp.id)

    def test_new_ones_have_their_value_or_get_one_which_is_told(self, desk: Desk, take: _Take) -> None:
        report = take("name,value\nerp,erp-value\ncrm,\n")
        assert reveal_token(desk, token(desk, "erp")) == "erp-value"
        assert len(reveal_token(desk, token(desk, "crm"))) == 64
        assert report.notes == ("The file has no value for crm: new ones are generated.",)

    def test_a_value_that_is_another_here_stays_and_is_told(
        self, desk: Desk, take: _Take, erp: EndpointToken
    ) -> None:
        for content in (
            "name,description,value\nerp,new,x\n",
            {"tokens": [{"id": erp.id, "name": "erp", "value": "x"}]},
        ):
            assert skipped(take(content)) == {"erp": "It has another value here, which stays; rotate it."}
        assert reveal_token(desk, token(desk, "erp")) == "erp-value"
        assert token(desk, "erp").description == "new"

    def test_with_a_value_that_another_has_are_left_out(
        self, desk: Desk, take: _Take, erp: EndpointToken, pets: Endpoint
    ) -> None:
        primary = reveal_primary(desk, pets, GET)
        report = take(f"name,value\na,erp-value\nb,{primary}\nc,same\nd,same\n")
        ending = " has its value already; every token needs its own."
        assert skipped(report) == {"a": f"erp{ending}", "b": f"shop/pets{ending}", "d": f"c{ending}"}
        assert desk.reader().counts().tokens == 2

    def test_the_value_before_the_last_rotation_comes_with_its_deadline(self, desk: Desk, take: _Take) -> None:
        before = {"value": "old", "generated_at": "2026-01-01T00:00:00Z", "until": "2026-03-01T00:00:00Z"}
        take({"tokens": [{"name": "erp", "value": "new", "previous": before}]})
        now = token(desk, "erp")
        assert now.previous is not None
        assert desk.vault.reveal(now.previous, now.id, "value") == "old"
        assert now.previous.generated_at == datetime(2026, 1, 1, tzinfo=UTC)
        assert now.previous_until == datetime(2026, 3, 1, tzinfo=UTC)

    def test_a_value_before_that_another_has_is_left_out(self, desk: Desk, take: _Take, erp: EndpointToken) -> None:
        before = {"value": "erp-value", "generated_at": None, "until": None}
        report = take({"tokens": [{"name": "crm", "value": "new", "previous": before}]})
        assert "it is added without that" in skipped(report)["crm"]
        assert token(desk, "crm").previous is None

    def test_two_of_the_file_that_are_one_here_are_refused(self, desk: Desk, take: _Take, erp: EndpointToken) -> None:
        with pytest.raises(ImportRefused, match="new-name and erp are one token, erp"):
            take({"tokens": [{"id": erp.id, "name": "new-name"}, {"name": "erp"}]})
        assert token(desk, "erp").id == erp.id

    def test_two_may_swap_their_names_in_one_change(self, desk: Desk, take: _Take, erp: EndpointToken) -> None:
        crm = add_token(desk, TokenFields(name="crm"))
        take({"tokens": [{"id": erp.id, "name": "crm"}, {"id": crm.id, "name": "erp"}]})
        assert (token(desk, "erp").id, token(desk, "crm").id) == (crm.id, erp.id)

    def test_a_name_that_an_unlisted_one_has_is_a_conflict_and_nothing_is_done(
        self, desk: Desk, take: _Take, erp: EndpointToken
    ) -> None:
        crm = add_token(desk, TokenFields(name="crm"))
        for dry_run in (True, False):
            with pytest.raises(Taken):
                take({"tokens": [{"name": "x"}, {"id": erp.id, "name": "CRM"}]}, dry_run=dry_run)
        assert desk.reader().counts().tokens == 2
        assert token(desk, "crm").id == crm.id


class TestAssignments:
    def test_of_a_listed_token_become_those_of_the_file(
        self, desk: Desk, take: _Take, erp: EndpointToken, pets: Endpoint
    ) -> None:
        toys = add_endpoint(desk, EndpointFields(name="Toys", group="shop", authentication=Authentication.TOKEN))
        report = take('name,endpoint,slots\nerp,shop/toys,"POST,GET"\nerp,shop/pets,GET\n')
        assert report.assignments is not None
        assert mapped(desk, "erp") == {"shop/pets": (GET,), "shop/toys": (POST, GET)}
        assert [(each.subject, each.gained, each.lost, each.cut_off) for each in report.assignments.changed] == [
            ("erp → shop/pets", (), (POST,), ("erp",))
        ]
        assert [each.subject for each in report.assignments.added] == ["erp → shop/toys"]
        report = take("name,endpoint\nerp,\n")
        assert report.assignments is not None
        assert {(each.subject, each.lost, each.cut_off) for each in report.assignments.changed} == {
            ("erp → shop/pets", (GET,), ("erp",)),
            ("erp → shop/toys", (POST, GET), ("erp",)),
        }
        assert mapped(desk, "erp") == {}
        assert toys.id

    @pytest.mark.parametrize("how", ["disabled", "inactive", "internal", "off"])
    def test_who_is_let_in_nowhere_already_is_not_cut_off(
        self, desk: Desk, take: _Take, erp: EndpointToken, pets: Endpoint, how: str
    ) -> None:
        match how:
            case "disabled":
                set_enabled(desk, [erp.id], False)
            case "inactive":
                set_active(desk, [erp.id], False)
            case _:
                internal = Authentication.INTERNAL if how == "internal" else Authentication.TOKEN
                methods = (GET,) if how == "off" else (POST, GET)
                fields = replace(EndpointFields.of(pets), authentication=internal, methods=methods)
                edit_endpoint(desk, pets, fields)
        report = take("name,endpoint,slots\nerp,shop/pets,GET\n")
        assert report.assignments is not None
        assert [(each.lost, each.cut_off) for each in report.assignments.changed] == [((POST,), ())]

    def test_without_slots_are_for_all_that_the_endpoint_has(self, desk: Desk, take: _Take, pets: Endpoint) -> None:
        take("name,endpoint\ncrm,shop/pets\n")
        assert mapped(desk, "crm") == {"shop/pets": (POST, GET)}

    def test_to_an_endpoint_that_is_not_here_are_told(self, desk: Desk, take: _Take, erp: EndpointToken) -> None:
        report = take("name,endpoint,slots\nerp,shop/none,GET\nerp,shop/pets,GET\n")
        assert skipped(report) == {"erp → shop/none": "There is no such endpoint here."}
        assert mapped(desk, "erp") == {"shop/pets": (GET,)}

    def test_to_a_slot_that_is_off_are_told_and_those_that_are_here_stay(
        self, desk: Desk, take: _Take, erp: EndpointToken, pets: Endpoint
    ) -> None:
        edit_endpoint(desk, pets, replace(EndpointFields.of(pets), methods=(GET,)))
        report = take('name,endpoint,slots\nerp,shop/pets,"POST,GET,DELETE"\ncrm,shop/pets,"POST,GET"\n')
        assert skipped(report) == {
            "erp → shop/pets": "The endpoint has no slot DELETE.",
            "crm → shop/pets": "The endpoint has no slot POST.",
        }
        assert (mapped(desk, "erp"), mapped(desk, "crm")) == ({"shop/pets": (POST, GET)}, {"shop/pets": (GET,)})

    def test_find_an_endpoint_under_the_name_that_the_file_gives_it(
        self, desk: Desk, take: _Take, erp: EndpointToken, pets: Endpoint
    ) -> None:
        listed = {"id": pets.id, "group": "shop", "slug": "animals"}
        to = [{"endpoint": "shop/animals", "slots": ["GET"]}]
        take({"endpoints": [listed], "tokens": [{"name": "erp", "assignments": to}]})
        assert mapped(desk, "erp") == {"shop/animals": (GET,)}


class TestEndpoints:
    def test_are_known_by_id_and_then_by_group_and_slug(self, desk: Desk, take: _Take, pets: Endpoint) -> None:
        report = take({"endpoints": [{"id": pets.id, "group": "zoo", "slug": "all", "name": "All"}]})
        assert [each.name for each in report.endpoints.changed[0].fields] == ["name", "group", "slug"]
        report = take({"endpoints": [{"group": "zoo", "slug": "all", "path": "/all"}]})
        assert report.endpoints.changed[0].fields == (FieldChange("path", "/pets", "/all"),)
        assert desk.reader().endpoint(pets.id).ref == "zoo/all"

    def test_that_are_new_want_tokens_unless_the_file_says(self, desk: Desk, take: _Take) -> None:
        take({"endpoints": [{"group": "a", "slug": "b"}, {"group": "a", "slug": "c", "authentication": "none"}]})
        assert desk.reader().endpoint_by_ref("a/b").authentication is Authentication.TOKEN
        assert desk.reader().endpoint_by_ref("a/b").path == "/api/endpoint/a/b"
        assert desk.reader().endpoint_by_ref("a/c").authentication is Authentication.NONE

    @pytest.mark.parametrize(
        ("said", "names"),
        [
            ({"methods": ["GET"]}, ("erp",)),
            ({"methods": ["POST"]}, ("crm", "erp")),
            ({"active": False}, ("crm", "erp")),
            ({"authentication": "internal"}, ("crm", "erp")),
            ({"authentication": "none"}, ()),
            ({"description": "x"}, ()),
        ],
    )
    def test_tell_who_is_cut_off(
        self,
        desk: Desk,
        take: _Take,
        erp: EndpointToken,
        pets: Endpoint,
        said: dict[str, Any],
        names: tuple[str, ...],
    ) -> None:
        assign(desk, add_token(desk, TokenFields(name="crm")).id, add={pets.id: (GET,)}, remove={})
        report = take({"endpoints": [{"group": "shop", "slug": "pets", **said}]})
        assert [each.cut_off for each in report.endpoints.changed] == [names]
        assert len(desk.reader().assignments_at(pets.id)) == 2

    def test_primaries_that_are_others_here_stay_and_new_ones_come(
        self, desk: Desk, take: _Take, pets: Endpoint
    ) -> None:
        post, get = reveal_primary(desk, pets, POST), reveal_primary(desk, pets, GET)
        primary = {"POST": post, "GET": "another", "DELETE": {"value": "new", "generated_at": None}}
        report = take({"endpoints": [{"group": "shop", "slug": "pets", "allow_deleting": True, "primary": primary}]})
        assert skipped(report) == {
            "shop/pets GET": "Its primary token is another one here, and stays; generate a new one."
        }
        now = desk.reader().endpoint(pets.id)
        assert [reveal_primary(desk, now, slot) for slot in Slot] == [post, get, "new"]

    def test_a_primary_that_another_has_is_not_taken(self, desk: Desk, take: _Take, erp: EndpointToken) -> None:
        report = take({"endpoints": [{"group": "a", "slug": "b", "primary": {"GET": "erp-value", "POST": "p"}}]})
        assert skipped(report) == {"a/b GET": "erp has this primary token already; it gets one of its own."}
        assert reveal_primary(desk, desk.reader().endpoint_by_ref("a/b"), GET) != "erp-value"

    def test_a_path_that_an_unlisted_one_has_is_a_conflict(self, desk: Desk, take: _Take, pets: Endpoint) -> None:
        with pytest.raises(Taken, match="shop/pets answers to /pets already"):
            take({"endpoints": [{"group": "a", "slug": "b", "path": "/pets"}]})

    def test_an_id_of_another_kind_is_refused(self, take: _Take, erp: EndpointToken, pets: Endpoint) -> None:
        with pytest.raises(ImportRefused, match="a/b has the id of the endpoint token erp"):
            take({"endpoints": [{"id": erp.id, "group": "a", "slug": "b"}]})
        with pytest.raises(ImportRefused, match="crm has the id of the endpoint shop/pets"):
            take({"tokens": [{"id": pets.id, "name": "crm"}]})

    def test_what_no_endpoint_can_be_is_refused_with_its_name(self, take: _Take, pets: Endpoint) -> None:
        edit = {"group": "shop", "slug": "pets", "methods": []}
        with pytest.raises(ImportRefused, match=r"t.json: .*Choose POST or GET"):
            take({"endpoints": [edit]})


class TestAcknowledgements:
    GIVEN = {
        "id": "ack-1", "code": "never-seen", "subject_id": "erp-there", "subject": "erp", "reason": "It is new.",
        "until": None, "by": "jan", "created_at": "2026-01-01T00:00:00Z",
    }  # fmt: skip

    def standing(self, desk: Desk) -> Acknowledgement:
        (only,) = desk.reader().iter_acknowledgements()
        return only

    def test_are_of_the_record_that_has_another_id_here(self, desk: Desk, take: _Take, erp: EndpointToken) -> None:
        report = take({"tokens": [{"id": "erp-there", "name": "erp"}], "acknowledgements": [self.GIVEN]})
        assert report.acknowledgements is not None
        assert len(report.acknowledgements.added) == 1
        assert self.standing(desk).subject_id == erp.id

    def test_become_what_the_file_says(self, desk: Desk, take: _Take) -> None:
        take({"acknowledgements": [self.GIVEN]})
        report = take({"acknowledgements": [self.GIVEN | {"id": "ack-2", "reason": "Still new."}]})
        assert report.acknowledgements is not None
        assert report.acknowledgements.changed[0].fields == (FieldChange("reason", "It is new.", "Still new."),)
        assert (self.standing(desk).id, self.standing(desk).reason) == ("ack-1", "Still new.")
        again = take({"acknowledgements": [self.GIVEN | {"reason": "Still new."}]}).acknowledgements
        assert again is not None
        assert (again.unchanged, again.changed) == (1, ())


def test_all_of_it_is_one_change_that_can_be_undone(desk: Desk, take: _Take, erp: EndpointToken) -> None:
    before = export_json(desk, reveal=True).content
    take({
        "endpoints": [{"group": "shop", "slug": "pets", "description": "x"}, {"group": "a", "slug": "b"}],
        "tokens": [
            {"name": "erp", "enabled": False, "assignments": [{"endpoint": "a/b", "slots": ["GET"]}]},
            {"name": "crm", "assignments": [{"endpoint": "shop/pets", "slots": ["GET"]}]},
        ],
    })  # fmt: skip
    assert desk.history[-1].summary == "imported t.json"
    undo_last(desk)
    assert export_json(desk, reveal=True).content == before


def test_a_list_is_taken_as_lists_print_it(desk: Desk, take: _Take, pets: Endpoint) -> None:
    shape = {
        "id": "1f", "name": "crm", "description": "", "enabled": True, "active": True, "expires_at": None,
        "created_at": "2026-01-01T00:00:00Z", "rotated_at": None, "last_seen_at": None, "value": "crm-value",
        "assignments": [{"endpoint": "shop/pets", "slots": ["GET"]}],
    }  # fmt: skip
    endpoint = {"group": "a", "slug": "b", "name": "B", "assigned": 3, "slots": ["GET"], "methods": ["GET"]}
    report = take([shape, endpoint])
    assert (len(report.endpoints.added), mapped(desk, "crm")) == (1, {"shop/pets": (GET,)})
    assert token(desk, "crm").id == "1f"
