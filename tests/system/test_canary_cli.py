"""Token values go through every command, and by mistake into every place of every command: they come out nowhere."""

import os
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import Result

from tests.cli.conftest import Shell
from tests.system.canary import Canary
from tokentui.cli import main
from tokentui.services.desk import Desk
from tokentui.services.endpoints import reveal_primary
from tokentui.services.tokens import reveal_token
from tokentui.verifier.supervisor import Supervisor

#: Commands in the order in which they are typed, each also with `--json` where it has that. A way is a line.
STORY = """
endpoints add "Goods in" --group stock --allow-deleting
endpoints add Pets --group shop --path /pets/{id} --authentication internal
endpoints list --all
endpoints show stock/goods-in shop/pets
endpoints edit stock/goods-in --methods POST
endpoints edit stock/goods-in --methods POST,GET
endpoints generate stock/goods-in POST --dry-run
endpoints generate stock/goods-in POST
endpoints deactivate shop/pets
endpoints activate shop/pets
tokens add erp
tokens add crm --value-file - < VALUE
tokens add twin --value-file - < VALUE
tokens add weak --value-file - < VALUE?
tokens add bad --value-file - < VALUE VALUE
tokens add file --value-file VALUES/value
tokens list --all --due
tokens show erp crm
tokens edit erp --description nightly --expires "in 90 days"
tokens assign erp stock/goods-in
tokens rotate erp --grace 1d
tokens rotate erp crm --grace none
tokens rotate erp --grace 1d
tokens rotate --all-due
tokens rotate --marked-file - < VALUE
tokens retire erp
tokens disable crm
tokens enable crm
tokens unassign erp stock/goods-in --slots GET
tokens deactivate crm
tokens activate crm
explain GET /api/endpoint/stock/goods-in --token-stdin < VALUE
explain POST /api/endpoint/stock/goods-in?access_token=VALUE
explain POST /api/endpoint/stock/goods-in?access_token=VALUE&access_token=VALUE
explain POST /VALUE/goods-in;VALUE
explain GET /pets/VALUE
import VALUES/tokens.csv --dry-run
import VALUES/tokens.csv
import VALUES/store.json
import VALUES/kong.yaml --dry-run
import VALUES/kong.yaml
import VALUES/broken.yaml
import VALUES/value
export
export --format csv
export --format haproxy-map
export --format nginx-map
audit --all
audit acknowledge token-unused erp --reason "VALUE"
audit --csv
audit --markdown
activity
activity list --text VALUE
activity list --token erp
activity verify
activity verify --head VALUE
scan VALUES
scan VALUES --names
scan - < VALUE
scan VALUES/VALUE
store info
store check
store generations
store backup
store restore 1 --dry-run
store restore 1 --yes
store key export --verify-only --output verify-key
store rekey
store check
"""

#: What a command is given, beside a value by mistake; where nothing is said, whatever it asks for.
EXAMPLES = {"tokens": "erp", "endpoints": "stock/goods-in"}

#: They print the name of a file that they were told.
PRINT_A_NAME = {("store", "backup"), ("proxy", "haproxy")}

KONG = """_format_version: "3.0"
consumers:
- username: kong-app
  keyauth_credentials: [{key: %s}]
- username: two-keys
  keyauth_credentials: [{key: %s}, {key: "%s %s"}]
services:
- name: s
  url: http://127.0.0.1
  plugins: [{name: key-auth}]
  routes: [{name: r, paths: [/kong]}]
"""


class Teller:
    """Types commands, and looks at all that comes of them."""

    def __init__(self, shell: Shell, canary: Canary, values: Path) -> None:
        self.shell, self.canary, self.values = shell, canary, values

    def tell(self, line: str) -> None:
        """A line of the story, with a new value for each VALUE."""
        import shlex

        command, _, stdin = line.replace("VALUES", str(self.values)).partition(" < ")
        for words in self._with_json(shlex.split(self._filled(command))):
            self.run(words, self._filled(stdin) + "\n")

    def run(self, words: list[str], stdin: str = "", asked: tuple[str, ...] = ()) -> Result:
        result = self.shell.run(*words, stdin=stdin)
        self.canary.look(f"what {words} prints", result.stdout, asked=asked)
        self.canary.look(f"what {words} says", result.stderr)
        assert result.exit_code != 70, result.stderr
        self.adopt_all()
        return result

    def _filled(self, text: str) -> str:
        while "VALUE" in text:
            text = text.replace("VALUE", self.canary.value(), 1)
        return text

    def _with_json(self, words: list[str]) -> Iterator[list[str]]:
        yield words
        if any("--json" in each.opts for each in command_of(words).params):
            yield [*words, "--json"]

    def adopt_all(self) -> None:
        """Look for what the system has generated too."""
        for value in all_values(self.shell.office.desk):
            self.canary.adopt(value)


