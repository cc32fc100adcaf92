"""The page of all keys is made from the bindings; it may not drift from them."""

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_of_keys_is_current() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "make_keys.py"))
    assert (ROOT / "docs" / "keys.md").read_text("utf-8") == made["page"](), "run: python docs/make_keys.py"


def test_every_binding_has_an_id_and_says_what_it_does() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "make_keys.py"))
    for binding in made["bindings"]():
        assert binding.id, binding
        assert binding.tooltip, binding
