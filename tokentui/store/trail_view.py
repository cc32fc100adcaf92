"""Reading an activity trail: pages of its entries, newest first, and the search for what somebody changed in it."""

import hashlib
from collections.abc import Iterator, Mapping
from copy import copy
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Self

from tokentui.domain.activity import Entry, EntryState, RecordChange
from tokentui.domain.actors import Actor
from tokentui.domain.masking import masked
from tokentui.domain.names import name_key
from tokentui.store.queries import Page, Window, window_of
from tokentui.store.trail_lines import CHANGE, NOTHING, REPAIR, Line, parse
from tokentui.store.trail_queries import ActivityQuery, Verification

#: How long a change may take from its line in the trail to the store; one that takes longer never came.
SAVING = timedelta(seconds=10)


class TrailView:
    """One trail as it was read. `committed` is the hash that the store named `store` was saved with last.

    It is `NOTHING` where nobody can tell that any more, so that every change counts as saved.
    """

    def __init__(self, content: bytes, store: str, committed: str | None = None) -> None:
        *self._raw, self._torn = content.split(b"\n")
        self._store = store
        self._committed = committed

    def as_of(self, committed: str | None) -> Self:
        """The same trail, seen from a store that was saved with another line."""
        if committed == self._committed:
            return self
        other = copy(self)
        other._committed = committed
        other.__dict__.pop("_committed_number", None)
        return other

    @cached_property
    def _lines(self) -> list[Line]:
        return [parse(raw) for raw in self._raw]

    @property
    def commits(self) -> bool:
        """Whether the store knows the line that it was saved with last, and it is there."""
        return self._committed is not None and self.holds_committed

    @property
    def holds_committed(self) -> bool:
        """Whether the line is there that the store was saved with last."""
        return self._committed is None or any(line.hash == self._committed for line in reversed(self._lines))

    # ------------------------------------------------------------------ pages

    def page(self, query: ActivityQuery, window: Window, now: datetime) -> Page[Entry]:
        """Entries, the newest first unless `query.reverse`."""
        numbers = [number for number, line in enumerate(self._lines, start=1) if self._is_ours(line)]
        chosen = [number for number in numbers if self._fits(number, query)]
        found = [number for number in chosen if self._has_words(number, query.text)]
        ordered = found if query.reverse else found[::-1]
        at, rows = window_of([self._lines[number - 1].hash for number in ordered], window)
        entries = tuple(self.entry(ordered[place], now) for place in rows)
        return Page(rows=entries, offset=rows.start, total=len(found), of=len(chosen), at=at)

    def _is_ours(self, line: Line) -> bool:
        return line.content.get("store") == self._store and line.content.get("kind") in (CHANGE, REPAIR)

    def _fits(self, number: int, query: ActivityQuery) -> bool:
        if query.record_id and query.record_id.encode() not in self._raw[number - 1]:
            return False
        content = self._lines[number - 1].content
        if query.who and name_key(query.who) not in name_key(_actor(content).text):
            return False
        at = _at(content)
        return (query.since is None or at >= query.since) and (query.until is None or at < query.until)

    def _has_words(self, number: int, text: str) -> bool:
        return all(word in self._texts[number - 1] for word in name_key(text).split())

    @cached_property
    def _texts(self) -> list[str]:
        return [name_key("\n".join(_words(line.content))) for line in self._lines]

    def entry_of(self, hash: str | None, now: datetime) -> Entry | None:
        """The line with this hash; None where there is none."""
        numbers = (number for number in range(len(self._lines), 0, -1) if self._lines[number - 1].hash == hash)
        return next((self.entry(number, now) for number in numbers), None)

    def content(self, number: int) -> Mapping[str, Any]:
        """All that line `number` says, counted from 1."""
        return self._lines[number - 1].content

    def entry(self, number: int, now: datetime) -> Entry:
        """Line `number`, counted from 1."""
        line = self._lines[number - 1]
        content = line.content
        changes = tuple(map(_change, _list(content.get("changes"))))
        state = self._state(number, line, now)
        return Entry(number, _at(content), _actor(content), str(content.get("what", "")), changes, line.hash, state)

    def _state(self, number: int, line: Line, now: datetime) -> EntryState:
        if line.content.get("kind") == REPAIR:
            return EntryState.REPAIR
        if line.hash in self._never_came:
            return EntryState.NEVER_CAME
        if number <= self._committed_number:
            return EntryState.DONE
        return EntryState.PENDING if now - _at(line.content) < SAVING else EntryState.NEVER_CAME

    @cached_property
    def _never_came(self) -> frozenset[str]:
        return frozenset(hash for line in self._lines for hash in line.never_came)

    @cached_property
    def _committed_number(self) -> int:
        """Where the last saved change is told; where it is not told at all, every line counts as saved."""
        for number in range(len(self._lines), 0, -1):
            if self._lines[number - 1].hash == self._committed:
                return number
        return len(self._lines) if self._committed is not None else 0

    # ------------------------------------------------------------------ verifying

    def verify(self, noted: str | None, now: datetime) -> Verification:
        """Look at every line; `noted` is a head that was noted earlier and must still be there."""
        problems = list(self._broken())
        if self._torn:
            problems.append("The last line is cut in the middle: by a crash, or by somebody.")
        hashes = {line.hash for line in self._lines}
        if self._committed and self._committed not in hashes:
            problems.append(
                f"The line that the store was saved with last ({self._committed}) is missing: lines were cut off, or "
                "the trail is of another store."
            )
        if noted is not None and noted not in hashes:
            problems.append(f"The head noted earlier ({masked(noted)}) is missing: lines were cut off or changed.")
        head = self._lines[-1].hash if self._lines else NOTHING
        return Verification(len(self._lines), head, tuple(problems), tuple(self._told(now)))

    def _broken(self) -> Iterator[str]:
        before = NOTHING
        for number, line in enumerate(self._lines, start=1):
            if not line.sound:
                if not self._is_torn_by_a_crash(number):
                    yield f"Line {number} is not as it was written."
                    before = line.hash
                continue  # the line behind a torn one repeats the hash before it
            if line.before != before:
                yield f"Line {number} does not follow the line before it: lines were removed, added or reordered."
            before = line.hash

    def _is_torn_by_a_crash(self, number: int) -> bool:
        """Whether the next line tells that this one was cut, and of these very bytes."""
        following = self._lines[number] if number < len(self._lines) else None
        torn = hashlib.sha256(self._raw[number - 1]).hexdigest()
        return following is not None and following.sound and following.content.get("torn") == torn

    def _told(self, now: datetime) -> Iterator[str]:
        for number, line in enumerate(self._lines, start=1):
            if not self._is_ours(line):
                continue
            state = self._state(number, line, now)
            if state is EntryState.REPAIR:
                yield f"Line {number}: {line.content.get('what', '')}"
            elif state is EntryState.NEVER_CAME:
                yield f"Line {number} ({line.content.get('what', '')}) never came: it was not saved."


