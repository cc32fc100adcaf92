"""The rules by which an OpenAPI description becomes endpoint drafts."""

from pathlib import Path

import pytest

from tests.exchange.conftest import Describe
from tokentui.domain.errors import ImportRefused
from tokentui.domain.fields import EndpointFields, checked_endpoint
from tokentui.domain.slots import Authentication, Slot
from tokentui.exchange.drafts import ApiDescription, EndpointDraft, Skipped
from tokentui.exchange.openapi import read_openapi

REAL = Path(__file__).parents[3] / "shared/data"


def only(description: ApiDescription) -> EndpointDraft:
    assert description.skipped == ()
    (draft,) = description.drafts
    return draft


def paths(description: ApiDescription) -> list[str]:
    return [draft.path for draft in description.drafts]


def real(name: str) -> Path:
    if not (REAL / name).exists():
        pytest.skip(f"the real files are not beside the project ({REAL})")
    return REAL / name


def test_a_path_becomes_one_endpoint_with_all_that_is_said_about_it(describe: Describe) -> None:
    description = describe(
        """
        paths:
          /orders/{id}:
            get: {summary: Show an order., description: Shows it., tags: [Nákup]}
        """
    )
    assert description.title == "Shop API"
    assert only(description) == EndpointDraft(
        name="Show an order",
        group="nakup",
        slug="show-an-order",
        path="/orders/{id}",
        methods=(Slot.GET,),
        allow_deleting=False,
        authentication=Authentication.TOKEN,
        description="Shows it.",
    )


@pytest.mark.parametrize("version", ["3.0.0", "3.0.4", "3.1.0", "3.1.1", "3.2.0", "3.0", "'3.1'", "3.1.0-rc1"])
def test_openapi_3_is_read(describe: Describe, version: str) -> None:
    assert paths(describe(f"openapi: {version}\npaths: {{/a: {{get: {{}}}}}}")) == ["/a"]


@pytest.mark.parametrize("version", ["'2.0'", "2.0", "2"])
def test_swagger_2_is_read(describe: Describe, version: str) -> None:
    assert paths(describe(f"swagger: {version}\nbasePath: /v2/\npaths: {{/a: {{get: {{}}}}}}")) == ["/v2/a"]


def test_json_is_read(describe: Describe) -> None:
    assert paths(describe('{"openapi": "3.1.0", "paths": {"/a": {"get": {}, "put": null}}}')) == ["/a"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("openapi: 4.0.0\npaths: {}", "openapi 4.0.0 cannot be read; convert it"),
        ("openapi: 3.10.0\npaths: {}", "openapi 3.10.0 cannot be read"),
        ("openapi: [3]\npaths: {}", "openapi a list cannot be read"),
        ("swagger: '1.2'\npaths: {}", "swagger 1.2 cannot be read"),
        ('{"asyncapi": "3.0.0"}', "no openapi or swagger version"),
        ('{"openapi": null}', "no openapi or swagger version"),
        ("openapi: 3.1.0", "it has no paths, so"),
        ("openapi: 3.1.0\nwebhooks: {}\ncomponents: {}", "it has no paths, only webhooks and components, so"),
        ("openapi: 3.1.0\npaths: [a]", "its paths are a list"),
        ("openapi: 3.1.0\npaths: {$ref: nowhere.yaml}", "nowhere.yaml: there is no such file"),
    ],
)
def test_what_is_no_description_with_paths_is_refused_in_one_line(describe: Describe, text: str, reason: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        describe(text)
    assert str(refused.value).startswith("api.yaml: ")
    assert reason in str(refused.value)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("text", "kind"), [("- a", "a list"), ("text", "text"), ("42", "a number"), ("# a", "nothing")]
)
def test_a_document_that_is_no_object_is_refused(tmp_path: Path, text: str, kind: str) -> None:
    (tmp_path / "api.yaml").write_text(text)
    with pytest.raises(ImportRefused, match=f"it holds {kind}, where an object"):
        read_openapi(tmp_path / "api.yaml")


def test_no_paths_at_all_give_no_drafts(describe: Describe) -> None:
    assert describe("paths: {}").drafts == ()


