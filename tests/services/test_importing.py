"""What an import may touch, and what it must leave as an admin has set it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tokentui.domain.errors import ImportRefused, StoreError
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.records import Endpoint
from tokentui.domain.slots import METHODS, Authentication, Slot
from tokentui.exchange.drafts import ApiDescription, EndpointDraft, Skipped
from tokentui.services.assigning import assign
from tokentui.services.desk import Desk
from tokentui.services.endpoints import add_endpoint, edit_endpoint, set_endpoints_active
from tokentui.services.importing import import_endpoints
from tokentui.services.tokens import add_token

POST, GET, DELETE = Slot


def draft(path: str, *, slug: str = "", methods: tuple[Slot, ...] = METHODS, deleting: bool = False) -> EndpointDraft:
    return EndpointDraft(
        name=path,
        group="api",
        slug=slug or path.strip("/").replace("/", "-").translate({ord("{"): None, ord("}"): None}),
        path=path,
        methods=methods,
        allow_deleting=deleting,
        authentication=Authentication.TOKEN,
        description="as the file has it",
    )


def api(*drafts: EndpointDraft) -> ApiDescription:
    return ApiDescription("An API", drafts, ())


def at(desk: Desk, ref: str) -> Endpoint:
    return desk.reader().endpoint_by_ref(ref)


def counts(desk: Desk, *drafts: EndpointDraft) -> tuple[int, int, int, int]:
    report = import_endpoints(desk, api(*drafts))
    return len(report.added), len(report.changed), report.unchanged, len(report.skipped)


class TestNewPaths:
    def test_become_endpoints_with_their_primaries(self, desk: Desk) -> None:
        assert counts(desk, draft("/pets", deleting=True), draft("/toys", methods=(GET,))) == (2, 0, 0, 0)
        assert set(at(desk, "api/pets").primaries) == {POST, GET, DELETE}
        assert set(at(desk, "api/toys").primaries) == {GET}
        assert at(desk, "api/toys").description == "as the file has it"

    def test_are_one_change(self, desk: Desk) -> None:
        import_endpoints(desk, api(draft("/pets"), draft("/toys")))
        assert [change.summary for change in desk.history] == ["imported An API"]

    def test_get_a_numbered_slug_where_another_path_of_the_file_has_it(self, desk: Desk) -> None:
        import_endpoints(desk, api(draft("/pets", slug="same")))
        assert counts(desk, draft("/toys", slug="same"), draft("/pets", slug="same-2")) == (1, 0, 1, 0)
        assert at(desk, "api/same-2").path == "/toys"

    def test_whose_name_an_endpoint_elsewhere_has_are_left_out_and_reported(self, desk: Desk) -> None:
        add_endpoint(desk, EndpointFields(name="Pets", group="api", slug="pets", path="/elsewhere"))
        before = at(desk, "api/pets")
        report = import_endpoints(desk, api(draft("/pets"), draft("/toys")))
        assert [told.subject for told in report.added] == ["api/toys"]
        assert [skipped.subject for skipped in report.skipped] == ["/pets"]
        assert "api/pets is at /elsewhere here" in report.skipped[0].reason
        assert at(desk, "api/pets") == before


class TestKnownPaths:
    def test_import_again_changes_nothing(self, desk: Desk) -> None:
        drafts = (draft("/pets"), draft("/pets/{id}", deleting=True), draft("/toys", methods=(POST,)))
        import_endpoints(desk, api(*drafts))
        stamp = desk.store.stamp()
        assert counts(desk, *drafts) == (0, 0, 3, 0)
        assert desk.store.stamp() == stamp

    def test_are_known_by_shape_whatever_their_parameters_are_called(self, desk: Desk) -> None:
        import_endpoints(desk, api(draft("/pets/{id}")))
        assert counts(desk, draft("/pets/{petId}", slug="other")) == (0, 0, 1, 0)
        assert at(desk, "api/pets-id").path == "/pets/{id}"

    def test_gain_methods_with_their_primaries(self, desk: Desk) -> None:
        import_endpoints(desk, api(draft("/pets", methods=(GET,))))
        value = at(desk, "api/pets").primaries[GET]
        report = import_endpoints(desk, api(draft("/pets", deleting=True)))
        assert [(told.gained, told.lost) for told in report.changed] == [((POST, DELETE), ())]
        assert set(at(desk, "api/pets").primaries) == {POST, GET, DELETE}
        assert at(desk, "api/pets").primaries[GET] == value

    def test_lose_methods_and_tell_who_is_cut_off(self, desk: Desk) -> None:
        import_endpoints(desk, api(draft("/pets", deleting=True)))
        pets = at(desk, "api/pets")
        for name, slots in (("zoo", (POST,)), ("erp", (GET, DELETE)), ("shop", (GET,))):
            assign(desk, add_token(desk, TokenFields(name=name)).id, add={pets.id: slots}, remove={})
        (told,) = import_endpoints(desk, api(draft("/pets", methods=(GET,)))).changed
        assert (told.gained, told.lost, told.cut_off) == ((), (POST, DELETE), ("erp", "zoo"))
        assert at(desk, "api/pets").slots == (GET,)
        assert set(at(desk, "api/pets").primaries) == {POST, GET, DELETE}
        assert len(desk.reader().assignments_at(pets.id)) == 3

    @pytest.mark.parametrize(
        "edit",
        [
            {"name": "Ours"},
            {"group": "ours"},
            {"slug": "ours"},
            {"description": "ours"},
            {"authentication": Authentication.INTERNAL},
            {"authentication": Authentication.NONE},
            {"ip_filter": ("10.0.0.0/8",)},
            {"path": "/pets/{ours}"},
        ],
    )
    def test_keep_what_an_admin_has_set(self, desk: Desk, edit: dict[str, Any]) -> None:
        import_endpoints(desk, api(draft("/pets/{id}", methods=(GET,))))
        imported = at(desk, "api/pets-id")
        edited = edit_endpoint(desk, imported, replace(EndpointFields.of(imported), **edit))
        assert counts(desk, draft("/pets/{id}", methods=(GET,))) == (0, 0, 1, 0)
        assert counts(desk, draft("/pets/{id}")) == (0, 1, 0, 0)
        now = desk.reader().endpoint(edited.id)
        assert EndpointFields.of(now) == replace(EndpointFields.of(edited), methods=METHODS)

    def test_stay_inactive(self, desk: Desk) -> None:
        import_endpoints(desk, api(draft("/pets")))
        set_endpoints_active(desk, [at(desk, "api/pets").id], False)
        assert counts(desk, draft("/pets")) == (0, 0, 1, 0)
        assert not at(desk, "api/pets").active

    def test_that_somebody_moved_are_not_added_again(self, desk: Desk) -> None:
        import_endpoints(desk, api(draft("/pets")))
        pets = at(desk, "api/pets")
        edit_endpoint(desk, pets, replace(EndpointFields.of(pets), path="/v1/pets"))
        assert counts(desk, draft("/pets")) == (0, 0, 0, 1)
        assert at(desk, "api/pets").path == "/v1/pets"

    def test_that_the_file_has_no_more_stay(self, desk: Desk) -> None:
        import_endpoints(desk, api(draft("/pets"), draft("/toys")))
        assert counts(desk, draft("/pets")) == (0, 0, 1, 0)
        assert at(desk, "api/toys").active

    def test_an_active_endpoint_is_meant_before_an_inactive_one(self, desk: Desk) -> None:
        old = add_endpoint(desk, EndpointFields(name="Old", group="api", path="/pets", methods=(GET,)))
        set_endpoints_active(desk, [old.id], False)
        add_endpoint(desk, EndpointFields(name="New", group="api", path="/pets"))
        assert counts(desk, draft("/pets")) == (0, 0, 1, 0)


class TestAllOrNone:
    def test_dry_run_changes_nothing_and_makes_no_file(self, desk: Desk, tmp_path: Path) -> None:
        report = import_endpoints(desk, api(draft("/pets")), dry_run=True)
        assert [(told.subject, told.path, told.gained) for told in report.added] == [
            ("api/pets", "/pets", (POST, GET))
        ]
        assert list(tmp_path.iterdir()) == []

    def test_dry_run_says_what_the_import_then_does(self, desk: Desk) -> None:
        import_endpoints(desk, api(draft("/pets", methods=(GET,))))
        again = api(draft("/pets"), draft("/toys"))
        assert import_endpoints(desk, again, dry_run=True) == import_endpoints(desk, again)

    def test_an_import_that_is_stopped_half_way_leaves_nothing(self, desk: Desk) -> None:
        def stop(share: float) -> None:
            if share > 0.5:
                raise ImportRefused("stopped")

        with pytest.raises(ImportRefused):
            import_endpoints(desk, api(*(draft(f"/p{number}") for number in range(10))), reached=stop)
        assert desk.reader().counts().endpoints == 0
        assert desk.history == []

    def test_what_the_file_left_out_is_reported(self, desk: Desk) -> None:
        left_out = Skipped("/odd", "It is odd.")
        assert import_endpoints(desk, ApiDescription("An API", (), (left_out,))).skipped == (left_out,)
        assert not desk.store.stamp()


def test_a_store_that_cannot_be_read_is_left_alone(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "tokens.json").write_text("{}")
    with pytest.raises(StoreError):
        import_endpoints(desk, api(draft("/pets")))
    assert (tmp_path / "data" / "tokens.json").read_text() == "{}"
