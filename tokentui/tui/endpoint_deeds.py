"""Saving an endpoint's form: what asks first, what a conflict shows, what stands beside which field."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from tokentui.domain.errors import Conflict, Invalid, Taken, TokenTuiError
from tokentui.domain.fields import EndpointFields, filled, rebased
from tokentui.domain.records import Endpoint
from tokentui.services.cutting import cut_of
from tokentui.services.desk import Desk
from tokentui.services.endpoints import add_endpoint, edit_endpoint
from tokentui.store.protocol import Reader
from tokentui.tui.dialogs.confirm import Question
from tokentui.tui.dialogs.conflict import ConflictDialog, Difference
from tokentui.tui.screens.page_screen import AnyPage
from tokentui.tui.sliding import changed_by


@dataclass(frozen=True, slots=True)
class Attempt:
    """How saving went: what the form is based on now, what it is to show, and what is wrong with it."""

    endpoint: Endpoint | None
    fields: EndpointFields
    errors: Mapping[str, str] = field(default_factory=dict)
    done: bool = False


async def save_endpoint(screen: AnyPage, endpoint: Endpoint | None, form: EndpointFields) -> Attempt:
    """Save the form of a standing endpoint, or of a new one; asks before anybody is cut off."""
    if endpoint is not None:
        base, desk = endpoint, screen.workplace.desk
        try:
            question = await screen.workplace.look(lambda reader: cut_question(desk, reader, base, form))
        except TokenTuiError as error:
            return Attempt(endpoint, form, {"": str(error)})
        if question is not None and not await screen.ask(question):
            return Attempt(endpoint, form)
    return await _store(screen, endpoint, form)


async def _store(screen: AnyPage, endpoint: Endpoint | None, form: EndpointFields) -> Attempt:
    """Save what was agreed to."""
    desk = screen.workplace.desk
    try:
        saved = await screen.workplace.perform(
            lambda: add_endpoint(desk, form) if endpoint is None else edit_endpoint(desk, endpoint, form)
        )
    except (Invalid, Taken) as error:
        return Attempt(endpoint, form, {error.field: str(error)})
    except Conflict as error:
        return Attempt(None, form, {"": str(error)}) if endpoint is None else await _settle(screen, endpoint, form)
    except TokenTuiError as error:
        return Attempt(endpoint, form, {"": str(error)})
    screen.say(*_told(endpoint, saved))
    screen.store_changed()
    return Attempt(saved, EndpointFields.of(saved), done=True)


def _told(before: Endpoint | None, saved: Endpoint) -> tuple[str, str]:
    """What came of a save, and its kind."""
    if before == saved:
        return f"{saved.ref} stays as it was.", "warning"
    old = before.primaries if before is not None else {}
    fresh = [slot for slot in saved.slots if slot in saved.primaries and slot not in old]
    made = f" Generated its {' and '.join(fresh)} primary." if fresh else ""
    return f"{'Saved' if before else 'Added'} {saved.ref}.{made} u takes it back.", "done"


async def _settle(screen: AnyPage, base: Endpoint, form: EndpointFields) -> Attempt:
    """The endpoint has changed since: show both, and go on with what the user chooses.

    Where no field has changed (a primary was generated, by this user or another), there is nothing to choose.
    """
    try:
        theirs = await screen.workplace.look(lambda reader: reader.endpoint(base.id))
        by = await screen.workplace.look(lambda _: changed_by(screen.workplace, base.id))
    except TokenTuiError as error:
        return Attempt(base, form, {"": str(error)})
    now = EndpointFields.of(theirs)
    if now == EndpointFields.of(base):
        return await _store(screen, theirs, form)
    mine = rebased(form, EndpointFields.of(base), now)
    answer = await screen.app.push_screen_wait(ConflictDialog(theirs.ref, _differences(mine, now), by))
    if answer == "mine":
        return await save_endpoint(screen, theirs, mine)
    if answer == "theirs":
        screen.say(f"Kept what the other one saved of {theirs.ref}.")
        return Attempt(theirs, now, done=True)
    return Attempt(theirs, mine)


def _differences(mine: EndpointFields, theirs: EndpointFields) -> tuple[Difference, ...]:
    names = [field.name for field in fields(EndpointFields)]
    return tuple(
        Difference(name.replace("_", " ").capitalize(), _word(getattr(mine, name)), _word(getattr(theirs, name)))
        for name in names
        if getattr(mine, name) != getattr(theirs, name)
    )


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def cut_question(desk: Desk, reader: Reader, endpoint: Endpoint, form: EndpointFields) -> Question | None:
    """What saving this form would cut off, as a question; None where it cuts off nothing."""
    hits = cut_of(desk, reader, endpoint, filled(form)).lines
    return Question(f"Save {endpoint.ref}?", hits, "Save") if hits else None
