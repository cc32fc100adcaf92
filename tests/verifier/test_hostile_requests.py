"""Hostile requests over HTTP against the real server: none allowed, none an error of the server's, nothing leaks."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.verifier.conftest import Guarded, furnished
from tests.verifier.drafts import Draft
from tests.verifier.hostile import TABLE
from tests.verifier.live import PARSERS, Live, answers, live, wait_until
from tokentui.domain.fields import EndpointFields
from tokentui.services.endpoints import add_endpoint
from tokentui.verifier.questions import DIALECTS

REFUSALS = {400, 401, 403, 404, 405, 414, 431}
IDENTITY = ("x-token-name", "x-token-kind", "x-token-id", "x-endpoint")


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Guarded:
    """With `/inside`, which is free for 10.0.0.0/8."""
    found = furnished(tmp_path_factory.mktemp("estate"))
    add_endpoint(found.desk, EndpointFields(name="Inside", group="shop", path="/inside", ip_filter=("10.0.0.0/8",)))
    return found


@pytest.fixture(scope="module", params=[*PARSERS, "unix"])
def server(request: pytest.FixtureRequest, estate: Guarded) -> Iterator[Live]:
    """With each parser, and over a Unix socket."""
    kind: str = request.param
    parser = "httptools" if kind == "unix" else kind
    with live(folder_of(estate), parser=parser, unix=kind == "unix") as found:
        yield found
        assert found.process.poll() is None
        value = estate.value("erp")
        for dialect in DIALECTS:  # after all of that it answers as on the first day
            assert said(found, Draft(dialect, value.encode())) == [200]
        assert found.end() == 0
        assert_harmless(found, value)


def folder_of(estate: Guarded) -> Path:
    return estate.store.parent


def said(server: Live, question: Draft) -> list[int]:
    return [each.status for each in answers(server.say(bytes(question)))]


def assert_harmless(server: Live, value: str) -> None:
    """Neither log nor records hold the token, and nothing went wrong that was not told in one line."""
    assert "Traceback" not in server.told
    assert "unexpected" not in server.told
    assert value not in server.told
    files = [file for file in server.log.parent.iterdir() if file.suffix in (".sqlite", ".sqlite-wal")]
    assert files
    assert not any(value.encode() in file.read_bytes() for file in files)


@pytest.mark.parametrize("name", TABLE)
def test_a_hostile_request_is_not_allowed_in_any_dialect(server: Live, estate: Guarded, name: str) -> None:
    value = estate.value("erp").encode()
    row = TABLE[name]
    for dialect in DIALECTS:
        spoiled = row.spoil(Draft(dialect, value))
        if spoiled is None:
            continue
        answer = server.say(bytes(spoiled))
        assert value not in answer, f"{dialect}: the token comes back"
        heard = answers(answer)
        assert len(heard) <= 1, f"{dialect}: a second answer ({row.stands_for})"
        for each in heard:
            assert each.status in REFUSALS, f"{dialect}: {each.status} ({row.stands_for})"
            assert all(each.headers.get(header, [""]) == [""] for header in IDENTITY)


def test_what_is_good_is_allowed_so_that_the_table_shows_something(server: Live, estate: Guarded) -> None:
    value = estate.value("erp").encode()
    for dialect in DIALECTS:
        good = Draft(dialect, value)
        assert said(server, good) == [200]
        assert said(server, good(target=b"/orders?access_token=" + value, authorization=())) == [200]
        assert said(server, good(target=b"/open", authorization=())) == [200]
        inside = good(target=b"/inside", authorization=())
        assert said(server, inside(client=b"10.0.0.7")) == said(server, inside(client=b"::ffff:10.0.0.7")) == [200]


def test_pipelined_questions_are_answered_each_and_in_their_order(server: Live, estate: Guarded) -> None:
    value = estate.value("erp").encode()
    for dialect in DIALECTS:
        good = Draft(dialect, value, closing=False)
        questions = (good(authorization=()), good, good(target=b"/nowhere"), good(target=b"/open", closing=True))
        heard = answers(server.say(b"".join(map(bytes, questions))))
        assert [each.status for each in heard] == [401, 200, 403, 200]


@pytest.mark.parametrize("parser", PARSERS)
def test_a_peer_that_is_no_trusted_proxy_is_refused_whatever_it_says(estate: Guarded, parser: str) -> None:
    value = estate.value("erp").encode()
    with live(folder_of(estate), "--trusted-proxy", "192.0.2.0/24", parser=parser) as server:
        for dialect in DIALECTS:
            for draft in (
                Draft(dialect, value),
                Draft(dialect, value, target=b"/open"),
                Draft(dialect, value, more=(b"X-Forwarded-For: 192.0.2.1",)),
                Draft(dialect, value, more=(b"Forwarded: for=192.0.2.1",)),
            ):
                assert said(server, draft) == [403]
        assert server.end() == 0
        assert_harmless(server, value.decode())


def test_what_a_hostile_request_leaves_in_the_records_is_short_and_printable(server: Live, estate: Guarded) -> None:
    file = estate.desk.store.requests.path  # type: ignore[attr-defined]  # the store in files has one
    draft = Draft("envoy", b"x", authorization=())
    wait_until(
        lambda: said(server, draft) == [401] and file.exists() and file.stat().st_size, "something is recorded"
    )
    for target in (b"/long/" + b"y" * 9000, b"/%1b[31m", b"/a%0d%0ab", b"//x", "/\u202e".encode()):
        server.say(bytes(draft(target=target)))

    def rows() -> list[tuple[str, str]]:
        with suppress(sqlite3.OperationalError), closing(sqlite3.connect(file)) as database:
            return database.execute("SELECT method, path FROM requests").fetchall()
        return []

    wait_until(lambda: any(path.startswith("/long/") for _, path in rows()), "the request is recorded")
    assert all(method.isprintable() and len(method) <= 20 for method, _ in rows())
    assert all(path.isprintable() and len(path) <= 512 for _, path in rows())
