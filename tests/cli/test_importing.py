"""`tokentui import`: what it prints, and that a refused file changes nothing."""

from pathlib import Path

import pytest

from tests.cli.conftest import Shell

API = """\
openapi: 3.0.0
info: {title: Pets, version: "1"}
paths:
  /pets:
    get: {tags: [pets], summary: All pets, responses: {}}
  /pets/{id}:
    get: {tags: [pets], responses: {}}
    delete: {tags: [pets], responses: {}}
  bad:
    get: {responses: {}}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "api.yaml"
    path.write_text(API)
    return path


def test_json_counts_and_names_what_was_skipped(shell: Shell, file: Path) -> None:
    report = shell.json("import", str(file))
    assert {**report["endpoints"], "skipped": None} == {"added": 2, "changed": 0, "unchanged": 0, "skipped": None}
    assert [each["subject"] for each in report["endpoints"]["skipped"]] == ["bad"]
    assert shell.json("import", str(file), "--format", "openapi")["endpoints"]["unchanged"] == 2


def test_prints_its_sums_on_stderr(shell: Shell, file: Path) -> None:
    result = shell.run("import", str(file))
    assert result.stdout == ""
    assert result.stderr.endswith("2 added, 0 changed, 0 unchanged, 1 skipped.\n")


def test_new_endpoints_want_tokens_unless_said(shell: Shell, file: Path) -> None:
    shell.done("import", str(file))
    assert {each["authentication"] for each in shell.json("endpoints", "list")} == {"token"}


@pytest.mark.parametrize(("said", "kind"), [("none", "none"), ("internal", "internal"), ("as-declared", "none")])
def test_authentication_can_be_said(shell: Shell, file: Path, said: str, kind: str) -> None:
    shell.done("import", str(file), "--authentication", said)
    assert {each["authentication"] for each in shell.json("endpoints", "list")} == {kind}


def test_dry_run_prints_what_would_be_done_and_makes_no_file(shell: Shell, file: Path) -> None:
    lines = shell.done("import", str(file), "--dry-run").splitlines()
    assert [line.split()[:3] for line in lines[1:]] == [
        ["add", "pets/all-pets", "GET"],
        ["add", "pets/pets-id", "GET,DELETE"],
    ]
    planned = shell.json("import", str(file), "--dry-run")["endpoints"]
    assert planned["would_add"][0] == {
        "endpoint": "pets/all-pets",
        "path": "/pets",
        "gained": ["GET"],
        "lost": [],
        "cut_off": [],
    }
    assert not shell.store.parent.exists()
    assert not shell.key.parent.exists()


def test_tells_what_a_changed_file_cuts_off(shell: Shell, file: Path) -> None:
    shell.done("import", str(file))
    shell.done("tokens", "add", "erp")
    shell.done("tokens", "assign", "erp", "pets/pets-id")
    file.write_text(API.replace("    delete: {tags: [pets], responses: {}}\n", ""))
    assert "change  pets/pets-id  -DELETE  /pets/{id}" in shell.done("import", str(file), "--dry-run")
    assert "pets/pets-id: -DELETE; this cuts off erp\n" in shell.run("import", str(file)).stderr


@pytest.mark.parametrize("content", ["", "hello", "{}", "openapi: 3.0.0\npaths: 3"])
def test_a_file_that_is_no_api_changes_nothing(shell: Shell, file: Path, content: str) -> None:
    file.write_text(content)
    assert "api.yaml" in shell.refused(2, "import", str(file))
    assert not shell.store.parent.exists()


def test_a_file_that_is_not_there_changes_nothing(stocked: Shell) -> None:
    assert "no such file" in stocked.refused(2, "import", "no-such.yaml")


def test_without_the_key_nothing_is_imported(stocked: Shell, file: Path) -> None:
    stocked.key.unlink()
    before = stocked.store.read_bytes()
    assert stocked.run("import", str(file), "--authentication", "none").exit_code == 5
    assert stocked.store.read_bytes() == before
    stocked.done("import", str(file), "--dry-run")


KONG = """\
_format_version: "3.0"
services: [{name: shop, routes: [{name: pets, paths: [/pets]}]}]
plugins: [{name: key-auth}]
consumers: [{username: erp, keyauth_credentials: [{key: $ERP_KEY}]}, {username: crm}]
"""


@pytest.fixture
def kong(tmp_path: Path) -> Path:
    path = tmp_path / "kong.yaml"
    path.write_text(KONG)
    return path


def test_the_files_that_others_wrote_come_to_what_they_say(shell: Shell) -> None:
    data = Path(__file__).parents[3] / "shared" / "data"
    if not data.is_dir():
        pytest.skip("the folder with files that others wrote is absent")
    report = shell.json("import", str(data / "consumers.kong.yaml"), "--format", "kong")
    assert report == {
        "endpoints": {"added": 1, "changed": 0, "unchanged": 0, "skipped": []},
        "tokens": {"added": 3, "changed": 0, "unchanged": 0, "skipped": []},
        "assignments": {"added": 3, "changed": 0, "unchanged": 0, "skipped": []},
    }
    assert list(shell.json("import", str(data / "petstore.openapi.yaml"))) == ["endpoints"]


def test_the_format_is_recognised_and_told_or_insisted_on(shell: Shell, file: Path, kong: Path) -> None:
    assert shell.run("import", str(file)).stderr.startswith("Read as openapi.\n")
    assert shell.run("import", str(kong)).stderr.startswith("Read as kong.\n")
    assert "Read as" not in shell.run("import", str(kong), "--format", "kong").stderr
    assert "it says no openapi or swagger version" in shell.refused(2, "import", str(kong), "--format", "openapi")
    assert "no _format_version" in shell.refused(2, "import", str(file), "--format", "kong")


def test_keys_of_the_environment_are_taken_with_env_alone(
    shell: Shell, kong: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ERP_KEY", "erp-key-of-the-environment")
    report = shell.json("import", str(kong))
    assert [each["subject"] for each in report["tokens"]["skipped"]] == ["erp", "crm"]
    result = shell.run("import", str(kong), "--env")
    assert "tokens: 1 added, 0 changed, 0 unchanged, 1 skipped.\n" in result.stderr
    assert "erp-key" not in result.output
    assert shell.json("tokens", "show", "erp", "--reveal")["value"] == "erp-key-of-the-environment"


def test_options_of_another_format_are_refused(shell: Shell, file: Path, kong: Path) -> None:
    assert "--env is for Kong" in shell.refused(2, "import", str(file), "--env")
    assert "--authentication is for API" in shell.refused(2, "import", str(kong), "--authentication", "token")


def test_a_dry_run_of_kong_is_tables_and_makes_no_file(shell: Shell, kong: Path) -> None:
    kong.write_text(KONG.replace("$ERP_KEY", "erp-key"))
    result = shell.run("import", str(kong), "--dry-run")
    assert result.stdout.splitlines() == [
        "WHAT  ENDPOINT   METHODS   PATH",
        "add   shop/pets  POST,GET  /pets/*",
        "",
        "WHAT  TOKEN  DIFFERENCE",
        "add   erp    -",
        "",
        "WHAT  TOKEN  ENDPOINT   SLOTS",
        "add   erp    shop/pets  POST,GET",
    ]
    assert "A path of Kong is a prefix" in result.stderr
    assert not shell.store.parent.exists()
    assert not shell.key.parent.exists()


def test_a_dry_run_of_csv_tells_old_and_new_gained_and_lost_and_who_is_cut_off(
    stocked: Shell, tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_text(
        "name,description,enabled,endpoint,slots\nerp,Nightly,no,stock/goods-in,GET\ncrm,,,shop/pets,DELETE\n"
    )
    before = stocked.store.read_bytes()
    result = stocked.run("import", str(tmp_path / "t.csv"), "--dry-run")
    assert result.stdout.splitlines() == [
        "WHAT    TOKEN  DIFFERENCE",
        "change  erp    description: the erp program → Nightly; enabled: yes → no",
        "change  crm    description: the crm program → -",
        "",
        "WHAT    TOKEN  ENDPOINT        SLOTS",
        "add     crm    shop/pets       DELETE",
        "change  erp    stock/goods-in  -POST",
    ]
    assert "erp → stock/goods-in: -POST; this cuts off erp\n" in result.stderr
    planned = stocked.json("import", str(tmp_path / "t.csv"), "--dry-run")
    assert planned["tokens"]["would_change"][1] == {
        "token": "crm",
        "fields": {"description": {"old": "the crm program", "new": ""}},
    }
    assert planned["assignments"]["would_change"] == [
        {"token": "erp", "endpoint": "stock/goods-in", "gained": [], "lost": ["POST"], "cut_off": ["erp"]}
    ]
    assert stocked.store.read_bytes() == before


def test_a_name_that_is_taken_is_a_conflict_and_changes_nothing(stocked: Shell, tmp_path: Path) -> None:
    id = stocked.json("tokens", "show", "erp")["id"]
    (tmp_path / "t.json").write_text(f'[{{"name": "new"}}, {{"id": "{id}", "name": "CRM"}}]')
    assert "already an endpoint token named 'crm'" in stocked.refused(4, "import", str(tmp_path / "t.json"))


def test_values_are_compared_with_the_key_where_there_are_some(stocked: Shell, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("name,value\nerp,another-value\n")
    result = stocked.run("import", str(tmp_path / "t.csv"), "--dry-run")
    assert "erp: It has another value here, which stays; rotate it.\n" in result.stderr
    stocked.key.unlink()
    stocked.refused(5, "import", str(tmp_path / "t.csv"), "--dry-run")


@pytest.mark.parametrize("name", ["t.json", "t.csv", "kong.yaml"])
@pytest.mark.parametrize(
    "content",
    [
        "", "\0", "hello", "[", "[3]", '{"format": "tokentui"}', '{"format": "tokentui", "version": 1, "tokens": 3}',
        "name,value\nx,s3 cret\n", "_format_version: 9", "_format_version: '3.0'\nservices: *x", "a: &a [*a]",
        '{"format": "tokentui", "version": 1, "tokens": [{"name": "x", "value": "s3 cret"}]}',
    ],
)  # fmt: skip
def test_a_hostile_file_gets_one_line_and_changes_nothing(
    stocked: Shell, tmp_path: Path, name: str, content: str
) -> None:
    (tmp_path / name).write_text(content)
    told = stocked.refused(2, "import", str(tmp_path / name))
    assert name in told
    assert "s3" not in told


@pytest.mark.parametrize(
    "content",
    ["openapi: 3.0.0\npaths: {}", "_format_version: '3.0'", '{"format": "tokentui", "version": 1}', "name,value\n"],
)
def test_a_file_with_nothing_in_it_makes_no_store(shell: Shell, tmp_path: Path, content: str) -> None:
    (tmp_path / "file").write_text(content)
    shell.done("import", str(tmp_path / "file"))
    assert not shell.store.parent.exists()
    assert not shell.key.parent.exists()
