"""Makes `docs/keys.md` out of the bindings: `python docs/make_keys.py`. A test tells where the page is old."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

from textual.binding import Binding
from textual.dom import DOMNode

import tokentui.tui

PAGE = Path(__file__).parent / "keys.md"
HEAD = """# Keys

Every action of the terminal UI, by the id that rebinds it in `config.toml`; several keys are separated by commas:

    [keys]
    "tokens.disable" = "D"
    "list.down" = "down,j,n"

This page is made by `docs/make_keys.py`.

| id | keys | does |
| --- | --- | --- |
"""


def bindings() -> Iterator[Binding]:
    """All bindings that our classes declare, sorted by id, each id once."""
    for module in pkgutil.walk_packages(tokentui.tui.__path__, "tokentui.tui."):
        importlib.import_module(module.name)
    found: dict[str, Binding] = {}
    for owner in _classes(DOMNode):
        if owner.__module__.startswith("tokentui."):
            for binding in owner.__dict__.get("BINDINGS", ()):
                found.setdefault(binding.id, binding)
    yield from (found[id] for id in sorted(found))


def _classes(base: type[DOMNode]) -> Iterator[type[DOMNode]]:
    for owner in base.__subclasses__():
        yield owner
        yield from _classes(owner)


def page() -> str:
    """The content of `docs/keys.md`."""
    rows = (f"| `{each.id}` | `{each.key}` | {each.tooltip or each.description} |\n" for each in bindings())
    return HEAD + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
