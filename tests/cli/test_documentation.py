"""`docs/command-line.md` tells of every command, option, exit code and JSON field; a new one has to go in there."""

import json
import re
from pathlib import Path

import click
import pytest

from tests.cli.conftest import Shell
from tests.cli.test_program import every_command
from tokentui.cli import failures
from tokentui.cli.program import program
from tokentui.domain.reasons import Reason
from tokentui.domain.requests import SeenRequest
from tokentui.services.desk import utc_now

PAGE = Path(__file__).parents[2] / "docs" / "command-line.md"


def sections() -> dict[str, str]:
    """Heading → text of each section of the second level."""
    parts = re.split(r"^## (.+)$", PAGE.read_text("utf-8"), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def found(words: tuple[str, ...]) -> click.Command:
    command: click.Command = program
    for word in words:
        assert isinstance(command, click.Group)
        below = command.get_command(click.Context(command), word)
        assert below is not None
        command = below
    return command


def does_something(command: click.Command) -> bool:
    """Whether it is more than a name for the commands below it: a group with options of its own is."""
    return bool(command.params) if isinstance(command, click.Group) else True


COMMANDS = [words for words in every_command() if does_something(found(words))]


def arguments(command: click.Command) -> list[str]:
    return [each.make_metavar(click.Context(command)) for each in command.params if isinstance(each, click.Argument)]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_a_section_with_its_arguments(words: tuple[str, ...]) -> None:
    assert f"`{' '.join(['tokentui', *words, *arguments(found(words))])}`" in sections()


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_option_has_a_row_in_its_section_and_every_row_an_option(words: tuple[str, ...]) -> None:
    command = found(words)
    text = sections()[f"`{' '.join(['tokentui', *words, *arguments(command)])}`"]
    options = {name for each in command.params if isinstance(each, click.Option) for name in each.opts}
    assert set(re.findall(r"^\| `(--[a-z-]+)", text, re.M)) == options


def test_every_option_of_the_program_is_told() -> None:
    text = sections()["Options of `tokentui` itself"]
    for each in program.params:
        assert each.opts[-1] in text
        assert not each.envvar or str(each.envvar) in text


def test_every_exit_code_is_told() -> None:
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", sections()["Exit codes"], re.M)}
    codes = {value for name, value in vars(failures).items() if name.isupper() and isinstance(value, int)}
    assert told == codes | {0, 1}


def test_every_json_field_is_told(stocked: Shell) -> None:
    text = sections()["JSON"]
    shapes = [stocked.json(kind, "list", "--reveal")[0] for kind in ("tokens", "endpoints")]
    shapes.append(json.loads(stocked.run("explain", "GET", "/x", "--json").stdout))
    trial = stocked.json("endpoints", "deactivate", "stock/goods-in", "--dry-run")
    shapes += [trial, *trial["would_change"], *shapes[-1]["steps"]]
    shapes.append(stocked.json("tokens", "disable", "erp", "--dry-run"))
    stocked.done("audit", "acknowledge", "endpoint-open", "shop/pets", "--reason", "Public.")
    there = stocked.office.reader().endpoint_by_ref("shop/pets")
    one = SeenRequest(at=utc_now(), method="GET", path=there.path, endpoint_id=there.id, status=200, reason="free")
    stocked.office.store.requests.record([one])
    shapes.append(stocked.json("requests")[0])
    finding = stocked.json("audit", "--all")[0]
    shapes += [finding, finding["acknowledged"]]
    assert all(f'"{field}": ' in text for shape in shapes for field in shape)


def test_every_reason_is_told_with_its_rule_and_status() -> None:
    rows = re.findall(r"^\| (`\w+`.*) \| (\d) \| (\d+) \|", sections()["JSON"], re.M)
    told = {word: (int(rule), int(status)) for words, rule, status in rows for word in re.findall(r"\w+", words)}
    assert told == {reason.value: (reason.rule, reason.status) for reason in Reason}


def test_every_field_of_an_export_is_told(stocked: Shell) -> None:
    text = sections()["JSON"].partition("### An export")[2]
    document = json.loads(stocked.done("export", "--reveal"))
    told = [document, *document["endpoints"], *document["tokens"], *document["tokens"][1]["assignments"]]
    assert all(f'"{field}": ' in text for shape in told for field in shape)
