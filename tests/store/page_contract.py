"""The questions that every backend answers alike: pages of rows by text, state, sort and window, and counts."""

import unicodedata
from dataclasses import replace

import pytest

from tests.domain.worlds import NOW, SECOND, assign, endpoint, token
from tests.store.contract import OpenStore, save
from tests.store.requests_contract import HOUR, seen
from tokentui.domain.records import EndpointToken
from tokentui.domain.slots import Authentication, Slot
from tokentui.store.protocol import Reader, Store
from tokentui.store.queries import (
    EVERYTHING,
    Counts,
    EndpointQuery,
    EndpointSort,
    MappingQuery,
    TokenQuery,
    TokenSort,
    Window,
)

POST, GET, DELETE = Slot


def described(record: EndpointToken, description: str, seconds: float) -> EndpointToken:
    """The token with a description, its value generated so many seconds later."""
    secret = replace(record.secret, generated_at=record.secret.generated_at + seconds * SECOND)
    return replace(record, description=description, secret=secret)


ZEBRA = described(token("Zebra"), "nightly export", 3)
ALPHA = described(token("alpha", enabled=False), "Shop, nightly", 1)
BETA = described(token("Beta"), "portal", 2)
SHELVED = described(token("shelved", active=False), "", 0)
PO = endpoint("po", methods=(POST,), allow_deleting=True)
RETURNS = endpoint("returns", "/back/{id}", Authentication.NONE)
CLOSED = endpoint("closed", methods=(GET,), active=False)


