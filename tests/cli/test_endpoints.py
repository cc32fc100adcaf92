"""`tokentui endpoints`: what each command does, prints and leaves."""

import re

import pytest

from tests.cli.conftest import Shell

FIELDS = [
    "id",
    "name",
    "group",
    "slug",
    "path",
    "authentication",
    "ip_filter",
    "methods",
    "allow_deleting",
    "active",
    "description",
    "slots",
    "assigned",
]
VALUE = re.compile(r"[A-Za-z0-9]{64}")


class TestList:
    def test_shows_aligned_columns_ordered_by_reference(self, stocked: Shell) -> None:
        head, *lines = stocked.done("endpoints", "list").splitlines()
        assert [line.split()[0] for line in lines] == ["shop/pets", "stock/goods-in"]
        assert {line.index("/") for line in (line[head.index("PATH") :] for line in lines)} == {0}

    @pytest.mark.parametrize(
        ("options", "slugs"),
        [
            ((), ["pets", "goods-in"]),
            (("--method", "POST"), ["goods-in"]),
            (("--method", "delete"), ["pets"]),
            (("--text", "STOCK"), ["goods-in"]),
            (("--inactive",), []),
            (("--all",), ["pets", "goods-in"]),
        ],
    )
    def test_filters(self, stocked: Shell, options: tuple[str, ...], slugs: list[str]) -> None:
        assert [endpoint["slug"] for endpoint in stocked.json("endpoints", "list", *options)] == slugs

    def test_counts_active_tokens(self, stocked: Shell) -> None:
        stocked.done("tokens", "assign", "old", "stock/goods-in")
        stocked.done("tokens", "assign", "crm", "stock/goods-in")
        listed = {each["slug"]: each["assigned"] for each in stocked.json("endpoints", "list")}
        assert listed == {"goods-in": 2, "pets": 0}
        assert stocked.json("endpoints", "show", "stock/goods-in")["assigned"] == 2

    def test_of_no_store_is_empty_and_makes_none(self, shell: Shell) -> None:
        result = shell.run("endpoints", "list")
        assert (result.exit_code, result.stdout) == (0, "")
        assert "endpoints add" in result.stderr
        assert not shell.store.parent.exists()

    def test_prints_primaries_with_reveal_only(self, stocked: Shell) -> None:
        assert not VALUE.search(stocked.done("endpoints", "list"))
        assert len(VALUE.findall(stocked.done("endpoints", "list", "--reveal"))) == 2


class TestShow:
    def test_json_has_the_words_of_the_design(self, stocked: Shell) -> None:
        endpoint = stocked.json("endpoints", "show", "shop/pets")
        assert list(endpoint) == FIELDS
        assert endpoint["methods"] == ["GET"]
        assert endpoint["slots"] == ["GET", "DELETE"]
        assert endpoint["path"] == "/pets/{id}"

    def test_json_of_several_is_a_list(self, stocked: Shell) -> None:
        shown = stocked.json("endpoints", "show", "stock/goods-in", "shop/pets")
        assert [each["slug"] for each in shown] == ["goods-in", "pets"]

    def test_prints_a_field_a_line(self, stocked: Shell) -> None:
        lines = stocked.done("endpoints", "show", "shop/pets").splitlines()
        assert [line.split()[0] for line in lines] == FIELDS

    def test_prints_primaries_by_slot_with_reveal_only(self, stocked: Shell) -> None:
        assert "primary" not in stocked.json("endpoints", "show", "stock/goods-in")
        primary = stocked.json("endpoints", "show", "stock/goods-in", "--reveal")["primary"]
        assert list(primary) == ["POST", "GET"]
        printed = stocked.done("endpoints", "show", "stock/goods-in", "--reveal")
        assert all(value in printed for value in primary.values())
        assert stocked.json("endpoints", "show", "shop/pets", "--reveal")["primary"] == {}

    def test_names_every_missing_one(self, stocked: Shell) -> None:
        message = stocked.refused(3, "endpoints", "show", "shop/pets", "no/where", "nonsense")
        assert "'no/where' and 'nonsense'" in message


class TestAdd:
    def test_prints_the_reference_with_the_generated_slug(self, shell: Shell) -> None:
        assert shell.done("endpoints", "add", "Příjem zboží #2", "--group", "stock") == "stock/prijem-zbozi-2\n"
        assert shell.json("endpoints", "show", "stock/prijem-zbozi-2")["path"] == "/api/endpoint/stock/prijem-zbozi-2"

    def test_numbers_a_generated_slug_that_is_taken(self, stocked: Shell) -> None:
        assert stocked.done("endpoints", "add", "Goods in", "--group", "stock") == "stock/goods-in-2\n"

    def test_takes_every_flag(self, shell: Shell) -> None:
        endpoint = shell.json(
            *("endpoints", "add", "Pets", "--group", "shop", "--slug", "animals", "--path", "/pets/*"),
            *("--methods", "get", "--authentication", "internal", "--allow-deleting"),
            *("--ip-filter", "10.0.0.0/8, 2001:db8::1", "--description", "d"),
        )
        assert {key: value for key, value in endpoint.items() if key != "id"} == {
            "name": "Pets",
            "group": "shop",
            "slug": "animals",
            "path": "/pets/*",
            "authentication": "internal",
            "ip_filter": ["10.0.0.0/8", "2001:db8::1"],
            "methods": ["GET"],
            "allow_deleting": True,
            "active": True,
            "description": "d",
            "slots": ["GET", "DELETE"],
            "assigned": 0,
        }

    def test_answers_both_methods_to_tokens_unless_said(self, shell: Shell) -> None:
        endpoint = shell.json("endpoints", "add", "Pets", "--group", "shop")
        assert (endpoint["methods"], endpoint["authentication"]) == (["POST", "GET"], "token")

    @pytest.mark.parametrize(
        "flags",
        [
            ("--group", "Stock"),
            ("--group", "g", "--slug", "a b"),
            ("--group", "g", "--ip-filter", "10.0.0.0/99"),
            ("--group", "g", "--ip-filter", "10.0.0.1/8"),
            ("--group", "g", "--path", "pets"),
            ("--group", "g", "--methods", "DELETE"),
            ("--group", "g", "--methods", "PATCH"),
            ("--group", "g", "--methods", ""),
            ("--group", "g", "--authentication", "some"),
            (),
        ],
    )
    def test_refuses_bad_input(self, shell: Shell, flags: tuple[str, ...]) -> None:
        shell.refused(2, "endpoints", "add", "Pets", *flags)
        assert not shell.store.exists()

    @pytest.mark.parametrize(
        "flags", [("--slug", "goods-in"), ("--slug", "new", "--path", "/api/endpoint/stock/goods-in")]
    )
    def test_refuses_a_slug_or_path_that_is_taken(self, stocked: Shell, flags: tuple[str, ...]) -> None:
        stocked.refused(4, "endpoints", "add", "Goods in", "--group", "stock", *flags)
