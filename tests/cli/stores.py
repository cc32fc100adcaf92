"""What tests of the store as a whole look at, and put into it."""

import json

from tests.cli.conftest import Shell


def values(shell: Shell) -> list[str]:
    """Every token value that the store holds."""
    return [token["value"] for token in shell.json("tokens", "list", "--all", "--reveal")]


def tables(shell: Shell) -> dict[str, dict[str, dict[str, object]]]:
    found: dict[str, dict[str, dict[str, object]]] = json.loads(shell.store.read_bytes())
    return found


def put(shell: Shell, content: object) -> None:
    shell.store.write_text(json.dumps(content))
