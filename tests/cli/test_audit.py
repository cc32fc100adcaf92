"""`tokentui audit`: what is found, in four shapes; where a script stops at it; and letting a finding be."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tokentui.domain.audit.findings import KINDS, Code
from tokentui.domain.fields import TokenFields
from tokentui.services.endpoints import set_endpoints_active
from tokentui.services.tokens import add_token

FIELDS = ["code", "severity", "subject", "message", "remedy"]


@pytest.fixture
def found(stocked: Shell) -> Shell:
    """A shell whose store has something for each severity."""
    stocked.done("tokens", "add", "weak", "--value-file", "-", stdin="hunter2")
    stocked.done("tokens", "assign", "weak", "stock/goods-in", "--slots", "GET")
    return stocked


def codes(shell: Shell, *options: str) -> list[tuple[str, str]]:
    return [(each["code"], each["subject"]) for each in shell.json("audit", *options)]


ALL = [
    ("endpoint-open", "shop/pets"),
    ("token-weak", "weak"),
    ("endpoint-any-address", "shop/pets"),
    ("token-unassigned", "crm"),
]


class TestListing:
    def test_json_has_the_words_of_the_design_the_gravest_first(self, found: Shell) -> None:
        printed = found.json("audit")
        assert [(each["code"], each["subject"]) for each in printed] == ALL
        assert [each["severity"] for each in printed] == ["high", "high", "medium", "low"]
        assert all(list(each)[:5] == FIELDS for each in printed)
        assert printed[1]["message"].startswith("Not 64 letters and digits. ")
        assert printed[1]["remedy"].endswith("tokentui tokens rotate weak")

    def test_for_people_each_code_is_a_paragraph_with_what_mends_it(self, found: Shell) -> None:
        paragraphs = found.done("audit").strip().split("\n\n")
        assert [paragraph.split(":")[0] for paragraph in paragraphs] == [
            "▲ high  endpoint-open",
            "▲ high  token-weak",
            "◆ medium  endpoint-any-address",
            "◇ low  token-unassigned",
        ]
        assert paragraphs[1].split("\n")[1:] == [
            "  weak       Not 64 letters and digits.",
            "  → Rotate it: tokentui tokens rotate NAME",
        ]

    def test_the_sums_are_talk(self, found: Shell) -> None:
        result = found.run("audit", "--json")
        assert result.stderr == "4 findings: 2 high, 1 medium, 1 low.\n"

    def test_an_empty_store_has_nothing_to_look_at(self, shell: Shell) -> None:
        result = shell.run("audit", "--json")
        assert (result.exit_code, json.loads(result.stdout)) == (0, [])
        assert "There is no store yet." in result.stderr
        assert "Nothing to look at." in result.stderr
        assert shell.done("audit") == ""

    def test_no_key_is_needed_and_no_value_printed(self, found: Shell) -> None:
        found.key.unlink()
        for shape in ("--json", "--csv", "--markdown", "--all"):
            assert "hunter2" not in found.run("audit", shape).output
        assert codes(found) == ALL

    @pytest.mark.parametrize("shapes", [("--json", "--csv"), ("--csv", "--markdown"), ("--json", "--markdown")])
    def test_one_shape_at_a_time(self, found: Shell, shapes: tuple[str, ...]) -> None:
        assert "exclude one another" in found.refused(2, "audit", *shapes)

    def test_thresholds_are_in_the_settings(
        self, shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
        settings = tmp_path / "xdg" / "tokentui" / "config.toml"
        settings.parent.mkdir(parents=True)
        settings.write_text("[policy]\nexpiring_within_days = 3\n")
        soon = datetime.now(UTC) + timedelta(days=2, hours=1)
        add_token(shell.office.desk, TokenFields(name="erp", expires_at=soon))
        assert ("token-expiring", "erp") in codes(shell)
        settings.write_text("[policy]\nexpiring_within_days = 2\n")
        assert ("token-expiring", "erp") not in codes(shell)

    def test_half_an_audit_is_not_taken_for_a_whole_one(self, found: Shell) -> None:
        found.store.with_name("requests.sqlite").write_text("This is no database, and it is long enough for one.")
        assert "requests seen" in found.refused(5, "audit", "--json", "--fail-on", "high")


class TestCsv:
    def rows(self, shell: Shell, *options: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(shell.done("audit", "--csv", *options))))

    def test_has_a_line_for_each_finding_and_says_the_same_as_json(self, found: Shell) -> None:
        told = [{field: each[field] for field in FIELDS} for each in found.json("audit")]
        assert [{field: row[field] for field in FIELDS} for row in self.rows(found)] == told

    def test_has_its_head_where_nothing_is_found(self, shell: Shell) -> None:
        assert shell.done("audit", "--csv").startswith("severity,code,subject,message,remedy,")

    @pytest.mark.parametrize("name", ["=1+2", "+49", "-x", "@sum(a1)"])
    def test_a_name_is_no_formula_to_a_spreadsheet(self, shell: Shell, name: str) -> None:
        add_token(shell.office.desk, TokenFields(name=name))
        assert [row["subject"] for row in self.rows(shell)] == [f"'{name}"]

    def test_quotes_commas_and_line_ends_stay_in_their_cell(self, found: Shell) -> None:
        add_token(found.office.desk, TokenFields(name='a "b", c'))
        found.done("audit", "acknowledge", "token-unassigned", 'a "b", c', "--reason", "one,\ntwo")
        (row,) = [row for row in self.rows(found, "--all") if row["acknowledged_because"]]
        assert (row["subject"], row["acknowledged_because"]) == ('a "b", c', "one, two")


class TestMarkdown:
    def test_is_a_table_for_a_ticket(self, found: Shell) -> None:
        lines = found.done("audit", "--markdown").splitlines()
        assert lines[0].startswith("| severity | code | subject | message | remedy |")
        assert set(lines[1]) == {"|", " ", "-"}
        assert lines[3].startswith("| high | token-weak | weak | Not 64 letters and digits. ")
        assert {line.count("|") for line in lines} == {7}

    def test_a_name_is_a_name_whatever_it_holds(self, shell: Shell) -> None:
        add_token(shell.office.desk, TokenFields(name="a|b *c* [d](https://e) <b> `f`"))
        line = shell.done("audit", "--markdown").splitlines()[2]
        assert r"| a\|b \*c\* \[d\](https\://e) \<b> \`f\` |" in line


class TestFailing:
    @pytest.mark.parametrize(("severity", "code"), [("low", 1), ("medium", 1), ("HIGH", 1)])
    def test_at_a_severity_or_above_the_answer_is_no(self, found: Shell, severity: str, code: int) -> None:
        result = found.run("audit", "--fail-on", severity)
        assert result.exit_code == code
        assert "token-weak" in result.stdout

    def test_below_it_the_answer_is_yes(self, shell: Shell) -> None:
        shell.done("tokens", "add", "spare")
        assert shell.run("audit", "--fail-on", "low").exit_code == 1
        assert shell.run("audit", "--fail-on", "medium").exit_code == 0

    def test_unless_it_is_asked_for_the_exit_code_is_0_whatever_is_found(self, found: Shell) -> None:
        assert found.run("audit").exit_code == 0

    def test_what_is_acknowledged_is_no_reason_to_fail(self, shell: Shell) -> None:
        shell.done("tokens", "add", "spare")
        shell.done("audit", "acknowledge", "token-unassigned", "spare", "--reason", "Next month.")
        assert shell.run("audit", "--fail-on", "low", "--all").exit_code == 0


class TestAcknowledging:
    def test_sets_a_finding_apart_and_withdrawing_brings_it_back(self, found: Shell) -> None:
        result = found.run(
            "audit", "acknowledge", "token-weak", "WEAK", "--reason", "For now.", "--until", "2199-06-15"
        )
        assert result.exit_code == 0
        assert result.stderr.startswith("Acknowledged token-weak of weak until 2199-06-1")
        assert codes(found) == [each for each in ALL if each[0] != "token-weak"]
        assert codes(found, "--all") == ALL
        assert "1 acknowledged (--all shows them)." in found.run("audit").stderr
        found.done("audit", "withdraw", "token-weak", "weak")
        assert codes(found) == ALL

    def test_json_tells_until_when_why_and_by_whom(self, found: Shell) -> None:
        found.done("audit", "acknowledge", "token-weak", "weak", "--reason", "For now.", "--until", "never")
        said = next(each["acknowledged"] for each in found.json("audit", "--all") if each["code"] == "token-weak")
        assert (said["until"], said["reason"]) == (None, "For now.")
        assert said["by"] == found.office.desk.actor.text
        assert "[acknowledged for good: For now.]" in found.done("audit", "--all")

    def test_is_for_90_days_unless_said_otherwise(self, found: Shell) -> None:
        found.done("audit", "acknowledge", "token-weak", "weak", "--reason", "For now.")
        said = next(each["acknowledged"] for each in found.json("audit", "--all") if each["acknowledged"])
        length = datetime.fromisoformat(said["until"]) - datetime.fromisoformat(said["at"])
        assert length == timedelta(days=90)

    def test_takes_several_subjects_all_or_none(self, found: Shell) -> None:
        found.done("tokens", "add", "spare")
        words = ("audit", "acknowledge", "token-unassigned", "--reason", "Soon.")
        message = found.refused(3, *words, "crm", "nobody", "nowhere")
        assert "no finding token-unassigned of 'nobody' and 'nowhere'. Nothing was done." in message
        assert found.run(*words, "crm", "spare").stderr.startswith("Acknowledged 2 findings until ")

    def test_a_mapping_is_named_with_an_arrow_that_can_be_typed(self, found: Shell) -> None:
        found.done("tokens", "assign", "weak", "shop/pets", "--slots", "DELETE")
        endpoint = found.office.desk.reader().endpoint_by_ref("shop/pets")
        set_endpoints_active(found.office.desk, [endpoint.id], False)
        assert ("mapping-dead", "weak → shop/pets") in codes(found)
        found.done("audit", "acknowledge", "mapping-dead", "weak->shop/pets", "--reason", "It comes back.")
        assert ("mapping-dead", "weak → shop/pets") not in codes(found)

    @pytest.mark.parametrize(
        ("words", "code"),
        [
            (("token-weak", "weak"), 2),
            (("token-weak", "weak", "--reason", " "), 2),
            (("token-weak", "weak", "--reason", "x", "--until", "yesterday"), 2),
            (("token-weak", "weak", "--reason", "x", "--until", ""), 2),
            (("token-weak", "weak", "--reason", "x", "--until", "2001-01-01"), 2),
            (("token-worse", "weak", "--reason", "x"), 2),
            (("token-weak", "crm", "--reason", "x"), 3),
        ],
    )
    def test_needs_a_reason_a_time_to_come_and_a_finding(
        self, found: Shell, words: tuple[str, ...], code: int
    ) -> None:
        found.refused(code, "audit", "acknowledge", *words)

    def test_withdrawing_what_is_not_acknowledged_finds_nothing(self, found: Shell) -> None:
        found.refused(3, "audit", "withdraw", "token-weak", "weak")

    def test_options_of_the_list_are_not_taken_before_a_command(self, found: Shell) -> None:
        found.refused(2, "audit", "--json", "withdraw", "token-weak", "weak")

    def test_is_refused_where_the_store_is_looked_at_only(self, found: Shell) -> None:
        result = found.run("audit", "withdraw", "token-weak", "weak", before=("--read-only",))
        assert result.exit_code == 5


def test_every_code_is_documented_with_its_severity() -> None:
    page = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text("utf-8")
    for code in Code:
        assert f"| `{code}` | {KINDS[code].severity} |" in page