def all_values(desk: Desk) -> set[str]:
    """All values that the store holds."""
    reader = desk.reader()
    primaries = {reveal_primary(desk, one, slot) for one in reader.iter_endpoints() for slot in one.primaries}
    return primaries | {reveal_token(desk, token) for token in reader.iter_tokens()}


def command_of(words: list[str]) -> click.Command:
    """The command that these words begin with."""
    command: click.Command = main
    for word in words:
        found = command.get_command(click.Context(command), word) if isinstance(command, click.Group) else None
        if found is None:
            break
        command = found
    return command


def every_command(
    group: click.Group = main, before: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """All commands, with the words that name them; groups too."""
    yield before, group
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from every_command(command, (*before, name))
        else:
            yield (*before, name), command


def mistakes(name: tuple[str, ...], command: click.Command, value: str) -> Iterator[list[str]]:
    """A command with a value where something else belongs, or nothing at all."""
    arguments = [each for each in command.params if isinstance(each, click.Argument)]
    example = EXAMPLES.get(name[0] if name else "", "x")
    given = [*name, *(_example(each, example) for each in arguments)]
    for mistake in (value, f"--{value}", f"-{value}", f"--{value}=x", f"--json={value}", f"x={value}"):
        yield [*given, mistake]
    for place in range(len(name), len(given)):
        yield [*given[:place], value, *given[place + 1 :]]
    for option in command.params:
        if isinstance(option, click.Option) and not option.is_flag:
            yield [*given, option.opts[0], value]
            yield [*given, f"{option.opts[0]}={value}"]


def _example(argument: click.Argument, otherwise: str) -> str:
    return argument.type.choices[0] if isinstance(argument.type, click.Choice) else otherwise


@pytest.fixture
def canary() -> Canary:
    return Canary()


@pytest.fixture
def teller(canary: Canary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Teller:
    """Files with values that one may take in are in a folder of their own, where nobody looks for leaks."""
    values = tmp_path / "values"
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    values.mkdir()
    (values / "value").write_text(canary.value())
    (values / "tokens.csv").write_text(f"name,value\nimported,{canary.value()}\n{canary.value()},x\n")
    (values / "kong.yaml").write_text(KONG % tuple(canary.value() for _ in range(4)))
    (values / "broken.yaml").write_text(f"consumers: [{canary.value()}: {{key: '{canary.value()}\n")
    (values / "store.json").write_text(f'{{"tokens": [{{"name": "j", "value": "{canary.value()}"}}]}}')
    return Teller(Shell(tmp_path / "data" / "tokens.json", tmp_path / "config" / "key"), canary, values)


def test_no_command_prints_says_or_leaves_a_value_that_was_not_asked_for(
    teller: Teller, canary: Canary, tmp_path: Path
) -> None:
    for line in STORY.strip().splitlines():
        teller.tell(line)
    keys = [canary.adopt(key) for key in master_keys(tmp_path / "config")]
    for folder in ("data", "here"):
        canary.look_under(tmp_path / folder)
    canary.look_under(tmp_path / "config", asked=tuple(keys))
    assert len([*(tmp_path / "here").glob("*.tar")]) >= 1
    canary.nowhere()


def master_keys(folder: Path) -> list[str]:
    """The keys themselves, which are in their files and nowhere else."""
    texts = [path.read_text() for path in folder.rglob("*") if path.is_file()]
    return [text.strip().rpartition(":")[2] for text in texts if text.startswith("tokentui-key-v1:")]


def test_a_value_that_is_given_by_mistake_is_not_repeated_nor_kept_by_any_command(
    teller: Teller, canary: Canary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Supervisor, "run", lambda self, ready: ready())  # it would go on until it is told to end
    for line in STORY.strip().splitlines()[:11]:
        teller.tell(line)
    for name, command in every_command():
        value = canary.value()
        for words in mistakes(name, command, value):
            teller.run(words, "", asked=(value,) if name in PRINT_A_NAME else ())
    for option in ("--store", "--key-file"):
        teller.run([f"{option}={canary.value()}", "tokens", "list"])
    for folder in ("data", "config"):
        canary.look_under(tmp_path / folder)
    for left in (tmp_path / "here").iterdir():  # its name was asked for
        canary.look(str(left), left.read_bytes())
    canary.nowhere()


def test_what_is_asked_for_is_revealed(teller: Teller, canary: Canary) -> None:
    """Without it the tests above would show little."""
    teller.run(["tokens", "add", "erp", "--reveal"])
    assert len(canary.leaks) == 1
    assert os.linesep not in canary.values[-1]
