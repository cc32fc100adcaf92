"""What a recording remembers from one batch to the next, so that it need not ask the file again and again."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

#: So many words, and so many who came from an address, are remembered.
_MOST = 50_000

_FORGOT = "SELECT coalesce(sum(value), 0) FROM facts WHERE name = 'forgot'"
_FORGET = "INSERT INTO facts VALUES ('forgot', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1"


class Remembered:
    """The numbers of words, and until when it is written down that somebody came from an address.

    What goes from the file, be it by another recording, is not remembered any more: its number may be another's.
    """

    def __init__(self, database: "sqlite3.Connection") -> None:
        self._database = database
        self._forgot = 0
        self.words: dict[str, int] = {}
        #: By the numbers of the token or endpoint and of the address.
        self.until: dict[tuple[int, int], int] = {}
        self.clear()

    def clear(self) -> None:
        """Remember nothing: what was learnt last is not in the file."""
        self.words = {"": 0}
        self.until = {}

    def catch_up(self) -> None:
        """To be asked in a transaction that has written, so that nobody else can remove anything before its end."""
        (forgot,) = self._database.execute(_FORGOT).fetchone()
        if forgot != self._forgot or max(len(self.words), len(self.until)) > _MOST:
            self.clear()
        self._forgot = forgot

    def tell_removed(self) -> None:
        """Words or addresses were removed: nobody may rely on what he remembers."""
        self._database.execute(_FORGET)

    def learn(self, words: set[str]) -> None:
        """Give a number to each of these, in one go."""
        new = sorted(words - self.words.keys())
        self._database.executemany("INSERT OR IGNORE INTO words (word) VALUES (?)", ((word,) for word in new))
        for word in new:
            (number,) = self._database.execute("SELECT id FROM words WHERE word = ?", (word,)).fetchone()
            self.words[word] = number
