"""Descriptions that a test writes inline and reads at once."""

from pathlib import Path
from textwrap import dedent
from typing import Protocol

import pytest

from tests.exchange.kong_gateway import Gateway
from tokentui.exchange.drafts import ApiDescription
from tokentui.exchange.openapi import read_openapi

HEAD = "openapi: 3.0.4\ninfo: {title: Shop API, version: '1'}\n"


class Describe(Protocol):
    """Reads `text` as a description; without a version of its own it gets the head of an OpenAPI 3.0 one."""

    def __call__(self, text: str, *, as_declared: bool = False) -> ApiDescription: ...


@pytest.fixture
def describe(tmp_path: Path) -> Describe:
    def read(text: str, *, as_declared: bool = False) -> ApiDescription:
        text = dedent(text)
        has_head = text.lstrip().startswith(("openapi", "swagger", "{"))
        file = tmp_path / "api.yaml"
        file.write_text(text if has_head else HEAD + text, encoding="utf-8")
        return read_openapi(file, as_declared=as_declared)

    return read


@pytest.fixture
def gateway(tmp_path: Path) -> Gateway:
    return Gateway(tmp_path)
