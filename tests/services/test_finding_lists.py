"""The findings of an audit as lists: what is shown, in what order, and around which row."""

from collections.abc import Iterable

import pytest

from tests.domain.worlds import NOW
from tokentui.domain.audit.findings import Code, Finding
from tokentui.domain.records import Acknowledgement
from tokentui.services.auditing import Acknowledged, Audit
from tokentui.services.finding_lists import FindingList, FindingQuery, FindingRow, FindingSort
from tokentui.store.queries import EVERYTHING, Window

WEAK_B, WEAK_A = (Finding(Code.TOKEN_WEAK, name, name, "Not 64 letters and digits.") for name in ("beta", "Alpha"))
SPARE = Finding(Code.TOKEN_UNASSIGNED, "aardvark", "spare", "Mapped to no endpoint.")
OPEN = Finding(Code.ENDPOINT_OPEN, "shop/pets", "pets", "Asks for no token.")
LET_BE = Finding(Code.ENDPOINT_OPEN, "shop/prices", "prices", "Asks for no token.")
SAID = Acknowledgement(
    id="a", code="endpoint-open", subject_id="prices", subject="shop/prices", reason="Public.", created_at=NOW
)


@pytest.fixture
def lists() -> FindingList:
    return FindingList(Audit((SPARE, WEAK_B, OPEN, WEAK_A), (Acknowledged(LET_BE, SAID),)))


def names(rows: Iterable[FindingRow]) -> list[str]:
    return [row.finding.subject for row in rows]


def test_the_gravest_come_first_unless_another_order_is_asked_for(lists: FindingList) -> None:
    assert names(lists.page(FindingQuery(), EVERYTHING).rows) == ["shop/pets", "Alpha", "beta", "aardvark"]
    by_subject = FindingQuery(sort=FindingSort.SUBJECT)
    assert names(lists.page(by_subject, EVERYTHING).rows) == ["aardvark", "Alpha", "beta", "shop/pets"]
    by_code = FindingQuery(sort=FindingSort.CODE, reverse=True)
    assert names(lists.page(by_code, EVERYTHING).rows) == ["beta", "Alpha", "aardvark", "shop/pets"]


def test_what_is_let_be_is_a_list_of_its_own(lists: FindingList) -> None:
    page = lists.page(FindingQuery(acknowledged=True), EVERYTHING)
    assert names(page.rows) == ["shop/prices"]
    assert page.rows[0].acknowledgement == SAID


@pytest.mark.parametrize(
    ("text", "found"),
    [("WEAK alp", ["Alpha"]), ("high", ["shop/pets", "Alpha", "beta"]), ("asks for no", ["shop/pets"]), ("x", [])],
)
def test_the_filter_looks_at_severity_code_subject_and_message(
    lists: FindingList, text: str, found: list[str]
) -> None:
    page = lists.page(FindingQuery(text=text), EVERYTHING)
    assert names(page.rows) == found
    assert (page.total, page.of) == (len(found), 4)


def test_a_window_is_given_around_a_row(lists: FindingList) -> None:
    page = lists.page(FindingQuery(), Window(0, 2, WEAK_B.id))
    assert (page.at, page.offset, names(page.rows)) == (2, 1, ["Alpha", "beta"])


def test_rows_are_found_by_their_ids_in_whichever_list_they_are(lists: FindingList) -> None:
    assert names(lists.rows([SPARE.id, LET_BE.id, "gone"])) == ["shop/prices", "aardvark"]
    ids = frozenset({SPARE.id, LET_BE.id, "gone"})
    assert lists.held(ids, acknowledged=False) == {SPARE.id}
    assert lists.held(ids, acknowledged=True) == {LET_BE.id}
