"""References: through one file or several beside it, never out of the folder, and what is broken is told."""

import os
from functools import partial
from pathlib import Path

import pytest

from tests.exchange.conftest import Describe
from tokentui.domain.errors import ImportRefused
from tokentui.domain.slots import Authentication, Slot
from tokentui.exchange.drafts import ApiDescription
from tokentui.exchange.openapi import read_openapi


def described(folder: Path, files: dict[str, str], root: str = "api.yaml") -> ApiDescription:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return read_openapi(folder / root)


def referring(reference: str, more: str = "") -> str:
    return f"openapi: 3.1.0\npaths: {{/a: {{$ref: '{reference}'}}}}\n{more}"


def reason(description: ApiDescription) -> str:
    assert description.drafts == ()
    (skipped,) = description.skipped
    assert skipped.subject == "/a"
    assert skipped.reason.isprintable()
    return skipped.reason


@pytest.mark.parametrize(
    ("reference", "more"),
    [
        ("#/components/pathItems/x", "components: {pathItems: {x: {delete: {}}}}"),
        ("#/x~1y~0z/%C4%8D%20d/0", "x/y~z: {č d: [{delete: {}}]}"),
        ("#/x/", "x: {'': {delete: {}}}"),
        ("api.yaml#/x", "x: {delete: {}}"),
        ("#/x", "x: {$ref: '#/y'}\ny: {delete: {}}"),
    ],
)
def test_a_path_item_may_be_a_reference_into_the_same_file(tmp_path: Path, reference: str, more: str) -> None:
    (draft,) = described(tmp_path, {"api.yaml": referring(reference, more)}).drafts
    assert draft.allow_deleting


def test_a_path_may_refer_to_another_path(describe: Describe) -> None:
    description = describe("paths: {'/a/{b}': {get: {}}, /c: {$ref: '#/paths/~1a~1%7Bb%7D'}}")
    assert [draft.path for draft in description.drafts] == ["/a/{b}", "/c"]


def test_references_lead_on_from_the_file_they_stand_in(tmp_path: Path) -> None:
    files = {
        "api.yaml": referring("paths/my%20items.json#/items/0"),
        "paths/my items.json": '{"items": [{"get": {"$ref": "../operations/get.yaml"}, "put": {"$ref": "#/put"}}],'
        ' "put": {"tags": ["P"]}}',
        "operations/get.yaml": "tags: [G]",
    }
    (draft,) = described(tmp_path, files).drafts
    assert (draft.methods, draft.group) == ((Slot.POST, Slot.GET), "g")


def test_the_paths_themselves_may_be_a_reference(tmp_path: Path) -> None:
    files = {
        "api.yaml": "openapi: 3.0.0\npaths: {$ref: paths.yaml}",
        "paths.yaml": "/a: {$ref: '#/~1b'}\n/b: {get: {}}",
    }
    assert [draft.path for draft in described(tmp_path, files).drafts] == ["/a", "/b"]


def test_fields_beside_a_reference_count_before_those_behind_it(describe: Describe) -> None:
    description = describe(
        """
        paths: {/a: {$ref: '#/x', description: Nearer, get: {summary: Nearer}}}
        x: {description: Further, get: {summary: Further}, delete: {}}
        """
    )
    (draft,) = description.drafts
    assert (draft.description, draft.methods, draft.allow_deleting) == ("Nearer", (Slot.GET,), True)


def test_an_operation_with_a_broken_reference_still_gives_its_method_and_is_told(describe: Describe) -> None:
    description = describe("paths: {/a: {get: {$ref: missing.yaml, summary: Show}}}", as_declared=True)
    (draft,) = description.drafts
    assert (draft.name, draft.methods) == ("Show", (Slot.GET,))
    assert draft.authentication is Authentication.TOKEN
    (skipped,) = description.skipped
    assert skipped.subject == "GET /a"
    assert "missing.yaml: there is no such file" in skipped.reason


