"""Names, groups, slugs, paths, descriptions and authentication of the drafts."""

import pytest

from tests.exchange.conftest import Describe
from tests.exchange.test_openapi import only, paths
from tokentui.domain.slots import Authentication


def names(description_of: Describe, text: str) -> list[str]:
    return [draft.name for draft in description_of(text).drafts]


def refs(description_of: Describe, text: str) -> list[str]:
    return [f"{draft.group}/{draft.slug}" for draft in description_of(text).drafts]


@pytest.mark.parametrize(
    ("summary", "name"),
    [
        ("Find pets.", "Find pets"),
        ('"Find\\n  all\\tpets. "', "Find all pets"),
        ("Waiting...", "Waiting..."),
        ('"Find\\e[31m\\u202e pets"', "Find[31m pets"),
        ('"."', "/a"),
        ('" "', "/a"),
        ("null", "/a"),
        ("{a: b}", "/a"),
        ("5", "/a"),
        ("x" * 101, "/a"),
    ],
)
def test_a_name_is_the_only_operations_summary_on_one_line(describe: Describe, summary: str, name: str) -> None:
    assert names(describe, f"paths: {{/a: {{get: {{summary: {summary}}}, options: {{}}}}}}") == [name]


def test_a_path_with_several_operations_is_named_by_its_template_without_the_base(describe: Describe) -> None:
    text = "servers: [{url: /v1}]\npaths: {'/pets/{petId}': {get: {summary: Get}, put: {summary: Put}}}"
    draft = only(describe(text))
    assert (draft.name, draft.slug, draft.path) == ("/pets/{petId}", "pets-petid", "/v1/pets/{petId}")


def test_a_path_too_long_for_a_name_is_imported_under_a_shortened_one(describe: Describe) -> None:
    draft = only(describe(f"paths: {{/{'a' * 300}: {{get: {{}}}}}}"))
    assert draft.path == "/" + "a" * 300
    assert draft.name == "/" + "a" * 198 + "…"


def test_slugs_that_collide_in_a_group_are_numbered_in_the_files_order(describe: Describe) -> None:
    text = """
        paths:
          /a: {get: {summary: Show, tags: [x]}}
          /b: {get: {summary: Show., tags: [x]}}
          /c: {get: {summary: show, tags: [y]}}
          /d: {get: {summary: Show!, tags: [X]}}
        """
    assert refs(describe, text) == ["x/show", "x/show-2", "y/show", "x/show-3"]
    assert refs(describe, text) == refs(describe, text)


@pytest.mark.parametrize(
    ("path", "item", "group"),
    [
        ("/a", "{get: {}, post: {tags: [First, Other]}, put: {tags: [Third]}}", "first"),
        ("/a", "{get: {tags: [5, null, '', '日本', Second]}}", "second"),
        ("/a", "{get: {tags: text}}", "a"),
        ("/a", "{options: {tags: [Unseen]}, get: {}}", "a"),
        ("/{tenant}/Big-Orders/{id}", "{get: {}}", "big-orders"),
        ("/{a}.json/b", "{get: {}}", "b"),
        ("/{a}", "{get: {}}", "shop-api"),
        ("/", "{get: {}}", "shop-api"),
    ],
)
def test_a_group_is_the_first_tag_or_literal_segment_or_the_title(
    describe: Describe, path: str, item: str, group: str
) -> None:
    text = f"servers: [{{url: /base}}]\npaths:\n  '{path}': {item}"
    assert only(describe(text)).group == group


def test_without_a_title_the_file_gives_it(describe: Describe) -> None:
    description = describe("openapi: 3.0.0\ninfo: [a]\npaths: {'/{a}': {get: {}}}")
    assert description.title == "api"
    assert description.drafts[0].group == "api"


