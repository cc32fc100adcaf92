"""`tokentui tokens`: what each command does, prints and leaves."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tokentui.domain.requests import SeenRequest

VALUE = re.compile(r"[A-Za-z0-9]{64}")
FIELDS = [
    "id",
    "name",
    "description",
    "enabled",
    "active",
    "expires_at",
    "created_at",
    "rotated_at",
    "generated_at",
    "grace_until",
    "last_seen_at",
    "assignments",
]


class TestList:
    def test_shows_the_active_ones_in_aligned_columns(self, stocked: Shell) -> None:
        head, *lines = stocked.done("tokens", "list").splitlines()
        assert [line.split()[0] for line in lines] == ["crm", "erp"]
        assert {line.index("the ") for line in lines} == {head.index("DESCRIPTION")}

    def test_shows_a_description_of_several_lines_on_one(self, stocked: Shell) -> None:
        assert "the erp program" in stocked.done("tokens", "list")

    def test_aligns_wide_characters(self, shell: Shell) -> None:
        shell.done("tokens", "add", "商品", "--description", "x")
        shell.done("tokens", "add", "abcd", "--description", "x")
        first, second = shell.done("tokens", "list").splitlines()[1:]
        assert first.removeprefix("abcd") == second.removeprefix("商品")

    @pytest.mark.parametrize(
        ("options", "names"),
        [
            ((), ["crm", "erp"]),
            (("--inactive",), ["old"]),
            (("--all",), ["crm", "erp", "old"]),
            (("--disabled",), ["crm"]),
            (("--unassigned",), ["crm"]),
            (("--all", "--unassigned"), ["crm", "old"]),
            (("--text", "THE erp"), ["erp"]),
        ],
    )
    def test_filters(self, stocked: Shell, options: tuple[str, ...], names: list[str]) -> None:
        assert [token["name"] for token in stocked.json("tokens", "list", *options)] == names

    def test_refuses_inactive_and_all_at_once(self, stocked: Shell) -> None:
        assert "exclude each other" in stocked.refused(2, "tokens", "list", "--inactive", "--all")

    def test_of_no_store_is_empty_and_makes_none(self, shell: Shell) -> None:
        result = shell.run("tokens", "list", "--json")
        assert (result.exit_code, result.stdout) == (0, "[]\n")
        assert str(shell.store) in result.stderr
        assert list(shell.store.parent.parent.iterdir()) == []

    def test_prints_values_with_reveal_only(self, stocked: Shell) -> None:
        assert not VALUE.search(stocked.done("tokens", "list"))
        assert len(VALUE.findall(stocked.done("tokens", "list", "--reveal"))) == 2
        assert all("value" not in token for token in stocked.json("tokens", "list"))
        assert all(VALUE.fullmatch(token["value"]) for token in stocked.json("tokens", "list", "--reveal"))

    def test_needs_no_key(self, stocked: Shell) -> None:
        stocked.key.unlink()
        assert len(stocked.json("tokens", "list")) == 2


class TestShow:
    def test_json_has_the_words_of_the_design(self, stocked: Shell) -> None:
        token = stocked.json("tokens", "show", "ERP")
        assert list(token) == FIELDS
        assert token["assignments"] == [{"endpoint": "stock/goods-in", "slots": ["POST", "GET"]}]
        assert token["last_seen_at"] is None
        assert token["description"] == "the erp\nprogram"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", token["created_at"])

    def test_assignments_are_sorted_by_endpoint(self, stocked: Shell) -> None:
        stocked.done("tokens", "assign", "erp", "shop/pets")
        refs = [each["endpoint"] for each in stocked.json("tokens", "show", "erp")["assignments"]]
        assert refs == ["shop/pets", "stock/goods-in"]

    def test_json_of_several_is_a_list(self, stocked: Shell) -> None:
        assert [token["name"] for token in stocked.json("tokens", "show", "old", "erp")] == ["old", "erp"]

    def test_prints_a_field_a_line(self, stocked: Shell) -> None:
        lines = stocked.done("tokens", "show", "erp").splitlines()
        assert [line.split()[0] for line in lines] == FIELDS
        assert "assignments     stock/goods-in POST,GET" in lines

    def test_prints_the_value_with_reveal_only(self, stocked: Shell) -> None:
        assert not VALUE.search(stocked.done("tokens", "show", "erp"))
        assert "value" not in stocked.json("tokens", "show", "erp")
        value = stocked.json("tokens", "show", "erp", "--reveal")["value"]
        assert f"value           {value}" in stocked.done("tokens", "show", "erp", "--reveal")


class TestLastSeen:
    @pytest.fixture
    def seen(self, stocked: Shell) -> datetime:
        """When erp was let in last, by the value from before its rotation; later it was refused."""
        at = datetime(2026, 3, 14, 9, 26, 53, 589793, tzinfo=UTC)
        one = SeenRequest(at=at, method="GET", path="/", status=200, reason="allowed", previous=True)
        erp = stocked.office.reader().token_by_name("erp").id
        stocked.office.store.requests.record(
            [
                replace(one, token_id=erp),
                replace(one, token_id=erp, at=at - timedelta(days=1), previous=False),
                replace(one, token_id=erp, at=at + timedelta(days=1), status=403, reason="ip_not_allowed"),
            ]
        )
        return at

    def test_is_told_by_list_show_and_edit(self, stocked: Shell, seen: datetime) -> None:
        listed = {token["name"]: token["last_seen_at"] for token in stocked.json("tokens", "list", "--all")}
        assert listed == {"erp": "2026-03-14T09:26:53Z", "crm": None, "old": None}
        assert stocked.json("tokens", "show", "erp")["last_seen_at"] == "2026-03-14T09:26:53Z"
        shown = {token["name"]: token["last_seen_at"] for token in stocked.json("tokens", "show", "old", "erp")}
        assert shown == {"old": None, "erp": "2026-03-14T09:26:53Z"}
        assert "last_seen_at    2026-03-14T09:26:53Z" in stocked.done("tokens", "show", "erp").splitlines()
        assert stocked.json("tokens", "edit", "erp", "--name", "sap")["last_seen_at"] == "2026-03-14T09:26:53Z"

    @pytest.mark.parametrize("words", [("tokens", "list"), ("tokens", "show", "erp"), ("tokens", "list", "--json")])
    def test_that_cannot_be_read_is_told_in_one_line_and_the_list_stands(
        self, stocked: Shell, words: tuple[str, ...]
    ) -> None:
        before = stocked.done(*words)
        log = stocked.store.with_name("requests.sqlite")
        log.write_bytes(b"damaged, and long enough for the header of a database" * 9)
        result = stocked.run(*words)
        assert (result.exit_code, result.stdout) == (0, before)
        assert result.stderr.startswith(f"The requests seen {log} cannot be read: ")
        assert result.stderr.count("\n") == 1


class TestAdd:
    def test_generates_a_value_and_does_not_print_it(self, shell: Shell) -> None:
        result = shell.run("tokens", "add", "erp")
        assert (result.exit_code, result.stdout) == (0, "")
        assert not VALUE.search(result.stderr)

    def test_with_reveal_prints_the_value_alone(self, shell: Shell) -> None:
        value = shell.done("tokens", "add", "erp", "--reveal").removesuffix("\n")
        assert VALUE.fullmatch(value)
        assert shell.json("tokens", "show", "erp", "--reveal")["value"] == value

    def test_json_prints_the_object(self, shell: Shell) -> None:
        token = shell.json("tokens", "add", "erp", "--disabled", "--description", "d")
        assert list(token) == FIELDS
        assert (token["enabled"], token["active"], token["description"]) == (False, True, "d")

    @pytest.mark.parametrize("end", ["", "\n", "\r\n"])
    def test_takes_a_value_from_stdin_without_its_newline(self, shell: Shell, end: str) -> None:
        printed = shell.done("tokens", "add", "erp", "--value-file", "-", "--reveal", stdin=f"an.old_value{end}")
        assert printed == "an.old_value\n"

    def test_takes_a_value_from_a_file(self, shell: Shell, tmp_path: Path) -> None:
        (tmp_path / "value").write_text("an.old_value\n")
        assert (
            shell.done("tokens", "add", "erp", "--value-file", str(tmp_path / "value"), "--reveal")
            == "an.old_value\n"
        )

    @pytest.mark.parametrize("value", [b"", b"\n", b"a b", b"abc\n\n", b"\xff\xfe", b"x" * 5000])
    def test_refuses_what_is_no_token_value_without_repeating_it(self, shell: Shell, value: bytes) -> None:
        message = shell.refused(2, "tokens", "add", "erp", "--value-file", "-", stdin=value)
        assert "value" in message
        assert not shell.store.exists()

    def test_refuses_a_value_file_that_is_not_there(self, shell: Shell) -> None:
        assert "No such file" in shell.refused(2, "tokens", "add", "erp", "--value-file", "/no/such")

    def test_never_takes_a_value_from_an_argument_nor_repeats_it(self, shell: Shell) -> None:
        assert "SECRET" not in shell.refused(2, "tokens", "add", "erp", "SECRET")
        assert "SECRET" not in shell.refused(2, "tokens", "add", "erp", "--value=SECRET")

    def test_refuses_a_name_that_is_taken_in_any_case(self, stocked: Shell) -> None:
        assert "already" in stocked.refused(4, "tokens", "add", "ERP")

    def test_refuses_a_value_that_another_token_has(self, shell: Shell) -> None:
        shell.done("tokens", "add", "one", "--value-file", "-", stdin="an.old_value")
        assert "an.old_value" not in shell.refused(
            4, "tokens", "add", "two", "--value-file", "-", stdin="an.old_value"
        )

    @pytest.mark.parametrize("name", ["", " ", "a\x1b[31mb", "x" * 101, "\udcff"])
    def test_refuses_a_name_that_cannot_be_shown(self, shell: Shell, name: str) -> None:
        shell.refused(2, "tokens", "add", name)


class TestSwitching:
    @pytest.mark.parametrize(
        ("command", "field", "on"),
        [
            ("enable", "enabled", True),
            ("disable", "enabled", False),
            ("activate", "active", True),
            ("deactivate", "active", False),
        ],
    )
    def test_switches_several_at_once(self, stocked: Shell, command: str, field: str, on: bool) -> None:
        stocked.done("tokens", command, "erp", "crm", "old")
        assert {token[field] for token in stocked.json("tokens", "list", "--all")} == {on}

    @pytest.mark.parametrize("command", ["enable", "disable", "activate", "deactivate"])
    def test_switches_all_or_none_and_names_every_missing_one(self, stocked: Shell, command: str) -> None:
        message = stocked.refused(3, "tokens", command, "erp", "nobody", "old", "nothing")
        assert "'nobody' and 'nothing'" in message

    def test_tells_what_was_done(self, stocked: Shell) -> None:
        hit = "Refused at 1 endpoint; no requests are recorded yet.\n"
        assert stocked.run("tokens", "disable", "erp").stderr == f"erp disabled.\n{hit}"
        assert stocked.run("tokens", "disable", "erp").stderr == "Nothing to change: disabled already.\n"
        assert stocked.run("tokens", "enable", "erp", "crm", "old").stderr == "2 tokens enabled, 1 already so.\n"

    def test_leaves_assignments(self, stocked: Shell) -> None:
        stocked.done("tokens", "deactivate", "erp")
        assert stocked.json("tokens", "show", "erp")["assignments"] != []

    def test_needs_no_key(self, stocked: Shell) -> None:
        stocked.key.unlink()
        stocked.done("tokens", "disable", "erp")
        assert stocked.json("tokens", "show", "erp")["enabled"] is False


class TestAssigning:
    def test_maps_all_slots_unless_said(self, stocked: Shell) -> None:
        stocked.done("tokens", "assign", "crm", "shop/pets", "stock/goods-in")
        assert stocked.json("tokens", "show", "crm")["assignments"] == [
            {"endpoint": "shop/pets", "slots": ["GET", "DELETE"]},
            {"endpoint": "stock/goods-in", "slots": ["POST", "GET"]},
        ]

    def test_maps_the_slots_that_are_said_and_keeps_others(self, stocked: Shell) -> None:
        stocked.done("tokens", "assign", "crm", "stock/goods-in", "--slots", "get")
        stocked.done("tokens", "assign", "crm", "stock/goods-in", "--slots", "POST")
        assert stocked.json("tokens", "show", "crm")["assignments"][0]["slots"] == ["POST", "GET"]

    def test_refuses_a_slot_that_the_endpoint_does_not_have(self, stocked: Shell) -> None:
        message = stocked.refused(2, "tokens", "assign", "crm", "shop/pets", "stock/goods-in", "--slots", "DELETE")
        assert "stock/goods-in has no DELETE slot" in message

    def test_refuses_a_word_that_is_no_slot(self, stocked: Shell) -> None:
        assert "'PATCH'" in stocked.refused(2, "tokens", "assign", "crm", "shop/pets", "--slots", "GET,PATCH")

    def test_maps_all_or_none(self, stocked: Shell) -> None:
        assert "'no/where'" in stocked.refused(3, "tokens", "assign", "crm", "shop/pets", "no/where")
        assert "'nobody'" in stocked.refused(3, "tokens", "assign", "nobody", "shop/pets")

    def test_unassigns_all_mapped_slots_unless_said(self, stocked: Shell) -> None:
        stocked.done("tokens", "unassign", "erp", "stock/goods-in", "--slots", "POST")
        assert stocked.json("tokens", "show", "erp")["assignments"][0]["slots"] == ["GET"]
        stocked.done("tokens", "unassign", "erp", "stock/goods-in")
        assert stocked.json("tokens", "show", "erp")["assignments"] == []

    def test_unassigning_what_is_not_mapped_changes_nothing(self, stocked: Shell) -> None:
        before = stocked.store.read_bytes()
        stocked.done("tokens", "unassign", "erp", "shop/pets")
        assert stocked.store.read_bytes() == before

    def test_needs_no_key(self, stocked: Shell) -> None:
        stocked.key.unlink()
        stocked.done("tokens", "assign", "crm", "shop/pets")
        stocked.done("tokens", "unassign", "crm", "shop/pets")
