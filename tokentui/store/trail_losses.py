"""What a restore over a damaged store lost: later changes that the trail tells of, and that nobody did again since.

Such a restore goes back to a save from before, and a token that was switched off later is on again. So what the trail
told of each record is kept in mind until somebody decides about the same again, or settles it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from tokentui.domain.activity import RecordChange
from tokentui.domain.names import name_key

#: What the trail tells where somebody lets be whatever is lost by then; no deed on a record is called so.
SETTLED = "let be what a restore lost"
#: Fields that follow from others: who does the deed again does not make them what they were.
_FOLLOWING = frozenset({"disabled_at", "rotated_at", "previous", "previous_until"})


class Told(Protocol):
    """What the trail tells of one record last."""

    kind: str
    name: str
    at: datetime
    what: str
    fields: dict[str, Any]


@dataclass(slots=True)
class Loss:
    """A record that is not what a later change made of it."""

    told: Told
    #: What its fields were by that change.
    fields: dict[str, Any]
    #: Whether it was there, and whether it is.
    was: bool = True
    is_there: bool = True

    def again(self, now: Told | None) -> bool:
        """Whether a restore has brought it back as it was."""
        if now is None or not self.was:
            return now is None and not self.was
        return all(now.fields.get(name) == value for name, value in self.fields.items())

    def decided(self, change: RecordChange) -> bool:
        """Take in a later change of this record; gives whether all that was lost has been decided about anew."""
        self.fields = {name: value for name, value in self.fields.items() if name not in change.fields}
        return not self.fields.keys() - _FOLLOWING or not change.revs[1] or not (self.was and self.is_there)


class Losses:
    """Record id → what is lost of it."""

    def __init__(self) -> None:
        self.open: dict[str, Loss] = {}
        self._before: tuple[Mapping[str, Told], Mapping[str, Told]] | None = None

    def settle(self) -> None:
        """Let be whatever is lost."""
        self.open.clear()

    def begin_anew(self, records: Mapping[str, Told], gone: Mapping[str, Told]) -> None:
        """Say what was told, last, of the store that the next change is restored over."""
        self._before = records, gone

    def take(self, changes: Iterable[RecordChange], now: Mapping[str, Told]) -> None:
        """Take in a change that was saved; `now` is what is told of all records with it."""
        if self._before is not None:
            self._compare(*self._before, now)
            self._before = None
            return
        for change in changes if self.open else ():
            self._decide(change)

    def _compare(self, before: Mapping[str, Told], gone: Mapping[str, Told], now: Mapping[str, Told]) -> None:
        if not now.keys() & (before.keys() | gone.keys()):  # nothing was restored: it is another store
            self.open.clear()
            return
        self.open = {id: loss for id, loss in self.open.items() if not loss.again(now.get(id))}
        for id, told in before.items():
            restored = now.get(id)
            fields = _differing(told.fields, restored.fields if restored else {})
            if fields or restored is None:
                self.open[id] = Loss(told, fields, is_there=restored is not None)
        for id in gone.keys() & now.keys():
            self.open[id] = Loss(gone[id], {}, was=False)

    def _decide(self, change: RecordChange) -> None:
        loss = self.open.get(change.id)
        if loss is not None and loss.decided(change):
            del self.open[change.id]
        if not change.revs[0]:  # what was added once more has another id
            name = name_key(change.name)
            self.open = {
                id: loss
                for id, loss in self.open.items()
                if loss.is_there or (loss.told.kind, name_key(loss.told.name)) != (change.kind, name)
            }


def _differing(then: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    return {name: then.get(name) for name in {**then, **now} if then.get(name) != now.get(name)}