class PageContract:
    @pytest.fixture
    def reader(self, open_store: OpenStore) -> Reader:
        store = open_store()
        mapped = (assign(ZEBRA, PO), assign(ZEBRA, RETURNS), assign(ALPHA, PO, POST), assign(SHELVED, PO))
        save(store, ZEBRA, ALPHA, BETA, SHELVED, PO, RETURNS, CLOSED, *mapped)
        return store.reader()

    def tokens(self, reader: Reader, query: TokenQuery) -> list[str]:
        return [row.token.name for row in reader.token_page(query, EVERYTHING).rows]

    def endpoints(self, reader: Reader, query: EndpointQuery) -> list[str]:
        return [row.endpoint.slug for row in reader.endpoint_page(query, EVERYTHING).rows]

    # ------------------------------------------------------------------ who is called so

    def test_records_are_found_by_name_and_ref_ignoring_case_and_accents_and_state(
        self, open_store: OpenStore
    ) -> None:
        store = open_store()
        accented = described(token("Příjem"), "portal", 0)
        save(store, ZEBRA, ALPHA, SHELVED, accented, PO, RETURNS, CLOSED)
        reader = store.reader()
        assert reader.called("PRIJEM") == reader.called("příj") == (frozenset({accented.id}), frozenset())
        assert reader.called("portal") == (frozenset(), frozenset())
        assert reader.called("clos") == (frozenset(), frozenset({CLOSED.id}))
        assert reader.called("lv sh") == (frozenset({SHELVED.id}), frozenset())

    # ------------------------------------------------------------------ tokens

    def test_tokens_come_by_name_ignoring_case_and_the_active_ones_only(self, reader: Reader) -> None:
        assert self.tokens(reader, TokenQuery()) == ["alpha", "Beta", "Zebra"]

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            (TokenQuery(active=False), ["shelved"]),
            (TokenQuery(active=None), ["alpha", "Beta", "shelved", "Zebra"]),
            (TokenQuery(enabled=False), ["alpha"]),
            (TokenQuery(enabled=True), ["Beta", "Zebra"]),
            (TokenQuery(assigned=True), ["alpha", "Zebra"]),
            (TokenQuery(assigned=False), ["Beta"]),
            (TokenQuery(assigned=True, active=None, enabled=True), ["shelved", "Zebra"]),
            (TokenQuery(only=frozenset({BETA.id, ALPHA.id, SHELVED.id, "nobody"})), ["alpha", "Beta"]),
            (TokenQuery(only=frozenset({BETA.id, SHELVED.id}), active=False), ["shelved"]),
            (TokenQuery(only=frozenset({ZEBRA.id, ALPHA.id}), sort=TokenSort.ENABLED), ["Zebra", "alpha"]),
            (TokenQuery(only=frozenset()), []),
            (TokenQuery(reverse=True), ["Zebra", "Beta", "alpha"]),
            (TokenQuery(sort=TokenSort.AGE), ["alpha", "Beta", "Zebra"]),
            (TokenQuery(sort=TokenSort.DESCRIPTION), ["Zebra", "Beta", "alpha"]),
            (TokenQuery(sort=TokenSort.ENABLED), ["Beta", "Zebra", "alpha"]),
            (TokenQuery(sort=TokenSort.ASSIGNED), ["Beta", "alpha", "Zebra"]),
            (TokenQuery(sort=TokenSort.ASSIGNED, reverse=True), ["Zebra", "alpha", "Beta"]),
        ],
    )
    def test_tokens_are_selected_and_sorted_as_asked(
        self, reader: Reader, query: TokenQuery, names: list[str]
    ) -> None:
        assert self.tokens(reader, query) == names

    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("NIGHT", ["alpha", "Zebra"]),
            ("nightly shop", ["alpha"]),
            ("ta port", ["Beta"]),
            ("  ", ["alpha", "Beta", "Zebra"]),
            ("nothing", []),
        ],
    )
    def test_text_means_that_every_word_is_in_name_or_description(
        self, reader: Reader, text: str, names: list[str]
    ) -> None:
        assert self.tokens(reader, TokenQuery(text=text)) == names

    @pytest.mark.parametrize(
        ("seconds", "names"),
        [
            (0, []),
            (0.999999, []),
            (1, ["alpha"]),
            (1.000001, ["alpha"]),
            (2, ["alpha", "Beta"]),
            (99, ["alpha", "Beta", "Zebra"]),
        ],
    )
    def test_due_are_those_whose_value_was_generated_at_a_moment_or_earlier(
        self, reader: Reader, seconds: float, names: list[str]
    ) -> None:
        query = TokenQuery(due_before=NOW + seconds * SECOND, sort=TokenSort.AGE)
        assert self.tokens(reader, query) == names
        assert reader.token_page(query, EVERYTHING).of == len(names)

    def test_a_value_that_was_generated_within_a_second_is_due_from_then_on(self, open_store: OpenStore) -> None:
        store = open_store()
        save(store, described(token("alpha"), "", 0.5))
        for seconds, count in ((0, 0), (0.499999, 0), (0.5, 1), (1, 1)):
            page = store.reader().token_page(TokenQuery(due_before=NOW + seconds * SECOND), EVERYTHING)
            assert page.total == count

    def test_text_matches_whatever_its_composition(self, open_store: OpenStore) -> None:
        store = open_store()
        save(store, token("Příjem"))
        text = unicodedata.normalize("NFD", "příj")
        assert self.tokens(store.reader(), TokenQuery(text=text)) == ["Příjem"]

    def test_a_token_row_tells_to_how_many_endpoints_it_is_mapped(self, reader: Reader) -> None:
        rows = reader.token_page(TokenQuery(), EVERYTHING).rows
        assert {row.token.name: row.assigned for row in rows} == {"alpha": 1, "Beta": 0, "Zebra": 2}

    def test_total_counts_the_rows_and_of_those_without_the_text(self, reader: Reader) -> None:
        page = reader.token_page(TokenQuery(text="nightly"), Window(0, 1))
        assert (len(page.rows), page.total, page.of) == (1, 2, 3)

    def test_asking_twice_gives_the_same(self, reader: Reader) -> None:
        for _ in range(2):
            assert self.tokens(reader, TokenQuery(reverse=True)) == ["Zebra", "Beta", "alpha"]
            assert self.tokens(reader, TokenQuery()) == ["alpha", "Beta", "Zebra"]
            assert self.tokens(reader, TokenQuery(only=frozenset({BETA.id}))) == ["Beta"]

    # ------------------------------------------------------------------ last seen

    @pytest.fixture
    def seen_store(self, open_store: OpenStore) -> Store:
        """A store in which Zebra was seen an hour ago, alpha two hours ago by its old value, and nobody else."""
        store = open_store()
        save(store, ZEBRA, ALPHA, BETA, SHELVED, PO, assign(ZEBRA, PO), assign(ALPHA, PO, POST))
        store.requests.record(
            [
                seen(ZEBRA.id, at=NOW - HOUR),
                seen(ZEBRA.id, at=NOW - 3 * HOUR),
                seen(ALPHA.id, at=NOW - 2 * HOUR, previous=True),
                seen(BETA.id, at=NOW, status=401, reason="disabled_token"),
            ]
        )
        return store

    def test_a_row_tells_when_its_token_was_last_seen_by_whichever_value(self, seen_store: Store) -> None:
        expected = {"alpha": NOW - 2 * HOUR, "Beta": None, "Zebra": NOW - HOUR}
        reader = seen_store.reader()
        rows = reader.token_page(TokenQuery(), EVERYTHING).rows
        assert {row.token.name: row.last_seen_at for row in rows} == expected
        mapped = reader.mapping_page(MappingQuery(endpoint_id=PO.id), EVERYTHING).rows
        assert {row.token.name: row.last_seen_at for row in mapped} == expected

    def test_by_last_seen_come_those_that_never_were_and_then_from_the_longest_ago(self, seen_store: Store) -> None:
        by_seen = TokenQuery(sort=TokenSort.LAST_SEEN)
        reader = seen_store.reader()
        assert self.tokens(reader, by_seen) == ["Beta", "alpha", "Zebra"]
        assert self.tokens(reader, replace(by_seen, reverse=True)) == ["Zebra", "alpha", "Beta"]
        assert self.tokens(reader, replace(by_seen, active=None)) == ["Beta", "shelved", "alpha", "Zebra"]
        assert self.tokens(reader, replace(by_seen, text="nightly", reverse=True)) == ["Zebra", "alpha"]
        page = reader.token_page(replace(by_seen, text="nightly"), Window(0, 1, around=ZEBRA.id))
        assert (page.offset, page.total, page.of, page.at) == (1, 2, 3, 1)

    def test_the_tokens_of_an_endpoint_are_ordered_by_last_seen_too(self, seen_store: Store) -> None:
        query = MappingQuery(endpoint_id=PO.id, sort=TokenSort.LAST_SEEN)

        def names(query: MappingQuery) -> list[str]:
            return [row.token.name for row in seen_store.reader().mapping_page(query, EVERYTHING).rows]

        assert names(query) == ["Beta", "alpha", "Zebra"]
        assert names(replace(query, mapped_only=True, reverse=True)) == ["Zebra", "alpha"]

    def test_what_is_recorded_is_seen_by_a_reader_that_is_held_and_by_the_next(self, seen_store: Store) -> None:
        reader, by_seen = seen_store.reader(), TokenQuery(sort=TokenSort.LAST_SEEN)
        assert self.tokens(reader, by_seen) == ["Beta", "alpha", "Zebra"]
        seen_store.requests.record([seen(BETA.id, at=NOW), seen(ALPHA.id, at=NOW + HOUR)])
        for each in (reader, seen_store.reader()):
            assert self.tokens(each, by_seen) == ["Zebra", "Beta", "alpha"]
            rows = each.token_page(by_seen, EVERYTHING).rows
            assert [row.last_seen_at for row in rows] == [NOW - HOUR, NOW, NOW + HOUR]

    def test_where_no_requests_are_recorded_nobody_was_seen_and_nothing_is_wrong(self, reader: Reader) -> None:
        page = reader.token_page(TokenQuery(sort=TokenSort.LAST_SEEN), EVERYTHING)
        assert [row.token.name for row in page.rows] == ["alpha", "Beta", "Zebra"]
        assert {row.last_seen_at for row in page.rows} == {None}
        assert page.trouble == ""

    # ------------------------------------------------------------------ windows

    @pytest.mark.parametrize(
        ("window", "offset", "names", "at"),
        [
            (Window(0, 2), 0, ["alpha", "Beta"], None),
            (Window(2, 2), 1, ["Beta", "Zebra"], None),
            (Window(99, 2), 1, ["Beta", "Zebra"], None),
            (Window(0, 99), 0, ["alpha", "Beta", "Zebra"], None),
            (Window(0, 0), 0, [], None),
            (Window(0, 1, around=ZEBRA.id), 2, ["Zebra"], 2),
            (Window(0, 2, around=ALPHA.id), 0, ["alpha", "Beta"], 0),
            (Window(1, 1, around=SHELVED.id), 1, ["Beta"], None),
        ],
    )
    def test_a_window_is_some_rows_by_offset_or_around_a_row(
        self, reader: Reader, window: Window, offset: int, names: list[str], at: int | None
    ) -> None:
        page = reader.token_page(TokenQuery(), window)
        assert (page.offset, [row.token.name for row in page.rows], page.at) == (offset, names, at)
        assert page.total == 3

    # ------------------------------------------------------------------ endpoints

    @pytest.mark.parametrize(
        ("query", "slugs"),
        [
            (EndpointQuery(), ["po", "returns"]),
            (EndpointQuery(active=False), ["closed"]),
            (EndpointQuery(active=None), ["closed", "po", "returns"]),
            (EndpointQuery(active=None, reverse=True), ["returns", "po", "closed"]),
            (EndpointQuery(slot=GET), ["returns"]),
            (EndpointQuery(slot=POST), ["po", "returns"]),
            (EndpointQuery(slot=DELETE), ["po"]),
            (EndpointQuery(only=frozenset({RETURNS.id})), ["returns"]),
            (EndpointQuery(only=frozenset({RETURNS.id, PO.id, CLOSED.id, "nobody"}), slot=POST), ["po", "returns"]),
            (EndpointQuery(only=frozenset()), []),
            (EndpointQuery(text="BACK/"), ["returns"]),
            (EndpointQuery(text="orders/po"), ["po"]),
            (EndpointQuery(active=None, sort=EndpointSort.ACTIVE), ["po", "returns", "closed"]),
            (EndpointQuery(active=None, sort=EndpointSort.AUTHENTICATION), ["returns", "closed", "po"]),
            (EndpointQuery(active=None, sort=EndpointSort.ASSIGNED), ["closed", "returns", "po"]),
            (EndpointQuery(active=None, sort=EndpointSort.METHODS), ["closed", "po", "returns"]),
            (EndpointQuery(active=None, sort=EndpointSort.REF), ["closed", "po", "returns"]),
        ],
    )
    def test_endpoints_are_selected_and_sorted_as_asked(
        self, reader: Reader, query: EndpointQuery, slugs: list[str]
    ) -> None:
        assert self.endpoints(reader, query) == slugs

    def test_an_endpoint_row_tells_how_many_active_tokens_are_mapped_to_it(self, reader: Reader) -> None:
        rows = reader.endpoint_page(EndpointQuery(active=None), EVERYTHING).rows
        assert {row.endpoint.slug: row.assigned for row in rows} == {"po": 2, "returns": 1, "closed": 0}

    # ------------------------------------------------------------------ one endpoint's tokens

    def test_an_endpoint_sees_the_active_tokens_with_the_slots_they_are_mapped_to(self, reader: Reader) -> None:
        page = reader.mapping_page(MappingQuery(endpoint_id=PO.id), EVERYTHING)
        assert {row.token.name: row.slots for row in page.rows} == {
            "alpha": (POST,),
            "Beta": (),
            "Zebra": (POST, GET, DELETE),
        }

    def test_hide_unassigned_leaves_the_mapped_ones(self, reader: Reader) -> None:
        page = reader.mapping_page(MappingQuery(endpoint_id=PO.id, mapped_only=True, text="export"), EVERYTHING)
        assert [row.token.name for row in page.rows] == ["Zebra"]
        assert (page.total, page.of) == (1, 2)

    # ------------------------------------------------------------------ counts

    def test_counts_are_of_all_and_of_the_active(self, reader: Reader) -> None:
        assert reader.counts() == Counts(endpoints=3, active_endpoints=2, tokens=4, active_tokens=3)
