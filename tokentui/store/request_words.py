"""Forgetting the words of the requests seen: anybody can bring new addresses, as many as he likes."""

from typing import TYPE_CHECKING

from tokentui.store.request_queries import UNKNOWN

if TYPE_CHECKING:
    import sqlite3

#: So many words are looked at for each row that went: those that stay hold up the walk, but never for long.
_EACH = 4
#: So many are looked at whenever something went.
_LEAST = 1_000

_NEXT = "SELECT id FROM words WHERE id > ? ORDER BY id LIMIT ?"
# Who asked an endpoint without being somebody is of no interest longer than his request; for tokens it tells which
# address is a new one.
_PASSERS_BY = (
    "DELETE FROM addresses WHERE address > ? AND address <= ? "
    "AND NOT EXISTS (SELECT 1 FROM requests WHERE requests.address = addresses.address) "
    "AND NOT EXISTS (SELECT 1 FROM last_seen WHERE token = holder)"
)
_REFERRED = " AND ".join(
    f"NOT EXISTS (SELECT 1 FROM {table} WHERE {column} = words.id)"
    for table, column in (
        ("requests", "address"),
        ("requests", "token"),
        ("requests", "endpoint"),
        ("addresses", "address"),
        ("addresses", "holder"),
        ("last_seen", "token"),
    )
)
# Sums have no address in them: ids stay, which have a dash, as only the zone of an IPv6 address may have, and so does
# what stands for unknown tokens. There are never more of these than there were tokens and endpoints.
_NO_ID = f"(instr(word, '-') = 0 OR instr(word, ':') > 0) AND word <> '{UNKNOWN}'"
_UNUSED = f"DELETE FROM words WHERE id > ? AND id <= ? AND {_NO_ID} AND {_REFERRED}"


class Walk:
    """Goes round all words in small steps, as far as rows that referred to them went."""

    def __init__(self, database: "sqlite3.Connection") -> None:
        self._database = database
        self._at = self._due = 0

    def went(self, amount: int) -> None:
        """So many rows went."""
        if amount:
            (last,) = self._database.execute("SELECT max(id) FROM words").fetchone()
            self._due = min(max(self._due, _LEAST) + _EACH * amount, last)

    def step(self, most: int) -> int:
        """Look at so many at the most, and forget which nobody refers to: how many words and addresses that were."""
        if not self._due:
            return 0
        ids = [number for (number,) in self._database.execute(_NEXT, (self._at, most))]
        span = self._at, ids[-1] if ids else self._at
        self._due = max(0, self._due - most)
        self._at = span[1] if len(ids) == most else 0
        return sum(self._database.execute(statement, span).rowcount for statement in (_PASSERS_BY, _UNUSED))

    @property
    def more(self) -> bool:
        """Whether there are more to be looked at."""
        return bool(self._due)
