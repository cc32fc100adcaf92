"""Tables that are kept as texts are the same to who uses them as tables that are parsed."""

from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.worlds import assign, endpoint, token
from tokentui.domain.names import name_key
from tokentui.store import layout
from tokentui.store.codec import Document, document_of
from tokentui.store.record_tables import AssignmentTable, TokenTable, table_of
from tokentui.store.tables import Piece, Table

Changes = dict[str, Document | None]

#: What stands in names, descriptions and ids: all that has a meaning in JSON, too.
texts = st.text('ab "\\{}[],:\nžŽ\u0301', max_size=6)
letters = st.sampled_from("abcdef")


@st.composite
def token_documents(draw: st.DrawFn) -> Document:
    enabled, active, previous = draw(st.tuples(st.booleans(), st.booleans(), st.sampled_from(["", "old", "older"])))
    record = token("name", draw(letters), enabled=enabled, active=active, previous=previous)
    document = {**document_of(record), "name": draw(texts), "description": draw(texts)}
    document["secret"]["generated_at"] = draw(letters)
    return document


@st.composite
def assignment_documents(draw: st.DrawFn) -> Document:
    return {**document_of(assign(token(), endpoint())), "rev": draw(st.integers(1, 10**12))}


def changes_of(
    ids: st.SearchStrategy[str], documents: st.SearchStrategy[Document]
) -> st.SearchStrategy[list[Changes]]:
    return st.lists(st.dictionaries(ids, st.none() | documents, max_size=6), max_size=5)


token_ids = st.builds("{}{}".format, letters, texts)
assignment_ids = st.builds("{}.{}".format, letters, letters) | texts


def parsed(table: Table) -> Any:
    return orjson.loads(b"".join(table.json()))


def read_in_pieces(name: str, documents: Mapping[str, Document], size: int) -> Table:
    """The table of these documents as it is read from a file, in pieces of at least this size."""
    text = memoryview(orjson.dumps(documents))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(layout, "_BLOCK", size)
        read = [Piece(orjson.loads(piece), begin) for piece, begin in layout.pieces(text)]
    return table_of(name, read, text)


def check(table: Table, expected: Mapping[str, Document]) -> None:
    assert dict(table.items()) == parsed(table) == expected
    assert (set(table), len(table)) == (set(expected), len(expected))
    assert all(table[id] == document and id in table for id, document in expected.items())
    assert table.get("nobody's") is None
    if isinstance(table, TokenTable):
        check_tokens(table, expected)
    if isinstance(table, AssignmentTable):
        check_assignments(table, expected)


def check_tokens(table: TokenTable, expected: Mapping[str, Document]) -> None:
    assert table.disabled == {id for id, document in expected.items() if not document["enabled"]}
    assert table.inactive == {id for id, document in expected.items() if not document["active"]}
    assert table.texts == {id: name_key(f"{doc['name']}\n{doc['description']}") for id, doc in expected.items()}
    assert table.generated_at == {id: document["secret"]["generated_at"] for id, document in expected.items()}
    assert set(table.by_name) == set(expected)
    assert [table.texts[id] for id in table.by_name] == sorted(table.texts.values())
    held: dict[str, set[str]] = {}
    for id, document in expected.items():
        for secret in (document["secret"], document.get("previous")):
            held.setdefault(secret["digest"], set()).add(id) if secret else None
    assert table.holders.keys() == held.keys()
    assert all(id in held[digest] for digest, id in table.holders.items())


def check_assignments(table: AssignmentTable, expected: Mapping[str, Document]) -> None:
    ends: dict[str, set[str]] = {}
    for id in expected:
        token_id, _, endpoint_id = id.partition(".")
        ends.setdefault(token_id, set()).add(endpoint_id)
    assert {token_id: {*ids} for token_id, ids in table.endpoints_of.items()} == ends
    for token_id in ends:
        assert table.of_token(token_id) == {id: expected[id] for id in expected if id.partition(".")[0] == token_id}
    assert table.of_token("nobody's") == {}


def follow(name: str, first: Changes, later: list[Changes], size: int) -> None:
    """Read a table and change it again and again; each time it is what it should be, and the one before still is."""
    expected = {id: document for id, document in first.items() if document is not None}
    table = read_in_pieces(name, expected, size)
    check(table, expected)
    for changes in later:
        before, expected = expected, {**expected, **changes}  # type: ignore[dict-item]  # cleared of None below
        expected = {id: document for id, document in expected.items() if document is not None}
        changed = table.changed(changes)
        check(table, before)
        check(changed, expected)
        table = changed


@settings(deadline=None)
@given(changes_of(token_ids, token_documents()), st.sampled_from([1, 200, 1 << 18]))
def test_a_table_of_tokens_is_what_was_put_into_it(changes: list[Changes], size: int) -> None:
    follow("tokens", changes[0] if changes else {}, changes[1:], size)


@settings(deadline=None)
@given(changes_of(assignment_ids, assignment_documents()), st.sampled_from([1, 200, 1 << 18]))
def test_a_table_of_assignments_is_what_was_put_into_it(changes: list[Changes], size: int) -> None:
    follow("assignments", changes[0] if changes else {}, changes[1:], size)


@settings(deadline=None)
@given(st.dictionaries(token_ids, token_documents()), st.lists(token_ids))
def test_some_of_a_table_of_tokens_are_a_table(documents: dict[str, Document], ids: list[str]) -> None:
    table = read_in_pieces("tokens", documents, 1 << 18)
    assert isinstance(table, TokenTable)
    some = {*ids, *sorted(documents)[::2]}
    check(table.among(some), {id: document for id, document in documents.items() if id in some})
