"""The ticks of Assign endpoint tokens: what is mapped, what is to be, and what Save would change."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tokentui.domain.slots import Slot

#: Endpoint id → slots of it, never none.
Slots = Mapping[str, frozenset[Slot]]

_NONE: frozenset[Slot] = frozenset()


@dataclass(frozen=True, slots=True)
class Delta:
    """What Save would change: endpoint id → slots to map, and to unmap."""

    add: Slots
    remove: Slots

    @property
    def text(self) -> str:
        """`+3 −1`."""
        return f"+{_count(self.add)} −{_count(self.remove)}"

    def __bool__(self) -> bool:
        return bool(self.add or self.remove)


def _count(slots: Slots) -> int:
    return sum(map(len, slots.values()))


@dataclass(frozen=True, slots=True)
class Ticks:
    """The slots that are mapped, and those that are ticked."""

    mapped: Slots
    ticked: Slots

    @classmethod
    def of(cls, mapped: Slots) -> "Ticks":
        """A tick for each slot that is mapped."""
        return cls(mapped, mapped)

    @property
    def delta(self) -> Delta:
        """What Save would change now."""
        return Delta(_without(self.ticked, self.mapped), _without(self.mapped, self.ticked))

    def is_mapped(self, endpoint_id: str, slot: Slot) -> bool:
        return slot in self.mapped.get(endpoint_id, _NONE)

    def is_ticked(self, endpoint_id: str, slot: Slot) -> bool:
        return slot in self.ticked.get(endpoint_id, _NONE)

    def toggled(self, slots: Slots) -> "Ticks":
        """With all of these ticked; or with none of them, where all are."""
        missing = _without(slots, self.ticked)
        return replace(self, ticked=_with(self.ticked, slots) if missing else _without(self.ticked, slots))

    def rebased(self, mapped: Slots) -> "Ticks":
        """The same edits on top of what is mapped by now."""
        edits = self.delta
        return Ticks(mapped, _without(_with(mapped, edits.add), edits.remove))


def _with(these: Slots, those: Slots) -> Slots:
    return {id: these.get(id, _NONE) | those.get(id, _NONE) for id in {**these, **those}}


def _without(these: Slots, those: Slots) -> Slots:
    left = {id: slots - those.get(id, _NONE) for id, slots in these.items()}
    return {id: slots for id, slots in left.items() if slots}