def test_what_stands_beside_a_broken_reference_is_imported_and_the_rest_told(describe: Describe) -> None:
    description = describe("paths: {/a: {$ref: missing.yaml, post: {}}}")
    assert description.drafts[0].methods == (Slot.POST,)
    assert "It is imported in part." in description.skipped[0].reason
    assert "missing.yaml" in description.skipped[0].reason


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        ("missing.yaml", "missing.yaml: there is no such file"),
        ("sub", "sub: this is a folder"),
        ("bad.yaml", "bad.yaml: bad YAML, line 1"),
        ("list.yaml", "Its $ref leads to a list, where an object belongs."),
        ("#/nowhere/x", "there is no nowhere at that place"),
        ("#anchor", "no JSON pointer"),
        ("https://example.com/a.yaml", "it is a URL"),
        ("//example.com/a.yaml", "it is a URL"),
        ("file:///etc/passwd", "it is a URL"),
        ("/etc/passwd", "out of the description"),
        ("../outside.yaml", "out of the description"),
        ("sub/../../outside.yaml", "out of the description"),
        ("%2e%2e/outside.yaml", "out of the description"),
        ("a%00b", "has a NUL"),
        ("x" * 300, "cannot be read"),
        ("x" * 3000, "longer than 2000"),
    ],
)
def test_a_path_behind_a_broken_reference_is_skipped_with_the_reason(
    tmp_path: Path, reference: str, why: str
) -> None:
    (tmp_path / "outside.yaml").write_text("get: {}")
    files = {"api.yaml": referring(reference), "bad.yaml": "]", "list.yaml": "- a", "sub/x": ""}
    assert why in reason(described(tmp_path / "inside", files))


def test_a_symlink_leads_nowhere_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text("get: {}")
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside/link.yaml").symlink_to("../outside.yaml")
    assert "out of the description" in reason(described(tmp_path / "inside", {"api.yaml": referring("link.yaml")}))


def test_a_symlink_inside_the_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link.yaml").symlink_to("sub/item.yaml")
    files = {
        "api.yaml": referring("link.yaml"),
        "sub/item.yaml": "get: {$ref: operation.yaml}",
        "sub/operation.yaml": "{}",
    }
    description = described(tmp_path, files)
    assert (len(description.drafts), description.skipped) == (1, ())


def test_a_circle_of_symlinks_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to("b.yaml")
    (tmp_path / "b.yaml").symlink_to("a.yaml")
    assert "cannot be" in reason(described(tmp_path, {"api.yaml": referring("a.yaml")}))


def test_a_fifo_behind_a_reference_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert "pipe.yaml: this is a device, pipe or socket" in reason(
        described(tmp_path, {"api.yaml": referring("pipe.yaml")})
    )


@pytest.mark.parametrize(
    "more",
    [
        "x: {$ref: '#/x'}",
        "x: {$ref: '#/y'}\ny: {$ref: '#/x'}",
        "x: {$ref: '#/paths/~1a'}",
        "x: {$ref: 'api.yaml#/x'}",
    ],
)
def test_references_in_a_circle_are_told(tmp_path: Path, more: str) -> None:
    assert "it leads in a circle" in reason(described(tmp_path, {"api.yaml": referring("#/x", more)}))


def test_a_long_chain_of_references_is_not_followed_to_its_end(tmp_path: Path) -> None:
    more = "".join(f"x{number}: {{$ref: '#/x{number + 1}'}}\n" for number in range(100))
    assert "through more than 50 others" in reason(described(tmp_path, {"api.yaml": referring("#/x0", more)}))


@pytest.mark.parametrize("reference", ["5", "[a]", "{a: b}", "true"])
def test_a_reference_that_is_no_text_is_told(describe: Describe, reference: str) -> None:
    assert "it is not text" in reason(describe(f"paths: {{/a: {{$ref: {reference}}}}}"))


def test_only_so_many_files_are_opened(tmp_path: Path) -> None:
    files = {f"p{number}.yaml": "get: {}" for number in range(101)}
    paths = "".join(f"  /p{number}: {{$ref: p{number}.yaml}}\n" for number in range(101))
    description = described(tmp_path, {**files, "api.yaml": f"openapi: 3.1.0\npaths:\n{paths}"})
    assert len(description.drafts) == 100
    assert [skipped.subject for skipped in description.skipped] == ["/p100"]
    assert "more than 100 files are referred to" in description.skipped[0].reason


def test_only_so_many_bytes_are_read_from_all_files(tmp_path: Path) -> None:
    (tmp_path / "big.yaml").touch()
    os.truncate(tmp_path / "big.yaml", 32 * 1024 * 1024)
    assert "big.yaml: it is too big" in reason(described(tmp_path, {"api.yaml": referring("big.yaml")}))


def test_reading_a_referenced_file_never_turns_progress_back_and_can_be_cancelled(tmp_path: Path) -> None:
    paths = "paths: {/a: {get: {}}, /b: {$ref: b.yaml}}"
    described(tmp_path, {"api.yaml": f"openapi: 3.1.0\n{paths}", "b.yaml": "get: {}"})
    told: list[float] = []
    read_openapi(tmp_path / "api.yaml", progress=told.append)
    assert told == sorted(told)
    for after in range(len(told)):
        asked = iter([False] * after)
        with pytest.raises(ImportRefused, match="cancelled"):
            read_openapi(tmp_path / "api.yaml", cancelled=partial(next, asked, True))
