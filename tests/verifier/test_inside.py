"""Whatever goes wrong inside refuses, is told by its kind alone, and leaves the verifier as able as before."""

from typing import Any

import pytest

from tests.domain.worlds import endpoint
from tests.verifier.asking import Answered, ask, question
from tests.verifier.conftest import Guarded
from tokentui.domain.decision import Decision, Guard, Reason, Request
from tokentui.domain.errors import InvalidIpFilter
from tokentui.verifier.answers import Answers
from tokentui.verifier.application import Verifier
from tokentui.verifier.networks import Networks
from tokentui.verifier.questions import DIALECTS

every_dialect = pytest.mark.parametrize("dialect", DIALECTS)
SECRET = "a-secret-that-an-error-quotes"
IDENTITY = ("x-token-name", "x-token-kind", "x-token-id", "x-endpoint")


class Faulty:
    """A verifier of which parts are made to fail; `told` is what it told, and `heard` what its listener got."""

    def __init__(self, guarded: Guarded, **parts: Any) -> None:
        self.guarded = guarded
        self.told: list[str] = []
        self.heard: list[tuple[Request, Decision]] = []
        named = {"trusted": Networks(), "answers": Answers(), "listener": self._hear, "told": self.told.append}
        self.verifier = Verifier(guarded.in_force, **{**named, **parts})
        guarded.in_force.look()

    def _hear(self, request: Request, decision: Decision, *more: object) -> None:
        self.heard.append((request, decision))

    def ask(self, dialect: str, target: str = "/orders", **more: Any) -> Answered:
        place, headers, asking = question(dialect, target, self.guarded.value("erp"))
        return ask(self.verifier, place, headers, **{"method": asking, **more})


def failing(*args: object, **named: object) -> Any:
    raise RuntimeError(SECRET)


def is_refused(answer: Answered) -> bool:
    return answer.status == 403 and all(answer.headers[name] == "" for name in IDENTITY) and SECRET not in str(answer)


@every_dialect
def test_a_guard_that_fails_refuses(guarded: Guarded, dialect: str, monkeypatch: pytest.MonkeyPatch) -> None:
    faulty = Faulty(guarded)
    monkeypatch.setattr(Guard, "decide", failing)
    assert is_refused(faulty.ask(dialect))
    assert faulty.told == ["Requests are refused: an unexpected RuntimeError."]
    ((request, decision),) = faulty.heard
    assert (decision.reason, request.client) == (Reason.INTERNAL_ERROR, "")
    monkeypatch.undo()
    assert faulty.ask(dialect).status == 200


