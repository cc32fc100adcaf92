"""Files that others wrote are read within bounds, and refused with one line that says what is wrong."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokentui.domain.errors import ImportRefused
from tokentui.exchange.documents import MAX_BYTES, ImportCancelled, Watch, parse_document, read_document


def watch(told: Callable[[float], None] = lambda _share: None, cancelled: bool = False) -> Watch:
    return Watch("api.yaml", told, lambda: cancelled)


def refusal(file: Path) -> str:
    with pytest.raises(ImportRefused) as refused:
        read_document(file, watch())
    message = str(refused.value)
    assert "\n" not in message
    return message


def parsed(text: str) -> object:
    return parse_document(text.encode(), "api.yaml", watch())


def written(folder: Path, content: bytes) -> Path:
    file = folder / "api.yaml"
    file.write_bytes(content)
    return file


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "api.yaml") == "api.yaml: there is no such file; check its path."


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "this is a folder" in refusal(tmp_path)


def test_an_unreadable_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_arguments: object) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "open", denied)
    assert "it cannot be read (Permission denied)" in refusal(tmp_path / "api.yaml")


def test_a_name_with_a_nul_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path / "a\0b")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert "the file is empty" in refusal(written(tmp_path, b""))


def test_a_file_with_nul_bytes_is_refused_with_the_line(tmp_path: Path) -> None:
    assert "line 2: a NUL byte" in refusal(written(tmp_path, b"a: b\nc: \0\n"))


def test_a_file_that_is_not_utf8_is_refused_with_the_line(tmp_path: Path) -> None:
    assert "line 3: bytes that are not UTF-8" in refusal(written(tmp_path, b"a: b\n\nc: \xff\n"))


def test_a_byte_order_mark_is_taken(tmp_path: Path) -> None:
    assert read_document(written(tmp_path, b'\xef\xbb\xbf{"a": 1}'), watch()) == {"a": 1}


def test_a_huge_file_is_refused_by_its_size_without_reading_it(tmp_path: Path) -> None:
    file = tmp_path / "api.yaml"
    file.touch()
    os.truncate(file, 200 * 1024 * 1024)
    assert "it is too big (200 MiB; at most 32 MiB can be read)" in refusal(file)


def test_the_largest_file_is_one_of_exactly_the_limit(tmp_path: Path) -> None:
    body = b"a: b\n# "
    file = written(tmp_path, body + b"x" * (MAX_BYTES - len(body)))
    assert read_document(file, watch()) == {"a": "b"}
    with file.open("ab") as more:
        more.write(b"x")
    assert "too big" in refusal(file)


def test_a_fifo_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "api.yaml")
    assert "device, pipe or socket" in refusal(tmp_path / "api.yaml")


def test_a_device_is_refused() -> None:
    assert "device, pipe or socket" in refusal(Path("/dev/zero"))


def test_a_strange_file_name_is_shown_on_one_line(tmp_path: Path) -> None:
    assert refusal(tmp_path / "a\n\x1b[31mb").startswith("a [31mb: there is no such file")


def test_json_is_known_by_its_content_not_by_the_file_name(tmp_path: Path) -> None:
    assert read_document(written(tmp_path, b' \n{"a": {"a": 1e3}}'), watch()) == {"a": {"a": 1000.0}}


def test_bad_json_is_refused_with_the_line(tmp_path: Path) -> None:
    assert "bad JSON, line 2, column" in refusal(written(tmp_path, b'{"a": 1,\n nonsense}'))


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"a":['])
def test_json_nested_absurdly_deep_is_refused(opening: str) -> None:
    with pytest.raises(ImportRefused, match="bad JSON"):
        parsed(opening * 100_000)


def test_json_of_too_many_values_is_refused_before_it_fills_the_memory() -> None:
    with pytest.raises(ImportRefused, match="more than 4,000,000 values"):
        parsed("[" + "[]," * 3_000_000 + "[]]")


def test_progress_goes_from_0_to_1_with_the_bytes_consumed() -> None:
    told: list[float] = []
    parse_document(b"".join(b"- item %d\n" % number for number in range(20_000)), "a", watch(told.append))
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)
    assert any(0.4 < share < 0.6 for share in told)


def test_a_cancelled_reading_ends_at_once() -> None:
    with pytest.raises(ImportCancelled, match="cancelled, nothing was changed"):
        parse_document(b"a: b", "api.yaml", watch(cancelled=True))


def test_a_reading_is_cancelled_in_the_middle_of_the_parsing() -> None:
    told: list[float] = []
    waiting = Watch("api.yaml", told.append, lambda: len(told) > 3)
    with pytest.raises(ImportCancelled):
        parse_document(b"- a\n" * 100_000, "api.yaml", waiting)
    assert 0 < told[-1] < 1


def refusal_or_none(content: bytes) -> str:
    try:
        parse_document(content, "api.yaml", watch())
    except ImportRefused as refused:
        return str(refused)
    return "api.yaml: none"


@given(st.binary(max_size=300))
def test_any_bytes_are_a_value_or_refused(content: bytes) -> None:
    said = refusal_or_none(content)
    assert said.startswith("api.yaml: ")
    assert said.isprintable()


@given(st.text(alphabet="[]{},:-?&*!|>'\"#%@`<ab01~ \n\t", max_size=120))
def test_any_yaml_syntax_is_a_value_or_refused(text: str) -> None:
    assert refusal_or_none(text.encode()).isprintable()
