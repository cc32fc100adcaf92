"""Tokens and assignments as CSV: what rows say, which line is wrong, and no cell that looks like a formula."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokentui.domain.errors import ImportRefused
from tokentui.domain.slots import Slot
from tokentui.exchange.csv_cells import guarded, unguarded
from tokentui.exchange.csv_reading import csv_in
from tokentui.exchange.documents import Watch
from tokentui.exchange.drafts import AssignmentDraft, TokenDraft
from tokentui.exchange.opening import Format, Opened

POST, GET, DELETE = Slot
NOBODY_LOOKS = Watch("t.csv", lambda _share: None, lambda: False)


def read(text: str | bytes) -> tuple[TokenDraft, ...]:
    content = text.encode() if isinstance(text, str) else text
    return csv_in(Opened(Path("t.csv"), "t.csv", Format.CSV, content, None), NOBODY_LOOKS).tokens


def refusal(text: str | bytes) -> str:
    with pytest.raises(ImportRefused) as refused:
        read(text)
    message = str(refused.value)
    assert message.startswith("t.csv: ")
    assert message.isprintable()
    return message.removeprefix("t.csv: ").removesuffix("; correct it and import again.")


def test_a_row_is_a_token_with_an_assignment_and_more_rows_are_more_of_them() -> None:
    (erp, crm) = read(
        "name,description,enabled,active,expires_at,endpoint,slots\n"
        'erp,"Nightly, ""big""\nbatch",yes,no,2026-12-31T18:00:00Z,shop/pets,"POST,GET"\n'
        'ERP,"Nightly, ""big""\nbatch",yes,no,2026-12-31T18:00:00Z,shop/toys,delete\n'
        "crm,,,,,,\n"
    )
    assert erp == TokenDraft(
        name="erp",
        said={
            "description": 'Nightly, "big"\nbatch',
            "enabled": True,
            "active": False,
            "expires_at": datetime(2026, 12, 31, 18, tzinfo=UTC),
        },
        assignments=(AssignmentDraft("shop/pets", (POST, GET)), AssignmentDraft("shop/toys", (DELETE,))),
    )
    assert crm == TokenDraft(name="crm", said={"description": "", "expires_at": None}, assignments=())


def test_a_column_that_is_not_there_says_nothing() -> None:
    assert read("name\nerp\n") == (TokenDraft(name="erp"),)
    (erp,) = read("name,endpoint\nerp,shop/pets\n")
    assert erp.assignments == (AssignmentDraft("shop/pets", None),)
    (erp,) = read("name,value\nerp,s3cret\n")
    assert erp.value is not None
    assert (erp.value.value, erp.assignments) == ("s3cret", None)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffname,endpoint,slots\r\nerp,a/b,GET\r\n",
        "name;endpoint;slots\nerp;a/b;GET\n",
        "slots\tendpoint\tname\nGET\ta/b\terp",
        '"Name","ENDPOINT"," slots "\n"erp","a/b","GET"\n\n\n,,\n',
    ],
)
def test_byte_order_mark_line_ends_separators_order_and_case_are_as_they_come(text: str) -> None:
    assert read(text) == (TokenDraft(name="erp", assignments=(AssignmentDraft("a/b", (GET,)),)),)


@pytest.mark.parametrize("words", ["POST,GET", "get post", "GET;POST", "GET + POST"])
def test_slots_are_separated_as_one_likes(words: str) -> None:
    (erp,) = read(f'name,endpoint,slots\nerp,a/b,"{words}"\n')
    assert erp.assignments == (AssignmentDraft("a/b", (POST, GET)),)


@pytest.mark.parametrize(("word", "on"), [("TRUE", True), ("on", True), ("1", True), ("False", False), ("0", False)])
def test_switches_are_as_spreadsheets_write_them(word: str, on: bool) -> None:
    assert read(f"name,enabled\nerp,{word}\n")[0].said == {"enabled": on}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("\n\n", "line 3: there is no column name"),
        ("description\nx\n", "line 1: there is no column name"),
        ("name,descripton\n", "line 1: there is no column 'descripton', only name, description"),
        ("name,name\n", "line 1: the column name is there twice"),
        ("name,slots\n", "line 1: there is a column slots, and none that says of which endpoint"),
        ("name\nerp,x\n", "line 2: it has 2 cells, and the first line has 1"),
        ("name,enabled\nerp\n", "line 2: it has 1 cells, and the first line has 2"),
        ("name,enabled\n,yes\n", "line 2: The name is empty"),
        ('name,description\na,"x\ny"\nb\x07,x\n', "line 4: The name has a control character (U+0007)"),
        ("name,enabled\nerp,maybe\n", "line 2: Its enabled is 'maybe', where yes or no belongs"),
        ("name,expires_at\nerp,soon\n", "line 2: 'soon' is no moment"),
        ("name,expires_at\nerp,0001-01-01T00:00:00+14:00\n", "line 2: "),
        ("name,endpoint,slots\nerp,a/b,PUT\n", "line 2: 'PUT' is none of POST, GET, DELETE"),
        ("name,endpoint,slots\nerp,a/b,\n", "line 2: it has an endpoint, and no slots"),
        ("name,endpoint,slots\nerp,,GET\n", "line 2: it has slots, and no endpoint"),
        ("name,endpoint,slots\nerp,a/b,GET\nerp,a/b,GET\n", "line 3: a/b was there in line 2"),
        ("name,enabled,endpoint\nerp,yes,a/b\nerp,no,a/c\n", "line 3: erp is another here than in line 2"),
        ("name,value,endpoint\nerp,s3cret,a/b\nerp,s3cret2,a/c\n", "line 3: erp is another here than in line 2"),
        ("name,value\nerp,s3 cret\n", "line 2: The token value may hold only"),
        ('name,description\nerp,"x\n', "line 2: it is no CSV (unexpected end of data)"),
        ('name\n"erp"x\n', "line 2: it is no CSV"),
        ("name\ne\x00rp\n", "line 2: a NUL byte"),
        (b"name\nerp\n\xe9\n", "line 3: bytes that are not UTF-8"),
        (f"name,description\nerp,{'x' * 200_000}\n", "line 2: it is no CSV (field larger than field limit"),
        (f"name,description\nerp,{'x' * 1001}\n", "line 2: The description has 1001 characters"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(text: str | bytes, message: str) -> None:
    told = refusal(text)
    assert told.startswith(message)
    assert "s3" not in told


@given(st.text(max_size=6) | st.text("'=+-@\t\r\n a", max_size=4))
def test_any_cell_comes_back_and_none_begins_like_a_formula(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_an_apostrophe_that_guards_nothing_stays() -> None:
    assert unguarded("'tis") == guarded("'tis") == "'tis"


@given(st.text("name,;\t\"'\n\r=ab/GET\x00\x85 ", max_size=60), st.booleans())
def test_any_text_is_read_or_refused_in_one_line(text: str, with_head: bool) -> None:
    line = ""
    try:
        read(("name,description,endpoint,slots\n" if with_head else "") + text)
    except ImportRefused as refused:
        line = str(refused)
    assert line.startswith("t.csv: " if line else "")
    assert line.isprintable()
