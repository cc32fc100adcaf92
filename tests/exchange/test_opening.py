"""What a file is shows in its content, and in its ending where it is CSV."""

from pathlib import Path

import pytest

from tokentui.domain.errors import ImportRefused
from tokentui.exchange.documents import Watch
from tokentui.exchange.opening import Format, Opened, open_file

NOBODY_LOOKS = Watch("file", lambda _share: None, lambda: False)


def opened(folder: Path, content: str, name: str = "file", format: Format | None = None) -> Opened:
    (folder / name).write_text(content, encoding="utf-8")
    return open_file(folder / name, NOBODY_LOOKS, format)


@pytest.mark.parametrize(
    ("content", "format"),
    [
        ("openapi: 3.0.0\npaths: {}\n", Format.OPENAPI),
        ('{"swagger": "2.0"}', Format.OPENAPI),
        ('_format_version: "3.0"\n', Format.KONG),
        ('{"_format_version": "1.1", "services": []}', Format.KONG),
        ('{"format": "tokentui", "version": 1}', Format.JSON),
        ('[{"name": "erp"}]', Format.JSON),
        ("name,description\nerp,Nightly\n", Format.CSV),
        ("\ufeffname;endpoint;slots\r\n", Format.CSV),
        ('"description","name"', Format.CSV),
        ("Name\tEnabled\n", Format.CSV),
    ],
)
def test_a_format_is_known_by_the_content(tmp_path: Path, content: str, format: Format) -> None:
    assert opened(tmp_path, content).format is format


@pytest.mark.parametrize("name", ["tokens.csv", "TOKENS.CSV", "tokens.tsv"])
def test_csv_is_known_by_the_ending_too(tmp_path: Path, name: str) -> None:
    assert opened(tmp_path, "name\nerp\n", name).format is Format.CSV


@pytest.mark.parametrize("content", ["hello", "{}", "name: x", "names, of, things", "3", "null", "description,slots"])
def test_what_is_none_of_them_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(ImportRefused, match="file: it is no API description, no Kong configuration and no export"):
        opened(tmp_path, content)


def test_a_format_that_is_said_is_believed(tmp_path: Path) -> None:
    assert opened(tmp_path, '{"swagger": "2.0"}', format=Format.KONG).format is Format.KONG
    assert opened(tmp_path, "openapi: 3.0.0", format=Format.CSV).format is Format.CSV


def test_no_repr_shows_what_is_in_the_file(tmp_path: Path) -> None:
    assert "s3cret" not in repr(opened(tmp_path, '[{"value": "s3cret"}]'))
