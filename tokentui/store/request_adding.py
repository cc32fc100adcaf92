"""What a batch of requests adds to the file: its rows and all sums, found in one walk through the batch."""

from typing import TYPE_CHECKING

from tokentui.domain.requests import PASSED
from tokentui.store.request_queries import TALLY_PERIOD, UNKNOWN, TallyBy
from tokentui.store.request_tables import number_of

if TYPE_CHECKING:
    import sqlite3

    from tokentui.domain.requests import SeenRequest
    from tokentui.store.request_remembered import Remembered

#: By the hour and the number of who called, or of what was called: how many calls, how many refused, and the last.
_Tallies = dict[tuple[int, int], list[int]]

_HOUR = int(TALLY_PERIOD.total_seconds() * 1_000_000)

_INSERT = f"INSERT INTO requests VALUES (NULL{', ?' * 14})"
_SEEN = "INSERT INTO last_seen VALUES (?, ?, ?) ON CONFLICT (token, previous) DO UPDATE SET at = max(at, excluded.at)"
_TALLY = (
    "INSERT INTO {by}_hours VALUES (?, ?, ?, ?, ?) ON CONFLICT (hour, holder) DO UPDATE SET "
    "calls = calls + excluded.calls, refused = refused + excluded.refused, last = max(last, excluded.last)"
)
_ADDRESS = (
    "INSERT INTO addresses VALUES (?, ?, ?, ?) ON CONFLICT (holder, address) DO UPDATE SET "
    "first = min(first, excluded.first), last = max(last, excluded.last)"
)


class Adding:
    """One batch; its words have numbers already."""

    def __init__(self, database: "sqlite3.Connection", remembered: "Remembered") -> None:
        self._database = database
        self._words, self._until = remembered.words, remembered.until
        self._rows: list[tuple[object, ...]] = []
        self._last: dict[tuple[int, bool], int] = {}
        self._tallies: dict[TallyBy, _Tallies] = {by: {} for by in TallyBy}
        self._came: dict[tuple[int, int], tuple[int, int]] = {}
        self._tokens: set[int] = set()

    def add(self, one: "SeenRequest") -> None:
        """Take in the next request."""
        at, words = number_of(one.at), self._words
        endpoint, token, address = words[one.endpoint_id], words[one.token_id], words[one.address]
        new = bool(token and address) and self._is_new(token, address)
        who = (token, one.kind, one.previous, one.fingerprint, address, new)
        what = (endpoint, one.slot, one.method, one.path)
        self._rows.append((at, *what, *who, one.status, one.reason, one.duration))
        # all tokens that nobody has are one: anybody could make up as many as he likes
        _tally(self._tallies[TallyBy.TOKEN], words[UNKNOWN] if one.fingerprint else token, at, one.status == PASSED)
        _tally(self._tallies[TallyBy.ENDPOINT], endpoint, at, one.status == PASSED)
        if token and one.status == PASSED:
            self._last[token, one.previous] = max(self._last.get((token, one.previous), 0), at)
        if address:
            self._come(at, token, address)
            self._come(at, endpoint, address)

    def _come(self, at: int, holder: int, address: int) -> None:
        """Written down once an hour, up to its end: sums are by the hour, and each of these is on another page."""
        end = at - at % _HOUR + _HOUR - 1
        if holder and self._until.get((holder, address), -1) < end:
            first, last = self._came.get((holder, address), (at, end))
            self._came[holder, address] = min(first, at), max(last, end)

    def _is_new(self, token: int, address: int) -> bool:
        """Whether the token, which came before, comes from there for the first time."""
        pair = token, address
        if pair in self._until or pair in self._came:
            return False
        known = token in self._tokens or self._has("holder = ?", (token,))
        self._tokens.add(token)
        return known and not self._has("holder = ? AND address = ?", pair)

    def _has(self, condition: str, values: tuple[int, ...]) -> bool:
        asked = f"SELECT 1 FROM addresses WHERE {condition} LIMIT 1"
        return self._database.execute(asked, values).fetchone() is not None

    def write(self) -> None:
        """Write all of it."""
        database = self._database
        database.executemany(_INSERT, self._rows)
        database.executemany(_SEEN, ((*key, at) for key, at in self._last.items()))
        for by, tallies in self._tallies.items():
            database.executemany(_TALLY.format(by=by), ((*key, *tally) for key, tally in tallies.items()))
        database.executemany(_ADDRESS, ((*key, *span) for key, span in self._came.items()))
        self._until.update((key, last) for key, (_, last) in self._came.items())


def _tally(tallies: _Tallies, holder: int, at: int, let_in: bool) -> None:
    key = at - at % _HOUR, holder
    tally = tallies.get(key)
    if tally is None:
        tally = tallies[key] = [0, 0, 0]
    tally[0] += 1
    tally[1] += not let_in
    tally[2] = max(tally[2], at)
