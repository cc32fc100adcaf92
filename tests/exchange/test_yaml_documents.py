"""YAML is read without its traps: no cycles, bombs, absurd nesting, or types of a programming language."""

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tokentui.domain.errors import ImportRefused
from tokentui.exchange import yaml_documents
from tokentui.exchange.documents import MAX_DEPTH, MAX_VALUES
from tokentui.exchange.yaml_documents import read_yaml


def parsed(text: str) -> object:
    return read_yaml(text, "api.yaml", max_values=MAX_VALUES, max_depth=MAX_DEPTH, reached=lambda _share: None)


def refusal(text: str) -> str:
    with pytest.raises(ImportRefused) as refused:
        parsed(text)
    message = str(refused.value)
    assert message.isprintable()
    assert len(message) < 300
    return message


@pytest.fixture(params=["CSafeLoader", "SafeLoader"])
def either_loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    loader: str = request.param
    if not hasattr(yaml, loader):
        pytest.skip("PyYAML was built without libyaml")
    monkeypatch.setattr(yaml_documents, "_LOADER", getattr(yaml, loader))
    return loader


@pytest.mark.usefixtures("either_loader")
def test_lists_objects_and_scalars_are_what_they_look_like() -> None:
    text = "a: [1, -2.5, true, ~, text, '1', \"\\u010d\"]\nb:\n- c: |\n    x\n    y\n-\n"
    assert parsed(text) == {"a": [1, -2.5, True, None, "text", "1", "č"], "b": [{"c": "x\ny\n"}, None]}


def test_keys_are_text_and_words_of_old_yaml_are_too() -> None:
    assert parsed("on: yes\n200: no\nnull: 2001-01-01\n~: 0o7") == {
        "on": "yes",
        "200": "no",
        "null": "2001-01-01",
        "~": "0o7",
    }


def test_a_date_that_does_not_exist_is_text() -> None:
    assert parsed("a: 2023-02-30") == {"a": "2023-02-30"}


def test_a_number_longer_than_python_converts_is_text() -> None:
    digits = "9" * 5000
    assert parsed(f"a: {digits}") == {"a": digits}


def test_duplicate_keys_are_tolerated_and_the_last_wins() -> None:
    assert parsed("a: 1\na: 2") == {"a": 2}


def test_an_empty_document_is_nothing() -> None:
    assert parsed("# only a comment\n") is None


def test_a_second_document_is_refused() -> None:
    assert "line 3: a second document begins" in refusal("---\na: b\n---\nc: d\n")


@pytest.mark.usefixtures("either_loader")
def test_bad_yaml_is_refused_with_its_line() -> None:
    assert "bad YAML, line 3" in refusal("a: b\nc: d\n\te: [\n")


def test_a_control_character_is_refused_with_its_line() -> None:
    assert "line 2: the control character U+0007" in refusal("á: b\nc: \x07")


@pytest.mark.parametrize("tag", ["!!python/object:os.system", "!!python/object/apply:os.system", "!Sub", "!!set"])
def test_tags_other_than_those_of_json_are_refused(tag: str) -> None:
    assert f"line 2: the tag {tag} is not taken" in refusal(f"a: b\nc: {tag} {{}}")


def test_a_tag_for_text_is_obeyed() -> None:
    assert parsed("a: !!str 200\nb: ! 200\nc: !!int 3") == {"a": "200", "b": "200", "c": 3}


def test_aliases_are_shared_not_copied() -> None:
    value = parsed("a: &x [1]\nb: *x\nc: *x")
    assert isinstance(value, dict)
    assert value["a"] is value["b"] is value["c"]


def test_an_anchor_may_be_set_anew() -> None:
    assert parsed("a: &x 1\nb: *x\nc: &x 2\nd: *x") == {"a": 1, "b": 1, "c": 2, "d": 2}


def test_an_alias_to_an_anchor_on_a_key_is_text() -> None:
    assert parsed("&x a: 1\nb: *x\nc: {*x : 2}") == {"a": 1, "b": "a", "c": {"a": 2}}


