"""Undo, which may cut somebody off like any other change, and then asks like any other."""

from collections.abc import Iterator

from tokentui.domain.errors import NotFound, TokenTuiError
from tokentui.domain.fields import EndpointFields
from tokentui.domain.names import name_key
from tokentui.domain.records import Assignment, Endpoint, EndpointToken, Record
from tokentui.services.desk import Change
from tokentui.services.undo import undo_last
from tokentui.store.protocol import Reader, Replaced
from tokentui.tui.dialogs.confirm import Question
from tokentui.tui.endpoint_deeds import cut_hits
from tokentui.tui.screens.page_screen import AnyPage
from tokentui.tui.widgets.listing import Listing
from tokentui.tui.words import amount

#: Lines of a question, at most; an undone import would fill it with hundreds.
MOST_LINES = 10


async def undo(page: AnyPage) -> None:
    """Take back the last change of this session; ask first where that cuts somebody off."""
    desk = page.workplace.desk
    last = await page.workplace.perform(lambda: desk.history[-1] if desk.history else None)  # after those under way
    if last is None:
        page.action_nothing_to_undo()
        return
    try:
        question = await page.workplace.look(lambda reader: undo_question(reader, last))
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


def undo_question(reader: Reader, change: Change) -> Question | None:
    """What taking back this change would cut off, as a question; None where it cuts off nothing."""
    hits = [hit for replaced in change.replaced for hit in _hits(reader, replaced)]
    if not hits:
        return None
    more = [f"and {len(hits) - MOST_LINES} more"] if len(hits) > MOST_LINES else []
    return Question(f"Undo “{change.summary}”?", (*hits[:MOST_LINES], *more), "Undo")


def _hits(reader: Reader, replaced: Replaced) -> Iterator[str]:
    now, then = replaced.after, replaced.before
    match now:
        case EndpointToken():
            yield from _token_hits(reader, now, then)
        case Endpoint():
            yield from _endpoint_hits(reader, now, then)
        case Assignment():
            lost = [slot for slot in now.slots if not isinstance(then, Assignment) or slot not in then.slots]
            if lost:
                yield _unmapped(reader, now, " ".join(lost))


def _token_hits(reader: Reader, now: EndpointToken, then: Record | None) -> Iterator[str]:
    mapped = len(reader.assignments_of(now.id))
    where = amount(mapped, "endpoint")
    if not isinstance(then, EndpointToken):
        if mapped:
            yield f"{now.name} is taken away: refused at {where}."
        return
    if mapped and now.enabled and now.active and not (then.enabled and then.active):
        yield f"{now.name} is {'disabled' if then.active else 'inactive'} again: refused at {where}."
    if now.secret.digest != then.secret.digest:
        yield f"The new value of {now.name} is refused; the one before is valid again."


def _endpoint_hits(reader: Reader, now: Endpoint, then: Record | None) -> Iterator[str]:
    if not isinstance(then, Endpoint):
        if reader.assignments_at(now.id):
            yield f"{now.ref} is taken away: every request to it is refused."
        return
    yield from cut_hits(reader, now, EndpointFields.of(then))
    for slot, secret in now.primaries.items():
        before = then.primaries.get(slot)
        if before is not None and before.digest != secret.digest:
            yield f"The new {slot} primary of {now.ref} is refused; the one before is valid again."


def _unmapped(reader: Reader, assignment: Assignment, slots: str) -> str:
    try:
        token, endpoint = reader.token(assignment.token_id).name, reader.endpoint(assignment.endpoint_id).ref
    except NotFound:
        return f"A mapping to {slots} is taken away."
    return f"{token} is unmapped from {slots} of {endpoint}."