@pytest.mark.parametrize(
    ("operations", "methods", "allow_deleting"),
    [
        ("get", (Slot.GET,), False),
        ("head", (Slot.GET,), False),
        ("post", (Slot.POST,), False),
        ("put", (Slot.POST,), False),
        ("patch", (Slot.POST,), False),
        ("get put delete options", (Slot.POST, Slot.GET), True),
        ("delete", (), True),
    ],
)
def test_slots_come_from_the_operations(
    describe: Describe, operations: str, methods: tuple[Slot, ...], allow_deleting: bool
) -> None:
    fields = ", ".join(f"{operation}: {{}}" for operation in operations.split())
    draft = only(describe(f"paths: {{/a: {{{fields}}}}}"))
    assert (draft.methods, draft.allow_deleting) == (methods, allow_deleting)


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("{options: {}, trace: {}}", "It answers to OPTIONS and TRACE only, which no slot guards."),
        ("{query: {}}", "It answers to QUERY only, which no slot guards."),
        ("{additionalOperations: {COPY: {}}}", "It answers to other methods only, which no slot guards."),
        ("{x-internal: true, parameters: []}", "It has no operations."),
        ("{GET: {}}", "It has no operations."),
        ("{get: [a]}", "It has no operations."),
        ("", "It is empty."),
        ("[a]", "It is a list, where an object belongs."),
        ("text", "It is text, where an object belongs."),
    ],
)
def test_a_path_without_a_slot_is_skipped_with_the_reason(describe: Describe, item: str, reason: str) -> None:
    description = describe(f"paths:\n  /a: {item}\n  /b: {{get: {{}}}}")
    assert description.skipped == (Skipped("/a", reason),)
    assert paths(description) == ["/b"]


def test_a_path_that_cannot_be_matched_is_skipped_with_the_reason(describe: Describe) -> None:
    description = describe("paths:\n  /a?b=1: {get: {}}\n  /a/{b: {get: {}}\n  a: {get: {}}\n  x-a: {get: {}}")
    assert description.drafts == ()
    assert [skipped.subject for skipped in description.skipped] == ["/a?b=1", "/a/{b", "a"]
    assert "leave the query away" in description.skipped[0].reason
    assert "A brace has no partner" in description.skipped[1].reason
    assert "does not begin with /" in description.skipped[2].reason


def test_a_path_that_matches_the_same_requests_as_an_earlier_one_is_skipped(describe: Describe) -> None:
    description = describe("paths:\n  /a/{b}: {get: {}}\n  /a/{c}: {post: {}}")
    assert paths(description) == ["/a/{b}"]
    reason = "It matches the same requests as /a/{b}, which comes before it."
    assert description.skipped == (Skipped("/a/{c}", reason),)


def test_an_operation_that_is_no_object_is_left_out_and_told(describe: Describe) -> None:
    description = describe("paths: {/a: {get: [x], put: 5, post: {}, delete: null}}")
    (draft,) = description.drafts
    assert (draft.methods, draft.allow_deleting) == ((Slot.POST,), False)
    assert {skipped.subject: skipped.reason for skipped in description.skipped} == {
        "GET /a": "It is a list, where an operation belongs.",
        "PUT /a": "It is a number, where an operation belongs.",
    }


def test_progress_goes_from_0_to_1_and_over_the_paths(tmp_path: Path) -> None:
    told: list[float] = []
    (tmp_path / "api.yaml").write_text("openapi: 3.0.0\npaths: {/a: {get: {}}, /b: {get: {}}}")
    read_openapi(tmp_path / "api.yaml", progress=told.append)
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)
    assert pytest.approx(0.9) in told


@pytest.mark.parametrize("after", [0, 2, 3])
def test_a_cancelled_import_is_refused(tmp_path: Path, after: int) -> None:
    told: list[float] = []
    (tmp_path / "api.yaml").write_text("openapi: 3.0.0\npaths: {/a: {get: {}}, /b: {get: {}}}")
    with pytest.raises(ImportRefused, match=r"api\.yaml: the import was cancelled, nothing was changed"):
        read_openapi(tmp_path / "api.yaml", progress=told.append, cancelled=lambda: len(told) >= after)
    assert len(told) == after


@pytest.mark.parametrize(("name", "count"), [("petstore.openapi.yaml", 13), ("museum.openapi.yaml", 5)])
def test_real_files_are_imported_whole(name: str, count: int) -> None:
    description = read_openapi(real(name))
    assert len(description.drafts) == count
    assert description.skipped == ()
    assert len({(draft.group, draft.slug) for draft in description.drafts}) == count
    for draft in description.drafts:
        fields = EndpointFields(name=draft.name, group=draft.group, slug=draft.slug, path=draft.path)
        assert checked_endpoint(fields) == fields


def test_petstore_is_read_as_an_admin_would_enter_it() -> None:
    drafts = {draft.path: draft for draft in read_openapi(real("petstore.openapi.yaml"), as_declared=True).drafts}
    pet = drafts["/api/v3/pet/{petId}"]
    assert (pet.name, pet.group, pet.slug) == ("/pet/{petId}", "pet", "pet-petid")
    assert (pet.methods, pet.allow_deleting) == ((Slot.POST, Slot.GET), True)
    assert pet.authentication is Authentication.TOKEN
    login = drafts["/api/v3/user/login"]
    assert (login.name, login.group, login.slug) == ("Logs user into the system", "user", "logs-user-into-the-system")
    assert login.authentication is Authentication.NONE
