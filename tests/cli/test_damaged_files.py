"""Every command over files that are damaged in every way: one clear line, no traceback, and no byte changed."""

import os
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.store.mutations import MUTATIONS, OF_TEXT, Mutation
from tokentui.domain.requests import SeenRequest
from tokentui.domain.slots import Slot
from tokentui.store.tinydb_store import TinyDBStore

#: What looks and what changes; each file is met by one of them. A command is a line.
COMMANDS = """
tokens list --all
tokens list --all --json
tokens list --all --due
tokens list --text e --json
tokens list --reveal
tokens show erp
tokens show erp --reveal --json
tokens add new
tokens edit crm --name renamed --json
tokens rotate erp
tokens rotate erp --grace none --json
tokens retire erp
tokens disable erp --json
tokens enable crm
tokens deactivate erp
tokens assign crm stock/goods-in
tokens unassign erp stock/goods-in --slots GET
endpoints list --all --json
endpoints show stock/goods-in
endpoints show stock/goods-in shop/pets --reveal
endpoints add New --group shop --json
endpoints edit shop/pets --name Pets2
endpoints generate stock/goods-in GET --json
endpoints deactivate stock/goods-in
explain GET /pets/7
explain POST /api/endpoint/stock/goods-in --token-stdin
export
export --format csv
export --format haproxy-map
export --reveal --format nginx-map
audit
audit --all --json
activity list
activity list --token erp --json
activity verify
scan -
store info --json
store check --json
store check --repair
store generations
store backup
store restore 1 --dry-run
store restore 1 --yes
store rekey
"""
#: They tell what is wrong, or what would be changed, before they refuse.
TELL_MORE = (["store", "check"], ["store", "restore"], ["store", "info"])
#: How many mutated files each test meets: in CI, and in the slow search.
FEW = {"store": 900, "key": 250, "config": 250, "trail": 250, "requests": 60}
MANY = {"store": 12_000, "key": 2_000, "config": 2_000, "trail": 2_000, "requests": 500}

CONFIG = b"""# chosen by hand
theme = "nord"
mouse = false
base_url = "https://api.example.com"

[keys]
"tokens.rotate" = "R"
"list.down" = "down,j,n"

[policy]
rotate_after_days = 90
silent_after_days = 14
"""

amounts = pytest.mark.parametrize(
    "amounts", [FEW, pytest.param(MANY, marks=[pytest.mark.slow, pytest.mark.timeout(1200)])], ids=["few", "many"]
)


