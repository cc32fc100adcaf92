"""Undo, which may cut somebody off like any other change, and then asks like any other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from tokentui.domain.errors import NotFound, TokenTuiError
from tokentui.domain.fields import EndpointFields
from tokentui.domain.names import name_key
from tokentui.domain.records import Assignment, Endpoint, EndpointToken, Record
from tokentui.domain.slots import Slot
from tokentui.services.calls import Mapped, calls_at, calls_by, calls_through
from tokentui.services.cutting import cut_hits, cut_slots
from tokentui.services.desk import Change, Desk
from tokentui.services.undo import undo_last
from tokentui.store.protocol import Reader, Replaced
from tokentui.tui.dialogs.confirm import Question
from tokentui.tui.screens.page_screen import AnyPage
from tokentui.tui.widgets.listing import Listing
from tokentui.tui.words import amount

#: Lines of a question, at most; an undone import would fill it with hundreds.
MOST_LINES = 10


async def undo(page: AnyPage) -> None:
    """Take back the last change of this session; ask first where that cuts somebody off."""
    desk = page.workplace.desk
    after_those_under_way = page.workplace.perform(
        lambda: desk.history[-1] if desk.history else None, then_shown=True
    )
    last = await after_those_under_way
    if last is None:
        page.action_nothing_to_undo()
        return
    try:
        question = await page.workplace.look(lambda reader: undo_question(desk, reader, last))
    except TokenTuiError as error:
        page.say(str(error), "error")
        return
    if question is not None and not await page.ask(question):
        return
    if await page.perform(lambda: undo_last(desk, last), lambda change: f"Undone: {change.summary}."):
        _show_undone(page, last)


def _show_undone(page: AnyPage, change: Change) -> None:
    """Put the cursor on what came back, where a list shows it; it stays where it is on some of that already."""
    rows = _rows_of(change)
    if not rows or not page.is_open:
        return
    for listing in page.query(Listing).results():
        row = listing.table.row
        if row is None or not any(row.id in ids for ids in rows):
            listing.go_to(*rows[0])


def _rows_of(change: Change) -> list[tuple[str, ...]]:
    """For each record that came back, the ids of the rows that show it; the first by name first.

    A mapping is seen in the row of its token or its endpoint, also when it is gone.
    """
    named: list[tuple[str, tuple[str, ...]]] = []
    for replaced in change.replaced:
        match replaced.before or replaced.after:
            case Assignment() as mapping:
                named.append(("", (mapping.token_id, mapping.endpoint_id)))
            case (Endpoint() | EndpointToken()) as record if replaced.before is not None:
                named.append((name_key(record.name), (record.id,)))
    return [ids for _, ids in sorted(named)]


@dataclass(frozen=True, slots=True)
class _Hit:
    """Something that taking back a change cuts off, in words; and by whose calls it is to be measured."""

    text: str
    token_id: str = ""
    mapped: Mapped | None = None
    #: An endpoint's id, and the slots of it.
    at: tuple[str, tuple[Slot, ...]] | None = None
    #: The value of a token or a primary that goes, by the id under which its calls are recorded, and since when.
    value: tuple[str, datetime] | None = None


def undo_question(desk: Desk, reader: Reader, change: Change) -> Question | None:
    """What taking back this change would cut off, as a question; None where it cuts off nothing."""
    now = desk.clock()
    hits = [hit for replaced in change.replaced for hit in _hits(reader, replaced, now)]
    if not hits:
        return None
    more = [f"and {len(hits) - MOST_LINES} more"] if len(hits) > MOST_LINES else []
    lines = (*(hit.text for hit in hits[:MOST_LINES]), *more, *_called(desk, hits))
    return Question(f"Undo “{change.summary}”?", lines, "Undo")


def _called(desk: Desk, hits: Sequence[_Hit]) -> Iterator[str]:
    """How often what is cut off was called lately: all tokens together, and all endpoints."""
    tokens = {hit.token_id for hit in hits if hit.token_id}
    mapped = [hit.mapped for hit in hits if hit.mapped is not None]
    endpoints = dict(hit.at for hit in hits if hit.at is not None)
    if tokens:
        yield calls_by(desk, tokens).sentence(_by(len(tokens)))
    if mapped:
        yield calls_through(desk, mapped).sentence(_by(len({token_id for token_id, _, _ in mapped})))
    if endpoints:
        yield calls_at(desk, endpoints).sentence()
    for id, since in [hit.value for hit in hits if hit.value is not None][:MOST_LINES]:
        yield calls_by(desk, [id], previous=False, since=since).sentence("by this token")


def _by(tokens: int) -> str:
    return "by this token" if tokens == 1 else "by these tokens"


def _hits(reader: Reader, replaced: Replaced, at: datetime) -> Iterator[_Hit]:
    now, then = replaced.after, replaced.before
    match now:
        case EndpointToken():
            yield from _token_hits(reader, now, then, at)
        case Endpoint():
            yield from _endpoint_hits(reader, now, then)
        case Assignment():
            lost = [slot for slot in now.slots if not isinstance(then, Assignment) or slot not in then.slots]
            if lost:
                yield _Hit(_unmapped(reader, now, " ".join(lost)), mapped=(now.token_id, now.endpoint_id, lost))


def _token_hits(reader: Reader, now: EndpointToken, then: Record | None, at: datetime) -> Iterator[_Hit]:
    mapped = len(reader.assignments_of(now.id))
    where = amount(mapped, "endpoint")
    if not isinstance(then, EndpointToken):
        if mapped:
            yield _Hit(f"{now.name} is taken away: refused at {where}.", token_id=now.id)
        return
    if mapped and now.enabled and now.active and not (then.enabled and then.active):
        what = "disabled" if then.active else "inactive"
        yield _Hit(f"{now.name} is {what} again: refused at {where}.", token_id=now.id)
    if mapped and then.expired(at) and not now.expired(at):
        yield _Hit(f"{now.name} has expired again: refused at {where}.", token_id=now.id)
    if now.secret.digest != then.secret.digest:
        before = "works on, without an end" if now.in_grace(at) else "is valid again"
        fate = f"The new value of {now.name} is refused; the one before {before}."
        yield _Hit(fate, value=(now.id, now.secret.generated_at))


def _endpoint_hits(reader: Reader, now: Endpoint, then: Record | None) -> Iterator[_Hit]:
    if not isinstance(then, Endpoint):
        if reader.assignments_at(now.id):
            yield _Hit(f"{now.ref} is taken away: every request to it is refused.", at=(now.id, now.slots))
        return
    form = EndpointFields.of(then)
    cut = cut_slots(now, form)
    yield from (_Hit(hit, at=(now.id, cut) if cut else None) for hit in cut_hits(reader, now, form))
    for slot, secret in now.primaries.items():
        before = then.primaries.get(slot)
        if before is not None and before.digest != secret.digest:
            fate = f"The new {slot} primary of {now.ref} is refused; the one before is valid again."
            yield _Hit(fate, value=(f"{now.id}.{slot}", secret.generated_at))


def _unmapped(reader: Reader, assignment: Assignment, slots: str) -> str:
    try:
        token, endpoint = reader.token(assignment.token_id).name, reader.endpoint(assignment.endpoint_id).ref
    except NotFound:
        return f"A mapping to {slots} is taken away."
    return f"{token} is unmapped from {slots} of {endpoint}."