def test_merge_keys_fill_in_what_is_not_said() -> None:
    text = "x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz: {<<: [*x, *y], a: 3}\nw: {<<: *y, '<<': text}"
    value = parsed(text)
    assert isinstance(value, dict)
    assert value["z"] == {"a": 3, "b": 1, "c": 2}
    assert value["w"] == {"b": 2, "c": 2, "<<": "text"}


def test_a_merge_of_something_else_is_refused() -> None:
    assert "line 1: << merges something that is not an object" in refusal("{<<: text}")


def test_an_alias_without_an_anchor_is_refused() -> None:
    assert "line 2: the alias *x has no anchor" in refusal("a: b\nc: *x")


@pytest.mark.usefixtures("either_loader")
@pytest.mark.parametrize(
    "text", ["a: &x\n  b: *x", "a: &x\n  - c\n  - [*x]", "a: &x\n  <<: *x", "--- &x\n{b: {c: *x}}"]
)
def test_a_cycle_through_an_anchor_is_refused_with_its_line(text: str) -> None:
    assert "the alias *x stands inside its own anchor" in refusal(text)


@pytest.mark.parametrize(
    "text", ["? [a]\n: b", "? {a: b}\n: c", "? " * 100_000, "[? " * 100_000, "x: &x [a]\n*x : b"]
)
def test_a_key_that_is_not_text_is_refused(text: str) -> None:
    assert "a key that is not text" in refusal(text)


def bomb(levels: int, opening: str, closing: str) -> str:
    lines = ["l0: &l0 [lol]"]
    for level in range(1, levels):
        inside = ", ".join(
            f"{name}*l{level - 1}" for name in (f"k{i}: " if opening == "{" else "" for i in range(10))
        )
        lines.append(f"l{level}: &l{level} {opening}{inside}{closing}")
    return "\n".join(lines)


@pytest.mark.usefixtures("either_loader")
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{", "}")])
def test_a_billion_laughs_are_refused_by_their_size_written_out(opening: str, closing: str) -> None:
    assert "more than 4,000,000 values once its aliases are written out" in refusal(bomb(10, opening, closing))


def test_a_thousand_laughs_are_fine() -> None:
    assert parsed(bomb(4, "[", "]"))


def test_aliases_cannot_stack_up_to_absurd_depth() -> None:
    deep = "[" * 150 + "{}" + "]" * 150
    assert "nested deeper" in refusal(f"a: &a {deep.format('x')}\nb: {deep.format('*a')}")


@pytest.mark.usefixtures("either_loader")
@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "[{a: "])
@pytest.mark.parametrize("levels", [300, 100_000])
def test_absurd_nesting_is_refused_without_recursion(opening: str, levels: int) -> None:
    assert "nested deeper than 200 levels" in refusal(opening * levels)


def test_nesting_up_to_the_limit_is_taken() -> None:
    assert parsed("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert "nested deeper" in refusal("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))


def test_many_directives_are_refused_before_the_parser_compares_them_all() -> None:
    assert "more than 100 lines begin with %" in refusal("".join(f"%TAG !a{i}! b\n" for i in range(100_000)))


_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def _read_otherwise(text: str) -> bool:
    """Whether it is a number in YAML 1.2 and a text in 1.1: PyYAML writes it without quotes."""
    return bool(_NUMBER.fullmatch(text)) and isinstance(yaml.safe_load(text), str)


_TEXTS = st.text(max_size=8).filter(lambda text: not _read_otherwise(text))
_SCALARS = st.none() | st.booleans() | st.integers() | _TEXTS
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4)
)


@given(_VALUES)
def test_what_pyyaml_writes_is_read_back(value: object) -> None:
    assert parsed(yaml.safe_dump(value)) == value


def test_a_real_file_is_read_as_pyyaml_reads_it() -> None:
    file = Path(__file__).parents[3] / "shared/data/petstore.openapi.yaml"
    if not file.exists():
        pytest.skip(f"the real files are not beside the project ({file})")
    text = file.read_text(encoding="utf-8")
    assert parsed(text) == yaml.safe_load(text)