@pytest.fixture
def shell(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A store with a bit of everything, with requests seen and settings."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    shell.done("endpoints", "add", "Goods in", "--group", "stock", "--allow-deleting", "--ip-filter", "10.0.0.0/8")
    shell.done("endpoints", "add", "Pets", "--group", "shop", "--path", "/pets/{id}", "--authentication", "none")
    for name in ("erp", "crm", "old"):
        shell.done("tokens", "add", name, "--description", f"the {name}\nprogram")
    shell.done("tokens", "assign", "erp", "stock/goods-in")
    shell.done("tokens", "disable", "crm")
    shell.done("tokens", "rotate", "erp", "--grace", "1d")
    shell.done("audit", "acknowledge", "token-unassigned", "old", "--reason", "for now")
    TinyDBStore(shell.store).requests.record(requests(shell))
    config = tmp_path / "xdg" / "tokentui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_bytes(CONFIG)
    return shell


def requests(shell: Shell) -> list[SeenRequest]:
    """Some that were let in and some that were not."""
    reader, now = shell.office.reader(), datetime.now(UTC)
    endpoint, token = reader.endpoint_by_ref("stock/goods-in"), reader.token_by_name("erp")
    return [
        SeenRequest(
            at=now - timedelta(minutes=number),
            endpoint_id=endpoint.id,
            slot=Slot.GET,
            method="GET",
            path=endpoint.path,
            token_id=token.id if number % 3 else "",
            kind="endpoint" if number % 3 else "",
            previous=number % 2 == 0,
            address="10.0.0.7",
            status=200 if number % 3 else 401,
            reason="allowed" if number % 3 else "unknown_token",
            duration=number,
        )
        for number in range(40)
    ]


class Damage:
    """Puts all files back as they were, one of them mutated, and runs a command."""

    def __init__(self, shell: Shell, file: Path, mutations: tuple[Mutation, ...], seed: int) -> None:
        self.shell, self.file, self.mutations = shell, file, mutations
        self.chance = random.Random(seed)
        self.folders = {shell.store.parent, shell.key.parent, file.parent}
        self.sound = {path: path.read_bytes() for path in self._files()}

    def meet(self, times: int, commands: str) -> set[int]:
        """Meet so many mutated files; gives the exit codes."""
        lines = commands.strip().splitlines()
        return {self._meet(self.chance.choice(lines).split()) for _ in range(times)}

    def _meet(self, words: list[str]) -> int:
        self._put_back()
        mutated = self.chance.choice(self.mutations)(self.sound[self.file], self.chance)
        self.file.write_bytes(mutated)
        before = self._content()
        result = self.shell.run(*words, stdin="x" * 64)
        told = f"{words} with {mutated[:2000]!r}: {result.stderr}"
        assert result.exit_code in (0, 1, 2, 3, 4, 5), told
        assert isinstance(result.exception, SystemExit | None), told
        assert "Traceback" not in result.stderr, told
        if result.exit_code >= 2:
            *others, last = result.stderr.splitlines()
            assert last.startswith("tokentui: "), told
            assert last.isprintable(), told
            assert len(last) < 1000, told
            assert (others == [] and result.stdout == "") or words[:2] in TELL_MORE, told
            assert self._content() == before, told
        return result.exit_code

    def _content(self) -> dict[Path, bytes]:
        """All files but locks, the trail, which may tell of what did not come, and what SQLite has beside its own."""
        besides = (".lock", ".jsonl", "-shm", "-wal")
        return {
            path: path.read_bytes() for path in self._files() if path == self.file or not path.name.endswith(besides)
        }

    def _put_back(self) -> None:
        for path in self._files():
            if path not in self.sound:
                path.unlink()
        for path, content in self.sound.items():
            path.write_bytes(content)

    def _files(self) -> Iterator[Path]:
        return (path for folder in self.folders for path in folder.rglob("*") if path.is_file())


@amounts
def test_a_mutated_store_gets_one_clear_line_and_no_byte_is_changed(shell: Shell, amounts: dict[str, int]) -> None:
    codes = Damage(shell, shell.store, MUTATIONS, seed=1).meet(amounts["store"], COMMANDS)
    assert codes >= {0, 1, 5}


@amounts
def test_a_mutated_key_file_opens_nothing_and_gets_one_clear_line(shell: Shell, amounts: dict[str, int]) -> None:
    revealing = "\n".join(line for line in COMMANDS.splitlines() if "reveal" in line or "add" in line)
    codes = Damage(shell, shell.key, OF_TEXT, seed=2).meet(amounts["key"], revealing)
    assert codes <= {0, 5}
    assert 5 in codes


@amounts
def test_mutated_settings_get_one_clear_line_and_stay(shell: Shell, amounts: dict[str, int], tmp_path: Path) -> None:
    config = tmp_path / "xdg" / "tokentui" / "config.toml"
    codes = Damage(shell, config, OF_TEXT, seed=3).meet(amounts["config"], "audit\ntokens list --due")
    assert codes == {0, 2}


@amounts
def test_a_mutated_trail_gets_a_clear_answer_and_keeps_what_it_holds(shell: Shell, amounts: dict[str, int]) -> None:
    trail = shell.store.with_name("activity.jsonl")
    commands = "activity\nactivity verify\nactivity list --token erp --json\ntokens enable crm\naudit"
    codes = Damage(shell, trail, OF_TEXT, seed=4).meet(amounts["trail"], commands)
    assert codes == {0, 1}


@amounts
def test_a_mutated_file_of_requests_leaves_the_lists_and_gets_a_clear_line(
    shell: Shell, amounts: dict[str, int]
) -> None:
    file = shell.office.store.requests.path
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    commands = (
        "tokens list --json\ntokens show erp\naudit\ntokens disable erp --json\nendpoints deactivate stock/goods-in"
    )
    codes = Damage(shell, file, OF_TEXT, seed=5).meet(amounts["requests"], commands)
    assert codes <= {0, 5}
    assert os.path.exists(file)