@pytest.mark.parametrize("name", ["_by_query", "_rest"])
def test_whatever_else_fails_on_the_way_refuses(guarded: Guarded, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    faulty = Faulty(guarded)
    monkeypatch.setattr(f"tokentui.verifier.application.{name}", failing)
    assert is_refused(faulty.ask("envoy"))
    assert is_refused(faulty.ask("envoy"))
    assert len(faulty.told) == 1  # once, not with every request


@every_dialect
def test_a_listener_that_fails_costs_nobody_his_answer(guarded: Guarded, dialect: str) -> None:
    faulty = Faulty(guarded, listener=failing)
    assert [faulty.ask(dialect).status for _ in range(3)] == [200] * 3
    assert faulty.told == ["Decisions are not recorded: an unexpected RuntimeError."]


def test_a_log_that_cannot_be_written_costs_nobody_his_answer(guarded: Guarded) -> None:
    def gone(line: str) -> None:
        raise BrokenPipeError

    assert Faulty(guarded, listener=failing, told=gone).ask("caddy").status == 200


@every_dialect
def test_a_peer_of_which_nothing_is_known_is_no_unix_socket(guarded: Guarded, dialect: str) -> None:
    """Over TCP a peer that has gone at once has no address any more; over a Unix socket none ever had one."""
    faulty = Faulty(guarded)
    assert is_refused(faulty.ask(dialect, peer=None))
    assert faulty.ask(dialect, peer=None, server=("/run/verify.sock", None)).status == 200


@pytest.mark.parametrize("peer", ["192.0.2.1", "::ffff:192.0.2.1", "10.0.0.7", "2001:db8::1", "", "unknown"])
def test_a_peer_that_is_no_trusted_proxy_is_refused_and_recorded_as_who_asked(guarded: Guarded, peer: str) -> None:
    faulty = Faulty(guarded)
    answer = faulty.ask("caddy", peer=(peer, 1))
    assert is_refused(answer)
    assert answer.headers["connection"] == "close"
    ((request, decision),) = faulty.heard
    assert (decision.reason, request) == (Reason.UNTRUSTED_PROXY, Request("", b"", client=peer))


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_loopback_is_trusted_unless_others_are_named(guarded: Guarded, peer: str) -> None:
    assert Faulty(guarded).ask("caddy", peer=(peer, 1)).status == 200
    assert is_refused(Faulty(guarded, trusted=Networks(["10.0.0.0/8"])).ask("caddy", peer=(peer, 1)))


@pytest.mark.parametrize(
    "entries", [(), ("",), ("*",), ("0.0.0.0/0",), ("::/0",), ("10.0.0.0/8", "0.0.0.0/0"), ("::ffff:0:0/96",)]
)
def test_not_everybody_can_be_a_trusted_proxy(entries: tuple[str, ...]) -> None:
    with pytest.raises(InvalidIpFilter):
        Networks(entries)


def test_of_a_bad_question_who_asked_is_recorded_and_nothing_that_came_with_it(guarded: Guarded) -> None:
    faulty = Faulty(guarded)
    _, headers, _ = question("caddy", f"/orders/{SECRET}", SECRET)
    for spoiled in (
        headers[1:],
        [*headers, headers[0]],
        [*headers, ("X_Forwarded_For", SECRET)],
        [("X-Forwarded-For", SECRET)],
    ):
        answer = ask(faulty.verifier, "/verify/caddy", spoiled)
        assert (answer.status, answer.headers["connection"]) == (400, "close")
        request, decision = faulty.heard.pop()
        assert (decision.reason, request) == (Reason.BAD_QUESTION, Request("", b"", client="127.0.0.1"))
        assert SECRET not in decision.explanation


@every_dialect
@pytest.mark.parametrize("line", [("Content-Length", "5"), ("Transfer-Encoding", "chunked"), ("Content-Length", "")])
def test_a_question_that_announces_a_body_is_the_last_one_on_its_connection(
    guarded: Guarded, dialect: str, line: tuple[str, str]
) -> None:
    """Where the body does not come, the next question would be taken for it, and the answers be one off."""
    faulty = Faulty(guarded)
    place, headers, asking = question(dialect, "/orders", guarded.value("erp"))
    answer = ask(faulty.verifier, place, [*headers, line], method=asking)
    assert (answer.status, answer.headers["connection"]) == (200, "close")
    assert "connection" not in ask(faulty.verifier, place, [*headers, ("Content-Length", "0")], method=asking).headers


def test_the_names_of_records_cannot_break_out_of_a_header() -> None:
    nasty = "a\r\nX: y\u00e9%\u2028"
    decision = Decision(Reason.ALLOWED, endpoint(), None, nasty, nasty, "endpoint")
    headers = dict(Answers().of(decision, False).start["headers"])
    assert headers[b"x-token-name"] == headers[b"x-token-id"] == b"a%0D%0AX: y%C3%A9%25%E2%80%A8"


def test_a_token_in_a_path_is_hidden_from_the_listener(guarded: Guarded) -> None:
    faulty = Faulty(guarded)
    value = guarded.value("crm")
    for target in (f"/orders/{value}", f"/nowhere/x={value}", f"/open//{value}"):
        faulty.ask("caddy", target)
        request, _ = faulty.heard.pop()
        assert isinstance(request.target, str)
        assert value not in request.target
        assert request.target.startswith(target[:5])
