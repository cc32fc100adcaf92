"""A command line at a store and a key of its own."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tokentui.cli import main
from tokentui.cli.compose import Office


@dataclass(frozen=True)
class Shell:
    """Types commands, as `tokentui --store … --key-file …`."""

    store: Path
    key: Path

    def run(self, *words: str, stdin: str | bytes | None = None, before: tuple[str, ...] = ()) -> Result:
        """Run a command, whatever comes of it; `before` are more options of `tokentui` itself."""
        places = ("--store", str(self.store), "--key-file", str(self.key))
        return CliRunner().invoke(main, [*places, *before, *words], input=stdin, prog_name="tokentui")

    def done(self, *words: str, stdin: str | bytes | None = None) -> str:
        """Run a command that succeeds; returns its stdout."""
        result = self.run(*words, stdin=stdin)
        assert result.exit_code == 0, result.output
        return result.stdout

    def json(self, *words: str) -> Any:
        """What a command prints with `--json`."""
        return json.loads(self.done(*words, "--json"))

    def refused(self, code: int, *words: str, stdin: str | bytes | None = None) -> str:
        """Run a command that fails with `code`, says so in one line, and leaves the store byte for byte as it was."""
        before = self.store.read_bytes() if self.store.exists() else None
        result = self.run(*words, stdin=stdin)
        after = self.store.read_bytes() if self.store.exists() else None
        assert result.exit_code == code, result.output
        assert result.stderr.startswith("tokentui: ")
        assert result.stderr.count("\n") == 1
        assert result.stdout == ""
        assert after == before
        return result.stderr

    @property
    def office(self) -> Office:
        """The store and the desk, past the command line."""
        return Office(self.store, self.key)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A shell where no store and no key is yet."""
    return Shell(tmp_path / "data" / "tokens.json", tmp_path / "config" / "key")


@pytest.fixture
def stocked(shell: Shell) -> Shell:
    """A shell whose store has two endpoints and three tokens, one of them disabled, one inactive."""
    shell.done("endpoints", "add", "Goods in", "--group", "stock", "--authentication", "token")
    shell.done(
        "endpoints",
        "add",
        "Pets",
        "--group",
        "shop",
        "--path",
        "/pets/{id}",
        "--methods",
        "GET",
        "--allow-deleting",
        "--authentication",
        "none",
    )
    for name in ("erp", "crm", "old"):
        shell.done("tokens", "add", name, "--description", f"the {name}\nprogram")
    shell.done("tokens", "assign", "erp", "stock/goods-in")
    shell.done("tokens", "disable", "crm")
    shell.done("tokens", "deactivate", "old")
    return shell


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the shell is in."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def backup(stocked: Shell, here: Path) -> Path:
    return here / stocked.done("store", "backup").strip()
