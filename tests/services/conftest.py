"""A desk at a store and a key of its own."""

from pathlib import Path

import pytest

from tokentui.cli.compose import Office
from tokentui.services.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Office(tmp_path / "data" / "tokens.json", tmp_path / "config" / "key").desk