@pytest.mark.parametrize(
    ("item", "description"),
    [
        ("{description: Item., summary: S, get: {description: Operation.}}", "Item."),
        ("{summary: S, get: {description: Operation.}}", "S"),
        ('{get: {description: "One\\n two. \\n\\n \\nThree."}}', "One two."),
        ("{get: {description: A}, post: {description: B}}", ""),
        ("{description: 5, get: {description: [x]}}", ""),
        ('{get: {description: "\\e[2J\\u202eA"}}', "[2JA"),
        (f"{{description: {'x' * 2000}, get: {{}}}}", "x" * 999 + "…"),
    ],
)
def test_a_description_is_one_paragraph(describe: Describe, item: str, description: str) -> None:
    assert only(describe(f"paths: {{/a: {item}}}")).description == description


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://example.com/api/v3", "/api/v3"),
        ("https://example.com/api/v3/", "/api/v3"),
        ("https://example.com//api//v3//?a=/b#/c", "/api/v3"),
        ("https://example.com", ""),
        ("//example.com/v1", "/v1"),
        ("/v1", "/v1"),
        ("./v1", "/v1"),
        ("v1/", "/v1"),
        ("../a/./b/../v1", "/a/v1"),
        ("/", ""),
        ("''", ""),
        ("localhost:8080/v1", "/v1"),
        ("https://[::1]:8080/v1", "/v1"),
        ("http://[/v1", "/v1"),
    ],
)
def test_the_base_path_is_that_of_the_first_server(describe: Describe, url: str, base: str) -> None:
    text = f"servers:\n- url: {url}\n- url: /other\npaths: {{/a: {{get: {{}}}}}}"
    assert only(describe(text)).path == f"{base}/a"


def test_variables_of_a_server_are_replaced_by_their_defaults(describe: Describe) -> None:
    text = """
        servers:
        - url: '{scheme}://{host}:{port}/{base}/{version}/{tenant}'
          variables: {port: {default: 8443}, base: {default: api/x}, version: {default: 2}, tenant: {enum: [a]}}
        paths: {/a: {get: {}}}
        """
    assert only(describe(text)).path == "/api/x/2/{tenant}/a"


def test_servers_of_a_path_override_those_of_the_root(describe: Describe) -> None:
    text = "servers: [{url: /v1}]\npaths: {/a: {servers: [{url: /v2}], get: {}}, /b: {servers: [], get: {}}}"
    assert paths(describe(text)) == ["/v2/a", "/v1/b"]


@pytest.mark.parametrize("servers", ["[5]", "text", "[{url: [a]}]", "[{}]"])
def test_servers_that_cannot_be_read_are_told(describe: Describe, servers: str) -> None:
    description = describe(f"servers: {servers}\npaths: {{/a: {{get: {{}}, servers: {servers}}}}}")
    assert paths(description) == ["/a"]
    assert [skipped.subject for skipped in description.skipped] == ["servers", "/a"]
    assert "no URL that can be read" in description.skipped[0].reason


def test_servers_of_an_operation_are_not_looked_at_and_told(describe: Describe) -> None:
    description = describe("paths: {/a: {get: {servers: [{url: /v2}]}}}")
    assert paths(description) == ["/a"]
    assert description.skipped[0].subject == "GET /a"


@pytest.mark.parametrize("base_path", ["/v2", "/v2/", "v2", "//v2"])
def test_swagger_2_takes_its_base_path(describe: Describe, base_path: str) -> None:
    text = f"swagger: '2.0'\nbasePath: {base_path}\nservers: [{{url: /no}}]\npaths: {{/a: {{get: {{}}}}}}"
    assert only(describe(text)).path == "/v2/a"


FREE, GUARDED = Authentication.NONE, Authentication.TOKEN


@pytest.mark.parametrize(
    ("root", "item", "authentication"),
    [
        ("null", "{get: {}}", FREE),
        ("[]", "{get: {}}", FREE),
        ("[{key: []}]", "{get: {}}", GUARDED),
        ("[{key: []}]", "{get: {security: []}}", FREE),
        ("[{key: []}]", "{get: {security: [{key: []}, {}]}}", FREE),
        ("[{key: []}]", "{get: {security: []}, post: {}}", GUARDED),
        ("[{key: []}]", "{get: {security: []}, options: {}}", FREE),
        ("null", "{get: {security: [{key: []}]}}", GUARDED),
        ("null", "{get: {security: text}}", GUARDED),
        ("{key: []}", "{get: {}}", GUARDED),
        ("null", "{get: {$ref: '#/nowhere'}}", GUARDED),
    ],
)
def test_authentication_as_declared(describe: Describe, root: str, item: str, authentication: Authentication) -> None:
    (draft,) = describe(f"security: {root}\npaths: {{/a: {item}}}", as_declared=True).drafts
    assert draft.authentication is authentication


def test_authentication_is_token_unless_taken_as_declared(describe: Describe) -> None:
    assert only(describe("security: []\npaths: {/a: {get: {security: []}}}")).authentication is GUARDED
