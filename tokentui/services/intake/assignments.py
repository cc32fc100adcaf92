"""Who of a file may do what on which endpoint, beside what is so here already."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from tokentui.domain.records import Assignment
from tokentui.domain.slots import Slot, in_order
from tokentui.exchange.drafts import AssignmentDraft
from tokentui.services.intake.places import Place
from tokentui.services.intake.plan import AssignmentPlan, Plan
from tokentui.services.intake.report import ImportedAssignment
from tokentui.services.intake.tokens import Bearer
from tokentui.store.protocol import Reader


class AssignmentPlanner:
    """Plans the assignments of tokens to places, which the file calls by `group/slug`."""

    def __init__(self, plan: Plan, reader: Reader, places: Mapping[str, Place], now: datetime) -> None:
        self._plan = plan
        self._told = plan.told_assignments
        self._reader = reader
        self._places = places
        self._by_id = {place.id: place for place in places.values()}
        self._now = now

    def add(self, bearers: Iterable[Bearer]) -> None:
        """Map each token to what the file says, and leave what it is mapped to besides."""
        nowhere: Counter[str] = Counter()
        for bearer in bearers:
            standing = self._standing(bearer)
            for draft in bearer.draft.assignments or ():
                place = self._places.get(draft.endpoint)
                if place is None:
                    nowhere[draft.endpoint] += 1
                    continue
                before = standing.get(place.id)
                slots = in_order({*(draft.slots or place.slots), *(before.slots if before else ())})
                self._settle(bearer, place, before, slots, draft.created_at)
        for endpoint, count in nowhere.items():
            self._told.skip(endpoint, f"The endpoint was left out, and so are the mappings of {count} tokens to it.")

    def settle(self, bearers: Iterable[Bearer]) -> None:
        """Make the assignments of each token those of the file; where it does not tell them, they stay."""
        for bearer in bearers:
            if bearer.draft.assignments is not None:
                self._settle_all(bearer, bearer.draft.assignments)

    def _standing(self, bearer: Bearer) -> dict[str, Assignment]:
        if bearer.before is None:
            return {}
        return {each.endpoint_id: each for each in self._reader.assignments_of(bearer.id)}

    def _settle_all(self, bearer: Bearer, drafts: Iterable[AssignmentDraft]) -> None:
        left = self._standing(bearer)
        for draft in drafts:
            place = self._places.get(draft.endpoint)
            if place is None:
                self._told.skip(f"{bearer.name} → {draft.endpoint}", "There is no such endpoint here.")
                continue
            before = left.pop(place.id, None)
            slots = self._allowed(bearer, place, before, draft.slots)
            self._settle(bearer, place, before, slots, draft.created_at)
        for endpoint_id, before in left.items():
            self._settle(bearer, self._by_id[endpoint_id], before, (), None)

    def _allowed(
        self, bearer: Bearer, place: Place, before: Assignment | None, slots: tuple[Slot, ...] | None
    ) -> tuple[Slot, ...]:
        """The slots without those that are off: they must not come alive one day with somebody mapped already.

        Those that are so here stay, and so do all where the file tells of the endpoint itself: it is a whole copy.
        """
        if slots is None or place.listed:
            return place.slots if slots is None else slots
        standing = before.slots if before else ()
        off = [slot for slot in slots if slot not in place.slots and slot not in standing]
        if off:
            self._told.skip(f"{bearer.name} → {place.ref}", f"The endpoint has no slot {' and '.join(off)}.")
        return tuple(slot for slot in slots if slot not in off)

    def _settle(
        self,
        bearer: Bearer,
        place: Place,
        before: Assignment | None,
        slots: tuple[Slot, ...],
        created_at: datetime | None,
    ) -> None:
        had = before.slots if before else ()
        if had == slots:
            self._told.unchanged += before is not None
            return
        gained, lost = in_order(set(slots) - set(had)), in_order(set(had) - set(slots))
        self._plan.assignments.append(AssignmentPlan(before, bearer.id, place.id, slots, created_at))
        let_in = bearer.before is not None and bearer.before.usable(self._now) and place.takes_tokens
        cut = in_order(set(lost) & set(place.slots)) if let_in else ()
        if cut:
            self._plan.cut.append((bearer.id, place.id, cut))
        told = ImportedAssignment(bearer.name, place.ref, gained, lost, (bearer.name,) if cut else ())
        (self._told.changed if before else self._told.added).append(told)
