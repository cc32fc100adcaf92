"""The records in force: the store's as it is; while it cannot be read the last good ones, for a time."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.domain.worlds import NOTE
from tests.verifier.conftest import Guarded, furnished
from tokentui.cli.compose import Office
from tokentui.domain.decision import Request
from tokentui.services.desk import utc_now
from tokentui.services.tokens import set_enabled
from tokentui.store.generations import Generations
from tokentui.verifier.in_force import InForce

MAX_STALE = 300.0


@dataclass
class Watched:
    """A store that an admin works at, and what a verifier makes of it; the clock is ours."""

    admin: Guarded
    store: Path
    key: Path
    now: float = 1000.0
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        office = Office(self.store, self.key, read_only=True)
        self.value = self.admin.value("erp")
        self.in_force = InForce(
            office.store, office.desk.vault, max_stale=MAX_STALE, told=self.told.append, clock=lambda: self.now
        )

    def passes(self, value: str | None = None) -> bool:
        """Whether the token may GET orders by the records in force."""
        guard = self.in_force.guard
        request = Request("GET", "/orders", (f"Bearer {value or self.value}",), "192.0.2.1")
        return guard is not None and guard.decide(request, utc_now()).allowed

    def look(self, after: float = 0.25) -> bool:
        self.now += after
        return self.in_force.look()

    @property
    def shell(self) -> Shell:
        return Shell(self.store, self.key)

    def enable(self, on: bool) -> None:
        set_enabled(self.admin.desk, [self.admin.desk.reader().token_by_name("erp").id], on)


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    found = Watched(furnished(tmp_path / "here"), tmp_path / "here" / "tokens.json", tmp_path / "here" / "key")
    assert found.look()
    assert found.passes()
    return found


def test_before_the_first_look_nobody_passes(tmp_path: Path) -> None:
    found = Watched(furnished(tmp_path / "here"), tmp_path / "here" / "tokens.json", tmp_path / "here" / "key")
    assert found.in_force.guard is None
    assert not found.in_force.health().ok


def test_a_change_is_obeyed_at_the_next_look(watched: Watched) -> None:
    for on in (False, True, False):
        watched.enable(on)
        assert watched.look()
        assert watched.passes() is on
    assert watched.told == []


# ---------------------------------------------------------------------- a store that cannot be read

Break = Callable[[Watched], Callable[[], object]]


def gone(watched: Watched) -> Callable[[], object]:
    kept = watched.store.with_name("kept")
    watched.store.rename(kept)
    return lambda: kept.rename(watched.store)


def folder_gone(watched: Watched) -> Callable[[], object]:
    away = watched.store.parent.with_name("away")
    watched.store.parent.rename(away)
    return lambda: away.rename(watched.store.parent)


def cut(watched: Watched) -> Callable[[], object]:
    whole = watched.store.read_bytes()
    watched.store.write_bytes(whole[: len(whole) // 2])
    return lambda: watched.store.write_bytes(whole)


def empty(watched: Watched) -> Callable[[], object]:
    whole = watched.store.read_bytes()
    watched.store.write_bytes(b"")
    return lambda: watched.store.write_bytes(whole)


def foreign(watched: Watched) -> Callable[[], object]:
    whole = watched.store.read_bytes()
    watched.store.write_bytes(b'{"_default": {}}')
    return lambda: watched.store.write_bytes(whole)


def folder_in_its_place(watched: Watched) -> Callable[[], object]:
    back = gone(watched)
    watched.store.mkdir()

    def mend() -> None:
        watched.store.rmdir()
        back()

    return mend


def resealed_without_us(watched: Watched) -> Callable[[], object]:
    """The store goes on under a key that we are not given."""
    before = watched.key.read_bytes()
    watched.shell.done("store", "rekey")
    after = watched.key.read_bytes()
    for each in watched.key.parent.glob("key*"):
        each.unlink()
    watched.key.write_bytes(before)
    watched.key.chmod(0o600)
    return lambda: watched.key.write_bytes(after)


def key_gone_with_a_change(watched: Watched) -> Callable[[], object]:
    """A key is not read again while the store is sealed with it; a rekey wants it."""
    watched.shell.done("store", "rekey")
    aside = watched.key.parent.parent / f"{watched.key.parent.name}-keys"
    aside.mkdir()
    for each in list(watched.key.parent.glob("key*")):
        each.rename(aside / each.name)
    return lambda: [each.rename(watched.key.parent / each.name) for each in list(aside.iterdir())]


BREAKS = [gone, folder_gone, cut, empty, foreign, folder_in_its_place, resealed_without_us, key_gone_with_a_change]
every_break = pytest.mark.parametrize("breaks", BREAKS, ids=lambda each: each.__name__)


@every_break
def test_the_last_good_records_hold_for_a_time_told_once_then_nobody_passes_and_it_recovers_at_once(
    watched: Watched, breaks: Break
) -> None:
    watched.look()
    mend = breaks(watched)
    for _ in range(10):
        assert not watched.look()
        assert watched.passes()
    health = watched.in_force.health()
    assert (health.ok, bool(health.trouble)) == (True, True)
    assert len(watched.told) == 1
    watched.now += MAX_STALE - 10 * 0.25
    assert watched.passes()
    watched.now += 0.1
    assert not watched.passes()
    assert not watched.look()
    assert not watched.look()
    assert not watched.in_force.health().ok
    mend()
    assert watched.look()
    assert watched.passes()
    (until, refusing, again) = watched.told
    assert until.endswith("What was read of it last is obeyed for 300 s at the most, then everybody is refused.")
    assert refusing.startswith("Everybody is refused: the store could not be read for 300 s.")
    assert again == "The store is read again, and obeyed."
    assert watched.value not in "".join(watched.told)


@every_break
def test_who_was_switched_off_before_it_broke_stays_off(watched: Watched, breaks: Break) -> None:
    watched.enable(False)
    assert watched.look()
    breaks(watched)
    watched.look()
    assert watched.in_force.guard is not None
    assert not watched.passes()


def test_a_store_that_cannot_be_read_is_not_read_again_and_again_while_that_takes_long(watched: Watched) -> None:
    """A large one that is damaged would take the whole of a processor."""
    cut(watched)
    reads: list[float] = []

    def reading() -> object:
        reads.append(watched.now)
        watched.now += 3.0
        raise OSError

    watched.in_force._store.reader = reading  # type: ignore[method-assign,assignment]  # a slow disk
    for _ in range(300):
        watched.look(0.2)
    assert 1 < len(reads) < 5


def test_a_trouble_that_becomes_another_one_is_told_too(watched: Watched) -> None:
    cut(watched)
    watched.look()
    watched.store.unlink()
    watched.look()
    watched.look()
    assert len(watched.told) == 2


def test_a_log_that_cannot_be_written_does_not_end_the_looking(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(line: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(watched.in_force, "_told", full)
    mend = gone(watched)
    assert not watched.look()
    mend()
    assert watched.look()


def test_a_fault_of_ours_is_told_by_its_kind_and_the_last_good_records_hold(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*args: object) -> Iterator[object]:
        raise RuntimeError(watched.value)

    monkeypatch.setattr("tokentui.verifier.in_force.Guard", faulty)
    watched.enable(False)
    assert not watched.look()
    assert watched.passes()
    assert [line.partition(". ")[0] for line in watched.told] == ["An unexpected RuntimeError"]
    monkeypatch.undo()
    assert watched.look()
    assert not watched.passes()


# ---------------------------------------------------------------------- what is no trouble


def test_a_reader_needs_no_lock(watched: Watched) -> None:
    with watched.admin.desk.store.change(NOTE):
        assert watched.look()
        assert watched.passes()
    assert watched.look()
    assert watched.told == []


def test_after_a_rekey_the_same_values_pass_by_the_new_key(watched: Watched) -> None:
    for _ in range(3):
        watched.shell.done("store", "rekey")
        assert watched.look()
        assert watched.passes()
    assert watched.told == []


def test_with_the_key_for_checking_alone_all_of_that_works(tmp_path: Path) -> None:
    admin = furnished(tmp_path)
    checking = tmp_path / "elsewhere" / "verify.key"
    checking.parent.mkdir()
    shell = Shell(tmp_path / "tokens.json", tmp_path / "key")
    shell.done("store", "key", "export", "--verify-only", "--output", str(checking))
    found = Watched(admin, shell.store, checking)
    assert found.look()
    assert found.passes()
    shell.done("store", "rekey")
    assert not found.look()
    assert found.passes()  # by the key of before, and no longer than any stale state
    assert "store key export --verify-only" in found.told[0]


def test_an_older_generation_in_its_place_is_obeyed_for_it_is_the_store(watched: Watched) -> None:
    watched.enable(False)
    assert watched.look()
    assert not watched.passes()
    older = Generations(watched.store).kept()[0].path
    shutil.copy(older, watched.store.with_name("older"))
    watched.store.with_name("older").rename(watched.store)
    assert watched.look()
    assert watched.passes()


def test_an_older_generation_under_an_older_key_is_obeyed_where_that_key_is_kept(watched: Watched) -> None:
    before = watched.store.read_bytes()
    watched.shell.done("store", "rekey")
    assert watched.look()
    watched.store.write_bytes(before)
    assert watched.look()
    assert watched.passes()


def test_when_the_clock_jumps_ahead_nobody_passes_until_the_next_look(watched: Watched) -> None:
    """As after a machine was asleep: what the store was like is not known any more."""
    watched.now += 86400
    assert not watched.passes()
    assert watched.look()
    assert watched.passes()
    assert watched.told == []


def test_a_slow_look_counts_from_its_beginning(watched: Watched) -> None:
    """What was found is as old as the question."""
    stamp = watched.in_force._store.stamp

    def slowly() -> tuple[int, ...]:
        watched.now += 60
        return stamp()

    watched.in_force._store.stamp = slowly  # type: ignore[method-assign]  # a slow disk
    watched.look()
    age = watched.in_force.health().age
    assert age is not None
    assert age >= 60


def test_the_verifier_makes_no_key_and_writes_nothing_into_the_store_or_beside_it(watched: Watched) -> None:
    before = {each: each.stat().st_mtime_ns for each in watched.store.parent.rglob("*")}
    watched.look()
    assert {each: each.stat().st_mtime_ns for each in watched.store.parent.rglob("*")} == before