def _at(content: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(str(content.get("at", "")))
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _actor(content: Any) -> Actor:
    return Actor(str(content.get("user", "")), str(content.get("from", "")), str(content.get("host", "")))


def _change(content: Any) -> RecordChange:
    found = content if isinstance(content, dict) else {}
    fields = found.get("fields", {})
    return RecordChange(
        kind=str(found.get("kind", "")),
        id=str(found.get("id", "")),
        name=str(found.get("name", "")),
        revs=_revs(found.get("rev")),
        fields={name: _pair(values) for name, values in fields.items()} if isinstance(fields, dict) else {},
    )


def _list(value: Any) -> list[Any]:
    """What an edited line may hold in place of a list is an empty one."""
    return value if isinstance(value, list) else []


def _pair(value: Any) -> tuple[Any, Any]:
    old, new, *_ = (*_list(value), None, None)
    return old, new


def _revs(value: Any) -> tuple[int, int]:
    old, new = _pair(value)
    return old if isinstance(old, int) else 0, new if isinstance(new, int) else 0


def _words(content: Any) -> Iterator[str]:
    """What a text filter looks at: what was done, by whom, and to which records."""
    yield str(content.get("what", ""))
    yield _actor(content).text
    for change in _list(content.get("changes")):
        yield str(change.get("name", "")) if isinstance(change, dict) else ""
